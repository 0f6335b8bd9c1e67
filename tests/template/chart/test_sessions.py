"""The nox sessions of a generated service that package, push and deploy its chart."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.support import commit, git
from tests.template import matrix
from tests.template.chart import parts, support
from tests.template.image import registry

STAGE = "autoscaling:\n  minReplicas: 3\n"
BIN = Path(sys.executable).parent
# No cluster is to be had: what `helm upgrade` would send there is shown instead.
SHOWING_HELM = """\
#!/bin/sh
[ "$1 $2" = "upgrade --install" ] || exec "{helm}" "$@"
shift 2
for argument; do
    shift
    case $argument in --wait|--timeout=*) ;; *) set -- "$@" "$argument" ;; esac
done
exec "{helm}" template "$@"
"""


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Iterator[registry.Registry]:
    with registry.private(tmp_path_factory.mktemp("registry") / "registry") as started:
        yield started


@pytest.fixture(params=["helm3", "helm4"])
def helm(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Give a folder whose `helm` is of that major version, and shows instead of deploying."""
    program = tmp_path / "bin/helm"
    program.parent.mkdir()
    program.write_text(SHOWING_HELM.format(helm=parts.path(request.param)), encoding="utf-8")
    program.chmod(0o755)
    return program.parent


@pytest.fixture
def service(tmp_path: Path, private: registry.Registry) -> support.Generated:
    """A service of a company whose registry is the private one, with values for a stage."""
    template = matrix.fork(tmp_path / "template", {"company_registry": f"{private.address}/team"})
    rendering = matrix.render(template, tmp_path / "service", {"service_name": "demo-service"})
    service = support.Generated(tmp_path / "service", dict(rendering.answers))
    (service.chart / "values-production.yaml").write_text(STAGE, encoding="utf-8")
    git(service.folder, "init", "--quiet")
    git(service.folder, "config", "user.name", "Tester")
    git(service.folder, "config", "user.email", "tester@example.invalid")
    commit(service.folder, "Start from the template")
    return service


def nox(
    service: support.Generated, helm: Path, *arguments: str, code: int = 0, **environment: str
) -> str:
    """Run sessions of the service, which end with `code`; return what they said."""
    names = os.environ | {"PATH": f"{helm}{os.pathsep}{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["nox", "-s", *arguments], cwd=service.folder, env=names | environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_chart_is_packaged_and_pushed_under_the_version_that_was_built(
    service: support.Generated, helm: Path, private: registry.Registry
) -> None:
    login = {"REGISTRY_USERNAME": registry.USER, "REGISTRY_PASSWORD": private.password}
    seconds = git(service.folder, "show", "--no-patch", "--format=%ct", "HEAD")

    nox(service, helm, "chart")
    nox(service, helm, "push_chart", "--", "--plain-http", **login)
    nox(service, helm, "chart", RELEASE_TAG="v0.1.0")
    nox(service, helm, "push_chart", "--", "--plain-http", RELEASE_TAG="v0.1.0", **login)

    assert {"0.1.0", f"0.1.0-dev.{seconds}"} <= set(private.tags("team/charts/demo-service"))


def test_a_stage_gets_its_values_and_the_image_that_was_built(
    service: support.Generated, helm: Path, private: registry.Registry
) -> None:
    said = nox(service, helm, "deploy", "--", "production", RELEASE_TAG="v0.1.0")

    shown = said[said.index("---\n") :].partition("\nnox > ")[0]
    sent = support.Manifests([one for one in yaml.safe_load_all(shown) if one])
    assert sent.container["image"] == f"{private.address}/team/demo-service:0.1.0"
    assert sent.kind("HorizontalPodAutoscaler")["spec"]["minReplicas"] == 3
    assert sent.pod["metadata"]["labels"]["app.kubernetes.io/version"] == "0.1.0"


def test_a_stage_that_there_is_not_is_refused(service: support.Generated, helm: Path) -> None:
    said = nox(service, helm, "deploy", "--", "moon", code=1)

    assert "expected one of staging, production after --" in said
