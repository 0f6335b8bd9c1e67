"""Deliberately wrong merges: the properties of every format must catch each of them."""

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
"""Installs a wrong implementation."""

_order, _merge_bodies = order.merged_order, nodes._merge_bodies


def _forgets_what_theirs_adds(base: Any, ours: Any, theirs: Any, *more: Any) -> list[Hashable]:
    return [key for key in _order(base, ours, theirs, *more) if key in base or key in ours]


def _sorts(base: Any, ours: Any, theirs: Any, *more: Any) -> list[Hashable]:
    return sorted(_order(base, ours, theirs, *more), key=str)


def _puts_theirs_last(base: Any, ours: Any, theirs: Any, *more: Any) -> list[Hashable]:
    keys = _order(base, ours, theirs, *more)
    return [key for key in keys if key in ours] + [key for key in keys if key not in ours]


def _takes_ours(base: Part | None, ours: Part, theirs: Part, merging: Merging) -> Part:
    return ours


def _forgets_comments(base: Any, ours: str, theirs: str, owner: Part) -> str:
    return ours


def _identifies_by_position(name: str, items: Sequence[Value], *_: object) -> Identities:
    return Identities(range(len(items)), SET)


def _restores_what_ours_removed(
    base: Body | None, ours: Body, theirs: Body, owner: Part, merging: Merging
) -> Body:
    merged = _merge_bodies(base, ours, theirs, owner, merging)
    keys = {part.key for part in merged.parts}
    return replace(
        merged, parts=(*merged.parts, *(part for part in theirs.parts if part.key not in keys))
    )


def replacing(owner: Any, name: str, wrong: Callable[..., Any]) -> Wrong:
    """Return a function that replaces an attribute of `owner` with a wrong implementation."""
    return lambda monkeypatch: monkeypatch.setattr(owner, name, wrong)


WRONG = {
    "forgets what theirs adds": replacing(order, "merged_order", _forgets_what_theirs_adds),
    "sorts": replacing(order, "merged_order", _sorts),
    "puts what theirs adds last": replacing(order, "merged_order", _puts_theirs_last),
    "takes ours where a word changed": replacing(nodes, "merge", _takes_ours),
    "restores what ours removed": replacing(nodes, "_merge_bodies", _restores_what_ours_removed),
}
OF_COMMENTS = {"forgets comments of theirs": replacing(spacing, "between", _forgets_comments)}
OF_LISTS = {
    "identifies items by position": replacing(values, "identities", _identifies_by_position)
}


def trust(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disable the check of changes, so that only a property can notice a wrong merge."""
    monkeypatch.setattr(structural, "_unaccounted", lambda *_: None)
