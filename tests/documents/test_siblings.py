"""What parts are to their siblings: told apart, sorted, in groups between empty lines."""

from collections.abc import Sequence

import pytest
from drydock.documents import siblings
from drydock.documents.kinds import ANYWHERE
from drydock.documents.nodes import Body, Part, source


def _imports(text: str) -> Body:
    """Return the imports of a text, a line each, with the empty lines above them."""
    parts, lead = [], ""
    for line in text.split("\n")[:-1]:
        if line:
            parts.append(Part(line, line, lead=lead, after="\n"))
        lead = "" if line else f"{lead}\n"
    return Body(tuple(parts))


def _text(parts: Sequence[Part]) -> str:
    return "".join(source(part) for part in parts)


def test_what_recurs_is_told_by_its_number_and_how_often_it_is_there() -> None:
    parts = [Part("a"), Part("b", place=ANYWHERE), Part("a", place="with its like")]
    told = siblings.distinct(parts)
    assert [part.key for part in told] == ["a (1 of 2)", "b", "a (2 of 2)"]
    assert [part.place for part in told] == [None, ANYWHERE, None]


@pytest.mark.parametrize(
    ("ours", "theirs", "merged", "expected"),
    [
        pytest.param("B a", "B C", "B a C", "B C a", id="both by characters"),
        pytest.param("a C", "a b", "a C b", "a b C", id="both by letters"),
        pytest.param("ZERO Able", "ONE ZERO", "ZERO Able ONE", "ONE ZERO Able", id="both by type"),
        pytest.param("b a", "a c", "b a c", "b a c", id="ours is not sorted: as it was merged"),
    ],
)
def test_items_stay_sorted_as_both_sides_had_them(
    ours: str, theirs: str, merged: str, expected: str
) -> None:
    bodies = [Body(tuple(Part(name) for name in side.split())) for side in (ours, theirs)]
    merged_parts = [Part(name) for name in merged.split()]
    found = siblings.sort_items(merged_parts, bodies[0], bodies[1])
    assert [part.key for part in found] == expected.split()


@pytest.mark.parametrize(
    ("ours", "theirs", "merged", "expected"),
    [
        pytest.param(
            "import os\n\nimport httpx\n",
            "import json\nimport os\n",
            "import os\nimport json\n\nimport httpx\n",
            "import json\nimport os\n\nimport httpx\n",
            id="into the group that has its neighbours, in order",
        ),
        pytest.param(
            "import os\n\nimport fastapi\n",
            "import fastapi.testclient\n",
            "import os\nimport fastapi.testclient\n\nimport fastapi\n",
            "import os\n\nimport fastapi\nimport fastapi.testclient\n",
            id="beside imports of its package",
        ),
    ],
)
def test_an_import_that_theirs_adds_joins_a_group_of_ours(
    ours: str, theirs: str, merged: str, expected: str
) -> None:
    parts = list(_imports(merged).parts)
    assert _text(siblings.sort_imports(parts, _imports(ours), _imports(theirs))) == expected
