"""A comment that heads a section of a list stays above that section."""

import pytest
from drydock.merging import structural
from drydock.merging.certainty import NotCertain


def dependencies(*lines: str) -> str:
    """Return a pyproject.toml that has these lines in its list of dependencies."""
    held = "".join(f"    {line}\n" for line in lines)
    return f"[project]\nname = 'shop'\ndependencies = [\n{held}]\n"


def requirements(*lines: str) -> str:
    return "".join(f"{line.strip(chr(39) + ',')}\n" for line in lines)


FILES = {"pyproject.toml": dependencies, "requirements.txt": requirements}
FASTAPI, NUMPY, HTTPX = "'fastapi>=0.160',", "'numpy>=2',", "'httpx>=0.27',"
STANDARD, OWN = "# The standard's:", "# The service's own:"
BASE = (STANDARD, FASTAPI, OWN, NUMPY)
MOVED = (STANDARD, FASTAPI, NUMPY, OWN)
# What the service has, and what it is merged to with a release that moves numpy above the heading.
CLEAN = {
    "an item before the one that moves": (
        (STANDARD, FASTAPI, OWN, HTTPX, NUMPY),
        (STANDARD, FASTAPI, NUMPY, OWN, HTTPX),
    ),
    "an item after it": (
        (STANDARD, FASTAPI, OWN, NUMPY, HTTPX),
        (STANDARD, FASTAPI, NUMPY, OWN, HTTPX),
    ),
    "an item with a comment of its own": (
        (STANDARD, FASTAPI, OWN, "# calls the shop", HTTPX, NUMPY),
        (STANDARD, FASTAPI, NUMPY, OWN, "# calls the shop", HTTPX),
    ),
    "an item above the heading": (
        (STANDARD, FASTAPI, HTTPX, OWN, NUMPY),
        (STANDARD, FASTAPI, HTTPX, NUMPY, OWN),
    ),
    "a newer version of what moves": (
        (STANDARD, FASTAPI, OWN, "'numpy>=2.2',"),
        (STANDARD, FASTAPI, "'numpy>=2.2',", OWN),
    ),
    "nothing": (BASE, MOVED),
    "the same move": ((*MOVED, HTTPX), (*MOVED, HTTPX)),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("added", CLEAN)
def test_an_item_moves_away_below_a_heading(name: str, added: str) -> None:
    write, (ours, expected) = FILES[name], CLEAN[added]

    merged = structural.merge(name, *(write(*side).encode() for side in (BASE, ours, MOVED)))

    wanted = write(*expected)
    found = merged.text.decode()
    if added == "an item above the heading":  # either may come first
        found = found.replace(write(NUMPY, HTTPX), write(HTTPX, NUMPY))
    assert found == wanted


@pytest.mark.parametrize("name", FILES)
def test_the_sides_change_places(name: str) -> None:
    write = FILES[name]
    ours = (STANDARD, FASTAPI, OWN, HTTPX, NUMPY)

    merged = structural.merge(name, *(write(*side).encode() for side in (BASE, MOVED, ours)))

    assert merged.text.decode() == write(STANDARD, FASTAPI, NUMPY, OWN, HTTPX)


@pytest.mark.parametrize("name", FILES)
def test_what_one_side_moves_and_the_other_removes_conflicts(name: str) -> None:
    """The release needs numpy now, and the service has removed its own."""
    write = FILES[name]
    for removed in [(STANDARD, FASTAPI, OWN), (STANDARD, FASTAPI, OWN, HTTPX)]:
        for sides in [(removed, MOVED), (MOVED, removed)]:
            with pytest.raises(NotCertain):
                structural.merge(name, *(write(*side).encode() for side in (BASE, *sides)))


def test_an_item_takes_its_own_comment_along() -> None:
    why = "# the model needs it"
    base = (STANDARD, FASTAPI, why, NUMPY)
    ours = (STANDARD, FASTAPI, why, NUMPY, HTTPX)
    theirs = (STANDARD, why, NUMPY, FASTAPI)

    merged = structural.merge(
        "pyproject.toml", *(dependencies(*side).encode() for side in (base, ours, theirs))
    )

    text = merged.text.decode()
    assert f"{why}\n    {NUMPY}" in text
    assert text.index(NUMPY) < text.index(FASTAPI)
    assert HTTPX in text
