"""A service that no template made: a folder of a clean git repository."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from drydock.adoption.facts import Files
from drydock.errors import BadInput
from drydock.git import Repository, Tree
from drydock.project import repository_of
from drydock.template import answers

_LARGEST = 1 << 20  # bytes of a file that is read for facts


@dataclass(frozen=True)
class Place:
    """The service as it is: a folder of a clean repository."""

    folder: Path
    repository: Repository
    prefix: str
    head: str
    tracked: Tree
    contents: dict[str, bytes]
    """Its files by their path in the service."""
    files: Files
    """Those that are text."""


def place_of(folder: Path) -> Place:
    """Return the service in `folder`; raise BadInput if it is none that can be brought in."""
    folder = folder.expanduser().resolve()
    try:
        repository = repository_of(folder)
    except BadInput as error:
        if folder.is_dir():
            how = "git init && git add --all && git commit -m 'As it was'"
            raise BadInput(
                f"{folder} is in no git repository, so nothing could be undone: {how}"
            ) from error
        raise
    try:
        file = answers.find(folder)
    except BadInput:
        file = ""
    if file:
        raise BadInput(f"{file} says which template made this service: use drydock update")
    head = repository.commit_of("HEAD")
    if head is None:
        raise BadInput(f"{repository.top} has no commit yet: commit the service first")
    if changed := repository.changes():
        raise BadInput(f"uncommitted changes: commit or stash them first: {changed[0]}")
    inside = folder.relative_to(repository.top.resolve()).as_posix()
    prefix = "" if inside == "." else f"{inside}/"
    tracked, _ = repository.tracked()
    own = {
        path.removeprefix(prefix): entry.oid
        for path, entry in tracked.items()
        if path.startswith(prefix) and entry.mode.startswith("100")
    }
    blobs = repository.read_blobs(own.values()) if own else {}
    contents = {path: blobs[oid] for path, oid in own.items()}
    return Place(folder, repository, prefix, head, tracked, contents, dict(_texts(contents)))


def _texts(contents: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    for path, content in contents.items():
        if len(content) <= _LARGEST and b"\0" not in content:
            with suppress(UnicodeDecodeError):
                yield path, content.decode("utf-8-sig").replace("\r\n", "\n")
