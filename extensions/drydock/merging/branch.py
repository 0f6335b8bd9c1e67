"""The branch that a command commits on: there with its work, and gone when that is taken back.

Git's own configuration notes where the branch came from before it exists, and the commit once it
is made. So a kill at any step leaves something that can be told apart, and taken back.
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
    """The service it is for, where a repository has several; empty: the only one."""

    @property
    def name(self) -> str:
        """Its short name."""
        return "-".join(filter(None, (f"drydock/{self.command}", self.service)))

    @property
    def _ref(self) -> str:
        return f"refs/heads/{self.name}"

    def is_current(self, repository: Repository) -> bool:
        """Tell whether it is the one that is checked out."""
        said = repository.git("symbolic-ref", "--quiet", "HEAD", accept=(0, 1))
        return said.decode().strip() == self._ref

    def _is_begun(self, repository: Repository) -> bool:
        """Tell whether a run was killed between noting this branch and going on it."""
        if self.is_current(repository) or self._noted(repository, "Made"):
            return False
        tip = repository.commit_of(self._ref)
        return bool(self._noted(repository, "From")) and tip in (None, repository.commit_of("HEAD"))

    def is_for(self, repository: Repository, folder: str) -> bool:
        """Tell whether it is for the service in `folder`, or does not say so, as earlier ones."""
        return self._noted(repository, "Service") in ("", f"./{folder}")

    def require_none(self, repository: Repository) -> None:
        """Raise BadInput if the branch is there."""
        if repository.commit_of(self._ref):
            raise BadInput(
                f"the branch {self.name} is there: git branch -d deletes it once it is merged; "
                f"drydock {self.command} --abort undoes it"
            )

    def write(self, repository: Repository, head: str, merge: Merge, folder: str = "") -> bool:
        """Write a merge as `work_tree.write` does, and go on this branch; tell whether it is new.

        `folder` is the service's, from the top, with `/` at its end. Where either fails, neither
        has happened: index and work tree are written first, so that an error there, such as a full
        disk, finds the branch that was checked out.
        """
        is_new = not self.is_current(repository)
        # What is on the branch already is not to be taken back.
        then = partial(self._start, folder=folder) if is_new else self.forget
        work_tree.write(repository, head, merge, Work(self.command, folder), then)
        return is_new

    def _start(self, repository: Repository, folder: str) -> None:
        """Go on a new branch for the service in `folder`; neither index nor work tree change."""
        self.forget(repository)
        said = repository.git("symbolic-ref", "--quiet", "HEAD", accept=(0, 1)).decode().strip()
        try:
            self._note(repository, "Service", f"./{folder}")
            self._note(repository, "From", said or repository.text("rev-parse", "HEAD"))
            repository.git("update-ref", self._ref, "HEAD", "")  # or fail, if it is there
            repository.git("symbolic-ref", "-m", f"drydock {self.command}", "HEAD", self._ref)
        except BaseException:  # an interrupt, too
            with suppress(GitError):
                repository.git("update-ref", "-d", self._ref, "HEAD")
            self.forget(repository)
            raise

    def commit(self, repository: Repository, subject: str, body: str) -> None:
        """Commit what is staged. Raises GitError when git cannot."""
        signed = repository.git("config", "--type=bool", "commit.gpgsign", accept=(0, 1)).strip()
        sign = ["-S"] if signed == b"true" else []
        tree, head = repository.text("write-tree"), repository.text("rev-parse", "HEAD")
        # Not as an argument: Linux takes none of more than 128 KiB.
        message = f"{subject}\n\n{body.rstrip()}\n".encode()
        made = repository.text("commit-tree", *sign, tree, "-p", head, "-F", "-", stdin=message)
        if self._noted(repository, "From"):
            self._note(repository, "Made", made)
        repository.git("update-ref", "-m", f"drydock {self.command}", "HEAD", made, head)
        work_tree.forget(repository)

    def abort(self, repository: Repository, folder: str = "") -> None:
        """Take back what is not merged: the branch is gone, the old one is as it was.

        What is staged for the service in `folder`, which is from the top, with `/` at its end, goes
        first: a branch of an earlier run stays then. Raises BadInput when there is nothing, it is
        for another service, or it holds work that would be lost.
        """
        work = Work(self.command, folder)
        is_here = self.is_current(repository) and self.is_for(repository, folder)
        if not is_here and not self._is_begun(repository) and work_tree.is_noted(repository, work):
            work_tree.abort(repository, work)
            return
        if not self.is_for(repository, folder):
            other = replace(work, service=self._noted(repository, "Service").removeprefix("./"))
            raise BadInput(f"what is on {self.name} is {other.described(repository)}")
        came_from = self._noted(repository, "From")
        tip, head = repository.commit_of(self._ref), repository.commit_of("HEAD")
        on_it = self.is_current(repository)
        if work_tree.is_noted(repository, work) and not self._noted(repository, "Leaving"):
            # Otherwise what is noted was committed; only that could not be forgotten any more.
            if not came_from or not on_it or work_tree.noted_head(repository, work) in (head, None):
                work_tree.abort(repository, work)
        elif not tip or not came_from:
            raise work_tree.nothing_of(repository, work)
        if not came_from:
            return
        made, start = self._noted(repository, "Made"), repository.commit_of(came_from)
        # Of several commits the last may be noted, and not be there yet.
        is_made = tip == made or (tip != start and self._is_part(repository, tip, made))
        if tip and not is_made and tip != start:
            raise BadInput(f"{self.name} has work of yours: git branch -D {self.name} drops it")
        if is_made and repository.text("rev-list", "--count", f"{came_from}..{self._ref}") == "0":
            raise BadInput(f"{self.name} is merged: git revert undoes it")
        if on_it:
            self._leave(repository, came_from)
        elif tip:
            repository.git("update-ref", "-d", self._ref)
        self.forget(repository)

    def _is_part(self, repository: Repository, tip: str | None, made: str) -> bool:
        """Tell whether the branch has nothing but what led to the commit that was made."""
        if not tip or not repository.commit_of(made):
            return False
        return repository.text("merge-base", tip, made) == tip

    def _leave(self, repository: Repository, came_from: str) -> None:
        if not self._noted(repository, "Leaving"):
            require_clean(repository)
            self._note(repository, "Leaving", "yes")
        else:
            # The last run of this was killed; git leaves its lock behind then.
            (repository.git_dir / "index.lock").unlink(missing_ok=True)
        repository.git("reset", "--quiet", "--hard", came_from)
        if came_from.startswith("refs/"):
            repository.git("symbolic-ref", "HEAD", came_from)
        else:
            repository.git("update-ref", "--no-deref", "HEAD", came_from)
        repository.git("update-ref", "-d", self._ref)

    def forget(self, repository: Repository) -> None:
        """Take it that the branch is no longer to be taken back."""
        pattern = f"^branch\\.{re.escape(self.name)}\\.drydock(from|made|leaving|service)$"
        options = ("--null", "--name-only", "--get-regexp", pattern)
        noted = repository.git("config", *options, accept=(0, 1)).split(b"\0")[:-1]
        for key in dict.fromkeys(noted):
            with suppress(GitError):  # it is nowhere that may be written
                repository.git("config", "--unset-all", os.fsdecode(key))

    def _noted(self, repository: Repository, key: str) -> str:
        said = repository.git("config", "--get", self._key(key), accept=(0, 1))
        return os.fsdecode(said).strip()

    def _note(self, repository: Repository, key: str, value: str) -> None:
        repository.git("config", self._key(key), value)

    def _key(self, key: str) -> str:
        return f"branch.{self.name}.drydock{key}"
