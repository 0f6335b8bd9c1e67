"""Resolves git's conflicts hunk by hunk, if the result is certain, and marks the rest.

Certain are lines that differ only in a version, and changes that differ only in blank lines. In
prose and scripts, adjacent lines of which each side changed different ones are certain too, and so
are changes of the sides to separate words of one line.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

from packaging.version import Version

from drydock import git
from drydock.merging import words
from drydock.merging.rules import versions

# Files in which words are independent; in data and code a word can depend on its neighbour.
_WORDED = re.compile(r"(?i)\.(?:md|markdown|rst|txt|adoc|sh|bash)$|(?:^|/)(?:LICENSE|Makefile)$")
_RUNS = re.compile(r"\s*(?:- +)?run: ")
_RELEASE = re.compile(r"(?<=[^/\s]/)v?\d+(?:\.\d+)+(?=[/)\]\s\"']|$)")


@dataclass(frozen=True)
class Hunks:
    """A text merged by lines, with the hunks that could be resolved."""

    text: bytes
    left: int
    """The number of hunks still in conflict."""
    done: tuple[str, ...]
    """A report line for each resolution."""


def resolve(path: str, sides: tuple[bytes, bytes, bytes], labels: tuple[str, str]) -> Hunks:
    """Merge base, ours and theirs by lines, and resolve hunks in conflict.

    Hunks that stay in conflict get markers with the labels of ours and theirs, without the base.
    """
    marked = git.mark_conflicts(*sides, labels)
    result, done, left, at = list[bytes](), list[str](), 0, 0
    for hunk in _hunk(git.marker_size(*sides)).finditer(marked):
        result.append(marked[at : hunk.start()])
        at = hunk.end()
        resolution = _resolution(path, hunk["base"], hunk["ours"], hunk["theirs"])
        if resolution is None:
            left += 1
            result += [hunk["first"], hunk["ours"], hunk["middle"], hunk["theirs"], hunk["last"]]
        else:
            result.append(resolution[0])
            done += resolution[1]
    return Hunks(b"".join([*result, marked[at:]]), left, tuple(done))


@cache
def _hunk(size: int) -> re.Pattern[bytes]:
    """Return the pattern of a hunk with the base, between markers of this length."""
    return re.compile(
        rb"^(?P<first><{%d} [^\n]*\n)(?P<ours>(?:.*\n)*?)\|{%d} [^\n]*\n(?P<base>(?:.*\n)*?)"
        rb"(?P<middle>={%d}\r?\n)(?P<theirs>(?:.*\n)*?)(?P<last>>{%d} [^\n]*(?:\n|\Z))"
        % ((size,) * 4),
        re.MULTILINE,
    )


def mark(ours: bytes, merged: bytes, reason: str, labels: tuple[str, str]) -> bytes | None:
    """Return `merged` with markers around the changes of the release that `reason` names.

    If it names none of them, all changes of the release are marked; None if there are none.
    """
    our_lines, merged_lines = ours.splitlines(keepends=True), merged.splitlines(keepends=True)
    matcher = SequenceMatcher(None, our_lines, merged_lines, autojunk=False)
    blocks = [
        (our_lines[a:b], merged_lines[c:d], kind) for kind, a, b, c, d in matcher.get_opcodes()
    ]
    named = {word for name in re.findall(r"`([^`]+)`", reason) for word in re.findall(r"\w+", name)}
    naming = re.compile(
        rb"\b(?:%s)\b" % b"|".join(re.escape(word.encode()) for word in sorted(named))
    )
    changed = [block for block in blocks if block[2] != "equal"]
    chosen = [b for b in changed if named and naming.search(b"".join(b[0] + b[1]))] or changed
    if not chosen:
        return None
    end = b"\r\n" if b"\r\n" in ours else b"\n"
    first, last = (label.encode() for label in labels)
    size = git.marker_size(ours, merged)
    result = list[bytes]()
    for block in blocks:
        if block not in chosen:
            result += block[1]
            continue
        sides = (_ended(side, end) for side in block[:2])
        marks = (
            b"<" * size + b" " + first + end,
            b"=" * size + end,
            b">" * size + b" " + last + end,
        )
        result += [marks[0], next(sides), marks[1], next(sides), marks[2]]
    return b"".join(result)


def _ended(lines: Sequence[bytes], end: bytes) -> bytes:
    text = b"".join(lines)
    return text if not text or text.endswith(b"\n") else text + end


def _resolution(
    path: str, base: bytes, ours: bytes, theirs: bytes
) -> tuple[bytes, list[str]] | None:
    """Return the resolution of a hunk and a report line for each rule used; None: a conflict."""
    try:
        sides = [side.decode().splitlines(keepends=True) for side in (base, ours, theirs)]
    except UnicodeDecodeError:
        return None
    if ours.strip() and _significant(path, sides[1]) == _significant(path, sides[2]):
        return ours, ["the same change, except for blank lines"]
    if len({len(side) for side in sides}) > 1:
        return None
    is_worded = bool(_WORDED.search(path))
    if is_worded and (adjacent := _adjacent(*sides)):
        return adjacent
    lines, done = [], []
    for base_line, our_line, their_line in zip(*sides, strict=True):
        three = base_line, our_line, their_line
        if their_line in (our_line, base_line):
            lines.append(our_line)
        elif our_line == base_line:
            lines.append(their_line)
        elif higher := versions.higher(*three) or _link(*three):
            lines.append(higher[0])
            done.append(higher[1])
        elif (is_worded or _RUNS.match(base_line)) and (worded := words.line(*three)):
            lines.append(worded)
            done.append(f"the words of both versions: {' '.join(worded.split())[:60]}")
        else:
            return None
    return "".join(lines).encode(), done


def _significant(path: str, lines: Sequence[str]) -> list[str]:
    """Return the lines that are not blank, without trailing blanks.

    In Markdown trailing blanks stay, because two of them break a line.
    """
    ends = "\r\n" if path.endswith((".md", ".markdown")) else None
    return [line.rstrip(ends) for line in lines if line.strip()]


def _adjacent(
    base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]
) -> tuple[bytes, list[str]] | None:
    """Merge lines of which each was changed by at most one side; None if both changed one."""
    threes = list(zip(base, ours, theirs, strict=True))
    if not all(our in (old, their) or their == old for old, our, their in threes):
        return None
    merged = "".join(their if our == old else our for old, our, their in threes)
    return merged.encode(), [f"the lines of both versions: {' '.join(merged.split())[:60]}"]


def _link(base: str, ours: str, theirs: str) -> tuple[str, str] | None:
    """Take the line with the higher release if only the release in a link differs."""
    texts = (base, ours, theirs)
    if len({_RELEASE.sub("", text) for text in texts}) > 1:
        return None
    releases = [_RELEASE.findall(text) for text in texts]
    differing = [three for three in zip(*releases, strict=True) if len(set(three)) > 1]
    if len(set(differing)) != 1:
        return None
    base_version, our_version, their_version = (Version(version) for version in differing[0])
    if min(our_version, their_version) <= base_version or our_version == their_version:
        return None
    is_ours = our_version > their_version
    text, side = (ours, "from your version") if is_ours else (theirs, "from the release")
    return text, f"the higher version, {side}: {' '.join(text.split())}"
