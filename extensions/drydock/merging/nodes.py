"""Merges documents by their parts: mapping entries, list items, functions, sections.

The reader of a format parses a text into parts, each with a key that is unique among its siblings;
this module merges three such documents. If the result is not certain, it raises NotCertain. Each
part keeps the source of the side it comes from: nothing is reformatted.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from drydock import git
from drydock.documents import siblings
from drydock.documents.kinds import (
    ANYWHERE,
    BLOCK,
    GUARD,
    NAMES,
    PACKAGES,
    STEPS,
    TITLED,
    Kind,
    Text,
)
from drydock.documents.nodes import Body, Part, inner, name_of, source
from drydock.documents.sections import WHOLE
from drydock.merging import headings, lines, order, paragraphs, removed, spacing, words
from drydock.merging.certainty import NotCertain
from drydock.merging.order import Parts
from drydock.merging.rules import Rule, versions


@dataclass(frozen=True)
class Replacement:
    """Text that a rule dropped, and the text it chose instead."""

    dropped: tuple[str, ...]
    """The texts of both sides that are not in the result."""
    chosen: str


_ARRANGED: Mapping[Kind, Callable[[Sequence[Part], Body, Body], Sequence[Part]]] = {
    BLOCK: siblings.sort_imports,
    GUARD: siblings.sort_imports,
    NAMES: siblings.sort_items,
}
"""For each kind, the function that arranges unordered merged parts as in ours and theirs."""
SIDES = ("ours", "theirs")


@dataclass(frozen=True)
class Rename:
    """A part that one side renamed, and the other side changed under its old name."""

    before: str
    after: str
    side: str
    shown: str = ""
    """The key of a name that is only displayed: nothing refers to it."""


@dataclass
class Merging:
    """The rules of a merge, and what it did so far."""

    rules: Sequence[Rule] = ()
    done: list[str] = field(default_factory=list)
    """A report line for each rule used."""
    replacements: list[Replacement] = field(default_factory=list)
    renames: list[Rename] = field(default_factory=list)
    yours: str = ""
    """The whole text of ours."""


def merge(base: Part | None, ours: Part, theirs: Part, merging: Merging) -> Part:
    """Merge a part of base, ours and theirs; `base` is None if both sides added the part.

    Raises NotCertain if that would be a guess.
    """
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    lead = _lead(base, ours, theirs, merging)
    if above := spacing.above(base, ours, theirs, lead):
        merging.done.append(f"kept both comments on {name_of(ours)}")
        lead, after = above, ours.after
    else:
        after = spacing.between(base.after if base else None, ours.after, theirs.after, ours)
    if ours.body and theirs.body and (base.body if base else not ours.body.kind.added_whole):
        body = _merge_bodies(base.body if base else None, ours.body, theirs.body, ours, merging)
        return replace(ours, lead=lead, after=after, body=body)
    return replace(_leaf(base, ours, theirs, merging), lead=lead, after=after)


def _lead(base: Part | None, ours: Part, theirs: Part, merging: Merging) -> str:
    """Merge the comments above a part; if both sides added the same part, take ours."""
    try:
        return spacing.between(base.lead if base else None, ours.lead, theirs.lead, ours)
    except NotCertain:
        if base is not None or ours.body or _content(ours) != _content(theirs):
            raise
    merging.done.append(f"kept your comment on {name_of(ours)}, which both versions add")
    merging.replacements.append(_replacement("", theirs.lead, ours.lead))
    return ours.lead


def without(part: Part, names: Collection[str]) -> Part:
    """Return a part without the parts that have these names.

    The name of a part is its key; in an import, it is the key of the import and its own. A
    disposable body that is left empty is removed.
    """
    if not part.body:
        return part
    left = []
    for child in part.body.parts:
        if child.key in names:
            continue
        rest = child
        if child.body and child.body.kind.disposable:
            parts = tuple(p for p in child.body.parts if f"{child.key} {p.key}" not in names)
            if not parts:
                continue
            rest = replace(child, body=replace(child.body, parts=parts))
        left.append(rest)
    return replace(part, body=replace(part.body, parts=tuple(left)))


def _leaf(base: Part | None, ours: Part, theirs: Part, merging: Merging) -> Part:
    """Merge two leaves, or parts that cannot be merged by their parts: by content, rules, lines."""
    if _content(ours) == _content(theirs) or (base and _content(theirs) == _content(base)):
        if ours.kind is Text.PROSE:
            merging.replacements.append(_replacement("", theirs.text, ours.text))
        return ours
    if base and _content(ours) == _content(base):
        return theirs
    if base and (ours.body or theirs.body or base.body):
        raise NotCertain(f"{name_of(ours)} has a different type in each version")
    base_text = base.text if base else None
    for rule in () if ours.body or theirs.body else merging.rules:
        if resolution := rule(base_text, ours.text, theirs.text):
            text, done = resolution
            merging.done.append(done)
            dropped = tuple({ours.text, theirs.text} - {text})
            merging.replacements.append(Replacement(dropped, text))
            return replace(ours if text == ours.text else theirs, text=text, meaning=None)
    if base_text is not None and (merged := _by_lines(base_text, ours, theirs, merging)):
        return merged
    act = "change" if base else "add"
    raise NotCertain(f"both versions {act} {name_of(ours)}")


def _by_lines(base: str, ours: Part, theirs: Part, merging: Merging) -> Part | None:
    """Merge two leaves by lines, with the text of base; None if that is not certain."""
    sides = base.encode(), ours.text.encode(), theirs.text.encode()
    merged = git.merge_texts(*sides) if "\n" in base else None
    if merged is not None and lines.problem(*sides, merged) is None:
        return replace(ours, text=merged.decode(), meaning=None)
    text = None
    if ours.kind is Text.PROSE and "\n" in base:
        text = paragraphs.merge(base, ours.text, theirs.text)
    elif ours.kind is Text.SCRIPT:
        text = words.script(base, ours.text, theirs.text)
        if text is not None:
            merging.done.append(f"the lines and words of both versions in {name_of(ours)}")
            merging.replacements.append(_replacement(ours.text, theirs.text, text))
    elif "\n" in base and (more_lines := words.furthered(base, ours.text, theirs.text)):
        text = more_lines
        merging.done.append(
            f"both versions make the same change to {name_of(ours)}, one of them more"
        )
    if text is not None:
        return replace(ours, text=text, meaning=None)
    if "\n" in base and (
        more := order.superset([_lines(text) for text in (base, ours.text, theirs.text)])
    ):
        merging.done.append(f"both versions add lines to {name_of(ours)}; one of them has all")
        return theirs if more == _lines(theirs.text) else ours
    return None


def _replacement(ours: str, theirs: str, merged: str) -> Replacement:
    """Return the lines of both sides that are not in `merged`, which replaces them."""
    chosen = {*merged.splitlines()}
    dropped = [
        line.strip() for line in (*ours.splitlines(), *theirs.splitlines()) if line not in chosen
    ]
    return Replacement(tuple(dropped), merged)


def _content(part: Part) -> Hashable:
    """Return the meaning of a part without the comments around it."""
    if part.body is None:
        return tuple(part.text.split()) if part.meaning is None else part.meaning
    body = part.body
    ordered = [(p.key, _meaning(p)) for p in body.parts if p.place is not ANYWHERE]
    unordered = frozenset((p.key, _meaning(p)) for p in body.parts if p.place is ANYWHERE)
    return (tuple(body.opening.split()), tuple(ordered), unordered, tuple(body.closing.split()))


def _meaning(part: Part) -> Hashable:
    """Return the meaning of a part and the comments around it, regardless of layout."""
    return tuple(part.lead.split()), _content(part), tuple(part.after.split())


def _is_less(part: Part, before: Part) -> bool:
    """Tell whether a part has the content it had before, and no new comments."""
    comments = zip((part.lead, part.after), (before.lead, before.after), strict=True)
    return _content(part) == _content(before) and all(
        {*new.splitlines()} <= {*old.splitlines(), ""} or new.split() == old.split()
        for new, old in comments
    )


def _merge_bodies(
    base: Body | None, ours: Body, theirs: Body, owner: Part, merging: Merging
) -> Body:
    """Merge two bodies, with that of base if there is one; headings of lists stay in place."""
    if base and (separated := headings.set_aside(base, ours, theirs)):
        bodies, removed_headings = separated
        return removed_headings.restore(_merge_items(*bodies, owner, merging))
    return _merge_items(base, ours, theirs, owner, merging)


def _merge_items(
    base: Body | None, ours: Body, theirs: Body, owner: Part, merging: Merging
) -> Body:
    """Merge the parts of two bodies by key, and then their order.

    A part that one side removed is removed if the other side did not change it. The renames of a
    side are applied to base and the other side first.
    """
    if ours.separator != theirs.separator:
        raise NotCertain(f"{name_of(owner)} is written differently in each version")
    in_base, in_ours, in_theirs = (_by_key(body) for body in (base, ours, theirs))
    if ours.kind.renamable and theirs.kind.renamable:
        find = _renamed if ours.kind is not STEPS else _retitled
        by_ours = dict(find(in_base, in_ours, in_theirs))
        by_theirs = dict(find(in_base, in_theirs, in_ours))
        in_base = _rekeyed(in_base, by_ours | by_theirs)
        in_ours, in_theirs = _rekeyed(in_ours, by_theirs), _rekeyed(in_theirs, by_ours)
        for side, renames in zip(SIDES, (by_ours, by_theirs), strict=True):
            merging.renames += [_rename(*names, side) for names in renames.items()]
    merged: dict[Hashable, Part] = {}
    for key in [*in_ours, *(key for key in in_theirs if key not in in_ours)]:
        before, our, their = in_base.get(key), in_ours.get(key), in_theirs.get(key)
        if our and their:
            merged[key] = merge(before, our, their, merging)
            continue
        left = our or their
        if before is None and left:
            merged[key] = left
        elif before and before.body and left and left.body and left.body.kind.disposable:
            emptied = replace(before, body=replace(before.body, parts=()))
            rest = merge(before, our or emptied, their or emptied, merging)
            if rest.body and rest.body.parts:
                merged[key] = rest
        elif before and left and not _is_less(left, before):
            if their and _is_skipped(before, their, ours.kind, owner, merging):
                continue
            changed, remover = ("you", "the release") if our else ("the release", "you")
            raise NotCertain(f"{changed} changed {name_of(before)}, {remover} removed it")
    removed_by_both = [
        part for key, part in in_base.items() if key not in in_ours and key not in in_theirs
    ]
    added = (
        in_ours.keys() - in_base.keys() - in_theirs.keys(),
        in_theirs.keys() - in_base.keys() - in_ours.keys(),
    )
    if removed_by_both and all(added) and not ours.kind.independent:
        raise NotCertain(f"both versions may have replaced {name_of(removed_by_both[0])}")
    _check_names(in_base, in_ours, in_theirs)
    keys = order.merged_order(in_base, in_ours, in_theirs, merged, ours.kind.independent)
    parts: Sequence[Part] = [merged[key] for key in keys]
    if arrange := _ARRANGED.get(ours.kind):
        parts = arrange(parts, ours, theirs)
    trailing = (
        theirs.trailing
        if not ours.parts or (base and ours.trailing == base.trailing)
        else ours.trailing
    )
    body = replace(
        ours,
        parts=tuple(parts),
        opening=spacing.between(
            base.opening if base else None, ours.opening, theirs.opening, owner
        ),
        closing=spacing.between(
            base.closing if base else None, ours.closing, theirs.closing, owner
        ),
        trailing=trailing if theirs.parts else ours.trailing,
    )
    return spacing.laid_out(body, base, ours, theirs) if body.separator else body


_Renames = Iterator[tuple[Hashable, Hashable]]


def _rename(before: Hashable, after: Hashable, side: str) -> Rename:
    if isinstance(before, tuple) and isinstance(after, tuple):
        return Rename(before[1], after[1], side, shown=before[0])
    return Rename(str(before), str(after), side)


def _retitled(base: Parts, side: Parts, other: Parts) -> _Renames:
    """Yield the old and the new key of items that `side` only renamed.

    They are still between the same items, and the other side changed them.
    """
    for old, new in zip(_gaps(base, side), _gaps(side, base), strict=True):
        if len(old) != 1 or len(new) != 1 or other.get(old[0], base[old[0]]) == base[old[0]]:
            continue
        (before,), (after,) = old, new
        keys = {name[0] for name in (before, after) if isinstance(name, tuple) and len(name) == 2}
        is_named = keys == {"name"} and after not in other
        if is_named and _without_key("name", base[before]) == _without_key("name", side[after]):
            yield before, after


def _gaps(parts: Parts, others: Parts) -> list[list[Hashable]]:
    """Return the keys that `others` lacks, grouped by the gaps between the common keys."""
    gaps: list[list[Hashable]] = [[]]
    for key in parts:
        if key in others:
            gaps.append([])
        else:
            gaps[-1].append(key)
    return gaps


def _without_key(name: str, part: Part) -> Sequence[Hashable]:
    """Return the meaning of an item without the entry `name`."""
    if part.body:
        return [(child.key, _meaning(child)) for child in part.body.parts if child.key != name]
    return [_meaning(part)]


def _renamed(base: Parts, side: Parts, other: Parts) -> _Renames:
    """Yield the old and the new key of parts that `side` renamed and the other side changed.

    Parts that resemble more than one other are not yielded.
    """
    gone = [key for key in base if key not in side and other.get(key, base[key]) != base[key]]
    added = [key for key in side if key not in base and key not in other]
    alike = [(old, new) for old in gone for new in added if resembles(base[old], side[new])]
    for old, new in alike:
        is_only_pair = sum(old == first or new == second for first, second in alike) == 1
        if is_only_pair and isinstance(old, str) and isinstance(new, str):
            yield old, new


def resembles(part: Part, other: Part) -> bool:
    """Tell whether most lines of a part are also in the other part."""
    if not (part.body and other.body and part.place is other.place is ANYWHERE):
        return False  # ordered parts are matched by position, leaves are too short
    in_part, in_other = (
        Counter(line for child in body.parts for line in _lines(source(child)))
        for body in (part.body, other.body)
    )
    common = (in_part & in_other).total()
    return common > 1 and 2 * common > in_part.total()


def _rekeyed(parts: Parts, names: Mapping[Hashable, Hashable]) -> Parts:
    """Return the parts with the keys that they have on the other side."""
    keys = {key: names.get(key, key) for key in parts}
    return {keys[key]: replace(part, key=keys[key]) for key, part in parts.items()}


def _check_names(base: Parts, ours: Parts, theirs: Parts) -> None:
    """Raise NotCertain if a part that both sides removed still exists under another name.

    Ordered parts need no such check: `order` notices if one replaces another.
    """
    gone = [
        part for key, part in base.items() if part.place is ANYWHERE and key not in {*ours, *theirs}
    ]
    for part in gone:
        words = Counter(inner(part).split())
        for key in ours.keys() ^ theirs.keys():
            other = ours.get(key) or theirs[key]
            if key in base or "\n" not in inner(other).strip():
                continue
            if 2 * (words & Counter(inner(other).split())).total() > words.total():
                old, new = name_of(part), name_of(other)
                raise NotCertain(f"{old} was removed in one version and became {new} in the other")


def _by_key(body: Body | None) -> dict[Hashable, Part]:
    parts = body.parts if body else ()
    by_key = {part.key: part for part in parts}
    if len(by_key) < len(parts):
        raise NotCertain("some of its parts have the same key")
    return by_key


def _is_skipped(before: Part, their: Part, kind: Kind, owner: Part, merging: Merging) -> bool:
    """Tell whether a part that ours removed and theirs changed stays removed; if so, report it."""
    if kind is TITLED and _stays_removed(before, their, owner, merging):
        what = "the release changes it"
    elif kind is PACKAGES and _is_only_raised(before, their, merging):
        what = "the release changes its version"
    else:
        return False
    merging.done.append(f"skipped: you removed `{_title(before)}`, {what}")
    merging.replacements.append(_replacement("", source(their), ""))
    return True


def _is_only_raised(before: Part, their: Part, merging: Merging) -> bool:
    """Tell whether theirs changes only the version of a package that ours does not name."""
    name = before.key[0] if isinstance(before.key, tuple) else before.key
    named = re.compile(rf"(?i)(?<![\w-]){re.sub(r'[-_.]+', '[-_.]+', str(name))}(?![\w-])")
    is_gone = not named.search(merging.yours)
    return is_gone and versions.changes_only_version(before.text, their.text)


def _stays_removed(before: Part, their: Part, owner: Part, merging: Merging) -> bool:
    """Tell whether a section that ours removed and theirs changed stays removed.

    In the section of the whole text, theirs can change only subsections: an addition at the top is
    meant for any text there.
    """
    if owner.key != WHOLE:
        return removed.stays(source(before), source(their), merging.yours)
    in_base, in_theirs = (_by_key(part.body) for part in (before, their))
    texts = [next(iter(parts.values())).text for parts in (in_base, in_theirs)]
    return (
        in_base.keys() == in_theirs.keys()
        and removed.has(texts[0], texts[1], merging.yours)
        and all(
            in_theirs[key] == part
            or removed.stays(source(part), source(in_theirs[key]), merging.yours)
            for key, part in in_base.items()
            if part.body
        )
    )


def _title(part: Part) -> str:
    """Return the name of a part for a report: a section has that of its title."""
    lines = part.body.opening.splitlines() if part.body else []
    return next((line.strip(" #") for line in lines if line.strip(" #=-~")), name_of(part))


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]
