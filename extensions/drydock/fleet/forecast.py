"""What an update would do to a service: which files conflict, and where."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from drydock.git import Repository
from drydock.merging.trees import Merge
from drydock.template.rendering import Rendering

_LONGEST_PART = 20  # lines of a conflict that are recorded, for each side
_FIRST = re.compile(rb"^(<{7,}) ", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """A place in a file where service and release conflict."""

    line: int
    """The first line in the service's version, counted from 1."""
    ours: list[str]
    theirs: list[str]


@dataclass
class Conflict:
    """A file with conflicts that a person has to resolve."""

    path: str
    reason: str = ""
    source: str = ""
    """The template's file that it is rendered from; empty: none."""
    parts: list[Part] = field(default_factory=list)
    """The places in conflict, if both sides have it as text."""


class Conflicts:
    """Collects the conflicts of an update's merge."""

    def __init__(self, prefix: str) -> None:
        """Start with none; `prefix` is the folder of the service, empty or ending in `/`."""
        self._prefix = prefix
        self.found: list[Conflict] = []

    def watch(self, repository: Repository, merge: Merge, theirs: Rendering) -> None:
        """Record the conflicts of a merge with the render of a release."""
        marked = {path: entry for path in merge.conflicts if (entry := merge.changes.get(path))}
        texts = repository.read_blobs(entry.oid for entry in marked.values()) if marked else {}
        for path, conflict in sorted(merge.conflicts.items()):
            text = texts[marked[path].oid] if path in marked else b""
            own = path.removeprefix(self._prefix)
            source = theirs.sources.get(own, "")
            self.found.append(Conflict(own, conflict.reason, source, list(parts_of(text))))


def parts_of(text: bytes) -> Iterator[Part]:
    """Yield the places between conflict markers in `text`."""
    extra = 0  # lines so far that the service's version does not have
    for match in _marked(text):
        before = text.count(b"\n", 0, match.start())
        ours, theirs = (_lines(match[side]) for side in ("ours", "theirs"))
        yield Part(before - extra + 1, ours[:_LONGEST_PART], theirs[:_LONGEST_PART])
        extra += match[0].count(b"\n") + 1 - len(ours)


def _marked(text: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the places between conflict markers, whose length can differ from git's usual one."""
    end = 0
    for first in _FIRST.finditer(text):
        if first.start() >= end and (match := _hunk(len(first[1])).match(text, first.start())):
            yield match
            end = match.end()


@cache
def _hunk(size: int) -> re.Pattern[bytes]:
    """Return the pattern of a place between conflict markers of this length."""
    return re.compile(
        rb"^<{%d} [^\n]*\n(?P<ours>.*?)(?:^\|{%d} [^\n]*\n.*?)?"
        rb"^={%d}\r?\n(?P<theirs>.*?)^>{%d} [^\n]*$" % ((size,) * 4),
        re.MULTILINE | re.DOTALL,
    )


def _lines(text: bytes) -> list[str]:
    return text.decode("utf-8", "replace").splitlines()
