"""A command's branch has its commit, and an abort deletes it."""

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


def commit_on_branch(folder: Path) -> Repository:
    """Write a change on the branch, and commit it."""
    repository = Repository.at(folder)
    with repository.quarantined() as own:
        BRANCH.write(own, git(folder, "rev-parse", "HEAD"), merged(own))
    BRANCH.commit(repository, "Update", "what it did")
    return repository


def test_branch_has_the_commit_and_main_is_unchanged(folder: Path) -> None:
    before = git(folder, "rev-parse", "HEAD")
    commit_on_branch(folder)
    assert git(folder, "symbolic-ref", "HEAD") == "refs/heads/drydock/update"
    assert git(folder, "show", "--no-patch", "--format=%s|%b") == "Update|what it did"
    assert git(folder, "rev-parse", "main", "HEAD^").split() == [before, before]
    assert git(folder, "status", "--porcelain") == ""


def test_commit_message_can_be_long(folder: Path) -> None:
    repository = Repository.at(folder)
    with repository.quarantined() as own:
        BRANCH.write(own, git(folder, "rev-parse", "HEAD"), merged(own))
    body = "a line of a report\n" * 20_000
    BRANCH.commit(repository, "Update", body)
    assert git(folder, "show", "--no-patch", "--format=%B").split("\n", 2)[2] == body.strip()


def test_branch_name_includes_service() -> None:
    assert Branch("retrofit", "shop").name == "drydock/retrofit-shop"


@pytest.mark.parametrize("detached", [False, True])
def test_abort_restores_everything(folder: Path, detached: bool) -> None:
    if detached:
        git(folder, "checkout", "--quiet", "--detach")
    before = (snapshot(folder), git(folder, "rev-parse", "HEAD"), git(folder, "branch", "-a"))
    repository = commit_on_branch(folder)
    BRANCH.abort(repository)
    after = snapshot(folder)
    files, expected = (
        {name: content for name, content in state.items() if not name.startswith(".git/")}
        for state in (after, before[0])
    )
    assert files == expected
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
def test_failed_write_changes_nothing(folder: Path, prevented: Callable[[Path], None]) -> None:
    prevented(folder)
    queries = (["symbolic-ref", "HEAD"], ["branch", "--all"], ["config", "--list", "--local"])
    before = [git(folder, *words) for words in queries]
    with pytest.raises(GitError):
        commit_on_branch(folder)
    assert [git(folder, *words) for words in queries] == before
    assert git(folder, "status", "--porcelain") == ""
    with pytest.raises(BadInput, match="there is no update to undo"):
        BRANCH.abort(Repository.at(folder))


def test_abort_of_staged_work_keeps_earlier_branch(folder: Path) -> None:
    repository = commit_on_branch(folder)
    tip = git(folder, "rev-parse", "HEAD")
    git(folder, "switch", "--quiet", "main")
    with repository.quarantined() as own:
        head = git(folder, "rev-parse", "HEAD")
        work_tree.write(own, head, merged(own), Work(BRANCH.command))
    BRANCH.abort(repository)
    assert git(folder, "status", "--porcelain") == ""
    assert git(folder, "rev-parse", "drydock/update") == tip


def test_existing_branch_is_an_error(folder: Path) -> None:
    repository = commit_on_branch(folder)
    git(folder, "switch", "--quiet", "main")
    with pytest.raises(BadInput, match="the branch drydock/update already exists"):
        BRANCH.require_none(repository)


def test_abort_never_drops_work_on_the_branch(folder: Path) -> None:
    repository = commit_on_branch(folder)
    write(folder, {"b": "mine\n"})
    with pytest.raises(BadInput, match="uncommitted changes: commit or stash them first: b"):
        BRANCH.abort(repository)
    commit(folder, "mine")
    with pytest.raises(
        BadInput, match="has commits of yours: git branch -D drydock/update deletes them"
    ):
        BRANCH.abort(repository)
    assert (folder / "b").read_text() == "mine\n"


def test_abort_of_merged_branch_is_an_error(folder: Path) -> None:
    repository = commit_on_branch(folder)
    git(folder, "switch", "--quiet", "main")
    git(folder, "merge", "--quiet", "--ff-only", "drydock/update")
    with pytest.raises(BadInput, match="is already merged: undo it with git revert"):
        BRANCH.abort(repository)


def test_abort_without_branch_is_an_error(folder: Path) -> None:
    with pytest.raises(BadInput, match="there is no update to undo"):
        BRANCH.abort(Repository.at(folder))


@pytest.mark.parametrize("service", ["", "a-b.c+d", "ab"])
def test_forget_deletes_only_own_records(folder: Path, service: str) -> None:
    own, other = Branch("update", service), Branch("update", "a-bxc+d")
    repository = Repository.at(folder)
    for branch in (other, own):
        with repository.quarantined() as new:
            branch.write(new, git(folder, "rev-parse", "HEAD"), merged(new))
        git(folder, "reset", "--quiet", "--hard")
        git(folder, "config", f"branch.{branch.name}.remote", "origin")
        git(folder, "switch", "--quiet", "main")
    own.forget(repository)
    keys = {line.partition("=")[0] for line in git(folder, "config", "--list").splitlines()}
    assert {key for key in keys if key.startswith("branch.")} == {
        f"branch.{own.name}.remote",
        *(f"branch.{other.name}.{key}" for key in ("remote", "drydockfrom", "drydockservice")),
    }
