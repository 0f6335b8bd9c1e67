"""Comments of both sides between parts are kept, and blank space is taken from one side."""

import pytest
from drydock.documents.nodes import Body, Part
from drydock.merging.certainty import NotCertain
from drydock.merging.spacing import above, between, laid_out

OWNER = Part("a", "a")
BETWEEN = {
    "ours_changes_comment": ("# a\n", "# b\n", "# a\n", "# b\n"),
    "theirs_changes_comment": ("# a\n", "# a\n", "# b\n", "# b\n"),
    "both_sides_make_same_change": ("# a\n", "# b\n", "# b\n", "# b\n"),
    "ours_changes_indentation_theirs_adds_empty_line": ("  ", "    ", "\n  ", "\n    "),
    "sides_change_different_comments": (
        "# a\n#\n# z\n",
        "# b\n#\n# z\n",
        "# a\n#\n# y\n",
        "# b\n#\n# y\n",
    ),
}


@pytest.mark.parametrize("case", BETWEEN)
def test_comments_and_blank_space_are_merged(case: str) -> None:
    base, ours, theirs, expected = BETWEEN[case]
    assert between(base, ours, theirs, OWNER) == expected


def test_both_sides_change_comment_conflicts() -> None:
    with pytest.raises(NotCertain, match="both versions change the comment at a"):
        between("# a\n", "# b\n", "# c\n", OWNER)


def test_comments_added_by_both_sides_are_kept() -> None:
    ours, theirs = (Part("a", "a", after=f" # why {side} has it\n") for side in ("mine", "new"))
    assert above(None, ours, theirs, "\n    ") == "\n    # why new has it\n    "


def test_tool_comment_stays_in_its_line() -> None:
    ours, theirs = (Part("a", "a", after=f"  {text}\n") for text in ("# noqa: E501", "# ours too"))
    assert above(None, ours, theirs, "\n    ") is None


def _list(*items: str, lead: str, closing: str) -> Body:
    return Body(tuple(Part(item, item, lead=lead) for item in items), "[", closing, ",")


def test_list_gets_line_breaks_of_theirs() -> None:
    base, ours = (_list(*items, lead="", closing="]") for items in ("ab", "abm"))
    theirs = _list("a", "b", "n", lead="\n  ", closing="\n]")
    body = laid_out(_list("a", "b", "m", "n", lead="", closing="]"), base, ours, theirs)
    assert [part.lead for part in body.parts] == ["\n  "] * 4
    assert body.closing == "\n]"


def test_comment_does_not_fit_in_list_on_one_line() -> None:
    base = ours = _list("a", "b", lead="", closing="]")
    merged = Body((Part("a", "a"), Part("n", "n", lead="\n# why\n")), "[", "]", ",")
    with pytest.raises(NotCertain, match="does not fit on one line"):
        laid_out(merged, base, ours, ours)
