"""A service: a folder in a git repository that a template made."""

from dataclasses import dataclass
from pathlib import Path

from drydock import git
from drydock.errors import BadInput
from drydock.git import Repository, Tree
from drydock.paths import resolved
from drydock.template import answers
from drydock.template.addresses import without_credentials
from drydock.template.answers import Answers


@dataclass(frozen=True)
class Service:
    """A service in a clean work tree."""

    folder: Path
    repository: Repository
    prefix: str
    """The service's folder, relative to the top of the repository; empty, or ending in `/`."""
    head: str
    tracked: Tree
    unwatched: set[str]
    answers: Answers


def repository_of(folder: Path) -> Repository:
    """Return the repository that contains `folder`; raise BadInput if there is none."""
    if not folder.is_dir():
        raise BadInput(f"{folder} is not a directory")
    try:
        return Repository.at(folder)
    except git.GitError as error:
        raise BadInput(f"{folder} is not in a git repository: {error}") from error


def prefix_of(folder: Path, repository: Repository) -> str:
    """Return `folder` relative to the top of its repository; empty, or ending in `/`."""
    relative = folder.resolve().relative_to(repository.top.resolve()).as_posix()
    return "" if relative == "." else f"{relative}/"


def require_clean(repository: Repository, prefix: str = "") -> None:
    """Raise BadInput for uncommitted changes below `prefix`; empty: anywhere."""
    changed = [path for path in repository.changes() if path.startswith(prefix)]
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise BadInput(f"uncommitted changes: commit or stash them first: {changed[0]}{more}")


def contents_of(repository: Repository, prefix: str) -> dict[str, bytes]:
    """Return the content of the files below `prefix` in the index, by their paths from there.

    Links and submodules are left out.
    """
    tracked, _ = repository.tracked()
    oids = {
        path.removeprefix(prefix): entry.oid
        for path, entry in tracked.items()
        if path.startswith(prefix) and entry.mode.startswith("100")
    }
    contents = repository.read_blobs(oids.values()) if oids else {}
    return {path: contents[oid] for path, oid in oids.items()}


def find(folder: Path, answers_file: str | None = None, *, alone: bool = False) -> Service:
    """Return the service in `folder`.

    Raises BadInput when there is none, its answers file cannot be trusted, or it has uncommitted
    changes; with `alone`, also for uncommitted changes elsewhere in its repository.
    """
    folder = resolved(folder)
    repository = repository_of(folder)
    file = answers.find(folder, answers_file)
    recorded = answers.read(folder, file)
    if without_credentials(recorded.template) != recorded.template:
        raise BadInput(f"{file}: _src_path contains credentials: remove them")
    head = repository.commit_of("HEAD")
    if head is None:
        raise BadInput(f"{repository.top} has no commit yet: commit the service first")
    prefix = prefix_of(folder, repository)
    require_clean(repository, "" if alone else prefix)
    tracked, unwatched = repository.tracked()
    if prefix + file not in tracked:
        raise BadInput(f"{file} is not committed: commit the service first")
    return Service(folder, repository, prefix, head, tracked, unwatched, recorded)
