"""A command's branch has its commit, and an abort deletes it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from drydock.errors import BadInput
from drydock.git import Entry, GitError, Repository
from drydock.merging import work_tree
from drydock.merging.branch import Branch
from drydock.merging.trees import Merge
from drydock.merging.work_tree import Work

from tests.conftest import Prepared
from tests.support import commit, git, snapshot, write

BRANCH = Branch("update")


def _build(folder: Path) -> None:
    git(folder, "init", "--quiet", "--initial-branch=main")
    write(folder, {"a": "1\n", "b": "1\n"})
    commit(folder, "start")


@pytest.fixture
def folder(prepared: Prepared) -> Path:
    """A repository with one commit."""
    return prepared(_build)


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
        BadInput,
        match=r"has commits of yours: [0-9a-f]+ mine: "
        "git switch main && git branch -D drydock/update deletes them",
    ):
        BRANCH.abort(repository)
    assert (folder / "b").read_text() == "mine\n"


def add_commit(repository: Repository, content: bytes = b"3\n") -> None:
    """Commit another change, as a later step of the command does."""
    (oid,) = repository.write_blobs([content])
    repository.git("update-index", "--cacheinfo", f"100644,{oid},a")
    BRANCH.commit(repository, "Later", "")
    git(repository.top, "reset", "--quiet", "--hard")


def test_abort_deletes_several_commits_of_the_command(folder: Path) -> None:
    repository = commit_on_branch(folder)
    add_commit(repository)
    assert BRANCH.abort(repository) == "branch drydock/update deleted, back on main"
    assert git(folder, "branch", "--format=%(refname:short)") == "main"


@pytest.mark.parametrize("is_checked_out", [True, False])
@pytest.mark.parametrize("conflicts", [False, True])
def test_abort_keeps_own_commits_below_one_of_the_command(
    folder: Path, conflicts: bool, is_checked_out: bool
) -> None:
    repository = Repository.at(folder)
    if conflicts:  # the command leaves the first commit to the team
        with repository.quarantined() as own:
            BRANCH.write(own, git(folder, "rev-parse", "HEAD"), merged(own))
    else:
        commit_on_branch(folder)
    write(folder, {"b": "mine\n"})
    commit(folder, "Resolve")
    write(folder, {"b": "mine, too\n"})
    commit(folder, "Again")
    add_commit(repository)
    tip = git(folder, "rev-parse", "HEAD")
    if not is_checked_out:
        git(folder, "switch", "--quiet", "main")
    with pytest.raises(
        BadInput, match=r"commits of yours: [0-9a-f]+ Resolve and 1 more: "
    ) as error:
        BRANCH.abort(repository)
    assert git(folder, "rev-parse", "drydock/update") == tip
    keep = str(error.value).rpartition("git branch NAME ")[2]
    git(folder, "branch", "kept", keep)
    if is_checked_out:
        git(folder, "switch", "--quiet", "main")
    git(folder, "branch", "-D", "drydock/update")
    assert "drydock" not in git(folder, "config", "--list", "--local")
    assert git(folder, "rev-parse", "kept") == tip


def test_commit_elsewhere_is_not_recorded_as_one_of_the_branch(folder: Path) -> None:
    repository = commit_on_branch(folder)
    git(folder, "switch", "--quiet", "--create", "mine")
    write(folder, {"b": "mine\n"})
    commit(folder, "Mine")
    add_commit(repository)
    git(folder, "switch", "--quiet", "drydock/update")
    git(folder, "merge", "--quiet", "mine")
    with pytest.raises(BadInput, match=r"commits of yours: [0-9a-f]+ Mine and 1 more"):
        BRANCH.abort(repository)


def test_abort_of_work_on_top_of_own_commits_restores_them(folder: Path) -> None:
    repository = commit_on_branch(folder)
    write(folder, {"b": "mine\n"})
    commit(folder, "Mine")
    tip = git(folder, "rev-parse", "HEAD")
    (oid,) = repository.write_blobs([b"3\n"])
    merge = Merge({"a": Entry("100644", oid)})
    work_tree.write(repository, tip, merge, Work(BRANCH.command))  # of a run that was killed
    assert BRANCH.abort(repository) == "index and working tree match the last commit"
    assert git(folder, "status", "--porcelain") == ""
    assert git(folder, "rev-parse", "drydock/update") == tip


@pytest.mark.parametrize("is_committed", [False, True])
def test_abort_returns_to_a_branch_that_moved_on(folder: Path, is_committed: bool) -> None:
    repository = Repository.at(folder)
    with repository.quarantined() as own:
        BRANCH.write(own, git(folder, "rev-parse", "HEAD"), merged(own))
    if is_committed:
        BRANCH.commit(repository, "Update", "")
    tree = git(folder, "rev-parse", "main^{tree}")
    moved = git(folder, "commit-tree", tree, "-p", "main", "-m", "More")
    git(folder, "update-ref", "refs/heads/main", moved)
    assert BRANCH.abort(repository) == "branch drydock/update deleted, back on main"
    assert git(folder, "rev-parse", "HEAD", "main").split() == [moved, moved]
    assert git(folder, "status", "--porcelain") == ""


@pytest.mark.parametrize("is_committed", [False, True])
def test_abort_in_another_worktree_changes_nothing(
    folder: Path, tmp_path: Path, is_committed: bool
) -> None:
    other = tmp_path / "other worktree"
    git(folder, "worktree", "add", "--quiet", "--detach", str(other))
    repository = Repository.at(folder)
    with repository.quarantined() as own:
        BRANCH.write(own, git(folder, "rev-parse", "HEAD"), merged(own))
    if is_committed:
        BRANCH.commit(repository, "Update", "")
    before = (git(folder, "status", "--porcelain"), git(folder, "rev-parse", "HEAD"))
    with pytest.raises(BadInput, match=f"drydock/update is checked out in {folder}: run this"):
        BRANCH.abort(Repository.at(other))
    assert (git(folder, "status", "--porcelain"), git(folder, "rev-parse", "HEAD")) == before
    assert BRANCH.abort(repository) == "branch drydock/update deleted, back on main"


def test_abort_of_staged_work_spares_the_branch_of_another_worktree(
    folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    git(folder, "worktree", "add", "--quiet", "--detach", str(other))
    repository, second = Repository.at(folder), Repository.at(other)
    head = git(folder, "rev-parse", "HEAD")
    with repository.quarantined() as own:
        BRANCH.write(own, head, merged(own))
    with second.quarantined() as own:
        work_tree.write(own, head, merged(own), Work(BRANCH.command))
    assert BRANCH.abort(second) == "index and working tree match the last commit"
    assert git(other, "status", "--porcelain") == ""
    assert git(folder, "status", "--porcelain") == "M  a"
    assert BRANCH.abort(repository) == "branch drydock/update deleted, back on main"


def test_abort_never_checks_out_the_branch_of_another_worktree(
    folder: Path, tmp_path: Path
) -> None:
    repository = commit_on_branch(folder)
    other = tmp_path / "other"
    git(folder, "worktree", "add", "--quiet", str(other), "main")
    with pytest.raises(
        BadInput, match=f"main, which an abort returns to, is checked out in {other}"
    ):
        BRANCH.abort(repository)
    git(folder, "worktree", "remove", str(other))
    assert BRANCH.abort(repository) == "branch drydock/update deleted, back on main"


def test_abort_ignores_a_worktree_that_was_deleted(folder: Path, tmp_path: Path) -> None:
    repository = commit_on_branch(folder)
    other = tmp_path / "other"
    git(folder, "worktree", "add", "--quiet", str(other), "main")
    shutil.rmtree(other)
    assert BRANCH.abort(repository) == "branch drydock/update deleted, back on main"


def test_branch_that_is_not_checked_out_is_only_deleted(folder: Path) -> None:
    repository = commit_on_branch(folder)
    git(folder, "switch", "--quiet", "--create", "mine", "main")
    assert BRANCH.abort(repository) == "branch drydock/update deleted"
    assert git(folder, "branch", "--show-current") == "mine"


def test_abort_after_a_resolved_conflict_was_merged_is_an_error(folder: Path) -> None:
    repository = Repository.at(folder)
    with repository.quarantined() as own:
        BRANCH.write(own, git(folder, "rev-parse", "HEAD"), merged(own))
    commit(folder, "Resolve")
    git(folder, "branch", "--force", "main", "HEAD")
    with pytest.raises(BadInput, match="is already merged: undo it with git revert"):
        BRANCH.abort(repository)


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
