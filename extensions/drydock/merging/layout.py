"""Lays three texts out alike, where a side changed the layout of what it did not change otherwise.

A formatter with another line length, another indentation, blanks at the ends of lines: to git such
a side changed every line, and conflicts with whatever the other side does there. What is the same
but for its layout is given the layout of that side in all three texts; what is left are changes.
Nothing is formatted anew.
"""

import ast
import io
import re
import textwrap
import tokenize
import warnings
from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from drydock.documents import formats
from drydock.merging import audit

YOURS = "your version"
_PREFIX = re.compile(r"[ \t]*(?:-[ \t]+)*")
_OPENING, _CLOSING = {"(", "[", "{"}, {")", "]", "}"}
_LAYOUT = {
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.COMMENT,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
# Formats whose audit tells what a text says whatever its layout.
_SAID = {"ini", "json", "python", "toml", "yaml"}
_Segment = tuple[Hashable, str]
"""What a piece of a text says, whatever its layout, and the piece."""
Texts = tuple[str, str, str]


def alike(path: str, base: str, ours: str, theirs: str) -> tuple[Texts, str] | None:
    """Return base, ours and theirs in the layout of the side that changed it, and which it is.

    They are of the file at `path`. None if neither side changed more layout than it had to, or if
    a text would say something else in that layout.
    """
    for who, side, other in ((YOURS, ours, theirs), ("the release", theirs, ours)):
        laid = _follow(path, base, side, other)
        if laid is None:
            continue
        before, after = laid
        return ((before, ours, after) if side is ours else (before, after, theirs)), who
    return None


def _follow(path: str, base: str, side: str, other: str) -> tuple[str, str] | None:
    """Return `base` and `other` in the layout of `side`."""
    known = formats.of(path)
    name = formats.name_of(known) if known else ""
    cut, said = (_statements, _said) if name == "python" else (_lines, _line)
    try:
        pieces = [cut(text) for text in (base, side, other)]
        # What all of them have in one layout needs no look at what it says.
        shared = set(pieces[0]).intersection(*pieces[1:])
        was, now, more = (
            [(piece if piece in shared else said(piece), piece) for piece in one] for one in pieces
        )
    except (SyntaxError, ValueError, MemoryError, tokenize.TokenError):
        return None
    pairs = [(old, was[old][1], now[new][1]) for old, new in _common(was, now)]
    # Where a side left the layout as it was, the other's counts.
    shown = {old: after for old, before, after in pairs if after != before}
    if not shown:
        return None
    prefixes = _prefixes([(before, after) for _, before, after in pairs])
    if prefixes is None:
        return None
    same = [(old, new) for old, new in _common(was, more) if old in shown]
    if name not in _SAID and any(
        more[new][1] not in (was[old][1], shown[old]) for old, new in same
    ):
        return None  # both changed the layout, which may mean something
    kept = {new: shown[old] for old, new in same}
    texts = (
        "".join(shown.get(place, _moved(text, prefixes)) for place, (_, text) in enumerate(was)),
        "".join(kept.get(place, _moved(text, prefixes)) for place, (_, text) in enumerate(more)),
    )
    if name in _SAID and any(
        formats.problem(path, laid.encode()) or audit.of(name)(laid) != audit.of(name)(text)
        for laid, text in zip(texts, (base, other), strict=True)
    ):
        return None
    return texts


def _common(one: Sequence[_Segment], other: Sequence[_Segment]) -> list[tuple[int, int]]:
    """Return which segments of two texts are the same but for their layout, by their places."""
    matcher = SequenceMatcher(
        None, [said for said, _ in one], [said for said, _ in other], autojunk=False
    )
    return [
        (first + place, second + place)
        for first, second, size in matcher.get_matching_blocks()
        for place in range(size)
    ]


def _prefixes(pairs: Sequence[tuple[str, str]]) -> dict[str, str] | None:
    """Return how what lines begin with was changed; None if not always in one way."""
    found: dict[str, str] = {}
    for before, after in pairs:
        if before.strip():
            old, new = (_PREFIX.match(text)[0] for text in (before, after))  # type: ignore[index]
            if found.setdefault(old, new) != new:
                return None
    return found


def _moved(text: str, prefixes: dict[str, str]) -> str:
    """Return the lines of a segment with their beginnings changed as elsewhere."""

    def moved(line: str) -> str:
        prefix = _PREFIX.match(line)[0]  # type: ignore[index]
        return prefixes.get(prefix, prefix) + line[len(prefix) :] if line.strip() else line

    return "".join(moved(line) for line in text.splitlines(keepends=True))


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _line(piece: str) -> Hashable:
    return tuple(piece.split())


def _statements(text: str) -> list[str]:
    """Cut Python at the ends of its statements, and of the lines that open blocks."""
    ends, depth = [0], 0
    lines = text.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.OP:
            depth += (token.string in _OPENING) - (token.string in _CLOSING)
        if token.type in {tokenize.NEWLINE, tokenize.NL} and not depth:
            ends.append(token.start[0])
    ends.append(len(lines))
    pieces = ["".join(lines[start:end]) for start, end in pairwise(ends)]
    return [piece for piece in pieces if piece]


def _said(piece: str) -> Hashable:
    """Return what a statement, or the line that opens a block, says whatever its layout."""
    tokens = list(tokenize.generate_tokens(io.StringIO(textwrap.dedent(piece) + "\n").readline))
    remarks = tuple(one.string.rstrip() for one in tokens if one.type == tokenize.COMMENT)
    words = [one.string for one in tokens if one.type not in _LAYOUT]
    if not words:
        return remarks
    return _parsed(textwrap.dedent(piece), words) or _without_commas(words), remarks


def _parsed(piece: str, words: Sequence[str]) -> str | None:
    opens = words[-1] == ":" and "lambda" not in words
    text = re.sub(r"^elif\b", "if", piece) + ("\n pass\n" if opens else "\n")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.dump(ast.parse(text))
    except (
        SyntaxError,
        ValueError,
        MemoryError,
    ):  # one that needs what is above it, such as `else:`
        return None


def _without_commas(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        word
        for word, following in pairwise([*words, ""])
        if not (word == "," and following in _CLOSING)
    )
