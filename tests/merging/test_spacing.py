"""What stands between parts: comments of both sides stay, blank space follows one of them."""

import pytest
from drydock.documents.nodes import Body, Part
from drydock.merging.certainty import NotCertain
from drydock.merging.spacing import above, between, laid_out

OWNER = Part("a", "a")
BETWEEN = {
    "ours alone changed it": ("# a\n", "# b\n", "# a\n", "# b\n"),
    "theirs alone changed it": ("# a\n", "# a\n", "# b\n", "# b\n"),
    "both to the same": ("# a\n", "# b\n", "# b\n", "# b\n"),
    "empty lines of theirs, the indentation of ours": ("  ", "    ", "\n  ", "\n    "),
    "a comment of each": ("# a\n#\n# z\n", "# b\n#\n# z\n", "# a\n#\n# y\n", "# b\n#\n# y\n"),
}


@pytest.mark.parametrize("case", BETWEEN)
def test_what_stands_between_is_merged(case: str) -> None:
    base, ours, theirs, expected = BETWEEN[case]
    assert between(base, ours, theirs, OWNER) == expected


def test_two_comments_in_one_place_are_not_certain() -> None:
    with pytest.raises(NotCertain, match="both sides changed the comment at a"):
        between("# a\n", "# b\n", "# c\n", OWNER)


def test_comments_that_both_put_behind_a_part_are_one_above_the_other() -> None:
    ours, theirs = (Part("a", "a", after=f" # why {side} has it\n") for side in ("mine", "new"))
    assert above(None, ours, theirs, "\n    ") == "\n    # why new has it\n    "


def test_a_comment_for_a_tool_stays_behind() -> None:
    ours, theirs = (Part("a", "a", after=f"  {text}\n") for text in ("# noqa: E501", "# ours too"))
    assert above(None, ours, theirs, "\n    ") is None


def _list(*items: str, lead: str, closing: str) -> Body:
    return Body(tuple(Part(item, item, lead=lead) for item in items), "[", closing, ",")


def test_a_list_that_theirs_breaks_is_broken() -> None:
    base, ours = (_list(*items, lead="", closing="]") for items in ("ab", "abm"))
    theirs = _list("a", "b", "n", lead="\n  ", closing="\n]")
    body = laid_out(_list("a", "b", "m", "n", lead="", closing="]"), base, ours, theirs)
    assert [part.lead for part in body.parts] == ["\n  "] * 4
    assert body.closing == "\n]"


def test_a_comment_has_no_place_in_a_list_on_one_line() -> None:
    base = ours = _list("a", "b", lead="", closing="]")
    merged = Body((Part("a", "a"), Part("n", "n", lead="\n# why\n")), "[", "]", ",")
    with pytest.raises(NotCertain, match="does not fit on one line"):
        laid_out(merged, base, ours, ours)
