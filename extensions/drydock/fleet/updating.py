"""The branch of a service's updates: read what is on it, and write the new commit to it.

A commit by Drydock names its own tree. A commit that people amended or rebased, or a branch that
they added to, has another tree at its tip and is never overwritten.
"""

from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from drydock import git
from drydock.errors import BadInput
from drydock.fleet.clones import Source
from drydock.fleet.status import is_own, release_on
from drydock.git import GitError, Repository
from drydock.template.addresses import redacted
from drydock.template.releases import Release, version_of

_REMOTE = "origin"
"""The remote that a checkout is pushed to."""


@dataclass(frozen=True)
class Branch:
    """The branch of updates of one service."""

    source: Source
    tip: str | None
    """Its commit; None: there is no such branch."""
    release: str = ""
    """The release that its answers file records."""
    is_own: bool = False

    def has(self, release: Release) -> bool:
        """Tell whether it updates to `release` or a newer one."""
        if self.tip is None:
            return False
        version = version_of(self.release) if self.release else None
        return self.release == release.name or _is_newer(version, release.version)

    def require_own(self) -> None:
        """Raise BadInput if it has commits that Drydock did not make."""
        if self.tip and not self.is_own:
            raise BadInput(
                f"{self.source.branch} has commits that Drydock did not make: "
                "merge it, or delete it"
            )


def _is_newer(version: Version | None, other: Version | None) -> bool:
    return version is not None and other is not None and version > other


def at_hand(source: Source, answers_file: str) -> Branch:
    """Return the branch as last seen locally: of a checkout its own, of a clone the remote's."""
    return _read(source, source.tip, answers_file)


def pushed(source: Source, answers_file: str) -> Branch:
    """Return the branch of the remote; raise BadInput if the remote cannot be reached."""
    if not source.member.path:
        return at_hand(source, answers_file)
    return _read(source, _remote_tip(source), answers_file)


def _read(source: Source, tip: str | None, answers_file: str) -> Branch:
    if tip is None:
        return Branch(source, None)
    repository = source.repository
    return Branch(source, tip, release_on(repository, tip, answers_file), is_own(repository, tip))


def in_repository(source: Source) -> str | None:
    """Return the commit of the local branch; None without one."""
    if source.member.path:
        return source.tip
    return source.repository.commit_of(f"refs/heads/{source.branch}")


def prepared(source: Source, tip: str | None, answers_file: str, release: Release) -> str | None:
    """Return the commit `tip` if an earlier run made it for exactly this update."""
    repository = source.repository
    if tip is None or repository.commit_of(f"{tip}^") != source.commit:
        return None
    if release_on(repository, tip, answers_file) != release.name:
        return None
    return tip if is_own(repository, tip) else None


def take(source: Source, folder: Path, before: str | None) -> str:
    """Move the update's commit from the temporary repository in `folder` to the service's branch.

    The commit gets a line that names its tree. The branch must still be at `before`. Returns the
    commit; raises BadInput when the branch cannot be written.
    """
    own = Repository.at(folder)
    tree, message = own.text("show", "--no-patch", "--format=%T%n%B").split("\n", 1)
    # A blank line makes it a trailer, whatever the message ends with.
    text = f"{message.rstrip()}\n\nDrydock-Tree: {tree}\n"
    amend = ("commit", "--amend", "--quiet", "--no-verify", "--cleanup=verbatim", "--file=-")
    git.run(*amend, cwd=own.top, stdin=text.encode())
    commit = own.text("rev-parse", "HEAD")
    repository, name = source.repository, f"refs/heads/{source.branch}"
    if source.member.path and _is_checked_out(repository, name):
        raise BadInput(f"{source.branch} is checked out in {source.member.path}: leave it first")
    try:
        # The temporary repository borrows all other objects; only new ones must be moved.
        new = ("rev-list", "--objects", "--no-object-names", commit, f"^{source.commit}")
        own_objects = repository.storing_in(own.git_dir / "objects")
        own_objects.keep(own.text(*new).split())
        repository.git("update-ref", name, commit, before or "0" * len(commit))
    except (GitError, OSError) as error:
        raise BadInput(f"cannot write {source.branch}: {error}") from error
    return commit


def push(source: Source, commit: str, seen: str | None) -> None:
    """Push the commit if the remote's branch is still at `seen`; raise BadInput if it is not."""
    if not source.member.path:
        source.push(commit, seen)
        return
    name = f"refs/heads/{source.branch}"
    lease = f"--force-with-lease={name}:{seen or ''}"
    _run_in_checkout(source, "push", "--quiet", lease, "--", _REMOTE, f"{commit}:{name}")


def _remote_tip(source: Source) -> str | None:
    name = f"refs/heads/{source.branch}"
    output = _run_in_checkout(source, "ls-remote", "--", _REMOTE, name)
    if not output:
        return None
    fetch = ("fetch", "--quiet", "--no-write-fetch-head", "--no-tags", "--no-recurse-submodules")
    _run_in_checkout(source, *fetch, "--", _REMOTE, name)
    return output.split()[0].decode()


def _run_in_checkout(source: Source, *arguments: str) -> bytes:
    try:
        return git.run(*arguments, cwd=source.repository.top)
    except GitError as error:
        raise BadInput(redacted(f"{_REMOTE} of {source.member.path}: {error}")) from error


def _is_checked_out(repository: Repository, name: str) -> bool:
    output = repository.text("worktree", "list", "--porcelain")
    return f"branch {name}" in output.splitlines()
