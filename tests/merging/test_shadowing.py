"""No release adds what takes the place of a service's own: by what a tool reads, or by case."""

from pathlib import Path

import pytest
from drydock.git import Entry, Repository, Tree
from drydock.merging import shadowing

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


def found(folder: Path, own: dict[str, str], prefix: str = "") -> list[shadowing.Shadow]:
    """Return what stays out where a release adds `.azure/renovate.json` to what a service has."""
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
def test_what_is_read_stays_alone(tmp_path: Path, name: str) -> None:
    (one,) = found(tmp_path, {name: READ[name]})

    assert (one.path, one.own) == (".azure/renovate.json", name)
    assert one.duty.endswith('"extends": ["a"], "copier": {"automerge": false}')


@pytest.mark.parametrize("name", NOT_READ)
def test_beside_what_is_not_read_the_release_adds_its_own(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, {name: NOT_READ[name]}) == []


def test_in_a_folder_of_a_repository_nothing_is_read(tmp_path: Path) -> None:
    assert found(tmp_path, {".renovaterc": "{}"}, prefix="shop/") == []


FILE = Entry("100644", "a" * 40)
OTHER = Entry("100644", "b" * 40)
README, MINE = "docs/README.md", "docs/Readme.md"


def of_other_case(folder: Path, base: Tree, ours: Tree, theirs: Tree) -> list[tuple[str, str]]:
    git(folder, "init", "--quiet")
    found = shadowing.find(Repository.at(folder), "shop/", base, ours, theirs)
    return [(one.path, one.own) for one in found]


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        pytest.param({}, {MINE: FILE}, {README: OTHER}, id="the release adds it"),
        pytest.param({README: FILE}, {MINE: FILE}, {README: OTHER}, id="the release changes it"),
        pytest.param({}, {MINE: FILE}, {README: FILE}, id="both say the same"),
    ],
)
def test_a_file_of_another_case_stays_alone(
    tmp_path: Path, base: Tree, ours: Tree, theirs: Tree
) -> None:
    assert of_other_case(tmp_path, base, ours, theirs) == [(README, MINE)]


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        pytest.param({}, {MINE: FILE, README: FILE}, {README: OTHER}, id="ours has both"),
        pytest.param({README: FILE}, {MINE: FILE}, {README: FILE}, id="the release has no news"),
        pytest.param({MINE: FILE}, {MINE: OTHER}, {README: FILE}, id="the release renames its own"),
        pytest.param({}, {"Readme.md": FILE}, {README: FILE}, id="in another folder"),
    ],
)
def test_beside_others_the_file_of_the_release_is_added(
    tmp_path: Path, base: Tree, ours: Tree, theirs: Tree
) -> None:
    assert of_other_case(tmp_path, base, ours, theirs) == []
