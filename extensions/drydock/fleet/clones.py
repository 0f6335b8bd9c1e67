"""A cache of clones, so that later runs fetch only what is new.

A clone is bare and has the newest commit of the service's branch and of the branches of updates:
enough to read, update and push. It appears only when it is complete, and one run at a time writes
to it. A clone that cannot be fetched into, because a run was killed, is made again.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from drydock import git
from drydock.errors import BadInput
from drydock.fleet.inventory import Member
from drydock.git import GitError, Repository
from drydock.merging.branch import Branch
from drydock.project import prefix_of
from drydock.template.addresses import redacted, without_credentials

_REMOTE = "refs/remotes/origin"
HEAD = f"{_REMOTE}/HEAD"
"""The commit of the service in a clone."""
_UPDATES = f"{_REMOTE}/drydock/"


@dataclass(frozen=True)
class Source:
    """The local repository of a service: a clone in the cache, or a checkout."""

    member: Member
    repository: Repository
    commit: str
    """The commit of the service that an update starts from."""
    folder: str
    """The service's folder, relative to the top of the repository; empty: the top."""
    tip: str | None
    """The commit of the branch of updates when the repository was opened; None: no branch."""

    @property
    def prefix(self) -> str:
        """The prefix of the service's paths; empty, or ending in `/`."""
        return f"{self.folder}/" if self.folder else ""

    @property
    def branch(self) -> str:
        """The branch of its updates; each service of a repository has its own."""
        return _branch(self.folder)

    @property
    def update_ref(self) -> str:
        """The local ref of that branch: as fetched into a clone, or in the checkout."""
        return f"refs/heads/{self.branch}" if self.member.path else self.pushed_ref

    @property
    def pushed_ref(self) -> str:
        """The ref of the remote's branch in a clone."""
        return f"{_REMOTE}/{self.branch}"

    def push(self, commit: str, seen: str | None) -> None:
        """Push `commit` to the remote's branch of updates, if that is still at `seen`.

        Raises BadInput if it is not, or if the push fails.
        """
        name = f"refs/heads/{self.branch}"
        with _address(self.member) as (address, environment):
            lease = f"--force-with-lease={name}:{seen or ''}"
            push = ("push", "--quiet", lease, "--", address, f"{commit}:{name}")
            self._run(*push, environment=environment)
        self.repository.git("update-ref", self.pushed_ref, commit)

    def _run(self, *arguments: str, environment: dict[str, str]) -> None:
        try:
            git.run(
                *arguments,
                environment={"GIT_DIR": str(self.repository.git_dir)} | environment,
            )
        except GitError as error:
            raise BadInput(redacted(f"cannot push {self.branch}: {error}")) from error


@contextlib.contextmanager
def source(member: Member, cache: Path, *, fetch: bool = True) -> Iterator[Source]:
    """Yield the repository of a service, locked against other runs.

    Without `fetch` an existing clone is used unchanged. Raises BadInput when the service cannot be
    reached or read.
    """
    if member.path:
        yield _checkout(member)
        return
    key = f"{without_credentials(member.url)}\0{member.branch}"  # credentials may change
    folder = cache / hashlib.sha256(key.encode()).hexdigest()[:24]
    cache.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if fetch or not _is_complete(folder):
            _fetch_or_clone(member, folder)
        repository = Repository(folder)
        commit, tip = repository.commits_of(HEAD, f"{_REMOTE}/{_branch(member.folder)}")
        if commit is None:
            raise BadInput(f"{member.address} has no commit yet")
        yield Source(member, repository, commit, member.folder, tip)


def _branch(folder: str) -> str:
    return Branch("update", folder.replace("/", "-")).name


def _checkout(member: Member) -> Source:
    assert member.path is not None
    if not member.path.is_dir():
        raise BadInput(f"{member.path} is not a directory")
    try:
        repository = Repository.at(member.path)
    except GitError as error:
        raise BadInput(f"{member.path} is not in a git repository: {error}") from error
    name = f"refs/heads/{member.branch}" if member.branch else "HEAD"
    # member.path may be a folder in a repository with several services.
    relative = PurePosixPath(prefix_of(member.path, repository), member.folder)
    folder = "" if relative == PurePosixPath() else relative.as_posix()
    commit, tip = repository.commits_of(name, f"refs/heads/{_branch(folder)}")
    if commit is None:
        what = f"no branch {member.branch}" if member.branch else "no commit yet"
        raise BadInput(f"{member.path} has {what}")
    return Source(member, repository, commit, folder, tip)


def _is_complete(folder: Path) -> bool:
    return folder.is_dir() and Repository(folder).commit_of(HEAD) is not None


def _fetch_or_clone(member: Member, folder: Path) -> None:
    """Update the clone in `folder`, or clone again when that fails."""
    if folder.is_dir():
        with contextlib.suppress(GitError):
            _fetch(member, folder)
            return
    temporary = Path(tempfile.mkdtemp(prefix=f"{folder.name}.new-", dir=folder.parent))
    try:
        git.run("init", "--quiet", "--bare", "--template=", temporary)
        _fetch(member, temporary)
        _remove(folder)
        temporary.rename(folder)
    except GitError as error:
        raise BadInput(redacted(f"{member.address} cannot be read: {error}")) from error
    finally:
        _remove(temporary)


def _fetch(member: Member, folder: Path) -> None:
    ref = f"refs/heads/{member.branch}" if member.branch else "HEAD"
    with _address(member) as (address, environment):
        git.run(
            *("fetch", "--quiet", "--depth=1", "--no-tags", "--prune", "--no-write-fetch-head"),
            *("--no-recurse-submodules", "--", address),
            *(f"+{ref}:{HEAD}", f"+refs/heads/drydock/*:{_UPDATES}*"),
            environment={"GIT_DIR": str(folder)} | environment,
        )


@contextlib.contextmanager
def _address(member: Member) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield an address for git, and the environment that adds the credentials to it.

    This keeps them out of the list of processes and out of the clone's configuration.
    """
    plain = without_credentials(member.url)
    environment: dict[str, str] = {}
    if plain != member.url:
        environment |= {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{member.url}.insteadOf",
            "GIT_CONFIG_VALUE_0": plain,
        }
    yield plain, environment


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def work_tree(source: Source, place: Path, commit: str = "") -> Iterator[Path]:
    """Yield a temporary repository with a work tree at the service's commit, below `place`.

    It borrows the objects of the service's repository, which is left alone. Raises BadInput when
    it cannot be written.
    """
    repository = source.repository
    commit = commit or source.commit
    with tempfile.TemporaryDirectory(prefix="drydock.service.", dir=place) as scratch:
        # Templates can read the folder's name.
        top = Path(scratch, source.member.name)
        output = repository.text(
            *("rev-parse", "--show-object-format", "--path-format=absolute"),
            *("--git-path", "objects", "--git-path", "shallow"),
        )
        form, objects, shallow = output.split("\n")
        git.run("init", "--quiet", "--template=", f"--object-format={form}", top)
        info = top / ".git/objects/info"
        info.mkdir(exist_ok=True)
        (info / "alternates").write_bytes(os.fsencode(objects) + b"\n")
        if Path(shallow).exists():
            shutil.copyfile(shallow, top / ".git/shallow")
        try:
            own = Repository(top / ".git", top)
            own.git("update-ref", "--no-deref", "HEAD", commit)
            git.run("reset", "--quiet", "--hard", cwd=top)
        except GitError as error:
            raise BadInput(f"{source.member.address} cannot be checked out: {error}") from error
        yield service_folder(top, source)


def service_folder(top: Path, source: Source) -> Path:
    """Return the folder of a service in its repository at `top`; raise BadInput without one."""
    folder = top / source.folder
    if not folder.resolve().is_relative_to(top.resolve()):
        raise BadInput(f"folder {source.folder} leads outside the repository")
    if not folder.is_dir():
        raise BadInput(f"{source.member.address}: {source.folder} is not a directory")
    return folder
