"""Prose is merged by paragraph; changes of both sides to one paragraph conflict."""

import pytest
from drydock.merging import paragraphs
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.merging.formats.properties import catches

CASES: dict[str, tuple[str, str, str, str | None]] = {
    "ours_removes_paragraph_theirs_changes_next": (
        "a\n\nb\nc\n",
        "b\nc\n",
        "a\n\nb\nnew\n",
        "b\nnew\n",
    ),
    "ours_changes_paragraph_theirs_appends_one": (
        "a\n\nb\n",
        "m\n\nb\n",
        "a\n\nb\n\nc\n",
        "m\n\nb\n\nc\n",
    ),
    "both_sides_make_same_change_theirs_another": (
        "a\n\nb\n\nc\n",
        "x\n\nb\n\nc\n",
        "x\n\nb\n\nd\n",
        "x\n\nb\n\nd\n",
    ),
    "both_sides_change_paragraph_conflicts": ("a\n\nb\n", "mine\n\nb\n", "new\n\nb\n", None),
    "ours_changes_paragraph_theirs_adds_next_to_it_conflicts": (
        "a\n\nb\n",
        "mine\n\nb\n",
        "a\n\nnew\n\nb\n",
        None,
    ),
    "both_sides_add_paragraph_in_one_place_conflicts": (
        "a\n\nb\n",
        "a\n\nmine\n\nb\n",
        "a\n\nnew\n\nb\n",
        None,
    ),
    "sides_change_equal_paragraphs_conflicts": (
        "a\n\nb\n\nc\n\nold\n\na\n\nb\n",
        "a\n\nB\n\nc\n\nmine\n\nA\n\nb\n",
        "A\n\nb\n\nc\n\nnew\n\na\n\nb\n",
        None,
    ),
    "ours_moves_paragraph_theirs_changes_another_conflicts": (
        "a\n\nb\n\nc\n",
        "b\n\na\n\nc\n",
        "a\n\nb\n\nd\n",
        None,
    ),
    "sides_change_fenced_block_conflicts": (
        "```\na\n\nb\n```\n",
        "```\nmine\n\nb\n```\n",
        "```\na\n\nnew\n```\n",
        None,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_merge(name: str) -> None:
    base, ours, theirs, merged = CASES[name]
    assert paragraphs.merge(base, ours, theirs) == merged


Edits = list[tuple[int, str]]
"""The side that edits each paragraph, and its edit."""
EDITS = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(["keep", "keep", "change", "remove"])),
    min_size=1,
    max_size=6,
)


def check(edits: Edits) -> None:
    sides = [_written(edits, by) for by in ((), (0,), (1,), (0, 1))]
    assert paragraphs.merge(*sides[:3]) == sides[3]


def _written(edits: Edits, by: tuple[int, ...]) -> str:
    """Return the paragraphs with the edits of these sides."""
    acts = [act if side in by else "keep" for side, act in edits]
    texts = {"keep": "old {0}\nmore {0}\n", "change": "old {0}\nnew {0}\n"}
    return "\n".join(texts[act].format(at) for at, act in enumerate(acts) if act in texts)


@given(EDITS)
@settings(max_examples=100, deadline=None)
def test_edits_of_different_paragraphs_merge(edits: Edits) -> None:
    check(edits)


def test_property_catches_wrong_merge(monkeypatch: pytest.MonkeyPatch) -> None:
    changes = paragraphs._changes
    monkeypatch.setattr(paragraphs, "_changes", lambda base, side: changes(base, side)[:1])
    assert catches(check, EDITS)


@given(EDITS, st.integers(0, 6), st.sampled_from(["mine\n", ""]))
def test_edits_of_one_paragraph_conflict(edits: Edits, at: int, mine: str) -> None:
    before, after = edits[:at], edits[at:]
    base, ours, theirs = (
        "\n".join(filter(None, (_written(before, by), text, _written(after, by))))
        for text, by in (("old\n", ()), (mine, (0,)), ("new\n", (1,)))
    )
    assert paragraphs.merge(base, ours, theirs) is None
