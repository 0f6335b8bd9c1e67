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
from drydock.documents.values import Location, Path, Value
from drydock.profiles import Profile

_REST = re.compile(r"[ \t]*(?:#[^\n]*)?\n")
_BLANK = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*")
# A version in a comment belongs to the digest before it.
_PINNED = re.compile(r"@[0-9a-f]{40,64}[\"']?([ \t]+#[ \t]*v?\d[\d.]*)[ \t]*\n")
# The jobs of a workflow, the services of a compose file: their names are used only in the file.
_NAMED = {("jobs",), ("services",)}
_RESOLVER: Any = Resolver()


def handles(path: str) -> bool:
    """Tell whether `path` names a YAML file."""
    return path.endswith((".yml", ".yaml"))


def check(text: str) -> None:
    """Raise ValueError if `text` is not valid YAML or a mapping repeats a key.

    The specification forbids duplicate keys; most parsers silently take the last.
    """
    try:
        for document in yaml.compose_all(text, Loader=yaml.CSafeLoader):
            _check_keys(document, set())
    except yaml.YAMLError as error:
        raise ValueError(_reason(error, text)) from error


def _reason(error: yaml.YAMLError, text: str) -> str:
    """Return the problem and its line, without the parser's name for the text."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    if mark and (alias := re.match(r"\*[^\s,\]}]+", text[mark.index :])):
        problem = f"{alias[0]} has no anchor"  # the parser's message does not name the alias
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
                raise ValueError(f"duplicate key {key!r}")
            if isinstance(pair[0], yaml.ScalarNode):
                names.add(key)
            for part in pair:
                _check_keys(part, seen)
    elif isinstance(node, yaml.SequenceNode):
        for part in node.value:
            _check_keys(part, seen)


def without_repeated_keys(text: str) -> str:
    """Return `text` without the keys that a mapping repeats with the same scalar.

    The comments above such a key are removed with it. Raises ValueError if `text` is not YAML.
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
    """Yield each key of a mapping that repeats, on one line, a key and scalar above it."""
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    children = [*node.value] if isinstance(node, yaml.SequenceNode) else []
    scalars: dict[str, str] = {}
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        children.append(value)
        if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode):
            lines = {key.start_mark.line, value.start_mark.line, value.end_mark.line}
            if scalars.get(key.value) == value.value and len(lines) == 1:
                yield key
            scalars.setdefault(key.value, value.value)
    for child in children:
        yield from _repeated(child, seen)


def read(text: str, file_profiles: Sequence[Profile] = ()) -> Part:
    """Parse `text` into documents, mappings and lists, in block or flow style."""
    check(text)
    try:
        events = yaml.parse(text, Loader=yaml.CSafeLoader)
        documents = _documents(text, events)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    reader = _Reader(text, file_profiles)
    parts, at = [], 0
    for key, (start, value) in zip(_keys(documents), documents, strict=True):
        document, end = reader.document(start, value)
        parts.append(replace(document, key=key, lead=text[at:start]))
        at = end
    return Part("the file", body=Body(tuple(parts), closing=text[at:]))


_Events = Iterator[Any]  # the type stubs give events no attributes but their marks


def _documents(text: str, events: _Events) -> list[tuple[int, Value]]:
    """Return the start and the value of each document."""
    documents = []
    anchors: set[str] = set()
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            if event.version or event.tags:
                raise ValueError("directives are not supported")
            start = _start(event) if event.explicit else 0
            documents.append((start, _value(text, next(events), events, anchors)))
            anchors.clear()
        elif isinstance(event, yaml.DocumentEndEvent) and event.explicit:
            raise ValueError("document end markers are not supported")
    return documents


def _start(event: Any) -> int:
    return int(event.start_mark.index)


def _value(text: str, event: Any, events: _Events, anchors: set[str]) -> Value:
    """Return the value that starts with `event`."""
    start, end = _start(event), event.end_mark.index
    if isinstance(event, yaml.AliasEvent):
        return Value(start, end, f"*{event.anchor}")
    if event.anchor in anchors:
        raise ValueError(f"duplicate anchor &{event.anchor}")
    if event.anchor:
        anchors.add(event.anchor)
    about = f"&{event.anchor} {event.tag}" if event.anchor or event.tag else None
    if isinstance(event, yaml.ScalarEvent):
        if event.style in ("|", ">"):
            written = text[start:end]
            if "+" in written.partition("\n")[0]:
                raise ValueError("block scalars that keep trailing empty lines are not supported")
            end = start + len(written.rstrip())
        plain = _RESOLVER.resolve(yaml.ScalarNode, event.value, event.implicit)
        word = event.value if plain.endswith(":str") and not event.tag else None
        content = repr(word) if word is not None else f"{plain} {event.value}"
        return Value(start, end, f"{about} {content}" if about else content, word)
    items: list[Value] = []
    entries: dict[str, tuple[int, Value]] = {}
    while not isinstance(child := next(events), yaml.CollectionEndEvent):
        if isinstance(event, yaml.MappingStartEvent):
            if not isinstance(child, yaml.ScalarEvent) or child.value in entries:
                raise ValueError("a key is not a scalar, or a duplicate")
            value = _value(text, next(events), events, anchors)
            entries[child.value] = _start(child), value
            items.append(value)
        else:
            items.append(_value(text, child, events, anchors))
    block = not event.flow_style
    end = items[-1].end if block else _start(child) + 1
    if isinstance(event, yaml.MappingStartEvent):
        return Value(start, end, about, entries=entries, block=block)
    return Value(start, end, about, items=items, block=block)


def _keys(documents: Sequence[tuple[int, Value]]) -> list[Hashable]:
    """Return the identities of documents: kind and name, as in Kubernetes, or their content."""
    keys: list[Hashable] = []
    for _, value in documents:
        kind, about = (value.at(name) for name in ("kind", "metadata"))
        name = about.at("name") if about else None
        known = (kind.word, name.word) if kind and name else None
        keys.append(known or ("the document" if len(documents) == 1 else value.meaning()))
    if len(set(keys)) < len(keys):
        raise ValueError("documents are not distinct")
    return keys


def locations(text: str) -> Iterator[Location]:
    """Yield the location of each key and scalar; raise ValueError as `read` does."""
    try:
        documents = _documents(text, yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    for start, value in documents:
        yield from values.locations(text, value, (), start)


class _Reader:
    """Turns values into parts that end with their lines."""

    def __init__(self, text: str, file_profiles: Sequence[Profile]) -> None:
        self.text = text
        self.identify = values.identifier(file_profiles)

    def document(self, start: int, value: Value) -> tuple[Part, int]:
        """Return the document at `start`, and the end of its last line."""
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
            part, end = self._part("the value", begin, value, ())
            parts, at = [replace(part, lead=self.text[at:begin])], end
        return Part("", body=Body(tuple(parts), opening)), at

    def _parts(self, at: int, value: Value, path: Path) -> tuple[list[Part], int]:
        """Return the parts of a block mapping or list, from `at` on, and their end."""
        parts = []
        if value.entries is not None:
            for key, (start, child) in value.entries.items():
                begin = self._blank(at)
                if begin != start:
                    raise ValueError("unsupported key syntax")
                part, end = self._part(key, begin, child, values.below(path, key))
                parts.append(replace(part, lead=self.text[at:begin], place=ANYWHERE))
                at = end
            return parts, at
        identities = self.identify(path, value.items or ())
        if identities is None:
            raise ValueError("list items are not distinct")
        for identity, item in zip(identities.keys, value.items or (), strict=True):
            begin = self._blank(at)
            if self.text[begin : begin + 1] != "-":
                raise ValueError("unsupported list syntax")
            part, end = self._part(identity, begin, item, values.items_of(path))
            parts.append(replace(part, lead=self.text[at:begin], place=identities.place))
            at = end
        return list(numbered(parts)), at

    def _part(self, key: Hashable, begin: int, value: Value, path: Path) -> tuple[Part, int]:
        """Return the entry or item whose key or dash is at `begin`, and its end."""
        if not value.block:
            part = values.part(self.text, key, begin, value, path, identify=self.identify)
            end = value.end
            if pinned := _PINNED.search(self.text, begin, self.text.index("\n", end) + 1):
                end = pinned.end(1)
                text = self.text[begin:end]
                part = replace(part, text=text, meaning=" ".join(text.split()))
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
        """Return the start of the first entry or item in a block."""
        if value.entries is not None:
            return next(iter(value.entries.values()))[0]
        return value.start if self.text[value.start] == "-" else -1

    def _blank(self, at: int) -> int:
        """Return the end of the blank lines and comments at `at`."""
        match = _BLANK.match(self.text, at)
        return match.end() if match else at

    def _rest(self, at: int) -> int:
        """Return the end of a line that has at most a comment left at `at`."""
        match = _REST.match(self.text, at)
        if not match:
            raise ValueError("unexpected text on the same line")
        return match.end()
