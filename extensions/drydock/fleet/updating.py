"""The branch with an update of a service: what is there already, and how the new commit gets there.

A commit of Drydock's names the tree that it made. One that anybody amended, rebased onto other
work or added to does not hold that tree, and is never overwritten.
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
"""What a checkout is pushed to."""


@dataclass(frozen=True)
class Branch:
    """The branch of updates of one service, where it is wanted."""

    source: Source
    tip: str | None
    """The commit that it is at; None: there is no such branch."""
    release: str = ""
    """The release that its answers file records."""
    is_own: bool = False

    def has(self, release: Release) -> bool:
        """Tell whether it brings a release, or a newer one."""
        if self.tip is None:
            return False
        found = version_of(self.release) if self.release else None
        return self.release == release.name or _is_newer(found, release.version)

    def require_own(self) -> None:
        """Raise BadInput where anybody else's work is on it."""
        if self.tip and not self.is_own:
            raise BadInput(
                f"{self.source.branch} has commits that Drydock did not make: "
                "merge it, or delete it"
            )


def _is_newer(found: Version | None, wanted: Version | None) -> bool:
    return found is not None and wanted is not None and found > wanted


def at_hand(source: Source, answers_file: str) -> Branch:
    """Return the branch as the repository at hand has it: a clone that of its remote."""
    return _read(source, source.tip, answers_file)


def pushed(source: Source, answers_file: str) -> Branch:
    """Return the branch as the remote has it; raise BadInput where that cannot be asked."""
    if not source.member.path:
        return at_hand(source, answers_file)
    return _read(source, _remote_tip(source), answers_file)


def _read(source: Source, tip: str | None, answers_file: str) -> Branch:
    if tip is None:
        return Branch(source, None)
    repository = source.repository
    return Branch(source, tip, release_on(repository, tip, answers_file), is_own(repository, tip))


def in_repository(source: Source) -> str | None:
    """Return the commit that the repository at hand itself has on the branch."""
    if source.member.path:
        return source.tip
    return source.repository.commit_of(f"refs/heads/{source.branch}")


def prepared(source: Source, tip: str | None, answers_file: str, release: Release) -> str | None:
    """Return the commit `tip` if an earlier run made it of just this update, and it is right."""
    repository = source.repository
    if tip is None or repository.commit_of(f"{tip}^") != source.commit:
        return None
    if release_on(repository, tip, answers_file) != release.name:
        return None
    return tip if is_own(repository, tip) else None


def take(source: Source, made: Path, before: str | None) -> str:
    """Name the tree in the commit that was made in the repository `made`; bring it over.

    The branch must still be at `before`. Returns the commit. Raises BadInput where the branch
    cannot be written.
    """
    own = Repository.at(made)
    tree, message = own.text("show", "--no-patch", "--format=%T%n%B").split("\n", 1)
    # With a blank line: what stands before it may look like a trailer, or not.
    text = f"{message.rstrip()}\n\nDrydock-Tree: {tree}\n"
    amend = ("commit", "--amend", "--quiet", "--no-verify", "--cleanup=verbatim", "--file=-")
    git.run(*amend, cwd=own.top, stdin=text.encode())
    commit = own.text("rev-parse", "HEAD")
    repository, name = source.repository, f"refs/heads/{source.branch}"
    if source.member.path and _is_checked_out(repository, name):
        raise BadInput(f"{source.branch} is checked out in {source.member.path}: leave it first")
    try:
        # It borrows the repository's objects: what it has besides is what the update brought.
        new = ("rev-list", "--objects", "--no-object-names", commit, f"^{source.commit}")
        own_objects = repository.storing_in(own.git_dir / "objects")
        own_objects.keep(own.text(*new).split())
        repository.git("update-ref", name, commit, before or "0" * len(commit))
    except (GitError, OSError) as error:
        raise BadInput(f"{source.branch} is not written: {error}") from error
    return commit


def push(source: Source, commit: str, seen: str | None) -> None:
    """Push the commit where the remote's branch is still at `seen`; raise BadInput if it is not."""
    if not source.member.path:
        source.push(commit, seen)
        return
    name = f"refs/heads/{source.branch}"
    lease = f"--force-with-lease={name}:{seen or ''}"
    _ask_remote(source, "push", "--quiet", lease, "--", _REMOTE, f"{commit}:{name}")


def _remote_tip(source: Source) -> str | None:
    name = f"refs/heads/{source.branch}"
    said = _ask_remote(source, "ls-remote", "--", _REMOTE, name)
    if not said:
        return None
    fetch = ("fetch", "--quiet", "--no-write-fetch-head", "--no-tags", "--no-recurse-submodules")
    _ask_remote(source, *fetch, "--", _REMOTE, name)
    return said.split()[0].decode()


def _ask_remote(source: Source, *arguments: str) -> bytes:
    try:
        return git.run(*arguments, cwd=source.repository.top)
    except GitError as error:
        raise BadInput(redacted(f"{_REMOTE} of {source.member.path}: {error}")) from error


def _is_checked_out(repository: Repository, name: str) -> bool:
    said = repository.text("worktree", "list", "--porcelain")
    return f"branch {name}" in said.splitlines()
