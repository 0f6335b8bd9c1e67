"""A change of the release to a section that ours removed is skipped if nothing of it remains."""

import pytest
from drydock.merging import removed

SECTION = """Getting started
---------------

Create an environment with the tool that you use:

.. code-block:: bash

   conda create --name shop python=3.11

Then install the service into it.

Ask the team.
"""
OWN = """Shop
====

The shop sells what people want to buy.

.. code-block:: bash

   curl localhost
"""


def section_with(before: str, after: str) -> str:
    assert before in SECTION
    return SECTION.replace(before, after)


REMOVED = {
    "theirs_changes_line": section_with("3.11", "3.12"),
    "theirs_adds_paragraph": section_with("Then", "Be patient.\n\nThen"),
    "theirs_removes_paragraph": section_with("Then install the service into it.\n\n", ""),
    "theirs_changes_short_line_of_removed_code": section_with("bash", "console"),
}


@pytest.mark.parametrize("name", REMOVED)
def test_removed_section_stays_removed(name: str) -> None:
    assert removed.stays(SECTION, REMOVED[name], OWN)


REMAINING: dict[str, tuple[str, str]] = {
    "changed_line_is_elsewhere_in_ours": (
        section_with("into it", "into that"),
        f"{OWN}\nThen install the service into it.\n",
    ),
    "neighbour_of_added_paragraph_is_elsewhere_in_ours": (
        section_with("Then", "Be patient.\n\nThen"),
        f"{OWN}\nThen install the service into it.\n",
    ),
    "section_has_other_title_in_ours": (
        section_with("3.11", "3.12"),
        SECTION.replace("Getting started", "Quick start"),
    ),
    "short_line_alone_is_elsewhere_in_ours": (
        section_with("Ask the team.", "Ask us."),
        f"{OWN}\nAsk the team.\n",
    ),
    "theirs_appends_paragraph": (f"{SECTION}\nnew\n", OWN),
}


@pytest.mark.parametrize("name", REMAINING)
def test_section_that_remains_elsewhere_is_not_removed(name: str) -> None:
    theirs, ours = REMAINING[name]
    assert not removed.stays(SECTION, theirs, ours)


def test_additions_are_found_regardless_of_line_breaks() -> None:
    assert removed.has("", "The shop sells what people want to buy.", OWN)
    assert removed.has("", "The shop sells\nwhat people want to buy.", OWN)
    assert not removed.has("", "A shop.", OWN)
    assert not removed.has("The shop.", "", OWN)
