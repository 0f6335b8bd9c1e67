"""An entry that one side moved to another table is found, and moved on the other side too."""

import pytest
from drydock.documents.formats import toml
from drydock.documents.nodes import Part, source
from drydock.merging import moves

EXTRAS = '[project.optional-dependencies]\ndev = ["pytest", "ruff"]\ndocs = ["sphinx"]\n'
GROUPS = '[project.optional-dependencies]\ndocs = ["sphinx"]\n\n[dependency-groups]\n'


def read(text: str) -> Part:
    return toml.read(text)


def moves_in(base: str, side: str, other: str) -> list[str]:
    return [str(move) for move in moves.of(read(base), read(side), read(other))]


def test_moved_entry_is_recognized_by_key_and_content() -> None:
    side = f'{GROUPS}dev = ["pytest", "ruff", "mypy"]\n'
    assert moves_in(EXTRAS, side, EXTRAS) == [
        "dev from project.optional-dependencies to dependency-groups"
    ]


@pytest.mark.parametrize(
    ("side", "other"),
    [
        pytest.param(f'{GROUPS}dev = ["black"]\n', EXTRAS, id="different_entry_with_same_key"),
        pytest.param(
            EXTRAS + '\n[dependency-groups]\ndev = ["pytest"]\n', EXTRAS, id="entry_copied"
        ),
        pytest.param(
            f'{GROUPS}dev = ["pytest", "ruff"]\n',
            EXTRAS + '\n[dependency-groups]\ndev = ["mine"]\n',
            id="other_side_has_entry_in_target",
        ),
        pytest.param(
            f'{GROUPS}dev = ["pytest", "ruff"]\n',
            EXTRAS.replace('dev = ["pytest", "ruff"]\n', ""),
            id="other_side_removes_entry",
        ),
    ],
)
def test_ambiguous_change_is_not_a_move(side: str, other: str) -> None:
    assert moves_in(EXTRAS, side, other) == []


def test_entry_of_other_side_moves_with_its_items() -> None:
    side = f'{GROUPS}dev = ["pytest", "ruff"]\n'
    other = EXTRAS.replace('"ruff"', '"ruff", "mine"')
    (move,) = moves.of(read(EXTRAS), read(side), read(other))
    assert source(moves.carried(read(other), move)) == f'{GROUPS}dev = ["pytest", "ruff", "mine"]\n'
