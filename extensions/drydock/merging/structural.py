"""Merges a text by meaning, where git saw a conflict: certain, or not at all.

The format's reader takes all three texts apart, their parts are merged, and what comes out is
held, in the units of the format, to what both sides did.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from drydock import git, profiles
from drydock.documents import formats, python_items
from drydock.documents.formats import Format, python, yaml
from drydock.documents.nodes import Part, source
from drydock.merging import audit, layout, lines, moves, nodes, rules, several
from drydock.merging.audit import Units, invariants
from drydock.merging.certainty import NotCertain
from drydock.merging.nodes import SIDES, Merging, Rename
from drydock.profiles import DOT, PACKAGE, Profile

_WORD = re.compile(r"\w+")
_QUOTES = "\"' "
# What is moved is held to both sides, too: an item that is a leaf is counted in all lists at once,
# what is deeper in an item in all items of that list.
_EXACT, _MOVED = re.compile(r"(?!)"), re.compile(r"^.*\[[^]]*\](?= |$)|\[[^]]*\]")


@dataclass(frozen=True)
class Settled:
    """A text that both sides changed, merged."""

    text: bytes
    rules: tuple[str, ...]
    """What was done where neither side's text could just be taken, a line each."""


# What tools compute from other files: its parts depend on each other.
_COMPUTED = re.compile(r"(?:^|/)(?:[\w.-]*[.-]lock(?:\.json|\.ya?ml)?|npm-shrinkwrap\.json)$")
_GENERATED = re.compile(rb"(?i)\b(?:auto-?generated|generated (?:by|with)|do not edit)\b")


def merge(path: str, base: bytes | None, ours: bytes, theirs: bytes) -> Settled:
    """Merge what `base` became on both sides; None where both added the file at `path`.

    The layout that yours changed is set aside for it; that of the release where it fails
    otherwise. Raises NotCertain when the format is not known or the merge would be a guess.
    """
    laid = _laid_out(path, base, ours, theirs)
    settled = _merge_alike(path, *laid) if laid and laid[1] == layout.YOURS else None
    if settled is None:
        try:
            return _merge(path, base, ours, theirs)
        except NotCertain:
            settled = _merge_alike(path, *laid) if laid and laid[1] != layout.YOURS else None
            settled = settled or _merge_moved(path, base, ours, theirs)
            settled = settled or _merge_several(path, base, ours, theirs)
            settled = settled or _merge_documented(path, base, ours, theirs)
            if settled is None:
                raise
    return replace(settled, text=_as_bytes(settled.text.decode(), base, ours, theirs))


def _laid_out(
    path: str, base: bytes | None, ours: bytes, theirs: bytes
) -> tuple[layout.Texts, str] | None:
    if base is None:
        return None
    try:
        return layout.alike(path, _text(base), _text(ours), _text(theirs))
    except (NotCertain, RecursionError):
        return None


def is_computed(path: str, content: bytes) -> bool:
    """Tell whether a tool computes the file at `path`, so that its parts depend on each other."""
    return bool(_COMPUTED.search(path) or _GENERATED.search(content[:1000]))


def _merge_alike(path: str, texts: layout.Texts, who: str) -> Settled | None:
    """Merge three texts that are laid out alike."""
    return _merge_texts(path, texts, (f"laid out as {who} is",))


def _merge_moved(path: str, base: bytes | None, ours: bytes, theirs: bytes) -> Settled | None:
    """Merge what a side moved to another table with what the other side did to it."""
    known = formats.of(path)
    if base is None or known is None or formats.name_of(known) != "toml":
        return None
    try:
        meant = invariants.profiles_of(path, _text(theirs))
        was, mine, new = (_read(known, _text(side), meant) for side in (base, ours, theirs))
        by_ours, by_theirs = [*moves.of(was, mine, new)], [*moves.of(was, new, mine)]
        for move in (*by_ours, *by_theirs):
            was = moves.carried(was, move)
        for move in by_theirs:
            mine = moves.carried(mine, move)
        for move in by_ours:
            new = moves.carried(new, move)
    except (NotCertain, RecursionError):
        return None
    done = [f"you moved {move}" for move in by_ours]
    done += [f"the release moved {move}" for move in by_theirs]
    texts = source(was), source(mine), source(new)
    settled = _merge_texts(path, texts, tuple(done)) if done else None
    if settled is None:
        return None
    # What a side names is looked for where that side has it.
    sides = _text(ours), _text(theirs), settled.text.decode()
    if broken := invariants.dangling(path, *sides):
        raise NotCertain(broken)
    return settled


def _merge_several(path: str, base: bytes | None, ours: bytes, theirs: bytes) -> Settled | None:
    """Merge what one side made a list of one, where one and several may be given."""
    if base is None:
        return None
    try:
        texts = several.alike(path, (_text(base), _text(ours), _text(theirs)))
    except NotCertain:
        return None
    return _merge_texts(path, texts, ()) if texts else None


def merge_repeated(path: str, base: bytes | None, ours: bytes, theirs: bytes) -> Settled | None:
    """Merge YAML in which the release repeats a key with the same value, as if it said it once."""
    if base is None or not yaml.handles(path):
        return None
    try:
        texts = _text(base), _text(ours), _text(theirs)
        once = yaml.without_repeated_keys(texts[0]), texts[1], yaml.without_repeated_keys(texts[2])
    except (NotCertain, ValueError):
        return None
    if once == texts or formats.problem(path, ours):
        return None
    return _merge_texts(path, once, ("what a release says several times, said once",))


def _merge_documented(path: str, base: bytes | None, ours: bytes, theirs: bytes) -> Settled | None:
    """Settle a file that both sides added, and that does the same: your docstrings stand."""
    if base is not None or not python.handles(path):
        return None
    try:
        if python_items.behavior(_text(ours)) != python_items.behavior(_text(theirs)):
            return None
    except (NotCertain, ValueError, RecursionError):
        return None
    return Settled(ours, ("both versions add the same code; your docstrings stand",))


def _merge_texts(path: str, texts: layout.Texts, done: tuple[str, ...]) -> Settled | None:
    """Merge three texts by lines or by structure, of which `done` was done before."""
    sides = [text.encode() for text in texts]
    merged = git.merge_texts(sides[0], sides[1], sides[2])
    if merged is not None and not line_problem(path, dict(enumerate(sides, 1)), merged):
        return Settled(merged, done)
    try:
        settled = _merge(path, sides[0], sides[1], sides[2])
    except NotCertain:
        return None
    return replace(settled, rules=(*done, *settled.rules))


def line_problem(path: str, before: dict[int, bytes], merged: bytes) -> str | None:
    """Return what is wrong with a clean merge of what the sides have, by index stage, or None."""
    invalid = formats.problem(path, merged)
    if invalid and not any(formats.problem(path, before[stage]) for stage in (2, 3)):
        return f"merged line by line it is not valid: {invalid}"
    if before.keys() != {1, 2, 3}:
        return None
    if problem := lines.problem(before[1], before[2], before[3], merged):
        return f"merged line by line {problem}"
    texts = [before[1], before[2], before[3], merged]
    known = formats.of(path)
    if invalid:
        return None
    try:
        base, ours, theirs, result = (text.decode("utf-8-sig") for text in texts)
    except UnicodeDecodeError:
        return None
    sides = (base, ours, theirs, result)
    broken = audit.broken(formats.name_of(known), *sides) if known else None
    return broken or invariants.broken(path, *sides)


def _merge(path: str, base: bytes | None, ours: bytes, theirs: bytes) -> Settled:
    known = formats.of(path)
    if known is None:
        raise NotCertain("files of this kind are merged by lines only")
    if is_computed(path, ours):
        raise NotCertain("a tool computes it from other files")
    before = _text(base) if base is not None else None
    mine, new = _text(ours), _text(theirs)
    if _is_mended(known, before, new) and _is_valid(known, mine):
        return Settled(ours, ("the release only fixed what was not valid; your version is valid",))
    if _is_mended(known, before, mine) and _is_valid(known, new):
        return Settled(theirs, ("you only fixed what was not valid; the release is valid",))
    name = formats.name_of(known)
    merging = Merging(rules.of(name), yours=mine)
    meant = invariants.profiles_of(path, new)
    sides = (
        _read(known, before, meant) if before is not None else None,
        _read(known, mine, meant),
        _read(known, new, meant),
    )
    if before is not None and (disputed := invariants.disputed(path, before, mine, new)):
        raise NotCertain(disputed)
    try:
        merged = source(nodes.merge(*sides, merging))
        if sides[0] and before and (kept := audit.needed(name, before, mine, new, merged)):
            # As if the side that uses it had added it.
            was = nodes.without(sides[0], kept)
            before = source(was)
            done = [f"kept `{one}`, which {by} still uses" for one, by in kept.items()]
            merging = Merging(rules.of(name), done, yours=mine)
            merged = source(nodes.merge(was, *sides[1:], merging))
        if before and (left := audit.unneeded(name, before, mine, new, merged)):
            # As if the release had removed it as well.
            theirs_less = nodes.without(sides[2], left)
            new = source(theirs_less)
            done = [f"skipped `{one}`, which nothing of yours uses" for one in left]
            merging = Merging(rules.of(name), done, yours=mine)
            merged = source(nodes.merge(sides[0], sides[1], theirs_less, merging))
        texts = before, mine, new
        _check_renames(texts, merging)
        _hold(path, known, texts, merged, merging)
    except RecursionError as error:
        raise NotCertain("it is nested too deeply") from error
    return Settled(_as_bytes(merged, base, ours, theirs), tuple(merging.done))


_Texts = tuple[str | None, str, str]
"""What base, ours and theirs are; there may be no base."""


def _hold(path: str, known: Format, texts: _Texts, merged: str, merging: Merging) -> None:
    """Raise NotCertain where `merged` is not valid, or lacks or breaks what a side holds."""
    if invalid := formats.problem(path, merged.encode()):
        raise NotCertain(f"merged structurally it is not valid: {invalid}")
    if broken := audit.broken(formats.name_of(known), *texts, merged):
        raise NotCertain(broken)
    if broken := invariants.broken(path, *texts, merged):
        raise NotCertain(broken)
    listed = [one.at for one in invariants.lists_of(path, merged) if PACKAGE in one.known_by]
    if problem := _unaccounted(known, texts, merged, merging, listed):
        raise NotCertain(f"merged structurally {problem}")


def _as_bytes(merged: str, base: bytes | None, ours: bytes, theirs: bytes) -> bytes:
    """Return the merged text with the byte order mark and line ends that it had."""
    before, mine, new = (not text or text.endswith(b"\n") for text in (base, ours, theirs))
    if not (new if base is not None and mine == before else mine):
        merged = merged.removesuffix("\n")
    mark = b"\xef\xbb\xbf" if ours.startswith(b"\xef\xbb\xbf") else b""
    ends = "\r\n" if b"\r\n" in ours else "\n"
    return mark + merged.replace("\n", ends).encode()


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotCertain("it is no UTF-8 text") from error
    if "\r" in text:
        if not text.count("\r") == text.count("\n") == text.count("\r\n"):
            raise NotCertain("its line ends are mixed")
        text = text.replace("\r\n", "\n")
    return text if text.endswith("\n") or not text else f"{text}\n"


def _is_mended(known: Format, base: str | None, side: str | None) -> bool:
    """Tell whether a side made a valid text of one that was not, by the same words."""
    same = base is not None and side is not None and _WORD.findall(base) == _WORD.findall(side)
    return same and not _is_valid(known, base) and _is_valid(known, side)


def _is_valid(known: Format, text: str | None) -> bool:
    try:
        known.check(text or "")
    except (ValueError, RecursionError):
        return False
    return True


def _read(known: Format, text: str, meant: Sequence[Profile]) -> Part:
    """Read a text, which must lose nothing by it."""
    try:
        read = known.read(text, meant)
    except (ValueError, RecursionError) as error:
        raise NotCertain("it is not valid on all sides") from error
    if source(read) != text:
        raise NotCertain("not all of it can be read")
    return read


def _check_renames(texts: _Texts, merging: Merging) -> None:
    """Name what a side renamed; raise NotCertain if the other side came to use the old name."""
    before, *sides = (Counter(_WORD.findall(text or "")) for text in texts)
    for rename in merging.renames:
        other, by = (sides[1], "the release") if rename.side == "ours" else (sides[0], "you")
        if not rename.shown and any(
            other[word] > before[word] for word in _WORD.findall(rename.before)
        ):
            raise NotCertain(f"{by} came to use {rename.before}, which has another name now")
        merging.done.append(f"what {by} changed in {rename.before}, in {rename.after}")


def _with_names(units: Units, side: str, renames: Sequence[Rename]) -> Units:
    """Return the units of a side under the names that the other side gave."""
    for rename in renames:
        if rename.side != side:
            shown = f"{rename.shown}=" if rename.shown else ""  # as places name items of lists
            named = re.compile(rf"(?<!\w){shown}{re.escape(rename.before)}(?!\w)")
            now = f"{shown}{rename.after}".replace("\\", r"\\")
            found: Units = Counter()
            for (place, content), count in units.items():
                found[named.sub(now, place), content] += count
            units = found
    return units


def _unaccounted(
    known: Format, texts: _Texts, merged: str, merging: Merging, packages: Sequence[str]
) -> str | None:
    """Return which change of a side is not in `merged`, or what is there that nobody wrote.

    `packages` are the places of lists in which each item stands for itself.
    """
    units_of = audit.of(formats.name_of(known))
    sides = [units_of(text) if text is not None else Counter() for text in texts]
    sides = [
        _with_names(units, side, merging.renames)
        for units, side in zip(sides, ("base", *SIDES), strict=True)
    ]
    sides.append(units_of(merged))
    free = {unit for units in sides for unit in units if _is_listed(unit[0], packages)}
    for ignored in (_EXACT, _MOVED):
        was, mine, new, now = (_coarser(units, ignored) for units in sides)
        apart = {(ignored.sub("", place), content) for place, content in free}
        for unit in sorted(was.keys() | mine.keys() | new.keys() | now.keys()):
            content = unit[1].strip(_QUOTES)
            low, high = _expected(was[unit], mine[unit], new[unit])
            if ignored is _MOVED and unit in apart and was[unit] in (mine[unit], new[unit]):
                high = max(
                    high, was[unit]
                )  # one side moved it to another list, the other left this one
            low -= sum(_names(lost, content) for given in merging.given for lost in given.lost)
            high += sum(_names(given.stands, content) for given in merging.given)
            if not low <= now[unit] <= high:
                return f"it would lose or repeat a change: {unit[1][:60]}"
    return None


def _is_listed(at: str, lists: Sequence[str]) -> bool:
    """Tell whether a unit is in one of the lists at these places, or a comment there."""
    names = re.findall(r"'([^']*)'", at) if lists else []
    place = ".".join(name.replace(".", DOT) for name in names)
    return bool(names) and any(profiles.place(one).fullmatch(f"{place}[]") for one in lists)


def _names(text: str, content: str) -> bool:
    """Tell whether a text names `content` as a whole."""
    if not content or content not in text:
        return False
    return bool(re.search(rf"(?<![\w.]){re.escape(content)}(?![\w.])", text))


def _coarser(units: Units, ignored: re.Pattern[str]) -> Units:
    """Leave out of the places what `ignored` finds in them."""
    found: Units = Counter()
    for (place, content), count in units.items():
        found[ignored.sub("", place), content] += count
    return found


def _expected(base: int, ours: int, theirs: int) -> tuple[int, int]:
    """Return how often at least and at most a unit must be there."""
    by_ours, by_theirs = ours - base, theirs - base
    counts = {max(0, base + by_ours + by_theirs)}
    if by_ours * by_theirs > 0:  # both did the same, perhaps: once is enough
        counts.add(base + (max if by_ours > 0 else min)(by_ours, by_theirs))
    return min(counts), max(counts)
