"""The branch that a command commits to; aborting the command deletes it.

Git's configuration records where the branch starts before it exists, and each commit before it is
on the branch. So a kill at any step leaves a state that is recognized and can be undone, and an
abort never deletes commits of the team.
"""

import os
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from drydock.errors import BadInput
from drydock.git import GitError, Repository
from drydock.merging import work_tree
from drydock.merging.trees import Merge
from drydock.merging.work_tree import Work
from drydock.project import require_clean

_RESTORED = "index and working tree match the last commit"


@dataclass(frozen=True)
class Branch:
    """The branch of one command, such as `drydock/retrofit`."""

    command: str
    service: str = ""
    """The name of the service, in a repository with several; empty: the only one."""

    @property
    def name(self) -> str:
        """The short name of the branch."""
        return "-".join(filter(None, (f"drydock/{self.command}", self.service)))

    @property
    def _ref(self) -> str:
        return f"refs/heads/{self.name}"

    def is_current(self, repository: Repository) -> bool:
        """Tell whether the branch is checked out."""
        return _head(repository) == self._ref

    def _is_begun(self, repository: Repository) -> bool:
        """Tell whether a run was killed between recording this branch and checking it out."""
        if self.is_current(repository) or self._noted(repository, "Made"):
            return False
        tip = repository.commit_of(self._ref)
        if not self._noted(repository, "From") or tip not in (None, repository.commit_of("HEAD")):
            return False
        return not _elsewhere(repository, self._ref)

    def is_for(self, repository: Repository, folder: str) -> bool:
        """Tell whether it is for the service in `folder`, or from a version that recorded none."""
        return self._noted(repository, "Service") in ("", f"./{folder}")

    def require_none(self, repository: Repository) -> None:
        """Raise BadInput if the branch exists."""
        if repository.commit_of(self._ref):
            raise BadInput(
                f"the branch {self.name} already exists: delete it with git branch -d once it is "
                f"merged, or undo it with drydock {self.command} --abort"
            )

    def write(self, repository: Repository, head: str, merge: Merge, folder: str = "") -> bool:
        """Write a merge as `work_tree.write` does, and check out this branch.

        Returns whether the branch is new. `folder` is the service's, from the top, with a trailing
        `/`. If either step fails, both are undone: index and work tree are written first, so that
        an error there, such as a full disk, leaves the current branch checked out.
        """
        is_new = not self.is_current(repository)
        # An abort must not undo the commits that are already on the branch.
        then = partial(self._start, folder=folder) if is_new else self.forget
        work_tree.write(repository, head, merge, Work(self.command, folder), then)
        return is_new

    def _start(self, repository: Repository, folder: str) -> None:
        """Check out a new branch for the service in `folder`, keeping index and work tree."""
        self.forget(repository)
        head = _head(repository)
        try:
            self._note(repository, "Service", f"./{folder}")
            self._note(repository, "From", head or repository.text("rev-parse", "HEAD"))
            repository.git("update-ref", self._ref, "HEAD", "")  # fails if the branch exists
            repository.git("symbolic-ref", "-m", f"drydock {self.command}", "HEAD", self._ref)
        except BaseException:  # including an interrupt
            with suppress(GitError):
                repository.git("update-ref", "-d", self._ref, "HEAD")
            self.forget(repository)
            raise

    def commit(self, repository: Repository, subject: str, body: str) -> None:
        """Commit the index. Raises GitError if git fails."""
        signed = repository.git("config", "--type=bool", "commit.gpgsign", accept=(0, 1)).strip()
        sign = ["-S"] if signed == b"true" else []
        tree, head = repository.text("write-tree"), repository.text("rev-parse", "HEAD")
        # Not as an argument: Linux limits one to 128 KiB.
        message = f"{subject}\n\n{body.rstrip()}\n".encode()
        commit = repository.text("commit-tree", *sign, tree, "-p", head, "-F", "-", stdin=message)
        if self._noted(repository, "From") and self.is_current(repository):
            repository.git("config", "--add", self._key("Made"), commit)
        repository.git("update-ref", "-m", f"drydock {self.command}", "HEAD", commit, head)
        work_tree.forget(repository)

    def abort(self, repository: Repository, folder: str = "") -> str:
        """Undo an unmerged run: delete the branch and restore the one it started from.

        `folder` is the service's, from the top, with a trailing `/`. If a merge for it is staged,
        only that is undone, and a branch of an earlier run stays. Raises BadInput if there is
        nothing to undo, the run is for another service, or the branch has work that would be lost:
        commits of the team, or any work if another worktree has it checked out. Returns the state
        that it leaves, for the user.
        """
        work = Work(self.command, folder)
        is_here = self.is_current(repository) and self.is_for(repository, folder)
        if not is_here and not self._is_begun(repository) and work_tree.is_noted(repository, work):
            work_tree.abort(repository, work)
            return _RESTORED
        if not self.is_for(repository, folder):
            other = replace(work, service=self._noted(repository, "Service").removeprefix("./"))
            raise BadInput(f"the branch {self.name} holds {other.described(repository)}")
        origin = self._noted(repository, "From")
        tip, head = repository.commit_of(self._ref), repository.commit_of("HEAD")
        is_checked_out = self.is_current(repository)
        is_noted = work_tree.is_noted(repository, work)
        noted_head = work_tree.noted_head(repository, work) if is_noted else None
        if origin and tip:
            self._require_alone(repository, origin if is_checked_out else "")
        is_restored = False
        if is_noted and not self._noted(repository, "Leaving"):
            # With another head, the work was committed, but the run was killed before it forgot it.
            if not origin or not is_checked_out or noted_head in (head, None):
                work_tree.abort(repository, work)
                is_restored = True
        elif not tip or not origin:
            raise work_tree.nothing_of(repository, work)
        commits = self._commits(repository, origin) if origin and tip else []
        others = [commit for commit in commits if commit not in self._made(repository)]
        if not origin or (others and is_restored):  # the work was staged on top of those
            return _RESTORED
        if others:
            raise self._holds(repository, others, origin if is_checked_out else "")
        if not commits and noted_head != tip:
            self._require_unmerged(repository, tip, is_resolved=noted_head is not None)
        return self._delete(repository, origin, tip)

    def _require_unmerged(
        self, repository: Repository, tip: str | None, *, is_resolved: bool
    ) -> None:
        """Raise BadInput if the branch, which has no commits that its origin lacks, had some."""
        is_merged = is_resolved or tip in self._made(repository)
        if tip and is_merged and not self._noted(repository, "Leaving"):
            raise BadInput(f"{self.name} is already merged: undo it with git revert")

    def _delete(self, repository: Repository, origin: str, tip: str | None) -> str:
        """Delete the branch, and leave it if it is checked out; return what was done."""
        is_checked_out = self.is_current(repository)
        if tip and is_checked_out:
            self._leave(repository, origin)
        elif tip:
            repository.git("update-ref", "-d", self._ref, tip)
        self.forget(repository)
        if not tip:
            return _RESTORED
        back = f", back on {_short(origin)}" if is_checked_out else ""
        return f"branch {self.name} deleted{back}"

    def _require_alone(self, repository: Repository, origin: str) -> None:
        """Raise BadInput if another worktree has the branch, or `origin`, checked out."""
        if place := _elsewhere(repository, self._ref):
            raise BadInput(f"{self.name} is checked out in {place}: run this command there")
        if origin.startswith("refs/") and (place := _elsewhere(repository, origin)):
            raise BadInput(
                f"{_short(origin)}, which an abort returns to, is checked out in {place}: "
                "check out another branch there first"
            )

    def _commits(self, repository: Repository, origin: str) -> list[str]:
        """Return the commits of the branch that its origin lacks, oldest first."""
        return repository.text("rev-list", "--reverse", f"{origin}..{self._ref}").split()

    def _holds(self, repository: Repository, commits: list[str], origin: str) -> BadInput:
        """Return the error that the branch has these commits, and how to keep or delete them.

        `origin` is where to switch to first; empty if the branch is not checked out.
        """
        first = repository.text("log", "-1", "--format=%h %s", commits[0])
        more = f" and {len(commits) - 1} more" if len(commits) > 1 else ""
        switch = "git switch " + ("" if origin.startswith("refs/") else "--detach ")
        leave = f"{switch}{_short(origin)} && " if origin else ""
        return BadInput(
            f"{self.name} has commits of yours: {first}{more}: {leave}git branch -D {self.name} "
            f"deletes them; to keep them, first give them a branch: git branch NAME {self.name}"
        )

    def _leave(self, repository: Repository, origin: str) -> None:
        """Check out the branch or commit that this branch started from, and delete this branch."""
        if not self._noted(repository, "Leaving"):
            require_clean(repository)
            self._note(repository, "Leaving", "yes")
        else:
            # The previous abort was killed, which leaves git's lock behind.
            (repository.git_dir / "index.lock").unlink(missing_ok=True)
        start = repository.text("rev-parse", origin)
        repository.git("reset", "--quiet", "--hard", start)
        if origin.startswith("refs/"):
            repository.git("symbolic-ref", "HEAD", origin)
        else:
            repository.git("update-ref", "--no-deref", "HEAD", origin)
        repository.git("update-ref", "-d", self._ref, start)

    def forget(self, repository: Repository) -> None:
        """Delete the records of the branch, so that an abort no longer undoes it."""
        pattern = f"^branch\\.{re.escape(self.name)}\\.drydock(from|made|leaving|service)$"
        options = ("--null", "--name-only", "--get-regexp", pattern)
        keys = repository.git("config", *options, accept=(0, 1)).split(b"\0")[:-1]
        for key in dict.fromkeys(keys):
            with suppress(GitError):  # it is in a file that is not writable
                repository.git("config", "--unset-all", os.fsdecode(key))

    def _made(self, repository: Repository) -> set[str]:
        """Return the commits that the command made, of which the last may not be on it yet."""
        output = repository.git("config", "--get-all", self._key("Made"), accept=(0, 1))
        return set(output.decode().split())

    def _noted(self, repository: Repository, key: str) -> str:
        value = repository.git("config", "--get", self._key(key), accept=(0, 1))
        return os.fsdecode(value).strip()

    def _note(self, repository: Repository, key: str, value: str) -> None:
        repository.git("config", self._key(key), value)

    def _key(self, key: str) -> str:
        return f"branch.{self.name}.drydock{key}"


def _head(repository: Repository) -> str:
    """Return the ref that is checked out; empty if HEAD is detached."""
    return repository.git("symbolic-ref", "--quiet", "HEAD", accept=(0, 1)).decode().strip()


def _short(origin: str) -> str:
    """Return the name of a branch, or a short id of a commit."""
    return origin.removeprefix("refs/heads/") if origin.startswith("refs/") else origin[:12]


def _elsewhere(repository: Repository, ref: str) -> str:
    """Return the folder of another worktree that has `ref` checked out; empty: there is none."""
    worktrees = [
        dict(line.partition(" ")[::2] for line in record.split("\0"))
        for record in repository.text("worktree", "list", "--porcelain", "-z").split("\0\0")
    ]
    folders = [
        worktree["worktree"]
        for worktree in worktrees
        if worktree.get("branch") == ref and "prunable" not in worktree
    ]
    # Not by path alone: git reports the main worktree of a submodule as its git directory.
    is_here = _head(repository) == ref
    others = [folder for folder in folders if Path(folder).resolve() != repository.top.resolve()]
    return others[0] if others and len(folders) > is_here else ""
