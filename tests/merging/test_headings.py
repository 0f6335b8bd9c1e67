"""A comment that heads a section of a list stays above that section."""

import pytest
from drydock.merging import structural
from drydock.merging.certainty import NotCertain


def dependencies(*lines: str) -> str:
    """Return a pyproject.toml with these lines in its list of dependencies."""
    items = "".join(f"    {line}\n" for line in lines)
    return f"[project]\nname = 'shop'\ndependencies = [\n{items}]\n"


def requirements(*lines: str) -> str:
    return "".join(f"{line.strip(chr(39) + ',')}\n" for line in lines)


FILES = {"pyproject.toml": dependencies, "requirements.txt": requirements}
FASTAPI, NUMPY, HTTPX = "'fastapi>=0.160',", "'numpy>=2',", "'httpx>=0.27',"
STANDARD, OWN = "# The standard's:", "# The service's own:"
BASE = (STANDARD, FASTAPI, OWN, NUMPY)
MOVED = (STANDARD, FASTAPI, NUMPY, OWN)
# The text of the service, and its merge with a release that moves numpy above the heading.
CLEAN = {
    "ours_adds_item_before_moved_one": (
        (STANDARD, FASTAPI, OWN, HTTPX, NUMPY),
        (STANDARD, FASTAPI, NUMPY, OWN, HTTPX),
    ),
    "ours_adds_item_after_moved_one": (
        (STANDARD, FASTAPI, OWN, NUMPY, HTTPX),
        (STANDARD, FASTAPI, NUMPY, OWN, HTTPX),
    ),
    "ours_adds_item_with_comment": (
        (STANDARD, FASTAPI, OWN, "# calls the shop", HTTPX, NUMPY),
        (STANDARD, FASTAPI, NUMPY, OWN, "# calls the shop", HTTPX),
    ),
    "ours_adds_item_above_heading": (
        (STANDARD, FASTAPI, HTTPX, OWN, NUMPY),
        (STANDARD, FASTAPI, HTTPX, NUMPY, OWN),
    ),
    "ours_raises_moved_item": (
        (STANDARD, FASTAPI, OWN, "'numpy>=2.2',"),
        (STANDARD, FASTAPI, "'numpy>=2.2',", OWN),
    ),
    "ours_unchanged": (BASE, MOVED),
    "both_sides_move_item_ours_adds_one": ((*MOVED, HTTPX), (*MOVED, HTTPX)),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("added", CLEAN)
def test_theirs_moves_item_above_heading(name: str, added: str) -> None:
    write, (ours, expected) = FILES[name], CLEAN[added]

    merged = structural.merge(name, *(write(*side).encode() for side in (BASE, ours, MOVED)))

    text = merged.text.decode()
    if added == "ours_adds_item_above_heading":  # either can come first
        text = text.replace(write(NUMPY, HTTPX), write(HTTPX, NUMPY))
    assert text == write(*expected)


@pytest.mark.parametrize("name", FILES)
def test_ours_moves_item_above_heading(name: str) -> None:
    write = FILES[name]
    ours = (STANDARD, FASTAPI, OWN, HTTPX, NUMPY)

    merged = structural.merge(name, *(write(*side).encode() for side in (BASE, MOVED, ours)))

    assert merged.text.decode() == write(STANDARD, FASTAPI, NUMPY, OWN, HTTPX)


@pytest.mark.parametrize("name", FILES)
def test_item_moved_by_one_side_and_removed_by_other_conflicts(name: str) -> None:
    """The release now requires numpy, and the service removed its own requirement."""
    write = FILES[name]
    for removed in [(STANDARD, FASTAPI, OWN), (STANDARD, FASTAPI, OWN, HTTPX)]:
        for sides in [(removed, MOVED), (MOVED, removed)]:
            with pytest.raises(NotCertain):
                structural.merge(name, *(write(*side).encode() for side in (BASE, *sides)))


def test_item_moves_with_its_comment() -> None:
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
