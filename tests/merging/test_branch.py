"""A command's branch is there with its commit, and gone when that is taken back."""

from pathlib import Path

import pytest
from drydock.errors import BadInput
from drydock.git import Repository
from drydock.merging.branch import Branch

from tests.support import commit, git, snapshot, write

BRANCH = Branch("update")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "service"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    write(folder, {"a": "1\n", "b": "1\n"})
    commit(folder, "start")
    return folder


def made(folder: Path) -> Repository:
    """Start the branch, and commit a change on it."""
    repository = Repository.at(folder)
    BRANCH.start(repository)
    write(folder, {"a": "2\n"})
    git(folder, "add", "a")
    BRANCH.commit(repository, "Update", "what it did")
    return repository


def test_it_holds_the_commit_and_leaves_the_other_branch_alone(folder: Path) -> None:
    before = git(folder, "rev-parse", "HEAD")
    made(folder)
    assert git(folder, "symbolic-ref", "HEAD") == "refs/heads/drydock/update"
    assert git(folder, "show", "--no-patch", "--format=%s|%b") == "Update|what it did"
    assert git(folder, "rev-parse", "main", "HEAD^").split() == [before, before]
    assert git(folder, "status", "--porcelain") == ""


def test_a_service_among_others_has_a_branch_of_its_own() -> None:
    assert Branch("retrofit", "shop").name == "drydock/retrofit-shop"


@pytest.mark.parametrize("detached", [False, True])
def test_taken_back_all_is_as_it_was(folder: Path, detached: bool) -> None:
    if detached:
        git(folder, "checkout", "--quiet", "--detach")
    before = (snapshot(folder), git(folder, "rev-parse", "HEAD"), git(folder, "branch", "-a"))
    repository = made(folder)
    BRANCH.abort(repository)
    files = {name: what for name, what in snapshot(folder).items() if not name.startswith(".git/")}
    assert files == {n: what for n, what in before[0].items() if not n.startswith(".git/")}
    assert (git(folder, "rev-parse", "HEAD"), git(folder, "branch", "-a")) == before[1:]
    assert "drydock" not in git(folder, "config", "--list", "--local")


def test_it_is_not_started_twice(folder: Path) -> None:
    repository = made(folder)
    git(folder, "switch", "--quiet", "main")
    with pytest.raises(BadInput, match="the branch drydock/update is there"):
        BRANCH.require_none(repository)


def test_work_on_it_is_never_dropped(folder: Path) -> None:
    repository = made(folder)
    write(folder, {"b": "mine\n"})
    with pytest.raises(BadInput, match="uncommitted changes: commit or stash them first: b"):
        BRANCH.abort(repository)
    commit(folder, "mine")
    with pytest.raises(BadInput, match="has work of yours: git branch -D drydock/update drops it"):
        BRANCH.abort(repository)
    assert (folder / "b").read_text() == "mine\n"


def test_what_is_merged_is_not_taken_back(folder: Path) -> None:
    repository = made(folder)
    git(folder, "switch", "--quiet", "main")
    git(folder, "merge", "--quiet", "--ff-only", "drydock/update")
    with pytest.raises(BadInput, match="is merged: git revert undoes it"):
        BRANCH.abort(repository)


def test_without_one_there_is_nothing_to_take_back(folder: Path) -> None:
    with pytest.raises(BadInput, match="there is no update to undo"):
        BRANCH.abort(Repository.at(folder))


@pytest.mark.parametrize("service", ["", "a-b.c+d", "ab"])
def test_it_forgets_only_what_it_noted_itself(folder: Path, service: str) -> None:
    own, other = Branch("update", service), Branch("update", "a-bxc+d")
    repository = Repository.at(folder)
    for branch in (other, own):
        branch.start(repository)
        git(folder, "config", f"branch.{branch.name}.remote", "origin")
        git(folder, "switch", "--quiet", "main")
    own.forget(repository)
    kept = {one.partition("=")[0] for one in git(folder, "config", "--list").splitlines()}
    assert {one for one in kept if one.startswith("branch.")} == {
        f"branch.{own.name}.remote",
        *(f"branch.{other.name}.{key}" for key in ("remote", "drydockfrom", "drydockservice")),
    }
