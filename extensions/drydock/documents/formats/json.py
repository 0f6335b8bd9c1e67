"""JSON, also with the comments and trailing commas that many tools allow."""

import json
import re
from collections.abc import Iterator, Sequence

from drydock.documents import values
from drydock.documents.nodes import Body, Part
from drydock.documents.values import Grammar, Stated
from drydock.profiles import Profile

# A string (kept), a comment, or a comma with nothing but space and comments before the bracket.
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
    """Raise ValueError if `text` is not JSON, or names a key twice."""
    json.loads(_EXTRA.sub(lambda found: found[1] or " ", text), object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    seen = dict(pairs)
    if len(seen) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(n for n in names if names.count(n) > 1)!r} is there twice")
    return seen


def read(text: str, known: Sequence[Profile] = ()) -> Part:
    """Take `text` apart; raise ValueError if it is not valid, or not laid out as usual."""
    check(text)
    space = _GRAMMAR.space.match(text)
    start = space.end() if space else 0
    value = values.scan(text, start, _GRAMMAR)
    root = values.part(text, "the document", start, value, (), identify=values.identifier(known))
    return Part("the document", body=Body((root,), text[:start], text[value.end :]))


def stated(text: str) -> Iterator[Stated]:
    """Yield where each key and each scalar stands; raise ValueError as `read` does."""
    check(text)
    space = _GRAMMAR.space.match(text)
    start = space.end() if space else 0
    yield from values.stated(text, values.scan(text, start, _GRAMMAR), (), start)
