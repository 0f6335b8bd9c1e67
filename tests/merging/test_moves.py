"""An entry that one side moved to another table is known, and the other side's can follow."""

import pytest
from drydock.documents.formats import toml
from drydock.documents.nodes import Part, source
from drydock.merging import moves

EXTRAS = '[project.optional-dependencies]\ndev = ["pytest", "ruff"]\ndocs = ["sphinx"]\n'
GROUPS = '[project.optional-dependencies]\ndocs = ["sphinx"]\n\n[dependency-groups]\n'


def read(text: str) -> Part:
    return toml.read(text)


def told(base: str, side: str, other: str) -> list[str]:
    return [str(move) for move in moves.of(read(base), read(side), read(other))]


def test_an_entry_that_went_to_another_table_is_known_by_its_name_and_content() -> None:
    side = f'{GROUPS}dev = ["pytest", "ruff", "mypy"]\n'
    assert told(EXTRAS, side, EXTRAS) == [
        "dev from project.optional-dependencies to dependency-groups"
    ]


@pytest.mark.parametrize(
    ("side", "other"),
    [
        pytest.param(f'{GROUPS}dev = ["black"]\n', EXTRAS, id="another entry of that name"),
        pytest.param(EXTRAS + '\n[dependency-groups]\ndev = ["pytest"]\n', EXTRAS, id="a copy"),
        pytest.param(
            f'{GROUPS}dev = ["pytest", "ruff"]\n',
            EXTRAS + '\n[dependency-groups]\ndev = ["mine"]\n',
            id="the other side has one there",
        ),
        pytest.param(
            f'{GROUPS}dev = ["pytest", "ruff"]\n',
            EXTRAS.replace('dev = ["pytest", "ruff"]\n', ""),
            id="the other side removed it",
        ),
    ],
)
def test_what_may_be_something_else_is_no_move(side: str, other: str) -> None:
    assert told(EXTRAS, side, other) == []


def test_the_others_entry_follows_with_what_it_holds() -> None:
    side = f'{GROUPS}dev = ["pytest", "ruff"]\n'
    other = EXTRAS.replace('"ruff"', '"ruff", "mine"')
    (move,) = moves.of(read(EXTRAS), read(side), read(other))
    assert source(moves.carried(read(other), move)) == f'{GROUPS}dev = ["pytest", "ruff", "mine"]\n'
