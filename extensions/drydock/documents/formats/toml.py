"""TOML (https://toml.io/en/v1.0.0)."""

import re
import tomllib
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

from drydock.documents import values
from drydock.documents.kinds import ANYWHERE, Place
from drydock.documents.nodes import Body, Part, numbered
from drydock.documents.values import Grammar, Path, Stated, Told, Value

_STRING = (
    r'"""(?:\\.|[^"\\]|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
)
_KEY = rf"(?:{_STRING}|[\w-]+)(?:[ \t]*\.[ \t]*(?:{_STRING}|[\w-]+))*"
_DATED = r"\d{4}-\d\d-\d\d[Tt ]\d\d:[^\s,\]}#]*"
_HEADER = re.compile(rf"(\[\[?)[ \t]*({_KEY})[ \t]*\]\]?[^\n]*\n")
_SPACE = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*")
_REST = re.compile(r"[ \t]*(?:#[^\n]*)?\n")
# Where a list holds requirements; the names of groups stand for themselves.
_PACKAGES = re.compile(
    r"project\.dependencies|project\.optional-dependencies\.[^.]+|dependency-groups\.[^.]+"
    r"|build-system\.requires|tool\.uv\.(?:dev|constraint|override)-dependencies"
    r"|tool\.pdm\.dev-dependencies\.[^.]+|tool\.hatch\.envs\.[^.]+\.(?:extra-)?dependencies"
)


def handles(path: str) -> bool:
    """Tell whether `path` names a TOML file."""
    return path.endswith(".toml") or path.rpartition("/")[2] in {"uv.lock", "poetry.lock"}


def check(text: str) -> None:
    """Raise ValueError if `text` is not TOML; a key that is there twice is not."""
    tomllib.loads(text)


def _names(key: str) -> tuple[str, ...]:
    """Return the names in a dotted key."""
    found: object = tomllib.loads(f"{key} = 0")
    names = []
    while isinstance(found, dict):
        ((name, found),) = found.items()
        names.append(name)
    return tuple(names)


_GRAMMAR = Grammar(
    space=re.compile(r"(?:\s|#[^\n]*)*"),
    key=re.compile(_KEY, re.DOTALL),
    equals="=",
    scalar=re.compile(rf"{_STRING}|{_DATED}|[^\s,\]}}#]+", re.DOTALL),
    names=lambda key: _dotted(_names(key)),
    plain=lambda scalar: tomllib.loads(f"v = {scalar}")["v"],
)


def read(text: str) -> Part:
    """Take `text` apart: tables, their keys, what these hold."""
    top, tables, end = _tables(text)
    first = Part("the top", body=top.body)
    return Part("the document", body=Body((first, *_parts(tables)), closing=text[end:]))


def _tables(text: str) -> "tuple[_Held, list[_Table], int]":
    """Return what stands above all tables, the tables, and where the last of them ends."""
    check(text)
    top, at = _table(text, 0, (), "")
    tables = []
    while found := _HEADER.match(text, _end(_SPACE, text, at)):
        names = _names(found[2])
        table, end = _table(text, found.end(), names, text[found.start() : found.end()])
        tables.append(
            _Table(names, found[1] == "[[", text[at : found.start()], found.start(), table)
        )
        at = end
    return top, tables, at


def stated(text: str) -> Iterator[Stated]:
    """Yield where each table, each key and each scalar stands; raise ValueError as `read` does.

    A table without a header of its own stands where the first one below it does.
    """
    top, tables, _ = _tables(text)
    yield from _entries(text, top, ())
    seen: set[Path] = set()
    for table in tables:
        for end in range(1, len(table.names) + 1):
            if end == len(table.names) or table.names[:end] not in seen:
                yield table.names[:end], "", table.start
                seen.add(table.names[:end])
        yield from _entries(text, table.held, table.names)


def _entries(text: str, held: "_Held", names: Path) -> Iterator[Stated]:
    for start, value in (held.value.entries or {}).values():
        inner = _names(text[start : _end(_GRAMMAR.key, text, start)])
        yield from values.stated(text, value, (*names, *inner), start)


@dataclass(frozen=True)
class _Table:
    names: Path
    in_array: bool
    lead: str
    start: int
    held: "_Held"


@dataclass(frozen=True)
class _Held:
    """The keys of a table, as parts and as values."""

    body: Body
    value: Value


def _table(text: str, at: int, path: Path, opening: str) -> tuple[_Held, int]:
    """Read the keys at `at`; return them and where the last of them ends."""
    entries: dict[str, tuple[int, Value]] = {}
    parts = []
    while (start := _end(_SPACE, text, at)) < len(text) and text[start] != "[":
        key_end = _end(_GRAMMAR.key, text, start)
        names = _names(text[start:key_end])
        value_at = _end(re.compile(r"[ \t]*=[ \t]*"), text, key_end)
        value = values.scan(text, value_at, _GRAMMAR)
        end = _end(_REST, text, value.end)
        name = _dotted(names)
        entries[name] = start, value
        found = values.part(text, name, start, value, (*path, *names), tell=_tell)
        lead, after = text[at:start], text[value.end : end]
        parts.append(replace(found, lead=lead, after=after, place=ANYWHERE))
        at = end
    return _Held(Body(numbered(parts), opening), Value(0, 0, entries=entries)), at


def _tell(path: Path, items: Sequence[Value]) -> Told | None:
    if _PACKAGES.fullmatch(_dotted(path)):
        return values.packages(items)
    return values.told_by_name(path, items)


def _parts(tables: Sequence[_Table]) -> list[Part]:
    """Return the tables as parts; what is below an item of an array of tables is its part."""
    arrays: dict[Path, list[_Table]] = {}
    for table in tables:
        if table.in_array:
            arrays.setdefault(table.names, []).append(table)
    told = {names: _told(names, items) for names, items in arrays.items()}
    parts = []
    rest = list(tables)
    while rest:
        table = rest.pop(0)
        if any(_is_below(table, names) for names in arrays):
            raise ValueError("a table is apart from the array it belongs to")
        item = told[table.names].pop(0) if table.in_array else None
        key, place = item or (_dotted(table.names), ANYWHERE)
        below = []
        while table.in_array and rest and _is_below(rest[0], table.names):
            below.append(rest.pop(0))
        body = replace(table.held.body, parts=(*table.held.body.parts, *_parts(below)))
        parts.append(Part(key, lead=table.lead, body=body, place=place))
    return parts


def _told(names: Path, items: Sequence[_Table]) -> list[tuple[Hashable, Place]]:
    """Return the key of each item of an array of tables, and what its place means."""
    told = values.told_apart(names[-1], [item.held.value for item in items])
    if told is None:
        raise ValueError(f"the items of {_dotted(names)} cannot be told apart")
    return [((_dotted(names), key), told.place) for key in told.keys]


def _is_below(table: _Table, names: Path) -> bool:
    return len(table.names) > len(names) and table.names[: len(names)] == names


def _dotted(names: Path) -> str:
    return ".".join(names)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    if not found:
        raise ValueError(f"not understood: {text[at : at + 20]}")
    return found.end()
