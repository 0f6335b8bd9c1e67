"""A single item is written as a list if a profile allows it and another side has a list."""

import pytest
from drydock.merging.several import alike

PATH = ".github/workflows/ci.yml"
HEAD = "jobs:\n  ship:\n    runs-on: x\n"


def ship(needs: str) -> str:
    return f"{HEAD}    needs: {needs}\n"


def test_single_item_becomes_list_if_another_side_has_list() -> None:
    texts = (ship("build  # first"), ship("build  # first"), ship("[build, check]"))
    assert alike(PATH, texts) == (
        ship("[build]  # first"),
        ship("[build]  # first"),
        ship("[build, check]"),
    )


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        pytest.param(PATH, (ship("a"), ship("b"), ship("c")), id="no_side_has_list"),
        pytest.param(PATH, (ship("[a]"), ship("[a, b]"), ship("[a]")), id="all_sides_have_list"),
        pytest.param("other.yml", (ship("a"), ship("a"), ship("[a]")), id="no_profile_allows_it"),
        pytest.param(PATH, (ship("a"), ship("a"), "jobs: [\n"), id="theirs_is_not_valid"),
    ],
)
def test_other_texts_are_unchanged(path: str, texts: tuple[str, str, str]) -> None:
    assert alike(path, texts) is None
