"""What the release changes in a section that you removed is skipped, unless something lives on."""

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


def changed(before: str, after: str) -> str:
    assert before in SECTION
    return SECTION.replace(before, after)


GONE = {
    "a changed line": changed("3.11", "3.12"),
    "a paragraph that is new": changed("Then", "Be patient.\n\nThen"),
    "a paragraph that is gone": changed("Then install the service into it.\n\n", ""),
    "a line too short to be known again, of code that is gone": changed("bash", "console"),
}


@pytest.mark.parametrize("name", GONE)
def test_what_is_gone_stays(name: str) -> None:
    assert removed.stays(SECTION, GONE[name], OWN)


LIVES: dict[str, tuple[str, str]] = {
    "what changes, elsewhere": (
        changed("into it", "into that"),
        f"{OWN}\nThen install the service into it.\n",
    ),
    "what stands beside what is new": (
        changed("Then", "Be patient.\n\nThen"),
        f"{OWN}\nThen install the service into it.\n",
    ),
    "the whole, under another title": (
        changed("3.11", "3.12"),
        SECTION.replace("Getting started", "Quick start"),
    ),
    "a short line, when there is nothing else to know it by": (
        changed("Ask the team.", "Ask us."),
        f"{OWN}\nAsk the team.\n",
    ),
    "nothing, but the end may be meant for the whole text": (f"{SECTION}\nnew\n", OWN),
}


@pytest.mark.parametrize("name", LIVES)
def test_what_lives_on_does_not(name: str) -> None:
    theirs, ours = LIVES[name]
    assert not removed.stays(SECTION, theirs, ours)


def test_a_text_has_what_the_release_adds_whatever_its_line_ends() -> None:
    assert removed.has("", "The shop sells what people want to buy.", OWN)
    assert removed.has("", "The shop sells\nwhat people want to buy.", OWN)
    assert not removed.has("", "A shop.", OWN)
    assert not removed.has("The shop.", "", OWN)
