"""What parts are to their siblings: told apart, sorted, in groups between empty lines."""

from bisect import bisect
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from itertools import takewhile

from drydock.documents.kinds import ANYWHERE, Place
from drydock.documents.nodes import Body, Part

_Order = Callable[[str], object]


def distinct(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Give what recurs its number, and of how many.

    Where a side changes how often, no part is taken for another's: nobody knows which is which.
    """
    often, seen = Counter(part.key for part in parts), Counter[object]()
    result = []
    for part in parts:
        seen[part.key] += 1
        key = f"{part.key} ({seen[part.key]} of {often[part.key]})"
        result.append(
            part if often[part.key] == 1 else replace(part, key=key, place=unless_anywhere(part))
        )
    return tuple(result)


def unless_anywhere(part: Part) -> Place:
    """Return the place of a part that may trade places with none: fixed, or anywhere."""
    return ANYWHERE if part.place is ANYWHERE else None


def _by_type(key: str) -> tuple[object, ...]:
    """Sort as isort does by default: constants, classes, the rest."""
    name = key.strip("'\"")
    return not name.isupper(), not name[:1].isupper(), name


def _by_letters(key: str) -> str:
    return key.lower()


def _as_written(key: str) -> str:
    return key


def sort_items(merged: Sequence[Part], ours: Body, theirs: Body) -> Sequence[Part]:
    """Sort what is merged, if both sides were sorted in one way."""
    for order in (_as_written, _by_letters, _by_type):
        keys = [[order(str(part.key)) for part in body.parts] for body in (ours, theirs)]
        if all(sorted(side) == side for side in keys):
            return sorted(merged, key=lambda part: order(str(part.key)))
    return merged


def sort_imports(merged: Sequence[Part], ours: Body, theirs: Body) -> Sequence[Part]:
    """Put imports that theirs added where they belong in the groups that ours has.

    A group ends at an empty line; it is kept sorted, if it is on both sides.
    """
    mine = {part.key for part in ours.parts}
    result = {part.key: part for part in merged}
    if [key for key in result if key in mine] != [p.key for p in ours.parts if p.key in result]:
        return merged
    for group in _groups(ours.parts):
        held = [result[part.key] for part in group if part.key in result]
        gaps = [_gap(part.lead) for part in (*held[:1], group[0])]
        gap = gaps[0] if held[:1] == [*merged[:1]] else max(gaps, key=len)
        for place, part in enumerate(held):
            result[part.key] = replace(part, lead=("" if place else gap) + part.lead.lstrip("\n"))
    parts = list(result.values())
    for group in _groups(theirs.parts):
        near = [part.key for part in group if part.key in mine and part.key in result]
        added = [result[p.key] for p in group if p.key not in mine and p.key in result]
        for part in added:
            package = _package(part)
            like = [p.key for p in ours.parts if p.key in result and _package(p) == package]
            if near or like:
                parts.remove(part)
                _insert(parts, part, (near or like)[0], group)
    return parts


def _insert(parts: list[Part], new: Part, near: Hashable, among: Sequence[Part]) -> None:
    """Put an import into the group that has `near` in it."""
    home = next(g for g in _groups(parts) if any(part.key == near for part in g))
    first = parts.index(home[0])
    for order in (_straight_first, _by_module):
        if all(sorted(g, key=order) == list(g) for g in (home, among)):
            place = first + bisect([order(part) for part in home], order(new))
            break
    else:
        before = [part.key for part in takewhile(lambda part: part.key != new.key, among)]
        place = first + max((n for n, p in enumerate(home, 1) if p.key in before), default=0)
    lead = new.lead.lstrip("\n")
    if place == first:
        lead = _gap(home[0].lead) + lead
        parts[first] = replace(home[0], lead=home[0].lead.lstrip("\n"))
    parts.insert(place, replace(new, lead=lead))


def _groups(parts: Sequence[Part]) -> list[list[Part]]:
    """Return runs of imports without an empty line or another statement between."""
    groups: list[list[Part]] = [[]]
    for part in parts:
        is_import = str(part.key).startswith(("import ", "from "))
        if not is_import or _gap(part.lead):
            groups.append([])
        if is_import:
            groups[-1].append(part)
    return [group for group in groups if group]


def _package(part: Part) -> str:
    """Return the outermost package that an import is from; nothing for other parts."""
    words = str(part.key).split()
    is_import = words[0] in {"import", "from"}
    return words[1].partition(".")[0] or words[1] if is_import else ""


def _gap(lead: str) -> str:
    return lead[: len(lead) - len(lead.lstrip("\n"))]


def _by_module(part: Part) -> tuple[bool, int, str]:
    name = str(part.key).split()[1]
    dots = len(name) - len(name.lstrip("."))
    return dots > 0, -dots, name.lower()


def _straight_first(part: Part) -> tuple[bool, bool, int, str]:
    return str(part.key).startswith("from "), *_by_module(part)
