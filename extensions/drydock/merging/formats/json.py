"""JSON, also with the comments and trailing commas that many tools allow."""

import json
import re
from collections import Counter
from collections.abc import Iterator

from drydock.merging import values
from drydock.merging.parts import Body, Part
from drydock.merging.values import Grammar
from drydock.merging.versions import higher

RULES = (higher,)
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


def read(text: str) -> Part:
    """Take `text` apart; raise ValueError if it is not valid, or not laid out as usual."""
    check(text)
    space = _GRAMMAR.space.match(text)
    start = space.end() if space else 0
    value = values.scan(text, start, _GRAMMAR)
    root = values.part(text, "the document", start, value, ())
    return Part("the document", body=Body((root,), text[:start], text[value.end :]))


def units(text: str) -> Counter[tuple[str, str]]:
    """Return each value with its path, and the comments."""
    found = Counter(_leaves("", json.loads(_EXTRA.sub(lambda m: m[1] or " ", text))))
    for extra in _EXTRA.finditer(text):
        if not extra[1]:
            found.update(("#", line) for line in map(str.strip, extra[0].splitlines()))
    return found


def _leaves(place: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        yield place, "{}"
        for key, held in value.items():
            yield from _leaves(f"{place}.{json.dumps(key)}", held)
    elif isinstance(value, list):
        yield place, "[]"
        for held in value:
            yield from _leaves(f"{place}[{_label(held)}]", held)
    else:
        yield place, json.dumps(value)


def _label(item: object) -> str:
    """Return by what an item of a list is known, if it is."""
    known = item if isinstance(item, dict) else {}
    return next((f"{key}={known[key]}" for key in ("id", "name") if key in known), "")
