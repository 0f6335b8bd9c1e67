"""What git leaves in conflict, place by place: settled where that is certain, marked where not.

Lines that differ in a version alone are, and changes that differ in blank lines alone; in prose and
scripts also lines next to each other, of which each side changed others, and words of one line that
the sides changed in places that do not touch.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from packaging.version import Version

from drydock.merging import words
from drydock.merging.rules import versions

_HUNK = re.compile(
    rb"^(?P<first><{7}[^\n]*\n)(?P<ours>(?:.*\n)*?)\|{7}[^\n]*\n(?P<base>(?:.*\n)*?)"
    rb"(?P<middle>={7}\r?\n)(?P<theirs>(?:.*\n)*?)(?P<last>>{7}[^\n]*(?:\n|\Z))",
    re.MULTILINE,
)
# Where words stand for themselves; in data and code one can depend on its neighbour.
_WORDED = re.compile(r"(?i)\.(?:md|markdown|rst|txt|adoc|sh|bash)$|(?:^|/)(?:LICENSE|Makefile)$")
_RUNS = re.compile(r"\s*(?:- +)?run: ")
_RELEASE = re.compile(r"(?<=[^/\s]/)v?\d+(?:\.\d+)+(?=[/)\]\s\"']|$)")


@dataclass(frozen=True)
class Hunks:
    """A text that was merged by lines, with what could be settled in it."""

    text: bytes
    left: int
    """How many places are in conflict still."""
    done: tuple[str, ...]
    """What was settled, a line each."""


def settle(path: str, marked: bytes) -> Hunks:
    """Settle what can be in a text with conflict markers that show the base, too (diff3 style).

    What is left keeps its markers, without the base.
    """
    result, done, left, at = list[bytes](), list[str](), 0, 0
    for hunk in _HUNK.finditer(marked):
        result.append(marked[at : hunk.start()])
        at = hunk.end()
        settled = _settled(path, hunk["base"], hunk["ours"], hunk["theirs"])
        if settled is None:
            left += 1
            result += [hunk["first"], hunk["ours"], hunk["middle"], hunk["theirs"], hunk["last"]]
        else:
            result.append(settled[0])
            done += settled[1]
    return Hunks(b"".join([*result, marked[at:]]), left, tuple(done))


def mark(ours: bytes, merged: bytes, reason: str, labels: tuple[str, str]) -> bytes | None:
    """Return `merged` with markers around what the release changed there and `reason` names.

    Around all that the release changed, where it names none of it; None if that is nothing.
    """
    mine, both = ours.splitlines(keepends=True), merged.splitlines(keepends=True)
    matcher = SequenceMatcher(None, mine, both, autojunk=False)
    places = [(mine[a:b], both[c:d], kind) for kind, a, b, c, d in matcher.get_opcodes()]
    named = {word for name in re.findall(r"`([^`]+)`", reason) for word in re.findall(r"\w+", name)}
    naming = re.compile(
        rb"\b(?:%s)\b" % b"|".join(re.escape(one.encode()) for one in sorted(named))
    )
    changed = [place for place in places if place[2] != "equal"]
    chosen = [p for p in changed if named and naming.search(b"".join(p[0] + p[1]))] or changed
    if not chosen:
        return None
    end = b"\r\n" if b"\r\n" in ours else b"\n"
    first, last = (label.encode() for label in labels)
    result = list[bytes]()
    for place in places:
        if place not in chosen:
            result += place[1]
            continue
        sides = (_ended(side, end) for side in place[:2])
        marks = (b"<<<<<<< " + first + end, b"=======" + end, b">>>>>>> " + last + end)
        result += [marks[0], next(sides), marks[1], next(sides), marks[2]]
    return b"".join(result)


def _ended(lines: Sequence[bytes], end: bytes) -> bytes:
    text = b"".join(lines)
    return text if not text or text.endswith(b"\n") else text + end


def _settled(path: str, base: bytes, ours: bytes, theirs: bytes) -> tuple[bytes, list[str]] | None:
    try:
        sides = [side.decode().splitlines(keepends=True) for side in (base, ours, theirs)]
    except UnicodeDecodeError:
        return None
    if ours.strip() and _said(path, sides[1]) == _said(path, sides[2]):
        return ours, ["the same change, but for blank lines"]
    if len({len(side) for side in sides}) > 1:
        return None
    is_worded = bool(_WORDED.search(path))
    if is_worded and (beside := _beside(*sides)):
        return beside
    lines, done = [], []
    for was, mine, new in zip(*sides, strict=True):
        if new in (mine, was):
            lines.append(mine)
        elif mine == was:
            lines.append(new)
        elif higher := versions.higher(was, mine, new) or _link(was, mine, new):
            lines.append(higher[0])
            done.append(higher[1])
        elif (is_worded or _RUNS.match(was)) and (worded := words.line(was, mine, new)):
            lines.append(worded)
            done.append(f"both sides' words: {' '.join(worded.split())[:60]}")
        else:
            return None
    return "".join(lines).encode(), done


def _said(path: str, lines: Sequence[str]) -> list[str]:
    """Return what lines say, blank ones aside; in Markdown two blanks at an end break a line."""
    ends = "\r\n" if path.endswith((".md", ".markdown")) else None
    return [line.rstrip(ends) for line in lines if line.strip()]


def _beside(
    base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]
) -> tuple[bytes, list[str]] | None:
    """Settle lines of which each side changed others than the other side."""
    threes = list(zip(base, ours, theirs, strict=True))
    if not all(mine in (was, new) or new == was for was, mine, new in threes):
        return None
    merged = "".join(new if mine == was else mine for was, mine, new in threes)
    return merged.encode(), [f"both sides' lines: {' '.join(merged.split())[:60]}"]


def _link(base: str, ours: str, theirs: str) -> tuple[str, str] | None:
    """Settle a line that differs in the release that a link names: the higher one stands."""
    texts = (base, ours, theirs)
    if len({_RELEASE.sub("", text) for text in texts}) > 1:
        return None
    found = [_RELEASE.findall(text) for text in texts]
    differing = [three for three in zip(*found, strict=True) if len(set(three)) > 1]
    if len(set(differing)) != 1:
        return None
    was, mine, new = (Version(version) for version in differing[0])
    if min(mine, new) <= was or mine == new:
        return None
    text, side = (ours, "from your version") if mine > new else (theirs, "from the release")
    return text, f"the higher version, {side}: {' '.join(text.split())}"
