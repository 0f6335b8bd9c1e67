"""Merges documents by their nodes: mapping entries, list items, functions, sections.

Each format's reader takes a text apart into parts that know who they are among their siblings;
here three such documents become one. What cannot be merged for certain raises NotCertain. The
text of each part stays as its owner wrote it: nothing is printed anew.
"""

import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from drydock import git
from drydock.documents.nodes import Body, Part, inner, source
from drydock.merging import lines, paragraphs
from drydock.merging.rules import Rule

# A remark of some words that only people read: what speaks to a tool may have to stay where it is.
_PROSE = re.compile(r"(?:#|//)\s*(?!no[a-z]+\b)\w+(?:\s+[^\s:=]+){2,}")


class NotCertain(Exception):  # noqa: N818 - no error: the file stays a conflict
    """A merge by meaning would be a guess; the text says why, on one line."""


@dataclass(frozen=True)
class Given:
    """What gave way to a rule."""

    lost: tuple[str, ...]
    """The texts of either side that do not stand."""
    stands: str


SIDES = ("ours", "theirs")


@dataclass(frozen=True)
class Rename:
    """A part that one side gave another name, and the other side changed under the old one."""

    before: str
    after: str
    side: str


@dataclass
class Merging:
    """How leaves that both sides changed are settled, and what was settled so far."""

    rules: Sequence[Rule] = ()
    done: list[str] = field(default_factory=list)
    """What rules did, a line each."""
    given: list[Given] = field(default_factory=list)
    renames: list[Rename] = field(default_factory=list)


def merge(base: Part | None, ours: Part, theirs: Part, merging: Merging) -> Part:
    """Merge what `base` became on both sides; `base` is None where both sides added the part.

    Raises NotCertain when that would be a guess.
    """
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    lead = _between(base.lead if base else None, ours.lead, theirs.lead, ours)
    if above := _above(base, ours, theirs, lead):
        merging.done.append(f"both sides' remarks on {_name(ours)}")
        lead, after = above, ours.after
    else:
        after = _between(base.after if base else None, ours.after, theirs.after, ours)
    if ours.body and theirs.body and (base.body if base else not ours.body.whole):
        body = _merge_bodies(base.body if base else None, ours.body, theirs.body, ours, merging)
        return replace(ours, lead=lead, after=after, body=body)
    return replace(_leaf(base, ours, theirs, merging), lead=lead, after=after)


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
        if held.body and held.body.heap:
            inside = tuple(i for i in held.body.parts if f"{held.key} {i.key}" not in names)
            if not inside:
                continue
            one = replace(held, body=replace(held.body, parts=inside))
        left.append(one)
    return replace(part, body=replace(part.body, parts=tuple(left)))


def _leaf(base: Part | None, ours: Part, theirs: Part, merging: Merging) -> Part:
    if _says(ours) == _says(theirs) or (base and _says(theirs) == _says(base)):
        return ours
    if base and _says(ours) == _says(base):
        return theirs
    if base and (ours.body or theirs.body or base.body):
        raise NotCertain(f"{_name(ours)} is of another kind on each side")
    was = base.text if base else None
    for rule in () if ours.body or theirs.body else merging.rules:
        if settled := rule(was, ours.text, theirs.text):
            text, done = settled
            merging.done.append(done)
            merging.given.append(Given(tuple({ours.text, theirs.text} - {text}), text))
            return replace(ours if text == ours.text else theirs, text=text, says=None)
    if was is not None and "\n" in was:
        before, mine, new = (text.encode() for text in (was, ours.text, theirs.text))
        merged = git.merge_texts(before, mine, new)
        if merged is not None and lines.problem(before, mine, new, merged) is None:
            return replace(ours, text=merged.decode(), says=None)
        if ours.prose and (prose := paragraphs.merge(was, ours.text, theirs.text)) is not None:
            return replace(ours, text=prose, says=None)
        if more := _more([_lines(text) for text in (was, ours.text, theirs.text)]):
            merging.done.append(f"what one side added to {_name(ours)}, the other did, and more")
            return theirs if more == _lines(theirs.text) else ours
    act = "changed" if base else "added"
    raise NotCertain(f"both sides {act} {_name(ours)}")


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


_Item = TypeVar("_Item")


def _more(sides: Sequence[list[_Item]]) -> list[_Item] | None:
    """Return the side that adds what the other adds, in its order, and more; None: neither."""
    base, *changed = sides
    less, more = sorted(changed, key=len)
    return more if _within(base, less) and _within(less, more) else None


def _within(some: list[_Item], others: list[_Item]) -> bool:
    """Tell whether `others` has all of `some` in their order."""
    left = iter(others)
    return all(one in left for one in some)


def _says(part: Part) -> Hashable:
    """Return what a part means, its own surroundings aside."""
    if part.body is None:
        return tuple(part.text.split()) if part.says is None else part.says
    body = part.body
    held = [(p.key, _meaning(p)) for p in body.parts if not p.floats]
    floating = frozenset((p.key, _meaning(p)) for p in body.parts if p.floats)
    return (tuple(body.opening.split()), tuple(held), floating, tuple(body.closing.split()))


def _meaning(part: Part) -> Hashable:
    """Return what a part means and what is remarked about it, whatever its layout."""
    return tuple(part.lead.split()), _says(part), tuple(part.after.split())


def _is_less(part: Part, before: Part) -> bool:
    """Tell whether a part says what it said before, with nothing new remarked about it."""
    remarks = zip((part.lead, part.after), (before.lead, before.after), strict=True)
    return _says(part) == _says(before) and all(
        {*now.splitlines()} <= {*then.splitlines(), ""} or now.split() == then.split()
        for now, then in remarks
    )


def _name(part: Part) -> str:
    names = part.key if isinstance(part.key, tuple) else (part.key,)
    known = [name for name in names if isinstance(name, str)]
    return ".".join(known) if len(known) == len(names) else "an item"


def _between(base: str | None, ours: str, theirs: str, owner: Part) -> str:
    """Merge what stands between parts: remarks and blank space."""
    if theirs in (ours, base):
        return ours
    if theirs.split() == ours.split():
        # Empty lines are merged, indentation stays that of ours.
        before, mine, new = (_empty_lines(text or "") for text in (base, ours, theirs))
        return (new if mine == before else mine) + ours.lstrip("\n")
    if ours == base:
        return theirs
    said = (base or "").split()
    if theirs.split() == said:
        return ours
    if ours.split() == said:
        return theirs
    if base is not None:
        merged = git.merge_texts(base.encode(), ours.encode(), theirs.encode())
        if merged is not None:
            return merged.decode()
    raise NotCertain(f"both sides changed the remark at {_name(owner)}")


def _above(base: Part | None, ours: Part, theirs: Part, lead: str) -> str | None:
    """Return a lead with theirs' remark in it, where both sides put one behind a part."""
    mine, new = ours.after.strip(), theirs.after.strip()
    both_new = not (base and base.after.strip()) and mine.split() != new.split()
    _, line_end, indentation = lead.rpartition("\n")
    if both_new and line_end and _PROSE.fullmatch(mine) and _PROSE.fullmatch(new):
        return f"{lead}{new}\n{indentation}"
    return None


def _empty_lines(text: str) -> str:
    return text[: len(text) - len(text.lstrip("\n"))]


def _merge_bodies(
    base: Body | None, ours: Body, theirs: Body, owner: Part, merging: Merging
) -> Body:
    if ours.separator != theirs.separator:
        raise NotCertain(f"{_name(owner)} is written in another way on each side")
    was, mine, new = (_by_key(body) for body in (base, ours, theirs))
    if ours.named and theirs.named:
        by_ours, by_theirs = dict(_renamed(was, mine, new)), dict(_renamed(was, new, mine))
        was = _rekeyed(was, by_ours | by_theirs)
        mine, new = _rekeyed(mine, by_theirs), _rekeyed(new, by_ours)
        for side, renames in zip(SIDES, (by_ours, by_theirs), strict=True):
            merging.renames += [Rename(*names, side) for names in renames.items()]
    merged: dict[Hashable, Part] = {}
    for key in [*mine, *(key for key in new if key not in mine)]:
        before, our, their = was.get(key), mine.get(key), new.get(key)
        if our and their:
            merged[key] = merge(before, our, their, merging)
            continue
        left = our or their
        if before is None and left:
            merged[key] = left
        elif before and before.body and left and left.body and left.body.heap:
            emptied = replace(before, body=replace(before.body, parts=()))
            rest = merge(before, our or emptied, their or emptied, merging)
            if rest.body and rest.body.parts:
                merged[key] = rest
        elif before and left and not _is_less(left, before):
            changed, removed = ("you", "the release") if our else ("the release", "you")
            raise NotCertain(f"{changed} changed {_name(before)}, {removed} removed it")
    gone = [part for key, part in was.items() if key not in mine and key not in new]
    added = (mine.keys() - was.keys() - new.keys(), new.keys() - was.keys() - mine.keys())
    if gone and all(added) and not ours.unrelated:
        raise NotCertain(f"both sides may have put something else for {_name(gone[0])}")
    _check_names(was, mine, new)
    held: Sequence[Part] = [merged[key] for key in _order(was, mine, new, merged, ours.unrelated)]
    if ours.arrange:
        held = ours.arrange(held, ours, theirs)
    ends = theirs.ends if not ours.parts or (base and ours.ends == base.ends) else ours.ends
    body = replace(
        ours,
        parts=tuple(held),
        opening=_between(base.opening if base else None, ours.opening, theirs.opening, owner),
        closing=_between(base.closing if base else None, ours.closing, theirs.closing, owner),
        ends=ends if theirs.parts else ours.ends,
    )
    return _laid_out(body, base, ours, theirs) if body.separator else body


def _renamed(base: "_Parts", side: "_Parts", other: "_Parts") -> Iterator[tuple[str, str]]:
    """Yield the old and the new name of what `side` renamed and the other side changed.

    Nothing else may resemble it.
    """
    gone = [key for key in base if key not in side and other.get(key, base[key]) != base[key]]
    added = [key for key in side if key not in base and key not in other]
    alike = [(old, new) for old in gone for new in added if _resembles(base[old], side[new])]
    for old, new in alike:
        alone = sum(old == one or new == two for one, two in alike) == 1
        if alone and isinstance(old, str) and isinstance(new, str):
            yield old, new


def _resembles(part: Part, other: Part) -> bool:
    """Tell whether most of what a part holds is in another one of its kind, too."""
    if not (part.body and other.body and part.floats and other.floats):
        return False  # its place would tell something, or it is too little
    held, there = (
        Counter(line for inner in body.parts for line in _lines(source(inner)))
        for body in (part.body, other.body)
    )
    common = (held & there).total()
    return common > 1 and 2 * common > held.total()


def _rekeyed(parts: "_Parts", names: Mapping[str, str]) -> "_Parts":
    """Give parts the names that they have on the other side."""
    keys = {key: names.get(key, key) if isinstance(key, str) else key for key in parts}
    return {keys[key]: replace(part, key=keys[key]) for key, part in parts.items()}


def _check_names(base: "_Parts", ours: "_Parts", theirs: "_Parts") -> None:
    """Raise NotCertain if a part that both sides removed lives on under another name.

    Two parts of which neither floats are in each other's place, which the order tells.
    """
    gone = [part for key, part in base.items() if part.floats and key not in {*ours, *theirs}]
    for part in gone:
        words = Counter(inner(part).split())
        for key in ours.keys() ^ theirs.keys():
            other = ours.get(key) or theirs[key]
            if key in base or "\n" not in inner(other).strip():
                continue
            if 2 * (words & Counter(inner(other).split())).total() > words.total():
                raise NotCertain(f"one side removed {_name(part)}, one made {_name(other)} of it")


def _by_key(body: Body | None) -> dict[Hashable, Part]:
    parts = body.parts if body else ()
    found = {part.key: part for part in parts}
    if len(found) < len(parts):
        raise NotCertain("parts cannot be told apart")
    return found


_Parts = dict[Hashable, Part]


def _order(
    base: _Parts, ours: _Parts, theirs: _Parts, merged: _Parts, unrelated: bool
) -> list[Hashable]:
    """Return the order of what is left: of the side that changed it, with what the other added.

    What a side added comes after what it follows there, and after what the other added in that
    place. Parts that do not float must come out in an order that follows from both sides.
    """
    # A heap that one side took away, and that has something in it still, is the other side's own.
    base = {k: part for k, part in base.items() if k not in merged or (k in ours and k in theirs)}
    sides = (base, ours, theirs)
    fixed = {key for side in sides for key, part in side.items() if not part.floats}
    every = base.keys() & ours.keys() & theirs.keys()
    if len({tuple(key for key in side if key in every) for side in sides}) == 1:
        fixed |= every  # what floats, but did not move, has a before and an after as well
    swaps = {key: part.swaps for side in sides for key, part in side.items()}
    old = merged.keys() & base.keys() & ours.keys() & theirs.keys()
    before, mine, new = ([key for key in side if key in old] for side in sides)
    first, second = (theirs, ours) if mine == before != new else (ours, theirs)
    result = _joined(*([key for key in side if key in merged] for side in (first, second)))
    if not _all_swap(fixed, swaps):
        of_each = ([key for key in side if key in fixed] for side in sides)
        expected = _sequence(*of_each, swaps=swaps, unrelated=unrelated)
        if [key for key in result if key in fixed] != expected:
            raise NotCertain("both sides put the same parts in another order")
    return result


def _joined(first: list[Hashable], second: list[Hashable]) -> list[Hashable]:
    """Add what only `second` has, after what it follows there and what `first` has there."""
    result, known, place = list(first), set(second), 0
    for key in second:
        if key in result:
            place = result.index(key) + 1
            continue
        while place < len(result) and result[place] not in known:
            place += 1
        result.insert(place, key)
        place += 1
    return result


def _all_swap(keys: Iterable[Hashable], swaps: Mapping[Hashable, Hashable]) -> bool:
    kinds = {swaps[key] for key in keys}
    return len(kinds) == 1 and None not in kinds


def _sequence(
    base: list[Hashable],
    ours: list[Hashable],
    theirs: list[Hashable],
    *,
    swaps: Mapping[Hashable, Hashable],
    unrelated: bool,
) -> list[Hashable]:
    """Merge sequences: between two parts that all of them have, only one side may change any.

    Unless all of them there may stand before each other.
    """
    if ours in (base, theirs):
        return theirs
    if theirs == base:
        return ours
    if unrelated and (left := _removed(base, ours, theirs)) is not None:
        return left
    every = set(base) & set(ours) & set(theirs)
    cuts = [[at for at, key in enumerate(side) if key in every] for side in (base, ours, theirs)]
    kept = [[side[at] for at in cut] for side, cut in zip((base, ours, theirs), cuts, strict=True)]
    if _all_swap((*base, *ours, *theirs), swaps):
        mine = [key for key in ours if key in theirs or key not in base]
        return _joined(mine, [key for key in theirs if key in ours or key not in base])
    if not every and (more := _more((base, ours, theirs))) is not None:
        return more
    if not every or kept[0] != kept[1] or kept[0] != kept[2]:
        raise NotCertain("both sides changed something in the same place")
    result: list[Hashable] = []
    start = (0, 0, 0)
    for at in [*zip(*cuts, strict=True), (len(base), len(ours), len(theirs))]:
        gaps = zip((base, ours, theirs), start, at, strict=True)
        between = [side[begin:end] for side, begin, end in gaps]
        result += _sequence(*between, swaps=swaps, unrelated=unrelated)
        result += base[at[0] : at[0] + 1]
        start = (at[0] + 1, at[1] + 1, at[2] + 1)
    return result


def _removed(
    base: list[Hashable], ours: list[Hashable], theirs: list[Hashable]
) -> list[Hashable] | None:
    """Merge sequences of which one only lacks some that the other has, with what that added."""
    for side, other in ((ours, theirs), (theirs, ours)):
        kept = [key for key in base if key in other]
        in_order = kept == [key for key in other if key in base]
        if in_order and [key for key in base if key in side] == side and {*base} <= {*side, *other}:
            return [key for key in other if key in side or key not in base]
    return None


def _laid_out(body: Body, base: Body | None, ours: Body, theirs: Body) -> Body:
    """Give parts of both sides one layout: of the side that changed it, or else ours."""
    as_before = base and base.parts and _is_broken(base) == _is_broken(ours)
    changed = as_before and theirs.parts and _is_broken(ours) != _is_broken(theirs)
    frame = theirs if changed or not ours.parts else ours
    if not frame.parts:
        return body
    first, *others = [part.lead if not part.lead.strip() else None for part in frame.parts]
    broken = "\n" if _is_broken(frame) else ""
    usual = next((lead for lead in others if lead is not None), first if broken else " ")
    usual = "\n" if usual is None else usual
    own = {part.key: part.lead for part in frame.parts[1:] if not part.lead.strip()}
    parts = []
    for place, part in enumerate(body.parts):
        lead, last = part.lead, place + 1 == len(body.parts)
        if not lead.strip():
            lead = own.get(part.key, usual) if place or first is None else first
        elif not broken:
            raise NotCertain(f"a remark at {_name(part)} has no place on one line")
        if part.after.strip() and "\n" not in (frame.closing if last else usual):
            raise NotCertain(f"a remark at {_name(part)} has no place on one line")
        parts.append(replace(part, lead=lead))
    same = {
        place: getattr(frame, place)
        for place in ("opening", "closing")
        if getattr(frame, place).split() == getattr(body, place).split()
    }
    return replace(body, parts=tuple(parts), **same)


def _is_broken(body: Body) -> bool:
    return any("\n" in part.lead for part in body.parts)
