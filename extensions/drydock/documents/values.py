"""Nested values, shared by TOML, YAML and JSON, with keys or identities that distinguish them.

A reader finds the position of each value; this module turns values into parts.
"""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from drydock import profiles
from drydock.documents.kinds import ANYWHERE, LIST, PACKAGES, SET, STEPS, TABLE, Kind, Place, Text
from drydock.documents.nodes import Body, Part, numbered
from drydock.profiles import PACKAGE, List, Profile


@dataclass(frozen=True)
class Value:
    """A value and its position in a text."""

    start: int
    end: int
    own_meaning: Hashable = None
    """The meaning of a scalar, regardless of layout; of a collection, its anchor and tag."""
    word: str | None = None
    """The text of a scalar that is a string."""
    entries: "Mapping[str, tuple[int, Value]] | None" = None
    """The values of a mapping, each with the position of its key."""
    items: "Sequence[Value] | None" = None
    block: bool = False
    """Whether it is a mapping or list without brackets."""

    def at(self, key: str) -> "Value | None":
        """Return the value at `key` of a mapping; None if it has none or is not a mapping."""
        return (self.entries or {}).get(key, (0, None))[1]

    def meaning(self) -> Hashable:
        """Return the meaning of the whole value, regardless of layout."""
        if self.entries is not None:
            meanings = {(key, held.meaning()) for key, (_, held) in self.entries.items()}
            return self.own_meaning, frozenset(meanings)
        if self.items is not None:
            return self.own_meaning, tuple(item.meaning() for item in self.items)
        return self.own_meaning


@dataclass(frozen=True)
class Identities:
    """The identities of the items of a list."""

    keys: Sequence[Hashable]
    kind: Kind
    """LIST, STEPS, SET or PACKAGES."""

    @property
    def place(self) -> Place:
        """The meaning of an item's position."""
        return None if self.kind in (LIST, STEPS) else ANYWHERE


Path = tuple[str, ...]
"""The keys that lead to a value.

For `Identify`, they are written as in the places of profiles: `[]` after a list for its items, and
a one-dot leader for a dot in a key.
"""
Location = tuple[Path, str, int]
"""The keys that lead to a key or scalar, the text of a scalar (else empty), and its offset."""
Identify = Callable[[Path, Sequence[Value]], Identities | None]
"""Identifies the items of the list at a path; None: the list is to be merged as a whole."""


# The name of a list counts only if no profile describes the list.
# A list whose name contains one of these words is ordered.
_ORDERED = re.compile(
    r"(?i)args?|arguments|cmd|commands?|entry|entry_?point|exec|install|run|scripts?|shell|steps"
    r"|stages|addopts|opt(ion)?s|filterwarnings|filters|rules|extends|presets?|plugins|extensions"
    r"|middlewares?|loaders|processors|handlers|path|pythonpath|source|sections?|order|priority"
)
_TOKENS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_PLAIN = re.compile(r"[\w*./@$][^\s!]*")
# Keys of texts that a shell runs.
_SCRIPTS = {"run", "script", "before_script", "after_script"}
# Unordered lists of mappings.
_SETS = {
    "env", "ports", "containers", "volumes", "volumeMounts", "volume_mounts", "imagePullSecrets",
    "configurations", "inputs",
}  # fmt: skip


def identifier(file_profiles: Sequence[Profile]) -> Identify:
    """Return a function that identifies the items of lists in a file with these profiles."""
    lists = [declared for profile in file_profiles for declared in profile.lists]

    def identify(path: Path, items: Sequence[Value]) -> Identities | None:
        declared = profiles.declared(".".join(path), lists)
        if declared and PACKAGE in declared.known_by:
            return packages(items)
        return identities(_name(path), items, declared)

    return identify


def identities(
    name: str, items: Sequence[Value], declared: List | None = None
) -> Identities | None:
    """Identify the items of the list at the key `name`; None if it is to be merged as a whole."""
    scalars = all(item.entries is None and item.items is None for item in items)
    known_by = declared.known_by if declared else ()
    if scalars:
        versions = "version" in name.lower()
        if not versions and any(item.word is None for item in items):
            return None
        keys = _refined([_declared_identity(item, known_by) for item in items], items)
        unordered = versions or _is_set(name, [item.word or "" for item in items])
    else:
        identified = [_declared_identity(item, known_by) or _usual_identity(item) for item in items]
        keys = _refined(identified, items)
        unordered = name in _SETS
    if declared:
        words = (word for item in items for word in _words(item))
        unordered = declared.movable or declared.is_unordered(words)
    if len(set(keys)) < len(keys) and not (unordered and scalars):
        return None  # matching items with equal keys would be a guess
    if unordered:
        return Identities(keys, SET)
    return Identities(keys, STEPS if declared and declared.shown else LIST)


def packages(items: Sequence[Value]) -> Identities | None:
    """Identify requirements (PEP 508) by package, and anything else by its meaning."""
    keys: list[Hashable] = [requirement_key(item.word or "", marked=False) for item in items]
    marked = [requirement_key(item.word or "", marked=True) for item in items]
    for finer_keys in (marked, [item.meaning() for item in items]):
        counts = Counter(keys)
        keys = [
            finer if key is None or counts[key] > 1 else key
            for key, finer in zip(keys, finer_keys, strict=True)
        ]
    return Identities(keys, PACKAGES)


def requirement_key(text: str, *, marked: bool) -> Hashable:
    """Return the package of a requirement, with its marker if `marked`; None if it is invalid."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return None
    name = canonicalize_name(requirement.name)
    return (name, str(requirement.marker or "")) if marked else name


def _is_set(name: str, words: Sequence[str]) -> bool:
    """Tell whether the words in a list are unordered."""
    if any(_ORDERED.fullmatch(token) for token in _TOKENS.findall(name)):
        return False
    return all(_PLAIN.fullmatch(word) for word in words)


def _declared_identity(item: Value, known_by: Sequence[str]) -> Hashable:
    """Return the identity of an item by the `known_by` of a profile; None if it has none."""
    for declared in known_by:
        if item.word is not None and (identity := profiles.named(declared, item.word)):
            return identity
        values = [item.at(key) for key in declared.split("+")]
        if any(values):
            return declared, *(value.word or value.meaning() for value in values if value)
    return None


def _words(value: Value) -> Iterator[str]:
    """Yield the strings in a value."""
    if value.word is not None:
        yield value.word
    for child in (*(entry for _, entry in (value.entries or {}).values()), *(value.items or ())):
        yield from _words(child)


def _usual_identity(item: Value) -> Hashable:
    """Return the identity of an item by the usual keys; None if it has none of them."""
    for key in profiles.IDENTITIES:
        value = item.at(key)
        if value and value.word:
            return key, value.word.partition("@")[0] if key == "uses" else value.word
        if value and value.items:
            return key, value.meaning()
    return None


def _refined(keys: Sequence[Hashable], items: Sequence[Value]) -> list[Hashable]:
    """Return distinct identities: a repeated one is extended by those of the items in the item.

    An identity that is missing or still repeated is replaced by the meaning of the item.
    """
    counts = Counter(keys)
    finer: list[Hashable] = []
    for key, item in zip(keys, items, strict=True):
        inner = _inner_identities(item) if key is not None and counts[key] > 1 else None
        finer.append(key if inner is None else (key, inner) if inner else None)
    counts = Counter(finer)
    return [
        item.meaning() if key is None or counts[key] > 1 else key
        for key, item in zip(finer, items, strict=True)
    ]


def _inner_identities(item: Value) -> tuple[Hashable, ...]:
    """Return the identities of the mappings in the lists of an item."""
    lists = (value.items or () for _, value in (item.entries or {}).values())
    mappings = (inner for inner in chain.from_iterable(lists) if inner.entries is not None)
    return tuple(_usual_identity(mapping) for mapping in mappings)


def below(path: Path, key: str) -> Path:
    """Return the path of the value at `key` in the mapping at `path`."""
    return *path, key.replace(".", profiles.DOT)


def _name(path: Path) -> str:
    """Return the key of a value, or of the list that it is in."""
    return path[-1].partition("[]")[0] if path else ""


def items_of(path: Path) -> Path:
    """Return the path of the items of the list at `path`."""
    return *path[:-1], f"{path[-1] if path else ''}[]"


def part(
    text: str, key: Hashable, begin: int, value: Value, path: Path, *, identify: Identify
) -> Part:
    """Return the part that starts at `begin`, with its key, and ends with `value`.

    A value in brackets becomes a body, if `identify` can identify the items of a list.
    """
    leaf = Part(key, text[begin : value.end], value.meaning(), kind=_text_kind(path))
    kind = TABLE
    if value.entries is not None:
        children = [
            replace(
                part(text, name, at, child, below(path, name), identify=identify), place=ANYWHERE
            )
            for name, (at, child) in value.entries.items()
        ]
        spans = [(at, child.end) for at, child in value.entries.values()]
    elif value.items is not None:
        identities = identify(path, value.items)
        inside = items_of(path)
        if identities is None:
            return leaf
        kind = identities.kind
        children = [
            replace(
                part(text, identity, item.start, item, inside, identify=identify),
                place=identities.place,
            )
            for identity, item in zip(identities.keys, value.items, strict=True)
        ]
        spans = [(item.start, item.end) for item in value.items]
    else:
        return leaf
    body = _bracketed(text, begin, value, numbered(children), spans)
    return Part(key, body=replace(body, kind=kind))


def _text_kind(path: Path) -> Text:
    return Text.SCRIPT if _name(path) in _SCRIPTS else Text.PLAIN


_COMMA = re.compile(r"([ \t]*,)([^\n]*)")
_NO_COMMA = re.compile(r"()([^\n]*)")


def _bracketed(
    text: str, begin: int, value: Value, children: Sequence[Part], spans: Sequence[tuple[int, int]]
) -> Body:
    """Return the body of a list or mapping in brackets, given its parts and their positions.

    Raises ValueError for a comma in an unusual position.
    """
    inner = text.index("{" if value.entries is not None else "[", value.start) + 1
    if not children:
        return Body((), text[begin:inner], text[inner : value.end], ",")
    gap = text[inner : spans[0][0]]
    at = inner + gap.find("\n") if "\n" in gap else spans[0][0]
    opening, leads, afters, separators = text[begin:at], [text[at : spans[0][0]]], [], []
    for (_, end), (start, _) in zip(spans, [*spans[1:], (value.end - 1, 0)], strict=True):
        gap = text[end:start]
        match = _COMMA.match(gap)
        if not match and start < value.end - 1:
            raise ValueError("a comma is in an unusual position")
        match = match or _NO_COMMA.match(gap)
        assert match  # _NO_COMMA matches any text
        ends_line = match.end() < len(gap)
        afters.append(match[2] if ends_line else "")
        leads.append(gap[match.end() if ends_line else match.end(1) :])
        separators.append(match[1])
    separator = separators[0] or ","
    if set(separators[:-1]) - {separator} or separators[-1] not in ("", separator):
        raise ValueError("commas are written in different ways")
    closing = leads.pop() + text[value.end - 1 : value.end]
    parts = [
        replace(child, lead=lead, after=after)
        for child, lead, after in zip(children, leads, afters, strict=True)
    ]
    return Body(tuple(parts), opening, closing, separator, trailing=bool(separators[-1]))


@dataclass(frozen=True)
class Grammar:
    """The syntax of a format with values in brackets."""

    space: re.Pattern[str]
    """Blanks and comments; also matches nothing."""
    key: re.Pattern[str]
    equals: str
    """The separator between a key and its value."""
    scalar: re.Pattern[str]
    names: Callable[[str], str]
    """The source of a key -> its name."""
    plain: Callable[[str], object]
    """The source of a scalar -> its value."""


def locations(text: str, value: Value, path: Path, start: int) -> Iterator[Location]:
    """Yield the locations of a value and of everything in it; `start` is that of its key.

    A list item has the keys of its list.
    """
    plain = value.entries is None and value.items is None
    scalar = text[value.start : value.end] if plain and value.word is None else value.word or ""
    yield path, scalar, start
    for name, (at, child) in (value.entries or {}).items():
        yield from locations(text, child, (*path, name), at)
    for item in value.items or ():
        yield from locations(text, item, path, item.start)


def scan(text: str, at: int, grammar: Grammar) -> Value:
    """Return the value at offset `at` of a valid text."""
    space = grammar.space
    if text[at] not in "[{":
        match = grammar.scalar.match(text, at)
        if not match:
            raise ValueError(f"expected a value: {text[at : at + 20]}")
        plain = grammar.plain(match[0])
        return Value(at, match.end(), repr(plain), plain if isinstance(plain, str) else None)
    start, closing = at, "]" if text[at] == "[" else "}"
    entries: dict[str, tuple[int, Value]] = {}
    items: list[Value] = []
    at = _after(space, text, at + 1)
    while text[at] != closing:
        begin, name = at, ""
        if closing == "}":
            at = _after(grammar.key, text, begin)
            name = grammar.names(text[begin:at].strip())
            at = _after(space, text, text.index(grammar.equals, at) + 1)
        value = scan(text, at, grammar)
        items.append(value)
        entries[name] = begin, value
        at = _after(space, text, value.end)
        if text[at] == ",":
            at = _after(space, text, at + 1)
    if closing == "}":
        return Value(start, at + 1, entries=entries)
    return Value(start, at + 1, items=items)


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Return the offset after the match of `pattern` at `at`."""
    match = pattern.match(text, at)
    if not match:
        raise ValueError(f"unsupported syntax: {text[at : at + 20]}")
    return match.end()
