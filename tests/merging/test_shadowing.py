"""A file of the release that would shadow one of the service is left out."""

from pathlib import Path

import pytest
from drydock.git import Entry, Repository, Tree
from drydock.merging import shadowing
from drydock.merging.trees import Labels, three_way

from tests.support import commit, git, write

# https://docs.renovatebot.com/configuration-options/#configuration-file-locations
READ = {
    "renovate.json": "{}",
    "renovate.jsonc": "{}",
    "renovate.json5": "{}",
    ".github/renovate.json": "{}",
    ".github/renovate.jsonc": "{}",
    ".github/renovate.json5": "{}",
    ".gitlab/renovate.json": "{}",
    ".gitlab/renovate.jsonc": "{}",
    ".gitlab/renovate.json5": "{}",
    ".bitbucket-server/renovate.json": "{}",
    ".forgejo/renovate.json5": "{}",
    ".renovaterc": "{}",
    ".renovaterc.json": "{}",
    ".renovaterc.jsonc": "{}",
    ".renovaterc.json5": "{}",
    "package.json": '{"renovate": {}}',
}
NOT_READ = {
    "docs/renovate.json": "{}",
    "renovate.json.bak": "{}",
    "renovate.yaml": "{}",
    "services/shop/.renovaterc": "{}",
    ".github/workflows/renovate.json": "{}",
    "package.json": '{"name": "renovate"}',
}
RELEASE = '{"$schema": "https://x", "extends": ["a"], "copier": {"automerge": false}}'


def shadows(folder: Path, own: dict[str, str], prefix: str = "") -> list[shadowing.Shadow]:
    """Return what is left out when a release adds `.azure/renovate.json` to a service."""
    git(folder, "init", "--quiet")
    write(folder, dict(own))
    commit(folder, "a service")
    repository = Repository.at(folder)
    ours, _ = repository.tracked()
    name = ".azure/renovate.json"
    write(folder, {name: RELEASE})
    commit(folder, "a release")
    theirs, _ = repository.tracked()
    new = {path: entry for path, entry in theirs.items() if path not in ours}
    return list(shadowing.find(repository, prefix, {}, ours, new))


@pytest.mark.parametrize("name", READ)
def test_renovate_file_of_release_is_left_out(tmp_path: Path, name: str) -> None:
    (shadow,) = shadows(tmp_path, {name: READ[name]})

    assert (shadow.path, shadow.own) == (".azure/renovate.json", name)
    assert shadow.duty.endswith('"extends": ["a"], "copier": {"automerge": false}')


@pytest.mark.parametrize("name", NOT_READ)
def test_renovate_file_is_added_next_to_files_that_renovate_ignores(
    tmp_path: Path, name: str
) -> None:
    assert shadows(tmp_path, {name: NOT_READ[name]}) == []


def test_renovate_reads_nothing_in_subfolders(tmp_path: Path) -> None:
    assert shadows(tmp_path, {".renovaterc": "{}"}, prefix="shop/") == []


FILE = Entry("100644", "a" * 40)
OTHER = Entry("100644", "b" * 40)
README, OUR_README = "docs/README.md", "docs/Readme.md"


def of_other_case(folder: Path, base: Tree, ours: Tree, theirs: Tree) -> list[tuple[str, str]]:
    git(folder, "init", "--quiet")
    found = shadowing.find(Repository.at(folder), "shop/", base, ours, theirs)
    return [(shadow.path, shadow.own) for shadow in found]


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        pytest.param({}, {OUR_README: FILE}, {README: OTHER}, id="theirs_adds_file"),
        pytest.param({README: FILE}, {OUR_README: FILE}, {README: OTHER}, id="theirs_changes_file"),
        pytest.param({}, {OUR_README: FILE}, {README: FILE}, id="both_have_same_content"),
    ],
)
def test_file_that_differs_in_case_is_left_out(
    tmp_path: Path, base: Tree, ours: Tree, theirs: Tree
) -> None:
    assert of_other_case(tmp_path, base, ours, theirs) == [(README, OUR_README)]


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        pytest.param({}, {OUR_README: FILE, README: FILE}, {README: OTHER}, id="ours_has_both"),
        pytest.param({README: FILE}, {OUR_README: FILE}, {README: FILE}, id="theirs_unchanged"),
        pytest.param(
            {OUR_README: FILE}, {OUR_README: OTHER}, {README: FILE}, id="theirs_renames_its_file"
        ),
        pytest.param({}, {"Readme.md": FILE}, {README: FILE}, id="file_in_other_folder"),
    ],
)
def test_file_is_added_if_it_shadows_none(
    tmp_path: Path, base: Tree, ours: Tree, theirs: Tree
) -> None:
    assert of_other_case(tmp_path, base, ours, theirs) == []


@pytest.mark.parametrize(
    ("path", "moved"),
    [
        pytest.param("renovate.json", ".github/renovate.json", id="renovate"),
        pytest.param("README.md", "Readme.md", id="other_case"),
    ],
)
def test_file_that_ours_moved_is_merged_at_its_new_path(
    tmp_path: Path, path: str, moved: str
) -> None:
    git(tmp_path, "init", "--quiet")
    repository = Repository.at(tmp_path)
    text = b'{\n  "extends": ["a"],\n  "labels": ["b"],\n  "timezone": "UTC"\n}\n'
    old, new = repository.write_blobs([text, text.replace(b"UTC", b"CET")])
    base, ours, theirs = (
        {name: Entry("100644", oid)} for name, oid in ((path, old), (moved, old), (path, new))
    )
    merge = three_way(repository, base, ours, theirs, Labels("v1", "yours", "v2"))

    kept = merge.kept(ours)
    left = shadowing.leave_out(repository, "", merge, base=base, ours=kept, theirs=theirs)

    assert left == []
    assert merge.changes == {moved: Entry("100644", new)}
    assert merge.shadows == {}
