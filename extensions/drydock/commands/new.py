"""`drydock new`: a service from a template, under version control, with its first commit."""

import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from drydock import git, locking
from drydock.errors import BadInput
from drydock.paths import expanded
from drydock.report.outcomes import NewService
from drydock.template import rendering
from drydock.template.addresses import absolute, without_credentials
from drydock.template.answers import DEFAULT_NAME
from drydock.template.origin import origin
from drydock.template.releases import Release, Template, open_template

# For a machine without a git identity; `.invalid` is reserved (RFC 2606).
_DRYDOCK_IDENTITY = ("-c", "user.name=Drydock", "-c", "user.email=drydock@example.invalid")

_COMMIT = "git add --all . && git commit"
_PUSH = "git remote add origin ADDRESS && git push --set-upstream origin main"


def new(
    destination: Path,
    *,
    say: Callable[[str], None],
    data: Mapping[str, Any],
    defaults: bool = False,
    ref: str | None = None,
    template: str | None = None,
) -> NewService:
    """Create a service in `destination`, which must be empty or not exist.

    `template` is an address (default: the template drydock was installed from), `ref` a release
    (default: the newest, or the installed one). `say` reports each step before it starts. Raises
    BadInput for invalid arguments, and leaves the destination as it was.
    """
    destination = expanded(destination).absolute()
    _require_empty(destination)
    address, installed = (template, None) if template else origin()
    warnings = []
    address = absolute(address, Path.cwd())
    if Path(address).is_absolute():
        warnings.append(f"{address} is recorded as the template, but others cannot reach it")
    say(f"Reading the template {without_credentials(address)}")
    with (
        open_template(address, Path.cwd()) as source,
        tempfile.TemporaryDirectory(prefix="drydock.") as scratch,
    ):
        release, release_warnings = _choose(source, ref, installed)
        checkout = rendering.Checkout(Path(scratch, "template"), source.address, release)
        source.checkout(release, checkout.folder)
        rendering.check_data(checkout, data)
        warnings += release_warnings
        with _staged(destination) as staged:
            say(f"Rendering {release.name}")
            request = rendering.Request(data=data, defaults=defaults)
            rendered = rendering.render(checkout, staged, request)
            staged.mkdir(exist_ok=True)
            lock = _lock(staged, say, warnings)
            history = _start_history(staged, destination, source, release, warnings)
    return NewService(
        folder=destination,
        template=source.address,
        release=release.name,
        warnings=tuple(warnings),
        skipped=rendered.skipped,
        message=rendered.message.replace(str(staged), str(destination)),
        next_steps=(f"cd {shlex.quote(str(_from_here(destination)))}", *lock, *history),
    )


def _require_empty(destination: Path) -> None:
    if destination.is_symlink() or (destination.exists() and not destination.is_dir()):
        raise BadInput(f"{destination} exists and is not a directory")
    if destination.is_dir() and any(destination.iterdir()):
        if (destination / DEFAULT_NAME).exists():
            raise BadInput(
                f"{destination} already has a service of a template; drydock update updates it"
            )
        raise BadInput(f"{destination} is not empty; drydock retrofit adopts an existing service")


def _choose(source: Template, ref: str | None, installed: str | None) -> tuple[Release, list[str]]:
    """Return the release to render, and warnings about it."""
    warnings = [source.tags_missing] if source.tags_missing else []
    if ref:
        return source.find(ref), warnings
    release = latest = source.latest()
    if installed and installed in source.releases and source.is_own(source.releases[installed]):
        release = source.releases[installed]
        if source.is_older(release, latest):
            warnings.append(
                f"using {release.name}, from which drydock was installed, although {latest.name} "
                f"is newer: --ref {latest.name} uses that"
            )
    elif installed:
        warnings.append(
            f"the installed {installed} is not a release of the template: using {latest.name}"
        )
    if foreign := source.foreign(release):
        raise BadInput(f"{foreign}; --ref {release.name} uses it anyway")
    return release, warnings


@contextmanager
def _staged(destination: Path) -> Iterator[Path]:
    """Yield a temporary folder that becomes `destination` if no error is raised."""
    nearest = destination
    while not nearest.exists():
        nearest = nearest.parent
    try:
        staging = Path(tempfile.mkdtemp(prefix=".drydock-", dir=nearest))
    except OSError as error:
        raise BadInput(f"{nearest} cannot be written: {error.strerror}") from error
    try:
        staged = staging / destination.name
        yield staged
        if destination.exists():
            for child in staged.iterdir():
                child.rename(destination / child.name)
        else:
            destination.parent.mkdir(parents=True, exist_ok=True)
            staged.rename(destination)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _from_here(folder: Path) -> Path:
    """Return `folder`, relative if it is below the current one."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _lock(staged: Path, say: Callable[[str], None], warnings: list[str]) -> tuple[str, ...]:
    """Write the lock file; return the commands that the user must still run."""
    if not (staged / "pyproject.toml").is_file():
        return ()
    command = locking.command(staged)
    say("Writing the lock file")
    if not (problem := locking.write(staged)):
        return ()
    warnings.append(f"no lock file yet: {problem}")
    return (f"{command} && git add --all . && git commit --message 'Lock the dependencies'",)


def _start_history(
    staged: Path, destination: Path, source: Template, release: Release, warnings: list[str]
) -> tuple[str, ...]:
    """Make the service a repository with one commit; return the commands that the user must run.

    Inside another repository it stays a folder of that one, unless it is ignored there.
    """
    outer = _repository_around(destination)
    if outer:
        warnings.append(f"the service is a folder of the repository {outer}: commit it there")
        return (_COMMIT,)
    git.run("init", "--quiet", "--initial-branch=main", cwd=staged)
    git.run("add", "--all", cwd=staged)
    identity: tuple[str, ...] = ()
    if not git.has_identity(staged):
        identity = _DRYDOCK_IDENTITY
        warnings.append(
            "git has no user.name and user.email, so the first commit is authored by Drydock; "
            "set them, then: git commit --amend --reset-author --no-edit"
        )
    message = f"Start from the template at {release.name}\n\nTemplate: {source.address}"
    try:
        git.run(*identity, "commit", "--quiet", "--message", message, cwd=staged)
    except git.GitError as error:
        warnings.append(f"the first commit failed: {error}")
        return (_COMMIT, _PUSH)
    return (_PUSH,)


def _repository_around(destination: Path) -> Path | None:
    parent = destination
    while not parent.is_dir():
        parent = parent.parent
    try:
        outer = git.Repository.at(parent)
        # The slash tells git that it will be a folder, although it does not exist yet.
        ignored = git.run("check-ignore", f"{destination}/", cwd=parent, accept=(0, 1))
    except git.GitError:
        return None
    return None if ignored else outer.top
