"""The branch that a command commits to; aborting the command deletes it.

Git's configuration records where the branch starts before it exists, and its commit once it is
made. So a kill at any step leaves a state that is recognized and can be undone.
"""

import os
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from drydock.errors import BadInput
from drydock.git import GitError, Repository
from drydock.merging import work_tree
from drydock.merging.trees import Merge
from drydock.merging.work_tree import Work
from drydock.project import require_clean


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
        head = repository.git("symbolic-ref", "--quiet", "HEAD", accept=(0, 1))
        return head.decode().strip() == self._ref

    def _is_begun(self, repository: Repository) -> bool:
        """Tell whether a run was killed between recording this branch and checking it out."""
        if self.is_current(repository) or self._noted(repository, "Made"):
            return False
        tip = repository.commit_of(self._ref)
        return bool(self._noted(repository, "From")) and tip in (None, repository.commit_of("HEAD"))

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
        head = repository.git("symbolic-ref", "--quiet", "HEAD", accept=(0, 1)).decode().strip()
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
        if self._noted(repository, "From"):
            self._note(repository, "Made", commit)
        repository.git("update-ref", "-m", f"drydock {self.command}", "HEAD", commit, head)
        work_tree.forget(repository)

    def abort(self, repository: Repository, folder: str = "") -> None:
        """Undo an unmerged run: delete the branch and restore the one it started from.

        `folder` is the service's, from the top, with a trailing `/`. If a merge for it is staged,
        only that is undone, and a branch of an earlier run stays. Raises BadInput if there is
        nothing to undo, the run is for another service, or the branch has work that would be lost.
        """
        work = Work(self.command, folder)
        is_here = self.is_current(repository) and self.is_for(repository, folder)
        if not is_here and not self._is_begun(repository) and work_tree.is_noted(repository, work):
            work_tree.abort(repository, work)
            return
        if not self.is_for(repository, folder):
            other = replace(work, service=self._noted(repository, "Service").removeprefix("./"))
            raise BadInput(f"the branch {self.name} holds {other.described(repository)}")
        origin = self._noted(repository, "From")
        tip, head = repository.commit_of(self._ref), repository.commit_of("HEAD")
        is_checked_out = self.is_current(repository)
        if work_tree.is_noted(repository, work) and not self._noted(repository, "Leaving"):
            # With another head, the work was committed, but the run was killed before it forgot it.
            noted_head = work_tree.noted_head(repository, work)
            if not origin or not is_checked_out or noted_head in (head, None):
                work_tree.abort(repository, work)
        elif not tip or not origin:
            raise work_tree.nothing_of(repository, work)
        if not origin:
            return
        commit, start = self._noted(repository, "Made"), repository.commit_of(origin)
        # Of several commits, the last can be recorded without being on the branch yet.
        is_made = tip == commit or (tip != start and self._is_part(repository, tip, commit))
        if tip and not is_made and tip != start:
            raise BadInput(
                f"{self.name} has commits of yours: git branch -D {self.name} deletes them"
            )
        if is_made and repository.text("rev-list", "--count", f"{origin}..{self._ref}") == "0":
            raise BadInput(f"{self.name} is already merged: undo it with git revert")
        if is_checked_out:
            self._leave(repository, origin)
        elif tip:
            repository.git("update-ref", "-d", self._ref)
        self.forget(repository)

    def _is_part(self, repository: Repository, tip: str | None, commit: str) -> bool:
        """Tell whether the tip of the branch is an ancestor of the commit that was made."""
        if not tip or not repository.commit_of(commit):
            return False
        return repository.text("merge-base", tip, commit) == tip

    def _leave(self, repository: Repository, origin: str) -> None:
        """Check out the branch or commit that this branch started from, and delete this branch."""
        if not self._noted(repository, "Leaving"):
            require_clean(repository)
            self._note(repository, "Leaving", "yes")
        else:
            # The previous abort was killed, which leaves git's lock behind.
            (repository.git_dir / "index.lock").unlink(missing_ok=True)
        repository.git("reset", "--quiet", "--hard", origin)
        if origin.startswith("refs/"):
            repository.git("symbolic-ref", "HEAD", origin)
        else:
            repository.git("update-ref", "--no-deref", "HEAD", origin)
        repository.git("update-ref", "-d", self._ref)

    def forget(self, repository: Repository) -> None:
        """Delete the records of the branch, so that an abort no longer undoes it."""
        pattern = f"^branch\\.{re.escape(self.name)}\\.drydock(from|made|leaving|service)$"
        options = ("--null", "--name-only", "--get-regexp", pattern)
        keys = repository.git("config", *options, accept=(0, 1)).split(b"\0")[:-1]
        for key in dict.fromkeys(keys):
            with suppress(GitError):  # it is in a file that is not writable
                repository.git("config", "--unset-all", os.fsdecode(key))

    def _noted(self, repository: Repository, key: str) -> str:
        value = repository.git("config", "--get", self._key(key), accept=(0, 1))
        return os.fsdecode(value).strip()

    def _note(self, repository: Repository, key: str, value: str) -> None:
        repository.git("config", self._key(key), value)

    def _key(self, key: str) -> str:
        return f"branch.{self.name}.drydock{key}"
