"""Merges a text by meaning, where git saw a conflict: certain, or not at all.

The format's reader takes all three texts apart, their parts are merged, and what comes out is
held, in the units of the format, to what both sides did.
"""

from collections import Counter
from dataclasses import dataclass

from drydock.merging import formats, parts
from drydock.merging.formats import Format
from drydock.merging.parts import Merging, NotCertain, Part

Units = Counter[tuple[str, str]]


@dataclass(frozen=True)
class Settled:
    """A text that both sides changed, merged."""

    text: bytes
    rules: tuple[str, ...]
    """What was done where neither side's text could just be taken, a line each."""


def merge(path: str, base: bytes | None, ours: bytes, theirs: bytes) -> Settled:
    """Merge what `base` became on both sides; None where both added the file at `path`.

    Raises NotCertain when the format is not known or the merge would be a guess.
    """
    known = formats.of(path)
    if known is None:
        raise NotCertain("files of this kind are merged by lines only")
    ends = "\r\n" if b"\r\n" in ours else "\n"
    texts = [_text(content) for content in (base, ours, theirs)]
    was, mine, new = (_read(known, text) if text is not None else None for text in texts)
    if mine is None or new is None:
        raise NotCertain("not all of it can be read")
    merging = Merging(known.RULES)
    merged = parts.source(parts.merge(was, mine, new, merging))
    problem = formats.problem(path, merged.encode())
    problem = problem or _unaccounted(known, texts, merged, merging)
    if problem:
        raise NotCertain(f"merged part by part {problem}")
    if not ours.endswith(b"\n"):
        merged = merged.removesuffix("\n")
    mark = b"\xef\xbb\xbf" if ours.startswith(b"\xef\xbb\xbf") else b""
    return Settled(mark + merged.replace("\n", ends).encode(), tuple(merging.done))


def _text(content: bytes | None) -> str | None:
    if content is None:
        return None
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise NotCertain("it is no UTF-8 text") from error
    return text if text.endswith("\n") or not text else f"{text}\n"


def _read(known: Format, text: str) -> Part:
    """Read a text, which must lose nothing by it."""
    try:
        read = known.read(text)
    except (ValueError, RecursionError) as error:
        raise NotCertain("it is not valid on all sides") from error
    if parts.source(read) != text:
        raise NotCertain("not all of it can be read")
    return read


def _unaccounted(
    known: Format, texts: list[str | None], merged: str, merging: Merging
) -> str | None:
    """Return which change of a side is not in `merged`, or what is there that nobody wrote."""
    was, mine, new = (known.units(text) if text is not None else Counter() for text in texts)
    now = known.units(merged)
    for unit in sorted(was.keys() | mine.keys() | new.keys() | now.keys()):
        low, high = _expected(was[unit], mine[unit], new[unit])
        given_way = any(unit[1] in text for text in merging.given_way)
        if now[unit] > high or (now[unit] < low and not given_way):
            return f"it would lack or repeat a change of one side: {unit[1][:60]}"
    return None


def _expected(base: int, ours: int, theirs: int) -> tuple[int, int]:
    """Return how often at least and at most a unit must be there."""
    by_ours, by_theirs = ours - base, theirs - base
    counts = {max(0, base + by_ours + by_theirs)}
    if by_ours * by_theirs > 0:  # both did the same, perhaps: once is enough
        counts.add(base + (max if by_ours > 0 else min)(by_ours, by_theirs))
    return min(counts), max(counts)
