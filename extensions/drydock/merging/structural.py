"""Merges a text structurally if git found a conflict, and only if the result is certain.

The reader of the format parses the three texts, their parts are merged, and the result is checked,
in the units of the format, against the changes of both sides.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from drydock import git, profiles
from drydock.documents import formats
from drydock.documents.formats import Format
from drydock.documents.nodes import source
from drydock.merging import audit, layout, lines, nodes, rules
from drydock.merging.audit import Units, invariants
from drydock.merging.certainty import NotCertain, read
from drydock.merging.formats import repaired, restated
from drydock.merging.nodes import SIDES, Merging, Rename
from drydock.profiles import DOT, PACKAGE

_WORD = re.compile(r"\w+")
_QUOTES = "\"' "
# Units are counted in their exact place, and then ignoring moves: an item that is a leaf in all
# lists together, and a unit deeper in an item in all items of that list.
_EXACT, _MOVED = re.compile(r"(?!)"), re.compile(r"^.*\[[^]]*\](?= |$)|\[[^]]*\]")


@dataclass(frozen=True)
class Resolution:
    """The merge of a text that both sides changed."""

    text: bytes
    rules: tuple[str, ...]
    """A report line for each rule that was used."""


# Files that tools generate from others: their parts depend on each other.
_GENERATED_NAME = re.compile(r"(?:^|/)(?:[\w.-]*[.-]lock(?:\.json|\.ya?ml)?|npm-shrinkwrap\.json)$")
_GENERATED = re.compile(rb"(?i)\b(?:auto-?generated|generated (?:by|with)|do not edit)\b")


def merge(path: str, base: bytes | None, ours: bytes, theirs: bytes) -> Resolution:
    """Merge the file at `path`; `base` is None if both sides added it.

    If ours changed the layout, the texts get that layout first; if the release did, only if the
    merge fails otherwise. Raises NotCertain if the format is not known or the merge is a guess.
    """
    alike = _laid_out(path, base, ours, theirs)
    resolution = _merge_alike(path, *alike) if alike and alike[1] == layout.YOURS else None
    if resolution is None:
        try:
            return _merge(path, base, ours, theirs)
        except NotCertain:
            resolution = _merge_alike(path, *alike) if alike and alike[1] != layout.YOURS else None
            resolution = resolution or _merge_restated(path, base, ours, theirs)
            if resolution is None:
                raise
    return replace(resolution, text=_as_bytes(resolution.text.decode(), base, ours, theirs))


def _laid_out(
    path: str, base: bytes | None, ours: bytes, theirs: bytes
) -> tuple[layout.Texts, str] | None:
    if base is None:
        return None
    try:
        return layout.alike(path, _text(base), _text(ours), _text(theirs))
    except (NotCertain, RecursionError):
        return None


def is_generated(path: str, content: bytes) -> bool:
    """Tell whether a tool generates the file at `path`, so that its parts depend on each other."""
    return bool(_GENERATED_NAME.search(path) or _GENERATED.search(content[:1000]))


def _merge_alike(path: str, texts: layout.Texts, name: str) -> Resolution | None:
    """Merge three texts that have the layout of the side called `name`."""
    return _merge_texts(path, texts, (f"formatted like {name}",))


def _merge_restated(path: str, base: bytes | None, ours: bytes, theirs: bytes) -> Resolution | None:
    """Merge texts in which the same is written in another way, as their format allows."""
    try:
        found = restated(path, *_texts(base, ours, theirs))
    except (NotCertain, RecursionError):
        return None
    resolution = _merge_texts(path, found.texts, found.done) if found else None
    if found and resolution and found.is_moved:
        # References are checked against the texts before the moves.
        sides = _text(ours), _text(theirs), resolution.text.decode()
        if broken := invariants.dangling(path, *sides):
            raise NotCertain(broken)
    return resolution


def merge_repaired(path: str, base: bytes | None, ours: bytes, theirs: bytes) -> Resolution | None:
    """Merge texts in which the release repeats a fault, without the fault; None if it has none."""
    try:
        found = repaired(path, *_texts(base, ours, theirs))
    except NotCertain:
        return None
    resolution = _merge_texts(path, found.texts, found.done) if found else None
    if resolution is None:
        return None
    return replace(resolution, text=_as_bytes(resolution.text.decode(), base, ours, theirs))


def _merge_texts(path: str, texts: layout.Texts, done: tuple[str, ...]) -> Resolution | None:
    """Merge three texts by lines or structurally; `done` are report lines of earlier steps."""
    sides = [text.encode() for text in texts]
    merged = git.merge_texts(sides[0], sides[1], sides[2])
    if merged is not None and not line_problem(path, dict(enumerate(sides, 1)), merged):
        return Resolution(merged, done)
    try:
        resolution = _merge(path, sides[0], sides[1], sides[2])
    except NotCertain:
        return None
    return replace(resolution, rules=(*done, *resolution.rules))


def line_problem(path: str, before: dict[int, bytes], merged: bytes) -> str | None:
    """Return the problem of a clean merge by lines, or None; `before` is by index stage."""
    invalid = formats.problem(path, merged)
    if invalid and not any(formats.problem(path, before[stage]) for stage in (2, 3)):
        return f"a merge by lines would not be valid: {invalid}"
    if before.keys() != {1, 2, 3}:
        return None
    if problem := lines.problem(before[1], before[2], before[3], merged):
        return f"a merge by lines would have this line {problem}"
    texts = [before[1], before[2], before[3], merged]
    file_format = None if invalid else formats.of(path)
    try:
        base, ours, theirs, result = (text.decode("utf-8-sig") for text in texts)
    except UnicodeDecodeError:
        return None
    sides = (base, ours, theirs, result)
    broken = audit.broken(formats.name_of(file_format), *sides) if file_format else None
    # Also of a text that is not valid: a template of YAML is no YAML.
    return broken or invariants.broken(path, *sides)


def _merge(path: str, base: bytes | None, ours: bytes, theirs: bytes) -> Resolution:
    """Merge the file at `path` by the parts of its format, and check the result."""
    file_format = formats.of(path)
    if file_format is None:
        raise NotCertain("files of this kind are merged by lines only")
    if is_generated(path, ours):
        raise NotCertain("a tool generates it from other files")
    base_text, our_text, their_text = _texts(base, ours, theirs)
    if _is_fixed(file_format, base_text, their_text) and _is_valid(file_format, our_text):
        return Resolution(ours, ("the release only fixes the syntax; your version is valid",))
    if _is_fixed(file_format, base_text, our_text) and _is_valid(file_format, their_text):
        return Resolution(theirs, ("you only fixed the syntax; the release is valid",))
    name = formats.name_of(file_format)
    merging = Merging(rules.of(name), yours=our_text)
    file_profiles = invariants.profiles_of(path, their_text)
    sides = (
        read(file_format, base_text, file_profiles) if base_text is not None else None,
        read(file_format, our_text, file_profiles),
        read(file_format, their_text, file_profiles),
    )
    if base_text is not None and (
        disputed := invariants.disputed(path, base_text, our_text, their_text)
    ):
        raise NotCertain(disputed)
    try:
        merged = source(nodes.merge(*sides, merging))
        if (
            sides[0]
            and base_text
            and (kept := audit.needed(name, base_text, our_text, their_text, merged))
        ):
            # Merge as if the side that uses these imports had added them.
            base_without = nodes.without(sides[0], kept)
            base_text = source(base_without)
            done = [f"kept `{one}`, which {user} still uses" for one, user in kept.items()]
            merging = Merging(rules.of(name), done, yours=our_text)
            merged = source(nodes.merge(base_without, *sides[1:], merging))
        if base_text and (unused := audit.unneeded(name, base_text, our_text, their_text, merged)):
            # Merge as if the release had removed these imports too.
            theirs_without = nodes.without(sides[2], unused)
            their_text = source(theirs_without)
            done = [f"skipped `{one}`, which your code does not use" for one in unused]
            merging = Merging(rules.of(name), done, yours=our_text)
            merged = source(nodes.merge(sides[0], sides[1], theirs_without, merging))
        texts = base_text, our_text, their_text
        _check_renames(texts, merging)
        _check(path, file_format, texts, merged, merging)
    except RecursionError as error:
        raise NotCertain("it is nested too deeply") from error
    return Resolution(_as_bytes(merged, base, ours, theirs), tuple(merging.done))


_Texts = tuple[str | None, str, str]
"""The texts of base, ours and theirs; base can be missing."""


def _check(path: str, file_format: Format, texts: _Texts, merged: str, merging: Merging) -> None:
    """Raise NotCertain if `merged` is not valid, lacks a change, or breaks an invariant."""
    if invalid := formats.problem(path, merged.encode()):
        raise NotCertain(f"a structural merge would not be valid: {invalid}")
    if broken := audit.broken(formats.name_of(file_format), *texts, merged):
        raise NotCertain(broken)
    if broken := invariants.broken(path, *texts, merged):
        raise NotCertain(broken)
    lists = [one.at for one in invariants.lists_of(path, merged) if PACKAGE in one.known_by]
    if problem := _unaccounted(file_format, texts, merged, merging, lists):
        raise NotCertain(f"a structural merge {problem}")


def _as_bytes(merged: str, base: bytes | None, ours: bytes, theirs: bytes) -> bytes:
    """Return the merged text with the byte order mark and line ends of the sides."""
    in_base, in_ours, in_theirs = (
        not text or text.endswith(b"\n") for text in (base, ours, theirs)
    )
    if not (in_theirs if base is not None and in_ours == in_base else in_ours):
        merged = merged.removesuffix("\n")
    mark = b"\xef\xbb\xbf" if ours.startswith(b"\xef\xbb\xbf") else b""
    ends = "\r\n" if b"\r\n" in ours else "\n"
    return mark + merged.replace("\n", ends).encode()


def _texts(base: bytes | None, ours: bytes, theirs: bytes) -> _Texts:
    return _text(base) if base is not None else None, _text(ours), _text(theirs)


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotCertain("it is not UTF-8 text") from error
    if "\r" in text:
        if not text.count("\r") == text.count("\n") == text.count("\r\n"):
            raise NotCertain("it has mixed line ends")
        text = text.replace("\r\n", "\n")
    return text if text.endswith("\n") or not text else f"{text}\n"


def _is_fixed(file_format: Format, base: str | None, side: str | None) -> bool:
    """Tell whether a side made an invalid text valid without changing its words."""
    same = base is not None and side is not None and _WORD.findall(base) == _WORD.findall(side)
    return same and not _is_valid(file_format, base) and _is_valid(file_format, side)


def _is_valid(file_format: Format, text: str | None) -> bool:
    try:
        file_format.check(text or "")
    except (ValueError, RecursionError):
        return False
    return True


def _check_renames(texts: _Texts, merging: Merging) -> None:
    """Report the renames; raise NotCertain if the other side adds a use of the old name."""
    before, *sides = (Counter(_WORD.findall(text or "")) for text in texts)
    for rename in merging.renames:
        other, by = (sides[1], "the release") if rename.side == "ours" else (sides[0], "you")
        if not rename.shown and any(
            other[word] > before[word] for word in _WORD.findall(rename.before)
        ):
            raise NotCertain(f"{rename.before} was renamed, and {by} added a use of the old name")
        merging.done.append(
            f"{by} changed {rename.before}; applied to {rename.after}, its new name"
        )


def _with_names(units: Units, side: str, renames: Sequence[Rename]) -> Units:
    """Return the units of a side under the new names that the other side chose."""
    for rename in renames:
        if rename.side != side:
            shown = f"{rename.shown}=" if rename.shown else ""  # as in the places of list items
            old_name = re.compile(rf"(?<!\w){shown}{re.escape(rename.before)}(?!\w)")
            new_name = f"{shown}{rename.after}".replace("\\", r"\\")
            renamed: Units = Counter()
            for (place, content), count in units.items():
                renamed[old_name.sub(new_name, place), content] += count
            units = renamed
    return units


def _unaccounted(
    file_format: Format, texts: _Texts, merged: str, merging: Merging, packages: Sequence[str]
) -> str | None:
    """Return a change of a side that `merged` lacks, or a unit that no side wrote; None: neither.

    `packages` are the places of lists of independent items.
    """
    units_of = audit.of(formats.name_of(file_format))
    sides = [units_of(text) if text is not None else Counter() for text in texts]
    sides = [
        _with_names(units, side, merging.renames)
        for units, side in zip(sides, ("base", *SIDES), strict=True)
    ]
    sides.append(units_of(merged))
    independent = {unit for units in sides for unit in units if _is_listed(unit[0], packages)}
    for ignored in (_EXACT, _MOVED):
        in_base, in_ours, in_theirs, in_merged = (_coarser(units, ignored) for units in sides)
        movable = {(ignored.sub("", place), content) for place, content in independent}
        for unit in sorted(in_base.keys() | in_ours.keys() | in_theirs.keys() | in_merged.keys()):
            content = unit[1].strip(_QUOTES)
            counts = in_ours[unit], in_theirs[unit]
            low, high = _expected(in_base[unit], *counts)
            if ignored is _MOVED and unit in movable and in_base[unit] in counts:
                # One side moved it to another list, the other did not change it.
                high = max(high, in_base[unit])
            for replacement in merging.replacements:
                low -= sum(_names(dropped, content) for dropped in replacement.dropped)
                high += _names(replacement.chosen, content)
            if not low <= in_merged[unit] <= high:
                return f"would lose or repeat a change: {unit[1][:60]}"
    return None


def _is_listed(at: str, lists: Sequence[str]) -> bool:
    """Tell whether a unit is an item of one of the lists at these places, or a comment in one."""
    names = re.findall(r"'([^']*)'", at) if lists else []
    place = ".".join(name.replace(".", DOT) for name in names)
    return bool(names) and any(profiles.place(at).fullmatch(f"{place}[]") for at in lists)


def _names(text: str, content: str) -> bool:
    """Tell whether `content` occurs in a text as a whole word."""
    if not content or content not in text:
        return False
    return bool(re.search(rf"(?<![\w.]){re.escape(content)}(?![\w.])", text))


def _coarser(units: Units, ignored: re.Pattern[str]) -> Units:
    """Return the units without the matches of `ignored` in their places."""
    coarser: Units = Counter()
    for (place, content), count in units.items():
        coarser[ignored.sub("", place), content] += count
    return coarser


def _expected(base: int, ours: int, theirs: int) -> tuple[int, int]:
    """Return the minimum and maximum count of a unit in the merge."""
    by_ours, by_theirs = ours - base, theirs - base
    counts = {max(0, base + by_ours + by_theirs)}
    if by_ours * by_theirs > 0:  # both may have made the same change
        counts.add(base + (max if by_ours > 0 else min)(by_ours, by_theirs))
    return min(counts), max(counts)
