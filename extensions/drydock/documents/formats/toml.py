"""TOML (https://toml.io/en/v1.0.0)."""

import re
import tomllib
from collections.abc import Hashable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from drydock.documents import values
from drydock.documents.kinds import ANYWHERE, Place
from drydock.documents.nodes import Body, Part, numbered
from drydock.documents.values import Grammar, Identify, Location, Path, Value
from drydock.profiles import Profile

_STRING = (
    r'"""(?:\\.|[^"\\]|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
)
_KEY = rf"(?:{_STRING}|[\w-]+)(?:[ \t]*\.[ \t]*(?:{_STRING}|[\w-]+))*"
_DATED = r"\d{4}-\d\d-\d\d[Tt ]\d\d:[^\s,\]}#]*"
_NAMES = {"Pipfile", "uv.lock", "poetry.lock"}
_HEADER = re.compile(rf"(\[\[?)[ \t]*({_KEY})[ \t]*\]\]?[^\n]*\n")
_SPACE = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*")
_REST = re.compile(r"[ \t]*(?:#[^\n]*)?\n")


def handles(path: str) -> bool:
    """Tell whether `path` names a TOML file."""
    return path.endswith(".toml") or path.rpartition("/")[2] in _NAMES


def check(text: str) -> None:
    """Raise ValueError if `text` is not valid TOML, such as with a duplicate key."""
    data(text)


def data(text: str) -> dict[str, Any]:
    """Return the data in `text`; raise ValueError, with a reason on one line, if it is invalid."""
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _names(key: str) -> tuple[str, ...]:
    """Return the names in a dotted key."""
    value: object = tomllib.loads(f"{key} = 0")
    names = []
    while isinstance(value, dict):
        ((name, value),) = value.items()
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


def read(text: str, file_profiles: Sequence[Profile] = ()) -> Part:
    """Parse `text` into tables, their keys, and the values of these."""
    identify = values.identifier(file_profiles)
    top, tables, end = _tables(text, identify)
    first = Part("the top", body=top.body)
    return Part("the document", body=Body((first, *_parts(tables, identify)), closing=text[end:]))


def _tables(text: str, identify: Identify) -> "tuple[_Content, list[_Table], int]":
    """Return the keys above all tables, the tables, and the end of the last one."""
    check(text)
    top, at = _table(text, 0, (), "", identify)
    tables = []
    arrays: set[Path] = set()
    while header := _HEADER.match(text, _end(_SPACE, text, at)):
        names = _names(header[2])
        in_array, start = header[1] == "[[", header.start()
        place = _place(names, arrays)
        if in_array:
            arrays.add(names)
        inside = values.items_of(place) if in_array else place
        content, end = _table(text, header.end(), inside, text[start : header.end()], identify)
        tables.append(_Table(names, place, in_array, text[at:start], start, content))
        at = end
    return top, tables, at


def locations(text: str) -> Iterator[Location]:
    """Yield the location of each table, key and scalar; raise ValueError as `read` does.

    A table without a header has the location of the first table in it.
    """
    top, tables, _ = _tables(text, values.identifier(()))
    yield from _entries(text, top, ())
    seen: set[Path] = set()
    for table in tables:
        for end in range(1, len(table.names) + 1):
            if end == len(table.names) or table.names[:end] not in seen:
                yield table.names[:end], "", table.start
                seen.add(table.names[:end])
        yield from _entries(text, table.content, table.names)


def _entries(text: str, content: "_Content", names: Path) -> Iterator[Location]:
    for start, value in (content.value.entries or {}).values():
        inner = _names(text[start : _end(_GRAMMAR.key, text, start)])
        yield from values.locations(text, value, (*names, *inner), start)


@dataclass(frozen=True)
class _Table:
    names: Path
    place: Path
    """Its path, as profiles write places."""
    in_array: bool
    lead: str
    start: int
    content: "_Content"


@dataclass(frozen=True)
class _Content:
    """The keys of a table, as parts and as values."""

    body: Body
    value: Value


def _place(names: Path, arrays: Set[Path]) -> Path:
    """Return the place of a table, given the arrays of tables so far."""
    path: Path = ()
    for end, name in enumerate(names):
        path = values.items_of(path) if names[:end] in arrays else path
        path = values.below(path, name)
    return path


def _table(
    text: str, at: int, path: Path, opening: str, identify: Identify
) -> tuple[_Content, int]:
    """Parse the keys from `at` on; return them and the end of the last one."""
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
        inner = path
        for key in names:
            inner = values.below(inner, key)
        part = values.part(text, name, start, value, inner, identify=identify)
        lead, after = text[at:start], text[value.end : end]
        parts.append(replace(part, lead=lead, after=after, place=ANYWHERE))
        at = end
    return _Content(Body(numbered(parts), opening), Value(0, 0, entries=entries)), at


def _parts(tables: Sequence[_Table], identify: Identify) -> list[Part]:
    """Return the tables as parts; the tables below an item of an array are parts of the item."""
    arrays: dict[Path, list[_Table]] = {}
    for table in tables:
        if table.in_array:
            arrays.setdefault(table.names, []).append(table)
    identified = {names: _identified(items, identify) for names, items in arrays.items()}
    parts = []
    rest = list(tables)
    while rest:
        table = rest.pop(0)
        if any(_is_below(table, names) for names in arrays):
            raise ValueError("a table is separated from its array")
        item = identified[table.names].pop(0) if table.in_array else None
        key, place = item or (_dotted(table.names), ANYWHERE)
        below = []
        while table.in_array and rest and _is_below(rest[0], table.names):
            below.append(rest.pop(0))
        own = table.content.body
        body = replace(own, parts=(*own.parts, *_parts(below, identify)))
        parts.append(Part(key, lead=table.lead, body=body, place=place))
    return parts


def _identified(items: Sequence[_Table], identify: Identify) -> list[tuple[Hashable, Place]]:
    """Return the key of each item of an array of tables, and the meaning of its position."""
    names = items[0].names
    identities = identify(items[0].place, [item.content.value for item in items])
    if identities is None:
        raise ValueError(f"the items of {_dotted(names)} are not distinct")
    return [((_dotted(names), key), identities.place) for key in identities.keys]


def _is_below(table: _Table, names: Path) -> bool:
    return len(table.names) > len(names) and table.names[: len(names)] == names


def _dotted(names: Path) -> str:
    return ".".join(names)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    if not match:
        raise ValueError(f"unsupported syntax: {text[at : at + 20]}")
    return match.end()
