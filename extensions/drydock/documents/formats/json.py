"""JSON, with the comments and trailing commas that many tools allow."""

import json
import re
from collections.abc import Iterator, Sequence

from drydock.documents import values
from drydock.documents.nodes import Body, Part
from drydock.documents.values import Grammar, Location
from drydock.profiles import Profile

# A string (kept), a comment, or a comma with only space and comments before the closing bracket.
_COMMENT = r"//[^\n]*|/\*.*?\*/"
_EXTRA = re.compile(rf'("(?:\\.|[^"\\])*")|{_COMMENT}|,(?=(?:\s|{_COMMENT})*[\]}}])', re.DOTALL)
_GRAMMAR = Grammar(
    space=re.compile(rf"(?:\s|{_COMMENT})*", re.DOTALL),
    key=re.compile(r'"(?:\\.|[^"\\])*"'),
    equals=":",
    scalar=re.compile(r'"(?:\\.|[^"\\])*"|[^\s,\]}/]+'),
    names=json.loads,
    plain=json.loads,
)


def handles(path: str) -> bool:
    """Tell whether `path` names a JSON file."""
    return path.endswith((".json", ".jsonc", ".json5", ".code-workspace"))


def check(text: str) -> None:
    """Raise ValueError if `text` is not valid JSON or repeats a key."""
    json.loads(_EXTRA.sub(lambda match: match[1] or " ", text), object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    seen = dict(pairs)
    if len(seen) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"duplicate key {next(n for n in names if names.count(n) > 1)!r}")
    return seen


def read(text: str, file_profiles: Sequence[Profile] = ()) -> Part:
    """Parse `text`; raise ValueError if it is not valid or its layout is not supported."""
    check(text)
    space = _GRAMMAR.space.match(text)
    start = space.end() if space else 0
    value = values.scan(text, start, _GRAMMAR)
    root = values.part(
        text, "the document", start, value, (), identify=values.identifier(file_profiles)
    )
    return Part("the document", body=Body((root,), text[:start], text[value.end :]))


def locations(text: str) -> Iterator[Location]:
    """Yield the location of each key and scalar; raise ValueError as `read` does."""
    check(text)
    space = _GRAMMAR.space.match(text)
    start = space.end() if space else 0
    yield from values.locations(text, values.scan(text, start, _GRAMMAR), (), start)
