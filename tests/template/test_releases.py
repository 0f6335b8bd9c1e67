"""The releases of a template."""

from itertools import count
from pathlib import Path

import pytest
from drydock.errors import BadInput
from drydock.template.releases import open_template, version_of

from tests.support import Template, commit, git, head


def names(template: Template) -> list[str]:
    with open_template(str(template.path), Path.cwd()) as opened:
        return list(opened.releases)


def latest(template: Template) -> str:
    with open_template(str(template.path), Path.cwd()) as opened:
        return opened.latest().name


def test_releases_are_tags_ordered_by_version(template: Template) -> None:
    for tag in ("v1.10.0", "v1.9.0", "not-a-version", "v2.0.0a1"):
        template.release(tag)
    assert names(template) == ["v1.9.0", "v1.10.0", "v2.0.0a1"]
    assert latest(template) == "v1.10.0"


def test_missing_tag_is_found_by_its_release_commit(template: Template, tmp_path: Path) -> None:
    template.release("v1.0.0")
    expected = head(template.path)
    template.release("v1.1.0")
    commit(template.path, "release: later")
    git(tmp_path, "clone", "--quiet", "--no-tags", template.path, "clone")
    with open_template(str(tmp_path / "clone"), Path.cwd()) as clone:
        assert list(clone.releases) == ["v1.0.0", "v1.1.0"]
        assert clone.find("v1.0.0").commit == expected


def test_releases_of_a_merged_fork_are_ignored(template: Template) -> None:
    template.release("v1.0.0")
    git(template.path, "switch", "--quiet", "--create", "fork")
    commit(template.path, "release: v7.0.0")
    git(template.path, "switch", "--quiet", "main")
    commit(template.path, "more")
    git(template.path, "merge", "--quiet", "--no-ff", "--message", "merge the fork", "fork")
    assert names(template) == ["v1.0.0"]


def test_template_without_releases_yields_newest_commit(template: Template) -> None:
    commit(template.path, "start")
    expected = head(template.path)
    with open_template(str(template.path), Path.cwd()) as opened:
        assert opened.latest().commit == expected
        assert expected.startswith(opened.latest().name)


def test_commit_is_found_and_described_as_by_copier(template: Template) -> None:
    template.release("v1.0.0")
    commit(template.path, "more")
    expected = head(template.path)
    with open_template(str(template.path), Path.cwd()) as opened:
        between = opened.find(expected)
        assert between.name == git(template.path, "describe", "--tags")
        assert opened.find(between.name) == between
        assert opened.is_older(opened.find("1.0.0"), between)
        assert not opened.is_older(between, opened.find("1.0.0"))


def test_commit_id_that_looks_like_a_version_is_not_one(template: Template) -> None:
    """An abbreviated id can be all digits: 6957226 is not therefore older than 9689455."""
    commit(template.path, "start")
    ids: list[str] = []
    state = ("commit-tree", "HEAD^{tree}", "-p", "HEAD")
    for number in range(2):  # the later one looks like the lower version
        expected = next(
            expected
            for attempt in count()
            if (expected := git(template.path, *state, "-m", f"{attempt}"))[:7].isdigit()
            and (not number or int(expected[:7]) < int(ids[0][:7]))
        )
        git(template.path, "update-ref", "HEAD", expected)
        ids.append(expected)
    with open_template(str(template.path), Path.cwd()) as opened:
        older, newer = (opened.find(expected) for expected in ids)
        assert version_of(older.name) > version_of(newer.name)  # type: ignore[operator]
        assert opened.is_older(older, newer)
        assert not opened.is_older(newer, older)
        assert opened.find(newer.name) == newer


@pytest.mark.parametrize("name", ["v3", "--all", "v2\n--all", "HEAD:copier.yml", ""])
def test_unknown_release_is_named(template: Template, name: str) -> None:
    template.release("v1.0.0")
    with (
        open_template(str(template.path), Path.cwd()) as opened,
        pytest.raises(BadInput, match=r"newest are v1\.0\.0"),
    ):
        opened.find(name)


def test_bundle_and_url_are_cloned(template: Template, tmp_path: Path) -> None:
    template.release("v1.0.0", {"file.txt": "x\n"})
    git(template.path, "bundle", "create", "--quiet", tmp_path / "template.bundle", "--all")
    for number, address in enumerate((tmp_path / "template.bundle", template.path.as_uri())):
        with open_template(str(address), tmp_path) as opened:
            opened.checkout(opened.find("v1.0.0"), tmp_path / f"out{number}")
        assert (tmp_path / f"out{number}/template/file.txt").read_text() == "x\n"


def test_checkout_does_not_change_the_template(template: Template, tmp_path: Path) -> None:
    template.release("v1.0.0", {"file.txt": "old\n"})
    template.release("v1.1.0", {"file.txt": "new\n"})
    (template.path / "template/file.txt").write_text("being edited\n")
    before = git(template.path, "status", "--porcelain=v2", "--branch")
    with open_template(str(template.path), Path.cwd()) as opened:
        opened.checkout(opened.find("v1.0.0"), tmp_path / "out")
    assert (tmp_path / "out/template/file.txt").read_text() == "old\n"
    assert git(template.path, "status", "--porcelain=v2", "--branch") == before


def test_template_is_read_with_its_submodules(
    template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file")
    part = Template.make(tmp_path / "part")
    part.release("v1", {"inner.txt": "inner\n"})
    git(template.path, "submodule", "--quiet", "add", part.path, "template/part")
    template.release("v1.0.0")
    with open_template(str(template.path), Path.cwd()) as opened:
        opened.checkout(opened.find("v1.0.0"), tmp_path / "out")
    assert (tmp_path / "out/template/part/template/inner.txt").read_text() == "inner\n"


@pytest.mark.parametrize("where", ["inside", "plain", "empty"])
def test_folder_without_template_is_refused(template: Template, tmp_path: Path, where: str) -> None:
    template.release("v1.0.0")
    (tmp_path / "plain").mkdir()
    (tmp_path / "empty").mkdir()
    git(tmp_path / "empty", "init", "--quiet")
    folder = template.path / "template" if where == "inside" else tmp_path / where
    with pytest.raises(BadInput), open_template(str(folder), Path.cwd()):
        pass


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("v1.2.3", "1.2.3"),
        ("1.2.3-4-gabcdef0", "1.2.3.post4"),
        ("abcdef0", "None"),
        ("main", "None"),
    ],
)
def test_versions_follow_pep_440(name: str, version: str) -> None:
    assert str(version_of(name)) == version
