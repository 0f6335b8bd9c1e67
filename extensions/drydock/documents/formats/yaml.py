"""YAML (https://yaml.org/spec/1.2.2/)."""

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import yaml
from yaml.resolver import Resolver

from drydock.documents import values
from drydock.documents.kinds import ANYWHERE, JOBS, TABLE, Kind
from drydock.documents.nodes import Body, Part, numbered
from drydock.documents.values import Path, Stated, Value
from drydock.profiles import Profile

_REST = re.compile(r"[ \t]*(?:#[^\n]*)?\n")
_BLANK = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*")
# A version in a remark belongs to the digest before it.
_PINNED = re.compile(r"@[0-9a-f]{40,64}[\"']?([ \t]+#[ \t]*v?\d[\d.]*)[ \t]*\n")
# Jobs of a workflow, services of a compose file: nothing but the file itself knows their names.
_NAMED = {("jobs",), ("services",)}
_RESOLVER: Any = Resolver()


def handles(path: str) -> bool:
    """Tell whether `path` names a YAML file."""
    return path.endswith((".yml", ".yaml"))


def check(text: str) -> None:
    """Raise ValueError if `text` is not YAML, or a mapping names a key twice.

    The specification forbids equal keys; most readers silently take the last.
    """
    try:
        for document in yaml.compose_all(text, Loader=yaml.CSafeLoader):
            _check_keys(document, set())
    except yaml.YAMLError as error:
        raise ValueError(_reason(error, text)) from error


def _reason(error: yaml.YAMLError, text: str) -> str:
    """Return what is wrong, and in which line, without the parser's name for the text."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    if mark and (alias := re.match(r"\*[^\s,\]}]+", text[mark.index :])):
        problem = f"{alias[0]} has no anchor"  # the parser does not tell which one
    return f"line {mark.line + 1}: {problem}" if mark else problem


def _check_keys(node: yaml.Node | None, seen: set[int]) -> None:
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        names = set()
        for pair in node.value:
            key = pair[0].value
            if isinstance(pair[0], yaml.ScalarNode) and key in names and key != "<<":
                raise ValueError(f"{key!r} is there twice")
            if isinstance(pair[0], yaml.ScalarNode):
                names.add(key)
            for part in pair:
                _check_keys(part, seen)
    elif isinstance(node, yaml.SequenceNode):
        for part in node.value:
            _check_keys(part, seen)


def said_once(text: str) -> str:
    """Leave out each key that its mapping repeats with the same word, and the comments above it.

    Raises ValueError if `text` is not YAML.
    """
    seen = set[int]()
    try:
        repeated = {
            key.start_mark.line
            for document in yaml.compose_all(text, Loader=yaml.CSafeLoader)
            for key in _repeated(document, seen)
        }
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    lines = text.split("\n")
    for end in sorted(repeated, reverse=True):
        start = end
        while start and (not lines[start - 1].strip() or lines[start - 1].lstrip()[0] == "#"):
            start -= 1
        del lines[start : end + 1]
    return "\n".join(lines)


def _repeated(node: yaml.Node | None, seen: set[int]) -> Iterator[yaml.Node]:
    """Yield each key of a mapping that says, on its line, what one above it says."""
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    held = [*node.value] if isinstance(node, yaml.SequenceNode) else []
    said: dict[str, str] = {}
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        held.append(value)
        if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode):
            lines = {key.start_mark.line, value.start_mark.line, value.end_mark.line}
            if said.get(key.value) == value.value and len(lines) == 1:
                yield key
            said.setdefault(key.value, value.value)
    for inner in held:
        yield from _repeated(inner, seen)


def read(text: str, known: Sequence[Profile] = ()) -> Part:
    """Take `text` apart: documents, mappings, lists, as deep as they are block or flow."""
    check(text)
    try:
        events = yaml.parse(text, Loader=yaml.CSafeLoader)
        documents = _documents(text, events)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    reader = _Reader(text, known)
    parts, at = [], 0
    for key, (start, value) in zip(_keys(documents), documents, strict=True):
        document, end = reader.document(start, value)
        parts.append(replace(document, key=key, lead=text[at:start]))
        at = end
    return Part("the file", body=Body(tuple(parts), closing=text[at:]))


_Events = Iterator[Any]  # the stubs know no more of events than that they have marks


def _documents(text: str, events: _Events) -> list[tuple[int, Value]]:
    """Return where each document starts, and what it says."""
    found = []
    anchors: set[str] = set()
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            if event.version or event.tags:
                raise ValueError("directives are not understood")
            start = _start(event) if event.explicit else 0
            found.append((start, _value(text, next(events), events, anchors)))
            anchors.clear()
        elif isinstance(event, yaml.DocumentEndEvent) and event.explicit:
            raise ValueError("the end of a document is not understood")
    return found


def _start(event: Any) -> int:
    return int(event.start_mark.index)


def _value(text: str, event: Any, events: _Events, anchors: set[str]) -> Value:
    """Return the value that begins with `event`."""
    start, end = _start(event), event.end_mark.index
    if isinstance(event, yaml.AliasEvent):
        return Value(start, end, f"*{event.anchor}")
    if event.anchor in anchors:
        raise ValueError(f"&{event.anchor} is there twice")
    if event.anchor:
        anchors.add(event.anchor)
    about = f"&{event.anchor} {event.tag}" if event.anchor or event.tag else None
    if isinstance(event, yaml.ScalarEvent):
        if event.style in ("|", ">"):
            written = text[start:end]
            if "+" in written.partition("\n")[0]:
                raise ValueError("empty lines at the end of a block are not understood")
            end = start + len(written.rstrip())
        plain = _RESOLVER.resolve(yaml.ScalarNode, event.value, event.implicit)
        word = event.value if plain.endswith(":str") and not event.tag else None
        says = repr(word) if word is not None else f"{plain} {event.value}"
        return Value(start, end, f"{about} {says}" if about else says, word)
    items: list[Value] = []
    entries: dict[str, tuple[int, Value]] = {}
    while not isinstance(held := next(events), yaml.CollectionEndEvent):
        if isinstance(event, yaml.MappingStartEvent):
            if not isinstance(held, yaml.ScalarEvent) or held.value in entries:
                raise ValueError("a key is no plain one, or there twice")
            value = _value(text, next(events), events, anchors)
            entries[held.value] = _start(held), value
            items.append(value)
        else:
            items.append(_value(text, held, events, anchors))
    block = not event.flow_style
    end = items[-1].end if block else _start(held) + 1
    if isinstance(event, yaml.MappingStartEvent):
        return Value(start, end, about, entries=entries, block=block)
    return Value(start, end, about, items=items, block=block)


def _keys(documents: Sequence[tuple[int, Value]]) -> list[Hashable]:
    """Tell documents apart: by kind and name, as Kubernetes does, or by what they say."""
    keys: list[Hashable] = []
    for _, value in documents:
        kind, about = (value.at(name) for name in ("kind", "metadata"))
        name = about.at("name") if about else None
        known = (kind.word, name.word) if kind and name else None
        keys.append(known or ("the document" if len(documents) == 1 else value.meaning()))
    if len(set(keys)) < len(keys):
        raise ValueError("documents cannot be told apart")
    return keys


def stated(text: str) -> Iterator[Stated]:
    """Yield where each key and each scalar stands; raise ValueError as `read` does."""
    try:
        documents = _documents(text, yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    for start, value in documents:
        yield from values.stated(text, value, (), start)


class _Reader:
    """Makes parts of values; each knows where its lines end."""

    def __init__(self, text: str, known: Sequence[Profile]) -> None:
        self.text = text
        self.identify = values.identifier(known)

    def document(self, start: int, value: Value) -> tuple[Part, int]:
        """Return the document at `start`, and where the last line of it ends."""
        opening = ""
        if self.text.startswith("---", start):
            opening = self.text[start : self._rest(start + 3)]
        at = start + len(opening)
        if value.block:
            parts, at = self._parts(at, value, ())
        elif value.start == value.end:
            parts = []
        else:
            begin = self._blank(at)
            part, end = self._part("what it says", begin, value, ())
            parts, at = [replace(part, lead=self.text[at:begin])], end
        return Part("", body=Body(tuple(parts), opening)), at

    def _parts(self, at: int, value: Value, path: Path) -> tuple[list[Part], int]:
        """Return what a block mapping or list holds, from `at` on."""
        parts = []
        if value.entries is not None:
            for key, (start, held) in value.entries.items():
                begin = self._blank(at)
                if begin != start:
                    raise ValueError("a key is written in an unusual way")
                part, end = self._part(key, begin, held, values.below(path, key))
                parts.append(replace(part, lead=self.text[at:begin], place=ANYWHERE))
                at = end
            return parts, at
        identities = self.identify(path, value.items or ())
        if identities is None:
            raise ValueError("items cannot be told apart")
        for identity, item in zip(identities.keys, value.items or (), strict=True):
            begin = self._blank(at)
            if self.text[begin : begin + 1] != "-":
                raise ValueError("a list is written in an unusual way")
            part, end = self._part(identity, begin, item, values.items_of(path))
            parts.append(replace(part, lead=self.text[at:begin], place=identities.place))
            at = end
        return list(numbered(parts)), at

    def _part(self, key: Hashable, begin: int, value: Value, path: Path) -> tuple[Part, int]:
        """Return the entry or item that begins, with its key or dash, at `begin`."""
        if not value.block:
            part = values.part(self.text, key, begin, value, path, identify=self.identify)
            end = value.end
            if pinned := _PINNED.search(self.text, begin, self.text.index("\n", end) + 1):
                end = pinned.end(1)
                text = self.text[begin:end]
                part = replace(part, text=text, says=" ".join(text.split()))
            at = self._rest(end)
            return replace(part, after=self.text[end:at]), at
        kind: Kind | None = JOBS if path in _NAMED else TABLE
        if value.items is not None:
            identities = self.identify(path, value.items)
            kind = identities.kind if identities else None
        if kind is None:
            at = self._rest(value.end)
            part = Part(key, self.text[begin : value.end], value.meaning())
            return replace(part, after=self.text[value.end : at]), at
        line_end = self.text.index("\n", begin) + 1
        is_inline = value.start < line_end and self._first(value) == value.start
        at = value.start if is_inline else line_end
        opening = self.text[begin:at]
        parts, end = self._parts(at, value, path)
        inline = ""
        if is_inline:
            inline = " " * (at - self.text.rfind("\n", 0, at) - 1)
            parts[0] = replace(parts[0], lead=inline)
        body = Body(tuple(parts), opening, inline=inline, kind=kind)
        return Part(key, body=body), end

    def _first(self, value: Value) -> int:
        """Return where the first thing that a block holds stands."""
        if value.entries is not None:
            return next(iter(value.entries.values()))[0]
        return value.start if self.text[value.start] == "-" else -1

    def _blank(self, at: int) -> int:
        found = _BLANK.match(self.text, at)
        return found.end() if found else at

    def _rest(self, at: int) -> int:
        found = _REST.match(self.text, at)
        if not found:
            raise ValueError("something follows on the same line")
        return found.end()
