"""One is written as a list of one where a profile says so and another side has a list."""

import pytest
from drydock.merging.several import alike

PATH = ".github/workflows/ci.yml"
HEAD = "jobs:\n  ship:\n    runs-on: x\n"


def ship(needs: str) -> str:
    return f"{HEAD}    needs: {needs}\n"


def test_one_becomes_a_list_on_the_sides_that_have_none() -> None:
    texts = (ship("build  # first"), ship("build  # first"), ship("[build, check]"))
    assert alike(PATH, texts) == (
        ship("[build]  # first"),
        ship("[build]  # first"),
        ship("[build, check]"),
    )


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        pytest.param(PATH, (ship("a"), ship("b"), ship("c")), id="no side has a list"),
        pytest.param(PATH, (ship("[a]"), ship("[a, b]"), ship("[a]")), id="all have one"),
        pytest.param("other.yml", (ship("a"), ship("a"), ship("[a]")), id="no profile says so"),
        pytest.param(PATH, (ship("a"), ship("a"), "jobs: [\n"), id="one is not valid"),
    ],
)
def test_nothing_is_written_otherwise_elsewhere(path: str, texts: tuple[str, str, str]) -> None:
    assert alike(path, texts) is None
