"""A cache of clones: what is fetched of a service once is not fetched again.

A clone is bare and holds the newest commit of the branch that matters, and those of the branches
that updates are on: enough to read, to update and to push. It appears only when it is whole, and
one run at a time writes to it. One that cannot be brought up to date, because a run was killed
in it, is made again.
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
"""What the service is at, in a clone."""
_UPDATES = f"{_REMOTE}/drydock/"


@dataclass(frozen=True)
class Source:
    """The repository of a service, as it is at hand: a clone of the cache, or a checkout."""

    member: Member
    repository: Repository
    commit: str
    """What the service is at: what an update starts from."""
    folder: str
    """The service's folder from the top of the repository; empty: the top."""
    tip: str | None
    """What the branch of updates was at when the repository was opened; None: there was none."""

    @property
    def prefix(self) -> str:
        """What the paths of the service's files begin with: empty, or with `/` at its end."""
        return f"{self.folder}/" if self.folder else ""

    @property
    def branch(self) -> str:
        """The branch that its updates are on; one for each service of a repository."""
        return _branch(self.folder)

    @property
    def update_ref(self) -> str:
        """Where that branch is found: as it was fetched, or in the checkout itself."""
        return f"refs/heads/{self.branch}" if self.member.path else self.pushed_ref

    @property
    def pushed_ref(self) -> str:
        """Where that branch of the remote is found in a clone."""
        return f"{_REMOTE}/{self.branch}"

    def push(self, commit: str, seen: str | None) -> None:
        """Put `commit` on the remote's branch of updates, if that is still at `seen`.

        Raises BadInput where it is not, or may not be written.
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
            raise BadInput(redacted(f"{self.branch} is not pushed: {error}")) from error


@contextlib.contextmanager
def source(member: Member, cache: Path, *, fetch: bool = True) -> Iterator[Source]:
    """Yield the repository of a service; nobody else updates it meanwhile.

    Without `fetch` a clone stays as it is, where there is one. Raises BadInput where the service
    cannot be reached or read.
    """
    if member.path:
        yield _checkout(member)
        return
    key = f"{without_credentials(member.url)}\0{member.branch}"  # tokens change
    folder = cache / hashlib.sha256(key.encode()).hexdigest()[:24]
    cache.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if fetch or not _is_whole(folder):
            _bring(member, folder)
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
    # The checkout that is named may be a folder of a repository with several services.
    inside = PurePosixPath(prefix_of(member.path, repository), member.folder)
    folder = "" if inside == PurePosixPath() else inside.as_posix()
    commit, tip = repository.commits_of(name, f"refs/heads/{_branch(folder)}")
    if commit is None:
        what = f"no branch {member.branch}" if member.branch else "no commit yet"
        raise BadInput(f"{member.path} has {what}")
    return Source(member, repository, commit, folder, tip)


def _is_whole(folder: Path) -> bool:
    return folder.is_dir() and Repository(folder).commit_of(HEAD) is not None


def _bring(member: Member, folder: Path) -> None:
    """Bring the clone in `folder` up to date, or clone it again where that cannot be."""
    if folder.is_dir():
        with contextlib.suppress(GitError):
            _fetch(member, folder)
            return
    beside = Path(tempfile.mkdtemp(prefix=f"{folder.name}.new-", dir=folder.parent))
    try:
        git.run("init", "--quiet", "--bare", "--template=", beside)
        _fetch(member, beside)
        _remove(folder)
        beside.rename(folder)
    except GitError as error:
        raise BadInput(redacted(f"{member.address} cannot be read: {error}")) from error
    finally:
        _remove(beside)


def _fetch(member: Member, folder: Path) -> None:
    wanted = f"refs/heads/{member.branch}" if member.branch else "HEAD"
    with _address(member) as (address, environment):
        git.run(
            *("fetch", "--quiet", "--depth=1", "--no-tags", "--prune", "--no-write-fetch-head"),
            *("--no-recurse-submodules", "--", address),
            *(f"+{wanted}:{HEAD}", f"+refs/heads/drydock/*:{_UPDATES}*"),
            environment={"GIT_DIR": str(folder)} | environment,
        )


@contextlib.contextmanager
def _address(member: Member) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield an address for git, and the environment that adds the credentials to it.

    So nobody reads them in a list of processes, nor in the configuration of a clone.
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
    """Yield a repository of its own with a work tree at the service's commit, below `place`.

    It borrows the objects of the service's repository, which stays as it is. Raises BadInput
    where it cannot be written.
    """
    repository = source.repository
    at = commit or source.commit
    with tempfile.TemporaryDirectory(prefix="drydock.service.", dir=place) as scratch:
        # Its name is what the template can ask for.
        top = Path(scratch, source.member.name)
        said = repository.text(
            *("rev-parse", "--show-object-format", "--path-format=absolute"),
            *("--git-path", "objects", "--git-path", "shallow"),
        )
        form, objects, shallow = said.split("\n")
        git.run("init", "--quiet", "--template=", f"--object-format={form}", top)
        info = top / ".git/objects/info"
        info.mkdir(exist_ok=True)
        (info / "alternates").write_bytes(os.fsencode(objects) + b"\n")
        if Path(shallow).exists():
            shutil.copyfile(shallow, top / ".git/shallow")
        try:
            own = Repository(top / ".git", top)
            own.git("update-ref", "--no-deref", "HEAD", at)
            git.run("reset", "--quiet", "--hard", cwd=top)
        except GitError as error:
            raise BadInput(f"{source.member.address} cannot be checked out: {error}") from error
        yield service_folder(top, source)


def service_folder(top: Path, source: Source) -> Path:
    """Return the folder of a service in its repository at `top`; raise BadInput if it is none."""
    folder = top / source.folder
    if not folder.resolve().is_relative_to(top.resolve()):
        raise BadInput(f"folder {source.folder} leads outside the repository")
    if not folder.is_dir():
        raise BadInput(f"{source.member.address}: {source.folder} is not a directory")
    return folder
