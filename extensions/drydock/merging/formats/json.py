"""JSON, also with the comments and trailing commas that many tools allow."""

import json
import re

# A string (kept), a comment, or a comma with nothing but space and comments before the bracket.
_COMMENT = r"//[^\n]*|/\*.*?\*/"
_EXTRA = re.compile(rf'("(?:\\.|[^"\\])*")|{_COMMENT}|,(?=(?:\s|{_COMMENT})*[\]}}])', re.DOTALL)


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
