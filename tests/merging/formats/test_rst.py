"""reStructuredText is merged by section; the document title is matched whatever its text."""

import pytest
from drydock.documents import nodes
from drydock.documents.formats import rst

from tests.merging.formats.examples import Examples, check

A, B, C = "A\n=\n\na\n\n", "B b\n---\n\nb\n\n", "C c\n---\n\nc\n"
EXAMPLES: Examples = {
    "ours_moves_section_theirs_changes_it": (A + B + C, A + C + "\n" + B, A + B + C + "\nnew\n",
                                      A + C + "\nnew\n\n" + B),
    "ours_changes_text_theirs_adds_section_below": (
        "A\n=\n\na\n", "A\n=\n\nmine\n", f"A\n=\n\na\n\n{C}", f"A\n=\n\nmine\n\n{C}",
    ),
    "theirs_inserts_section_before_target_of_next": (
        f"{A}.. _c:\n\n{C}",
        f"A\n=\n\nmine\n\n.. _c:\n\n{C}",
        f"{A}.. _b:\n\n{B}.. _c:\n\n{C}",
        f"A\n=\n\nmine\n\n.. _b:\n\n{B}.. _c:\n\n{C}",
    ),
    "both_sides_change_section_conflicts": (A + C, A + C + "\nmine\n", A + C + "\nnew\n", None),
    "both_sides_append_section_conflicts": (A, A + B, A + C, None),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_merge(name: str) -> None:
    check("docs/index.rst", *EXAMPLES[name])


TITLES = {
    "": [],
    "text\nmore\n": [],
    "A\n=\n\nB b\n---\n\nC c\n---\n": ["its title"],
    "====\nA a\n====\n\nB b\n====\n": ["its title"],
    "A\n=\n\nB b\n===\n": ["A ===", "B b ==="],
    "a line\nand its end\n-----------\n": [],
    "text\n\n----\n\nmore\n": [],
    "- an item\n---------\n": [],
    "=====  =====\na      b\n=====  =====\n1      2\n=====  =====\n": [],
    "Long title\n--\n": [],
    "Above\n=====\n\n.. _a:\n\nBelow\n=====\n": ["Above ===", "Below ==="],
}


@pytest.mark.parametrize("text", TITLES)
def test_titles_open_sections(text: str) -> None:
    read = rst.read(text)
    assert nodes.source(read) == text
    assert read.body
    assert [part.key for part in read.body.parts[1:]] == TITLES[text]


@pytest.mark.parametrize(
    ("text", "other", "same"),
    [
        ("one two\nthree\n", "one\ntwo three\n", True),
        ("``one`` two\nthree\n", "``one``\ntwo three\n", True),
        ("one\n\ntwo\n", "one two\n", False),
        ("   one two\n   three\n", "   one\n   two three\n", False),
        ("- one\n- two\n", "- one - two\n", False),
        ("1. one\n2. two\n", "1. one 2. two\n", False),
        ("| one\n| two\n", "| one | two\n", False),
    ],
)
def test_line_breaks_count_only_outside_plain_paragraphs(text: str, other: str, same: bool) -> None:
    meaning = [body.parts[0].meaning for one in (text, other) if (body := rst.read(one).body)]
    assert (meaning[0] == meaning[1]) == same
