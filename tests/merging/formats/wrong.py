"""Merges that are wrong on purpose: each must be caught by the properties of every format."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from drydock.documents import values
from drydock.documents.kinds import SET
from drydock.documents.nodes import Body, Part
from drydock.documents.values import Identities, Value
from drydock.merging import nodes, order, spacing, structural
from drydock.merging.nodes import Merging

Wrong = Callable[[pytest.MonkeyPatch], None]
"""Puts a wrong implementation in place."""

_order, _merge_bodies = order.merged_order, nodes._merge_bodies


def _forgets_what_theirs_adds(base: Any, ours: Any, theirs: Any, *more: Any) -> list[Hashable]:
    return [key for key in _order(base, ours, theirs, *more) if key in base or key in ours]


def _sorts(base: Any, ours: Any, theirs: Any, *more: Any) -> list[Hashable]:
    return sorted(_order(base, ours, theirs, *more), key=str)


def _puts_theirs_last(base: Any, ours: Any, theirs: Any, *more: Any) -> list[Hashable]:
    found = _order(base, ours, theirs, *more)
    return [k for k in found if k in ours] + [k for k in found if k not in ours]


def _takes_ours(base: Part | None, ours: Part, theirs: Part, merging: Merging) -> Part:
    return ours


def _forgets_remarks(base: Any, ours: str, theirs: str, owner: Part) -> str:
    return ours


def _tells_by_place(name: str, items: Sequence[Value], *_: object) -> Identities:
    return Identities(range(len(items)), SET)


def _brings_back_what_ours_removed(
    base: Body | None, ours: Body, theirs: Body, owner: Part, merging: Merging
) -> Body:
    merged = _merge_bodies(base, ours, theirs, owner, merging)
    keys = {part.key for part in merged.parts}
    return replace(
        merged, parts=(*merged.parts, *(part for part in theirs.parts if part.key not in keys))
    )


def instead(owner: Any, name: str, wrong: Callable[..., Any]) -> Wrong:
    """Return what puts something wrong in the place of what its owner has by this name."""
    return lambda monkeypatch: monkeypatch.setattr(owner, name, wrong)


WRONG = {
    "forgets what theirs adds": instead(order, "merged_order", _forgets_what_theirs_adds),
    "sorts": instead(order, "merged_order", _sorts),
    "puts what theirs adds last": instead(order, "merged_order", _puts_theirs_last),
    "takes ours where a word changed": instead(nodes, "merge", _takes_ours),
    "brings back what ours removed": instead(
        nodes, "_merge_bodies", _brings_back_what_ours_removed
    ),
}
OF_REMARKS = {"forgets theirs' remarks": instead(spacing, "between", _forgets_remarks)}
OF_LISTS = {"tells items by their place": instead(values, "identities", _tells_by_place)}


def trust(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold merges to nothing, so that only a property can notice what is wrong."""
    monkeypatch.setattr(structural, "_unaccounted", lambda *_: None)
