"""Sibling parts get distinct keys, and stay sorted and grouped as both sides had them."""

from collections.abc import Sequence

import pytest
from drydock.documents import siblings
from drydock.documents.kinds import ANYWHERE
from drydock.documents.nodes import Body, Part, source


def _imports(text: str) -> Body:
    """Return the imports in a text, one per line, with the empty lines above them."""
    parts, lead = [], ""
    for line in text.split("\n")[:-1]:
        if line:
            parts.append(Part(line, line, lead=lead, after="\n"))
        lead = "" if line else f"{lead}\n"
    return Body(tuple(parts))


def _text(parts: Sequence[Part]) -> str:
    return "".join(source(part) for part in parts)


def test_repeated_keys_get_number_and_total() -> None:
    parts = [Part("a"), Part("b", place=ANYWHERE), Part("a", place="trades places")]
    distinct = siblings.distinct(parts)
    assert [part.key for part in distinct] == ["a (1 of 2)", "b", "a (2 of 2)"]
    assert [part.place for part in distinct] == [None, ANYWHERE, None]


@pytest.mark.parametrize(
    ("ours", "theirs", "merged", "expected"),
    [
        pytest.param("B a", "B C", "B a C", "B C a", id="both_by_character"),
        pytest.param("a C", "a b", "a C b", "a b C", id="both_case_insensitive"),
        pytest.param("ZERO Able", "ONE ZERO", "ZERO Able ONE", "ONE ZERO Able", id="both_by_type"),
        pytest.param("b a", "a c", "b a c", "b a c", id="ours_unsorted_keeps_merged_order"),
    ],
)
def test_items_keep_the_sort_order_of_both_sides(
    ours: str, theirs: str, merged: str, expected: str
) -> None:
    bodies = [Body(tuple(Part(name) for name in side.split())) for side in (ours, theirs)]
    merged_parts = [Part(name) for name in merged.split()]
    items = siblings.sort_items(merged_parts, bodies[0], bodies[1])
    assert [part.key for part in items] == expected.split()


@pytest.mark.parametrize(
    ("ours", "theirs", "merged", "expected"),
    [
        pytest.param(
            "import os\n\nimport httpx\n",
            "import json\nimport os\n",
            "import os\nimport json\n\nimport httpx\n",
            "import json\nimport os\n\nimport httpx\n",
            id="sorted_into_group_of_its_neighbours",
        ),
        pytest.param(
            "import os\n\nimport fastapi\n",
            "import fastapi.testclient\n",
            "import os\nimport fastapi.testclient\n\nimport fastapi\n",
            "import os\n\nimport fastapi\nimport fastapi.testclient\n",
            id="next_to_imports_of_its_package",
        ),
    ],
)
def test_import_added_by_theirs_joins_group_of_ours(
    ours: str, theirs: str, merged: str, expected: str
) -> None:
    parts = list(_imports(merged).parts)
    assert _text(siblings.sort_imports(parts, _imports(ours), _imports(theirs))) == expected
