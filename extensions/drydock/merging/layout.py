"""Gives three texts the same layout if a side changed only the layout of some code.

Another line length, indentation or trailing blanks: for git such a side changed every line, which
conflicts with any change of the other side. Segments that differ only in layout get the layout of
that side in all three texts, so that only real changes remain. Nothing is reformatted.
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
# Formats whose audit units do not depend on layout.
_LAYOUT_FREE = {"ini", "json", "python", "toml", "yaml"}
_Segment = tuple[Hashable, str]
"""The meaning of a segment of a text, regardless of layout, and its source."""
Texts = tuple[str, str, str]


def alike(path: str, base: str, ours: str, theirs: str) -> tuple[Texts, str] | None:
    """Return the texts of the file at `path` in the layout of one side, and the name of that side.

    The side is the one that changed the layout. None if neither did more than its changes require,
    or if a text would mean something else in that layout.
    """
    for name, side, other in ((YOURS, ours, theirs), ("the release", theirs, ours)):
        followed = _follow(path, base, side, other)
        if followed is None:
            continue
        new_base, new_other = followed
        sides = (new_base, ours, new_other) if side is ours else (new_base, new_other, theirs)
        return sides, name
    return None


def _follow(path: str, base: str, side: str, other: str) -> tuple[str, str] | None:
    """Return `base` and `other` in the layout of `side`."""
    file_format = formats.of(path)
    name = formats.name_of(file_format) if file_format else ""
    cut, meaning = (_statements, _meaning) if name == "python" else (_lines, _line)
    try:
        sources = [cut(text) for text in (base, side, other)]
        # Segments that are equal in all texts need no comparison of their meanings.
        shared = set(sources[0]).intersection(*sources[1:])
        in_base, in_side, in_other = (
            [(source if source in shared else meaning(source), source) for source in segments]
            for segments in sources
        )
    except (SyntaxError, ValueError, MemoryError, tokenize.TokenError):
        return None
    pairs = [(old, in_base[old][1], in_side[new][1]) for old, new in _common(in_base, in_side)]
    # Segments whose layout the side did not change keep that of the other side.
    changed = {old: after for old, before, after in pairs if after != before}
    if not changed:
        return None
    prefixes = _prefixes([(before, after) for _, before, after in pairs])
    if prefixes is None:
        return None
    same = [(old, new) for old, new in _common(in_base, in_other) if old in changed]
    if name not in _LAYOUT_FREE and any(
        in_other[new][1] not in (in_base[old][1], changed[old]) for old, new in same
    ):
        return None  # both sides changed the layout, which can have a meaning
    changed_in_other = {new: changed[old] for old, new in same}
    texts = (
        "".join(
            changed.get(index, _indented(text, prefixes)) for index, (_, text) in enumerate(in_base)
        ),
        "".join(
            changed_in_other.get(index, _indented(text, prefixes))
            for index, (_, text) in enumerate(in_other)
        ),
    )
    if name in _LAYOUT_FREE and any(
        formats.problem(path, old.encode())
        or formats.problem(path, new.encode())
        or audit.of(name)(new) != audit.of(name)(old)
        for new, old in zip(texts, (base, other), strict=True)
    ):
        return None
    return texts


def _common(first: Sequence[_Segment], second: Sequence[_Segment]) -> list[tuple[int, int]]:
    """Return the indexes of the segments of two texts that differ at most in layout."""
    matcher = SequenceMatcher(
        None, [meaning for meaning, _ in first], [meaning for meaning, _ in second], autojunk=False
    )
    return [
        (start + offset, other_start + offset)
        for start, other_start, size in matcher.get_matching_blocks()
        for offset in range(size)
    ]


def _prefixes(pairs: Sequence[tuple[str, str]]) -> dict[str, str] | None:
    """Return the new prefix of lines for each old one; None if it is not always the same."""
    prefixes: dict[str, str] = {}
    for before, after in pairs:
        if before.strip():
            old, new = (_PREFIX.match(text)[0] for text in (before, after))  # type: ignore[index]
            if prefixes.setdefault(old, new) != new:
                return None
    return prefixes


def _indented(text: str, prefixes: dict[str, str]) -> str:
    """Return a segment whose lines have the new prefixes."""

    def indented(line: str) -> str:
        prefix = _PREFIX.match(line)[0]  # type: ignore[index]
        return prefixes.get(prefix, prefix) + line[len(prefix) :] if line.strip() else line

    return "".join(indented(line) for line in text.splitlines(keepends=True))


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _line(source: str) -> Hashable:
    return tuple(source.split())


def _statements(text: str) -> list[str]:
    """Split Python after each statement, and after each line that opens a block."""
    ends, depth = [0], 0
    lines = text.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.OP:
            depth += (token.string in _OPENING) - (token.string in _CLOSING)
        if token.type in {tokenize.NEWLINE, tokenize.NL} and not depth:
            ends.append(token.start[0])
    ends.append(len(lines))
    segments = ["".join(lines[start:end]) for start, end in pairwise(ends)]
    return [segment for segment in segments if segment]


def _meaning(source: str) -> Hashable:
    """Return the meaning of a statement or of a line that opens a block, regardless of layout."""
    tokens = list(tokenize.generate_tokens(io.StringIO(textwrap.dedent(source) + "\n").readline))
    comments = tuple(token.string.rstrip() for token in tokens if token.type == tokenize.COMMENT)
    words = [token.string for token in tokens if token.type not in _LAYOUT]
    if not words:
        return comments
    return _parsed(textwrap.dedent(source), words) or _without_commas(words), comments


def _parsed(source: str, words: Sequence[str]) -> str | None:
    opens = words[-1] == ":" and "lambda" not in words
    text = re.sub(r"^elif\b", "if", source) + ("\n pass\n" if opens else "\n")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.dump(ast.parse(text))
    except (SyntaxError, ValueError, MemoryError):
        return None  # such as `else:`, which is not valid on its own


def _without_commas(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        word
        for word, following in pairwise([*words, ""])
        if not (word == "," and following in _CLOSING)
    )
