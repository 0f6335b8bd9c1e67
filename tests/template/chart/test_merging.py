"""A merged chart is checked as Helm renders it, not only file by file."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from drydock.git import Entry, Repository
from drydock.merging.trees import Labels, Merge, three_way

from tests.support import git
from tests.template.chart import parts

CHART = "apiVersion: v2\nname: shop\nversion: 1.0.0\n"
HELPERS = '{{- define "shop.env" }}\n- name: ZONE\n  value: eu\n{{- end }}\n'
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  template:
    spec:
      containers:
        - name: shop
          image: shop:{{ .Values.tag }}
          env:
            {{- include "shop.env" . | nindent 12 }}
            {{- toYaml .Values.env | nindent 12 }}
"""
VALUES = "tag: v1\n\nenv:\n  - name: LEVEL\n    value: info\n"
TOKEN = "- name: TOKEN\n  value: {}\n"
BASE = {
    "chart/Chart.yaml": CHART,
    "chart/templates/_helpers.tpl": HELPERS,
    "chart/templates/deployment.yaml": DEPLOYMENT,
    "chart/values.yaml": VALUES,
}
IN_HELPERS = {
    "chart/templates/_helpers.tpl": HELPERS.replace("{{- end }}", TOKEN.format("a") + "{{- end }}")
}
IN_VALUES = {
    "chart/values.yaml": VALUES + "".join(
        f"  {line}\n" for line in TOKEN.format("b").splitlines()
    )
}  # fmt: skip
MORE = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: more
data:
  env: {{ include "shop.env" . | quote }}
"""
RAISED = {"chart/values.yaml": VALUES.replace("v1", "v2")}


@pytest.fixture
def helm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put Helm on the path."""
    monkeypatch.setenv("PATH", str(parts.path("helm3").parent), prepend=":")


def merge(folder: Path, ours: Mapping[str, str], theirs: Mapping[str, str]) -> tuple[Merge, str]:
    """Merge charts; return the result, and the text of the merged values."""
    git(folder, "init", "--quiet")
    with Repository.at(folder).quarantined() as repository:
        trees = []
        for side in (BASE, {**BASE, **ours}, {**BASE, **theirs}):
            oids = repository.write_blobs([text.encode() for text in side.values()])
            trees.append({p: Entry("100644", oid) for p, oid in zip(side, oids, strict=True)})
        done = three_way(repository, trees[0], trees[1], trees[2], Labels("base", "yours", "new"))
        entry = done.changes.get("chart/values.yaml", trees[1]["chart/values.yaml"])
        assert entry
        return done, repository.read_blobs([entry.oid])[entry.oid].decode()


@pytest.mark.usefixtures("helm")
def test_variable_from_template_and_merged_values_conflicts(tmp_path: Path) -> None:
    done, values = merge(tmp_path, IN_VALUES, {**IN_HELPERS, **RAISED})
    assert set(done.conflicts) == {"chart/values.yaml"}
    assert "TOKEN" in done.conflicts["chart/values.yaml"].reason
    assert "<<<<<<< yours" in values


@pytest.mark.usefixtures("helm")
def test_variable_from_files_changed_by_each_side_is_reported(tmp_path: Path) -> None:
    done, _ = merge(tmp_path, IN_VALUES, IN_HELPERS)
    assert not done.conflicts
    (doubt,) = done.doubts
    assert doubt.startswith("chart: when rendered by Helm, TOKEN would occur 2 times in ")


@pytest.mark.usefixtures("helm")
def test_merge_that_helm_cannot_render_is_reported(tmp_path: Path) -> None:
    uses = {"chart/templates/more.yaml": MORE}
    renamed = {path: text.replace("shop.env", "shop.environment") for path, text in BASE.items()}
    done, _ = merge(tmp_path, uses, renamed)
    assert not done.conflicts
    (doubt,) = done.doubts
    assert doubt.startswith("chart: Helm cannot render it: ")
    assert "shop.env" in doubt


@pytest.mark.usefixtures("helm")
def test_charts_that_render_correctly_merge(tmp_path: Path) -> None:
    done, values = merge(tmp_path, IN_VALUES, RAISED)
    assert not done.conflicts
    assert not done.doubts
    assert values == IN_VALUES["chart/values.yaml"].replace("v1", "v2")


@pytest.mark.usefixtures("helm")
def test_chart_that_one_side_cannot_render_is_not_checked(tmp_path: Path) -> None:
    broken = {"chart/templates/broken.yaml": "{{ .Values.tag | nothing }}\n"}
    done, _ = merge(tmp_path, {**IN_VALUES, **broken}, IN_HELPERS)
    assert not done.conflicts
    assert not done.doubts


def test_nothing_is_rendered_without_helm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    done, _ = merge(tmp_path, IN_VALUES, IN_HELPERS)
    assert not done.conflicts
    assert not done.doubts
