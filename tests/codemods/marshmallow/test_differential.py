"""A schema and its translation are given the same input, and do the same.

Compared are what is accepted and refused, what is loaded and dumped, and all messages with their
paths, in all ways to call a schema: `many`, `partial`, `unknown`, `only`, `exclude`.
`DRYDOCK_CASES` is how many payloads each schema gets each way.
"""

import os
import subprocess
from pathlib import Path

import pytest

from tests.codemods.marshmallow.pairs import compare, write_pairs
from tests.codemods.marshmallow.random_schemas import make
from tests.codemods.marshmallow.tables import FIELDS, MODULES, MODULES_OF_3, module_of

CASES = int(os.environ.get("DRYDOCK_CASES", "20"))
ROWS = {name: module_of(before) for name, (before, _) in FIELDS.items()}
ROWS |= {name: text for name, (text, _) in MODULES.items()}
RANDOM = {f"random_{seed}": make(seed) for seed in range(max(4, CASES // 10))}


@pytest.fixture(scope="session")
def marshmallow_3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """marshmallow 3, beside the 4 of the tests' environment."""
    folder = tmp_path_factory.mktemp("marshmallow_3")
    subprocess.run(
        ["uv", "pip", "install", "--quiet", "--target", folder, "marshmallow>=3.26,<4"], check=True
    )
    return folder


def _assert_same(folder: Path, count: int, marshmallow: Path | None, expected: set[str]) -> None:
    found = compare(folder, count, marshmallow)
    assert {name: each for name, each in found.items() if each} == {}
    assert found.keys() == expected


def test_a_module_with_all_hooks_does_the_same(tmp_path: Path) -> None:
    some = {name: ROWS[name] for name in ("hooks", "in_and_out", "nested")}
    write_pairs(tmp_path, some, 4)
    _assert_same(tmp_path, 3, None, set(some))


@pytest.mark.slow
def test_each_row_does_the_same_as_in_marshmallow_4(tmp_path: Path) -> None:
    write_pairs(tmp_path, ROWS, 4)
    _assert_same(tmp_path, CASES, None, set(ROWS))


@pytest.mark.slow
def test_each_row_does_the_same_as_in_marshmallow_3(tmp_path: Path, marshmallow_3: Path) -> None:
    rows = ROWS | {name: text for name, (text, _) in MODULES_OF_3.items()}
    write_pairs(tmp_path, rows, 3)
    _assert_same(tmp_path, CASES, marshmallow_3, set(rows))


@pytest.mark.slow
@pytest.mark.parametrize("version", [3, 4])
def test_schemas_made_at_random_do_the_same(
    tmp_path: Path, version: int, marshmallow_3: Path
) -> None:
    write_pairs(tmp_path, RANDOM, version)
    found = {path.stem.removeprefix("before_") for path in tmp_path.glob("before_*.py")}
    assert len(found) > len(RANDOM) * 3 / 4, "most of what is made is certain"
    _assert_same(tmp_path, CASES, marshmallow_3 if version == 3 else None, found)
