"""What TOML, YAML and JSON have in common: values in values, told apart by key or identity.

A reader finds where each value stands; here that becomes parts.
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
    """A value and where it stands in its text."""

    start: int
    end: int
    says: Hashable = None
    """What a scalar is, whatever its layout; of others, what is said besides what they hold."""
    word: str | None = None
    """The text of a scalar that is no number and the like."""
    entries: "Mapping[str, tuple[int, Value]] | None" = None
    """The values of a mapping, each with the place where its key stands."""
    items: "Sequence[Value] | None" = None
    block: bool = False
    """Whether it is a mapping or list without brackets."""

    def at(self, key: str) -> "Value | None":
        """Return what a mapping holds at `key`, if it is one and has it."""
        return (self.entries or {}).get(key, (0, None))[1]

    def meaning(self) -> Hashable:
        """Return what it is as a whole, whatever its layout."""
        if self.entries is not None:
            said = {(key, held.meaning()) for key, (_, held) in self.entries.items()}
            return self.says, frozenset(said)
        if self.items is not None:
            return self.says, tuple(item.meaning() for item in self.items)
        return self.says


@dataclass(frozen=True)
class Identities:
    """How the items of a list are told apart."""

    keys: Sequence[Hashable]
    kind: Kind
    """LIST, STEPS, SET or PACKAGES."""

    @property
    def place(self) -> Place:
        """What the place of an item means."""
        return None if self.kind in (LIST, STEPS) else ANYWHERE


Path = tuple[str, ...]
"""The names of the mappings' keys that lead to a value.

What tells the items of lists apart is told them as profiles write places: `[]` stands behind a
list whose items are meant, and a one-dot leader for a dot in a key.
"""
Stated = tuple[Path, str, int]
"""What leads to a key or a scalar, what a scalar says (else nothing), where it stands."""
Identify = Callable[[Path, Sequence[Value]], Identities | None]
"""Tells the items of the list at a path apart; None: it is to be taken as a whole."""


# What a list is called is looked at only where no profile says what it is.
# Where one of these words is part of its name, the order of its items tells something.
_ORDERED = re.compile(
    r"(?i)args?|arguments|cmd|commands?|entry|entry_?point|exec|install|run|scripts?|shell|steps"
    r"|stages|addopts|opt(ion)?s|filterwarnings|filters|rules|extends|presets?|plugins|extensions"
    r"|middlewares?|loaders|processors|handlers|path|pythonpath|source|sections?|order|priority"
)
_TOKENS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_PLAIN = re.compile(r"[\w*./@$][^\s!]*")
# Where a text is what a shell runs.
_SCRIPTS = {"run", "script", "before_script", "after_script"}
# Lists of mappings in which an item is found by its identity, not by its place.
_SETS = {
    "env", "ports", "containers", "volumes", "volumeMounts", "volume_mounts", "imagePullSecrets",
    "configurations", "inputs",
}  # fmt: skip


def identifier(known: Sequence[Profile]) -> Identify:
    """Return what tells the items of lists apart in a file that has these profiles."""
    lists = [one for profile in known for one in profile.lists]

    def identify(path: Path, items: Sequence[Value]) -> Identities | None:
        declared = profiles.declared(".".join(path), lists)
        if declared and PACKAGE in declared.known_by:
            return packages(items)
        return identities(_name(path), items, declared)

    return identify


def identities(
    name: str, items: Sequence[Value], declared: List | None = None
) -> Identities | None:
    """Tell the items of the list called `name` apart; None if it is to be taken as a whole."""
    scalars = all(item.entries is None and item.items is None for item in items)
    known_by = declared.known_by if declared else ()
    if scalars:
        versions = "version" in name.lower()
        if not versions and any(item.word is None for item in items):
            return None
        keys = _named([_by(item, known_by) for item in items], items)
        floats = versions or _is_set(name, [item.word or "" for item in items])
    else:
        keys = _named([_by(item, known_by) or _identity(item) for item in items], items)
        floats = name in _SETS
    if declared:
        words = (word for item in items for word in _words(item))
        floats = declared.movable or declared.is_unordered(words)
    if len(set(keys)) < len(keys) and not (floats and scalars):
        return None  # which one is meant would be a guess
    if floats:
        return Identities(keys, SET)
    return Identities(keys, STEPS if declared and declared.shown else LIST)


def packages(items: Sequence[Value]) -> Identities | None:
    """Tell requirements (PEP 508) apart, by package; other things among them by what they are."""
    keys: list[Hashable] = [requirement_key(item.word or "", marked=False) for item in items]
    marked = [requirement_key(item.word or "", marked=True) for item in items]
    for finer in (marked, [item.meaning() for item in items]):
        often = Counter(keys)
        keys = [
            more if key is None or often[key] > 1 else key
            for key, more in zip(keys, finer, strict=True)
        ]
    return Identities(keys, PACKAGES)


def requirement_key(text: str, *, marked: bool) -> Hashable:
    """Return the package that a requirement names, or None if it is none."""
    try:
        found = Requirement(text)
    except InvalidRequirement:
        return None
    name = canonicalize_name(found.name)
    return (name, str(found.marker or "")) if marked else name


def _is_set(name: str, words: Sequence[str]) -> bool:
    """Tell whether the order of words in a list means nothing."""
    if any(_ORDERED.fullmatch(token) for token in _TOKENS.findall(name)):
        return False
    return all(_PLAIN.fullmatch(word) for word in words)


def _by(item: Value, known_by: Sequence[str]) -> Hashable:
    """Return by what an item is known as a profile says it; None if it has nothing of that."""
    for way in known_by:
        if item.word is not None and (identity := profiles.named(way, item.word)):
            return identity
        held = [item.at(key) for key in way.split("+")]
        if any(held):
            return way, *(one.word or one.meaning() for one in held if one)
    return None


def _words(value: Value) -> Iterator[str]:
    """Yield the texts in a value."""
    if value.word is not None:
        yield value.word
    for held in (*(inner for _, inner in (value.entries or {}).values()), *(value.items or ())):
        yield from _words(held)


def _identity(item: Value) -> Hashable:
    """Return by what an item of a list is known, if it is."""
    for key in profiles.IDENTITIES:
        found = item.at(key)
        if found and found.word:
            return key, found.word.partition("@")[0] if key == "uses" else found.word
        if found and found.items:
            return key, found.meaning()
    return None


def _named(keys: Sequence[Hashable], items: Sequence[Value]) -> list[Hashable]:
    """Return the identities; one that recurs is told by those of what the item holds as well.

    Where one is missing or recurs still, it is all that the item says.
    """
    often = Counter(keys)
    finer: list[Hashable] = []
    for key, item in zip(keys, items, strict=True):
        held = _held(item) if key is not None and often[key] > 1 else None
        finer.append(key if held is None else (key, held) if held else None)
    often = Counter(finer)
    return [
        item.meaning() if key is None or often[key] > 1 else key
        for key, item in zip(finer, items, strict=True)
    ]


def _held(item: Value) -> tuple[Hashable, ...]:
    """Return the identities of the mappings in an item's lists."""
    lists = (held.items or () for _, held in (item.entries or {}).values())
    return tuple(_identity(one) for one in chain.from_iterable(lists) if one.entries is not None)


def below(path: Path, key: str) -> Path:
    """Return the path of what a mapping at `path` holds at `key`."""
    return *path, key.replace(".", profiles.DOT)


def _name(path: Path) -> str:
    """Return the key that leads to a value, or to the list it is in."""
    return path[-1].partition("[]")[0] if path else ""


def items_of(path: Path) -> Path:
    """Return the path of the items of the list at `path`."""
    return *path[:-1], f"{path[-1] if path else ''}[]"


def part(
    text: str, key: Hashable, begin: int, value: Value, path: Path, *, identify: Identify
) -> Part:
    """Return the part that begins at `begin`, where its key stands, and ends with `value`.

    What is in brackets is taken apart further; `tell` tells the items of lists apart.
    """
    whole = Part(key, text[begin : value.end], value.meaning(), kind=_text_kind(path))
    kind = TABLE
    if value.entries is not None:
        held = [
            replace(
                part(text, name, at, inner, below(path, name), identify=identify), place=ANYWHERE
            )
            for name, (at, inner) in value.entries.items()
        ]
        places = [(at, inner.end) for at, inner in value.entries.values()]
    elif value.items is not None:
        identities = identify(path, value.items)
        inside = items_of(path)
        if identities is None:
            return whole
        kind = identities.kind
        held = [
            replace(
                part(text, known, item.start, item, inside, identify=identify),
                place=identities.place,
            )
            for known, item in zip(identities.keys, value.items, strict=True)
        ]
        places = [(item.start, item.end) for item in value.items]
    else:
        return whole
    body = _bracketed(text, begin, value, numbered(held), places)
    return Part(key, body=replace(body, kind=kind))


def _text_kind(path: Path) -> Text:
    return Text.SCRIPT if _name(path) in _SCRIPTS else Text.PLAIN


_COMMA = re.compile(r"([ \t]*,)([^\n]*)")
_NO_COMMA = re.compile(r"()([^\n]*)")


def _bracketed(
    text: str, begin: int, value: Value, held: Sequence[Part], places: Sequence[tuple[int, int]]
) -> Body:
    """Return the body of a list or mapping in brackets, given what it holds and where.

    Raises ValueError where a comma is not where commas usually are.
    """
    inner = text.index("{" if value.entries is not None else "[", value.start) + 1
    if not held:
        return Body((), text[begin:inner], text[inner : value.end], ",")
    gap = text[inner : places[0][0]]
    at = inner + gap.find("\n") if "\n" in gap else places[0][0]
    opening, leads, afters, separators = text[begin:at], [text[at : places[0][0]]], [], []
    for (_, end), (start, _) in zip(places, [*places[1:], (value.end - 1, 0)], strict=True):
        gap = text[end:start]
        found = _COMMA.match(gap)
        if not found and start < value.end - 1:
            raise ValueError("a comma is not where it usually is")
        found = found or _NO_COMMA.match(gap)
        assert found  # any text matches the second
        ends_line = found.end() < len(gap)
        afters.append(found[2] if ends_line else "")
        leads.append(gap[found.end() if ends_line else found.end(1) :])
        separators.append(found[1])
    separator = separators[0] or ","
    if set(separators[:-1]) - {separator} or separators[-1] not in ("", separator):
        raise ValueError("commas are not all alike")
    closing = leads.pop() + text[value.end - 1 : value.end]
    parts = [
        replace(one, lead=lead, after=after)
        for one, lead, after in zip(held, leads, afters, strict=True)
    ]
    return Body(tuple(parts), opening, closing, separator, ends=bool(separators[-1]))


@dataclass(frozen=True)
class Grammar:
    """How a format whose values stand in brackets is written."""

    space: re.Pattern[str]
    """Blanks and comments, perhaps none."""
    key: re.Pattern[str]
    equals: str
    """What stands between a key and its value."""
    scalar: re.Pattern[str]
    names: Callable[[str], str]
    """A key as it is written -> its name."""
    plain: Callable[[str], object]
    """A scalar as it is written -> its value."""


def stated(text: str, value: Value, path: Path, start: int) -> Iterator[Stated]:
    """Yield where everything in a value stands, given where the key before it does.

    An item of a list has the names of the list.
    """
    plain = value.entries is None and value.items is None
    said = text[value.start : value.end] if plain and value.word is None else value.word or ""
    yield path, said, start
    for name, (at, held) in (value.entries or {}).items():
        yield from stated(text, held, (*path, name), at)
    for item in value.items or ():
        yield from stated(text, item, path, item.start)


def scan(text: str, at: int, grammar: Grammar) -> Value:
    """Find the values in the text at `at`, which is known to be valid."""
    space = grammar.space
    if text[at] not in "[{":
        found = grammar.scalar.match(text, at)
        if not found:
            raise ValueError(f"no value: {text[at : at + 20]}")
        plain = grammar.plain(found[0])
        return Value(at, found.end(), repr(plain), plain if isinstance(plain, str) else None)
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
        held = scan(text, at, grammar)
        items.append(held)
        entries[name] = begin, held
        at = _after(space, text, held.end)
        if text[at] == ",":
            at = _after(space, text, at + 1)
    if closing == "}":
        return Value(start, at + 1, entries=entries)
    return Value(start, at + 1, items=items)


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Return the place after what `pattern` finds at `at`."""
    found = pattern.match(text, at)
    if not found:
        raise ValueError(f"not understood: {text[at : at + 20]}")
    return found.end()
