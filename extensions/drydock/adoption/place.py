"""A service to adopt: a folder in a clean git repository."""

import codecs
import posixpath
import re
import tokenize
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from drydock.adoption.facts import Files
from drydock.errors import BadInput
from drydock.git import Repository, Tree
from drydock.merging.branch import Branch
from drydock.paths import resolved
from drydock.project import prefix_of, repository_of, require_clean
from drydock.template import answers

_LARGEST = 1 << 20  # bytes of a file that is read for facts
_LINK = "120000"
_LISTS = (".txt", ".in", ".cfg")


@dataclass(frozen=True)
class Place:
    """A service as it is committed."""

    folder: Path
    repository: Repository
    prefix: str
    head: str
    tracked: Tree
    unwatched: set[str]
    """Those of `tracked` whose changes git was told to ignore."""
    contents: dict[str, bytes]
    """Its files, by path in the service."""
    files: Files
    """Its text files, including those behind symbolic links."""


def place_of(folder: Path) -> Place:
    """Return the service in `folder`; raise BadInput if it cannot be adopted."""
    folder = resolved(folder)
    try:
        repository = repository_of(folder)
    except BadInput as error:
        if folder.is_dir():
            how = "git init && git add --all && git commit -m 'As it was'"
            raise BadInput(
                f"{folder} is not in a git repository, so nothing could be undone: run {how}"
            ) from error
        raise
    try:
        file = answers.find(folder)
    except BadInput:
        file = ""
    if file:
        raise BadInput(f"{file} records the template that made this service: use drydock update")
    head = repository.commit_of("HEAD")
    if head is None:
        raise BadInput(f"{repository.top} has no commit yet: commit the service first")
    require_clean(repository)
    prefix = prefix_of(folder, repository)
    tracked, unwatched = repository.tracked()
    inside = {
        path.removeprefix(prefix): entry
        for path, entry in tracked.items()
        if path.startswith(prefix) and entry.mode.startswith(("100", _LINK))
    }
    blobs = repository.read_blobs([entry.oid for entry in inside.values()]) if inside else {}
    links = {path: blobs[entry.oid] for path, entry in inside.items() if entry.mode == _LINK}
    contents = {path: blobs[entry.oid] for path, entry in inside.items() if path not in links}
    files = texts_of(contents | dict(_through_links(links, contents)))
    return Place(folder, repository, prefix, head, tracked, unwatched, contents, files)


def branch_of(repository: Repository, folder: Path) -> Branch:
    """Return the branch on which the service in `folder` is adopted."""
    inside = prefix_of(folder, repository)
    return Branch("retrofit", re.sub(r"[^\w]+", "-", inside).strip("-"))


def texts_of(contents: Mapping[str, bytes]) -> dict[str, str]:
    """Return the text files, with line feeds, also at the end of the last line."""
    found = {}
    for path, content in contents.items():
        if len(content) <= _LARGEST and (text := _decoded(path, content)) is not None:
            text = text.replace("\r\n", "\n")
            found[path] = text if not text or text.endswith("\n") else f"{text}\n"
    return found


def _decoded(path: str, content: bytes) -> str | None:
    """Decode a file as pip does: by its byte order mark, as UTF-8, or as Latin-1; None if binary.

    Latin-1 is used only for lists and settings, where only comments contain non-ASCII letters. A
    module can declare its own encoding.
    """
    with suppress(UnicodeDecodeError):
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return content.decode("utf-16")
        if b"\0" not in content:
            return content.decode("utf-8-sig")
    if path.endswith(".py") and b"\0" not in content:
        with suppress(SyntaxError, UnicodeDecodeError):
            encoding, _ = tokenize.detect_encoding(BytesIO(content).readline)
            return content.decode(encoding)
    return content.decode("latin-1") if path.endswith(_LISTS) and b"\0" not in content else None


def _through_links(
    links: Mapping[str, bytes], contents: Mapping[str, bytes]
) -> Iterator[tuple[str, bytes]]:
    """Yield the path of each symbolic link to a file of the service, and that file's content."""
    for path, target in links.items():
        folder = path.rpartition("/")[0]
        linked = posixpath.normpath(posixpath.join(folder, target.decode("utf-8", "replace")))
        if linked in contents:
            yield path, contents[linked]
