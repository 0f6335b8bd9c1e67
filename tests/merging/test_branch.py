"""A command's branch is there with its commit, and gone when that is taken back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from drydock.errors import BadInput
from drydock.git import Entry, GitError, Repository
from drydock.merging import work_tree
from drydock.merging.branch import Branch
from drydock.merging.trees import Merge
from drydock.merging.work_tree import Work

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


def merged(repository: Repository) -> Merge:
    """Return a merge that changes a file."""
    (oid,) = repository.write_blobs([b"2\n"])
    return Merge({"a": Entry("100644", oid)})


def made(folder: Path) -> Repository:
    """Write a change on the branch, and commit it."""
    repository = Repository.at(folder)
    with repository.quarantined() as own:
        BRANCH.write(own, git(folder, "rev-parse", "HEAD"), merged(own))
    BRANCH.commit(repository, "Update", "what it did")
    return repository


def test_it_holds_the_commit_and_leaves_the_other_branch_alone(folder: Path) -> None:
    before = git(folder, "rev-parse", "HEAD")
    made(folder)
    assert git(folder, "symbolic-ref", "HEAD") == "refs/heads/drydock/update"
    assert git(folder, "show", "--no-patch", "--format=%s|%b") == "Update|what it did"
    assert git(folder, "rev-parse", "main", "HEAD^").split() == [before, before]
    assert git(folder, "status", "--porcelain") == ""


def test_a_report_of_any_length_is_its_message(folder: Path) -> None:
    repository = Repository.at(folder)
    with repository.quarantined() as own:
        BRANCH.write(own, git(folder, "rev-parse", "HEAD"), merged(own))
    body = "a line of a report\n" * 20_000
    BRANCH.commit(repository, "Update", body)
    assert git(folder, "show", "--no-patch", "--format=%B").split("\n", 2)[2] == body.strip()


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


def file_cannot_be_written(folder: Path) -> None:
    write(folder, {".git/info/attributes": "a filter=refusing\n"})
    git(folder, "config", "filter.refusing.clean", "cat")
    git(folder, "config", "filter.refusing.smudge", "grep -v 2")
    git(folder, "config", "filter.refusing.required", "true")


def name_is_taken(folder: Path) -> None:
    git(folder, "branch", "drydock")


@pytest.mark.parametrize("prevented", [file_cannot_be_written, name_is_taken])
def test_where_it_cannot_be_written_nothing_has_changed(
    folder: Path, prevented: Callable[[Path], None]
) -> None:
    prevented(folder)
    asked = (["symbolic-ref", "HEAD"], ["branch", "--all"], ["config", "--list", "--local"])
    before = [git(folder, *words) for words in asked]
    with pytest.raises(GitError):
        made(folder)
    assert [git(folder, *words) for words in asked] == before
    assert git(folder, "status", "--porcelain") == ""
    with pytest.raises(BadInput, match="there is no update to undo"):
        BRANCH.abort(Repository.at(folder))


def test_what_is_staged_beside_an_earlier_one_is_taken_back_alone(folder: Path) -> None:
    repository = made(folder)
    tip = git(folder, "rev-parse", "HEAD")
    git(folder, "switch", "--quiet", "main")
    with repository.quarantined() as own:
        head = git(folder, "rev-parse", "HEAD")
        work_tree.write(own, head, merged(own), Work(BRANCH.command))
    BRANCH.abort(repository)
    assert git(folder, "status", "--porcelain") == ""
    assert git(folder, "rev-parse", "drydock/update") == tip


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
        with repository.quarantined() as new:
            branch.write(new, git(folder, "rev-parse", "HEAD"), merged(new))
        git(folder, "reset", "--quiet", "--hard")
        git(folder, "config", f"branch.{branch.name}.remote", "origin")
        git(folder, "switch", "--quiet", "main")
    own.forget(repository)
    kept = {one.partition("=")[0] for one in git(folder, "config", "--list").splitlines()}
    assert {one for one in kept if one.startswith("branch.")} == {
        f"branch.{own.name}.remote",
        *(f"branch.{other.name}.{key}" for key in ("remote", "drydockfrom", "drydockservice")),
    }
