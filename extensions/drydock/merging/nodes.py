"""Merges documents by their nodes: mapping entries, list items, functions, sections.

Each format's reader takes a text apart into parts that know who they are among their siblings;
here three such documents become one. What cannot be merged for certain raises NotCertain. The
text of each part stays as its owner wrote it: nothing is printed anew.
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
class Given:
    """What gave way to a rule."""

    lost: tuple[str, ...]
    """The texts of either side that do not stand."""
    stands: str


_ARRANGED: Mapping[Kind, Callable[[Sequence[Part], Body, Body], Sequence[Part]]] = {
    BLOCK: siblings.sort_imports,
    GUARD: siblings.sort_imports,
    NAMES: siblings.sort_items,
}
"""What puts merged parts where they belong, knowing ours and theirs: what stands anywhere."""
SIDES = ("ours", "theirs")


@dataclass(frozen=True)
class Rename:
    """A part that one side gave another name, and the other side changed under the old one."""

    before: str
    after: str
    side: str
    shown: str = ""
    """The key that says it, where it is a name that is only shown: nothing refers to it."""


@dataclass
class Merging:
    """How leaves that both sides changed are settled, and what was settled so far."""

    rules: Sequence[Rule] = ()
    done: list[str] = field(default_factory=list)
    """What rules did, a line each."""
    given: list[Given] = field(default_factory=list)
    renames: list[Rename] = field(default_factory=list)
    yours: str = ""
    """Your text as a whole."""


def merge(base: Part | None, ours: Part, theirs: Part, merging: Merging) -> Part:
    """Merge what `base` became on both sides; `base` is None where both sides added the part.

    Raises NotCertain when that would be a guess.
    """
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    lead = _lead(base, ours, theirs, merging)
    if above := spacing.above(base, ours, theirs, lead):
        merging.done.append(f"both comments on {name_of(ours)}")
        lead, after = above, ours.after
    else:
        after = spacing.between(base.after if base else None, ours.after, theirs.after, ours)
    if ours.body and theirs.body and (base.body if base else not ours.body.kind.added_whole):
        body = _merge_bodies(base.body if base else None, ours.body, theirs.body, ours, merging)
        return replace(ours, lead=lead, after=after, body=body)
    return replace(_leaf(base, ours, theirs, merging), lead=lead, after=after)


def _lead(base: Part | None, ours: Part, theirs: Part, merging: Merging) -> str:
    """Merge the comments above a part; on one that both sides added alike, yours stands."""
    try:
        return spacing.between(base.lead if base else None, ours.lead, theirs.lead, ours)
    except NotCertain:
        if base is not None or ours.body or _content(ours) != _content(theirs):
            raise
    merging.done.append(f"your comment on {name_of(ours)}, which both versions add")
    merging.given.append(_given_way("", theirs.lead, ours.lead))
    return ours.lead


def without(part: Part, names: Collection[str]) -> Part:
    """Return a part that lacks some of what it holds: by its key, or by its holder's and its own.

    What is no more than what it holds, and has nothing left, is left out, too.
    """
    if not part.body:
        return part
    left = []
    for held in part.body.parts:
        if held.key in names:
            continue
        one = held
        if held.body and held.body.kind.disposable:
            inside = tuple(i for i in held.body.parts if f"{held.key} {i.key}" not in names)
            if not inside:
                continue
            one = replace(held, body=replace(held.body, parts=inside))
        left.append(one)
    return replace(part, body=replace(part.body, parts=tuple(left)))


def _leaf(base: Part | None, ours: Part, theirs: Part, merging: Merging) -> Part:
    if _content(ours) == _content(theirs) or (base and _content(theirs) == _content(base)):
        if ours.kind is Text.PROSE:
            merging.given.append(_given_way("", theirs.text, ours.text))
        return ours
    if base and _content(ours) == _content(base):
        return theirs
    if base and (ours.body or theirs.body or base.body):
        raise NotCertain(f"{name_of(ours)} is of another kind on each side")
    was = base.text if base else None
    for rule in () if ours.body or theirs.body else merging.rules:
        if settled := rule(was, ours.text, theirs.text):
            text, done = settled
            merging.done.append(done)
            merging.given.append(Given(tuple({ours.text, theirs.text} - {text}), text))
            return replace(ours if text == ours.text else theirs, text=text, meaning=None)
    if was is not None and (merged := _by_lines(was, ours, theirs, merging)):
        return merged
    act = "changed" if base else "added"
    raise NotCertain(f"both sides {act} {name_of(ours)}")


def _by_lines(base: str, ours: Part, theirs: Part, merging: Merging) -> Part | None:
    """Merge leaves of which `base` is the old text; None where that is not certain."""
    before, mine, new = (text.encode() for text in (base, ours.text, theirs.text))
    merged = git.merge_texts(before, mine, new) if "\n" in base else None
    if merged is not None and lines.problem(before, mine, new, merged) is None:
        return replace(ours, text=merged.decode(), meaning=None)
    text = None
    if ours.kind is Text.PROSE and "\n" in base:
        text = paragraphs.merge(base, ours.text, theirs.text)
    elif ours.kind is Text.SCRIPT:
        text = words.script(base, ours.text, theirs.text)
        if text is not None:
            merging.done.append(f"both sides' lines and words of {name_of(ours)}")
            merging.given.append(_given_way(ours.text, theirs.text, text))
    elif "\n" in base and (more_lines := words.furthered(base, ours.text, theirs.text)):
        text = more_lines
        merging.done.append(f"both versions change {name_of(ours)} alike, and one of them more")
    if text is not None:
        return replace(ours, text=text, meaning=None)
    if "\n" in base and (
        more := order.superset([_lines(text) for text in (base, ours.text, theirs.text)])
    ):
        merging.done.append(f"both versions add to {name_of(ours)}, of which one has all")
        return theirs if more == _lines(theirs.text) else ours
    return None


def _given_way(ours: str, theirs: str, merged: str) -> Given:
    """Return which lines of either side do not stand, as others have what they say."""
    stands = {*merged.splitlines()}
    lost = [
        line.strip() for line in (*ours.splitlines(), *theirs.splitlines()) if line not in stands
    ]
    return Given(tuple(lost), merged)


def _content(part: Part) -> Hashable:
    """Return what a part means, its own surroundings aside."""
    if part.body is None:
        return tuple(part.text.split()) if part.meaning is None else part.meaning
    body = part.body
    held = [(p.key, _meaning(p)) for p in body.parts if p.place is not ANYWHERE]
    floating = frozenset((p.key, _meaning(p)) for p in body.parts if p.place is ANYWHERE)
    return (tuple(body.opening.split()), tuple(held), floating, tuple(body.closing.split()))


def _meaning(part: Part) -> Hashable:
    """Return what a part means and what is remarked about it, whatever its layout."""
    return tuple(part.lead.split()), _content(part), tuple(part.after.split())


def _is_less(part: Part, before: Part) -> bool:
    """Tell whether a part says what it said before, with nothing new remarked about it."""
    remarks = zip((part.lead, part.after), (before.lead, before.after), strict=True)
    return _content(part) == _content(before) and all(
        {*now.splitlines()} <= {*then.splitlines(), ""} or now.split() == then.split()
        for now, then in remarks
    )


def _merge_bodies(
    base: Body | None, ours: Body, theirs: Body, owner: Part, merging: Merging
) -> Body:
    if base and (found := headings.set_aside(base, ours, theirs)):
        bodies, aside = found
        return aside.restore(_merge_items(*bodies, owner, merging))
    return _merge_items(base, ours, theirs, owner, merging)


def _merge_items(
    base: Body | None, ours: Body, theirs: Body, owner: Part, merging: Merging
) -> Body:
    if ours.separator != theirs.separator:
        raise NotCertain(f"{name_of(owner)} is written in another way on each side")
    was, mine, new = (_by_key(body) for body in (base, ours, theirs))
    if ours.kind.renamable and theirs.kind.renamable:
        find = _renamed if ours.kind is not STEPS else _retitled
        by_ours, by_theirs = dict(find(was, mine, new)), dict(find(was, new, mine))
        was = _rekeyed(was, by_ours | by_theirs)
        mine, new = _rekeyed(mine, by_theirs), _rekeyed(new, by_ours)
        for side, renames in zip(SIDES, (by_ours, by_theirs), strict=True):
            merging.renames += [_rename(*names, side) for names in renames.items()]
    merged: dict[Hashable, Part] = {}
    for key in [*mine, *(key for key in new if key not in mine)]:
        before, our, their = was.get(key), mine.get(key), new.get(key)
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
    gone = [part for key, part in was.items() if key not in mine and key not in new]
    added = (mine.keys() - was.keys() - new.keys(), new.keys() - was.keys() - mine.keys())
    if gone and all(added) and not ours.kind.independent:
        raise NotCertain(f"both sides may have put something else for {name_of(gone[0])}")
    _check_names(was, mine, new)
    held: Sequence[Part] = [
        merged[key] for key in order.merged_order(was, mine, new, merged, ours.kind.independent)
    ]
    if arrange := _ARRANGED.get(ours.kind):
        held = arrange(held, ours, theirs)
    trailing = (
        theirs.trailing
        if not ours.parts or (base and ours.trailing == base.trailing)
        else ours.trailing
    )
    body = replace(
        ours,
        parts=tuple(held),
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
    """Yield the old and the new key of items that `side` gave another name, and nothing else.

    They are in their place still, between the same items, and the other side changed them.
    """
    for old, new in zip(_gaps(base, side), _gaps(side, base), strict=True):
        if len(old) != 1 or len(new) != 1 or other.get(old[0], base[old[0]]) == base[old[0]]:
            continue
        (before,), (after,) = old, new
        keys = {name[0] for name in (before, after) if isinstance(name, tuple) and len(name) == 2}
        is_named = keys == {"name"} and after not in other
        if is_named and _apart_from("name", base[before]) == _apart_from("name", side[after]):
            yield before, after


def _gaps(parts: Parts, others: Parts) -> list[list[Hashable]]:
    """Return the keys that others lack, by the gaps between those that both have."""
    found: list[list[Hashable]] = [[]]
    for key in parts:
        if key in others:
            found.append([])
        else:
            found[-1].append(key)
    return found


def _apart_from(name: str, part: Part) -> Sequence[Hashable]:
    """Return what an item says besides what it holds under `name`."""
    return (
        [(held.key, _meaning(held)) for held in part.body.parts if held.key != name]
        if (part.body)
        else [_meaning(part)]
    )


def _renamed(base: Parts, side: Parts, other: Parts) -> _Renames:
    """Yield the old and the new name of what `side` renamed and the other side changed.

    Nothing else may resemble it.
    """
    gone = [key for key in base if key not in side and other.get(key, base[key]) != base[key]]
    added = [key for key in side if key not in base and key not in other]
    alike = [(old, new) for old in gone for new in added if resembles(base[old], side[new])]
    for old, new in alike:
        alone = sum(old == one or new == two for one, two in alike) == 1
        if alone and isinstance(old, str) and isinstance(new, str):
            yield old, new


def resembles(part: Part, other: Part) -> bool:
    """Tell whether most of what a part holds is in another one of its kind, too."""
    if not (part.body and other.body and part.place is other.place is ANYWHERE):
        return False  # its place would tell something, or it is too little
    held, there = (
        Counter(line for inner in body.parts for line in _lines(source(inner)))
        for body in (part.body, other.body)
    )
    common = (held & there).total()
    return common > 1 and 2 * common > held.total()


def _rekeyed(parts: Parts, names: Mapping[Hashable, Hashable]) -> Parts:
    """Give parts the names that they have on the other side."""
    keys = {key: names.get(key, key) for key in parts}
    return {keys[key]: replace(part, key=keys[key]) for key, part in parts.items()}


def _check_names(base: Parts, ours: Parts, theirs: Parts) -> None:
    """Raise NotCertain if a part that both sides removed lives on under another name.

    Two parts whose places mean something are in each other's place, which the order tells.
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
                was, now = name_of(part), name_of(other)
                raise NotCertain(f"{was} was removed in one version, and became {now} in the other")


def _by_key(body: Body | None) -> dict[Hashable, Part]:
    parts = body.parts if body else ()
    found = {part.key: part for part in parts}
    if len(found) < len(parts):
        raise NotCertain("parts cannot be told apart")
    return found


def _is_skipped(before: Part, their: Part, kind: Kind, owner: Part, merging: Merging) -> bool:
    """Tell whether what you removed stays so though the release changes it; if so, say it."""
    if kind is TITLED and _stays_removed(before, their, owner, merging):
        what = "the release changes it"
    elif kind is PACKAGES and _is_only_raised(before, their, merging):
        what = "the release changes its version"
    else:
        return False
    merging.done.append(f"skipped: you removed `{_title(before)}`, {what}")
    merging.given.append(_given_way("", source(their), ""))
    return True


def _is_only_raised(before: Part, their: Part, merging: Merging) -> bool:
    """Tell whether the release asks for another version only of a package that you do not name."""
    name = before.key[0] if isinstance(before.key, tuple) else before.key
    named = re.compile(rf"(?i)(?<![\w-]){re.sub(r'[-_.]+', '[-_.]+', str(name))}(?![\w-])")
    is_gone = not named.search(merging.yours)
    return is_gone and versions.asks_for_another(before.text, their.text)


def _stays_removed(before: Part, their: Part, owner: Part, merging: Merging) -> bool:
    """Tell whether a section that you removed stays so, though the release changes it.

    Of the section that a whole text is, the release may change what is below it only: what it adds
    at the top is meant for whatever stands there.
    """
    if owner.key != WHOLE:
        return removed.stays(source(before), source(their), merging.yours)
    was, new = (_by_key(part.body) for part in (before, their))
    texts = [next(iter(parts.values())).text for parts in (was, new)]
    return (
        was.keys() == new.keys()
        and removed.has(texts[0], texts[1], merging.yours)
        and all(
            new[key] == part or removed.stays(source(part), source(new[key]), merging.yours)
            for key, part in was.items()
            if part.body
        )
    )


def _title(part: Part) -> str:
    """Return what a part is called: a section by its title."""
    lines = part.body.opening.splitlines() if part.body else []
    return next((line.strip(" #") for line in lines if line.strip(" #=-~")), name_of(part))


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]
