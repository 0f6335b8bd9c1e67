"""Relations between sibling parts: distinct keys, sorting, groups between empty lines."""

from bisect import bisect
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from itertools import takewhile

from drydock.documents.kinds import ANYWHERE, Place
from drydock.documents.nodes import Body, Part

_Order = Callable[[str], object]


def distinct(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Add to each repeated key its number and the total.

    When a side changes the total, none of these parts matches any on the other side, because it is
    unknown which corresponds to which.
    """
    totals, seen = Counter(part.key for part in parts), Counter[object]()
    result = []
    for part in parts:
        seen[part.key] += 1
        key = f"{part.key} ({seen[part.key]} of {totals[part.key]})"
        result.append(
            part if totals[part.key] == 1 else replace(part, key=key, place=fixed_or_anywhere(part))
        )
    return tuple(result)


def fixed_or_anywhere(part: Part) -> Place:
    """Return the place of a part that cannot trade places: ordered, or anywhere."""
    return ANYWHERE if part.place is ANYWHERE else None


def _by_type(key: str) -> tuple[object, ...]:
    """Return the sort key of isort's default order: constants, classes, the rest."""
    name = key.strip("'\"")
    return not name.isupper(), not name[:1].isupper(), name


def _by_letters(key: str) -> str:
    return key.lower()


def _as_written(key: str) -> str:
    return key


def sort_items(merged: Sequence[Part], ours: Body, theirs: Body) -> Sequence[Part]:
    """Sort the merged parts if both sides are sorted in the same way."""
    for order in (_as_written, _by_letters, _by_type):
        keys = [[order(str(part.key)) for part in body.parts] for body in (ours, theirs)]
        if all(sorted(side) == side for side in keys):
            return sorted(merged, key=lambda part: order(str(part.key)))
    return merged


def sort_imports(merged: Sequence[Part], ours: Body, theirs: Body) -> Sequence[Part]:
    """Move imports that theirs added into the group of ours where they belong.

    A group ends at an empty line. It stays sorted if it is sorted on both sides.
    """
    our_keys = {part.key for part in ours.parts}
    result = {part.key: part for part in merged}
    if [key for key in result if key in our_keys] != [p.key for p in ours.parts if p.key in result]:
        return merged
    for group in _groups(ours.parts):
        left = [result[part.key] for part in group if part.key in result]
        gaps = [_gap(part.lead) for part in (*left[:1], group[0])]
        gap = gaps[0] if left[:1] == [*merged[:1]] else max(gaps, key=len)
        for index, part in enumerate(left):
            result[part.key] = replace(part, lead=("" if index else gap) + part.lead.lstrip("\n"))
    parts = list(result.values())
    for group in _groups(theirs.parts):
        neighbours = [part.key for part in group if part.key in our_keys and part.key in result]
        added = [result[p.key] for p in group if p.key not in our_keys and p.key in result]
        for part in added:
            package = _package(part)
            related = [p.key for p in ours.parts if p.key in result and _package(p) == package]
            if neighbours or related:
                parts.remove(part)
                _insert(parts, part, (neighbours or related)[0], group)
    return parts


def _insert(parts: list[Part], new: Part, neighbour: Hashable, origin: Sequence[Part]) -> None:
    """Insert an import from the group `origin` into the group of `parts` with `neighbour` in it."""
    group = next(g for g in _groups(parts) if any(part.key == neighbour for part in g))
    first = parts.index(group[0])
    for order in (_straight_first, _by_module):
        if all(sorted(g, key=order) == list(g) for g in (group, origin)):
            index = first + bisect([order(part) for part in group], order(new))
            break
    else:
        before = [part.key for part in takewhile(lambda part: part.key != new.key, origin)]
        index = first + max((n for n, p in enumerate(group, 1) if p.key in before), default=0)
    lead = new.lead.lstrip("\n")
    if index == first:
        lead = _gap(group[0].lead) + lead
        parts[first] = replace(group[0], lead=group[0].lead.lstrip("\n"))
    parts.insert(index, replace(new, lead=lead))


def _groups(parts: Sequence[Part]) -> list[list[Part]]:
    """Return the runs of imports without an empty line or another statement in between."""
    groups: list[list[Part]] = [[]]
    for part in parts:
        is_import = str(part.key).startswith(("import ", "from "))
        if not is_import or _gap(part.lead):
            groups.append([])
        if is_import:
            groups[-1].append(part)
    return [group for group in groups if group]


def _package(part: Part) -> str:
    """Return the top-level package of an import; empty for other parts."""
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
