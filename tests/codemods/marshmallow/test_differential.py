"""A schema and its translation behave the same with the same input.

The tests compare accepted and rejected input, loaded and dumped values, and all messages with their
paths, with all options of schemas: `many`, `partial`, `unknown`, `only`, `exclude`.
`DRYDOCK_CASES` is the number of payloads for each schema.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.codemods.marshmallow.pairs import compare, write_pairs
from tests.codemods.marshmallow.random_schemas import make
from tests.codemods.marshmallow.tables import FIELDS, MODULES, MODULES_OF, module_of

CASES = int(os.environ.get("DRYDOCK_CASES", "20"))
ROWS = {name: module_of(before) for name, (before, _) in FIELDS.items()}
ROWS |= {name: text for name, (text, _) in MODULES.items()}
ROWS_OF = {
    version: ROWS | {name: text for name, (text, _) in rows.items()}
    for version, rows in MODULES_OF.items()
}
RANDOM = {f"random_{seed}": make(seed) for seed in range(max(4, CASES // 20))}
# Parts for several processes; with few payloads, one process is faster.
PARTS = 4 if CASES >= 100 else 1


def _assert_same(folder: Path, count: int, marshmallow: Path | None, expected: set[str]) -> None:
    found = compare(folder, count, marshmallow)
    assert {name: each for name, each in found.items() if each} == {}
    assert found.keys() == expected


@pytest.mark.slow
def test_module_with_all_hooks_behaves_the_same(tmp_path: Path) -> None:
    some = {name: ROWS[name] for name in ("hooks", "in_and_out", "nested")}
    write_pairs(tmp_path, some, 4)
    _assert_same(tmp_path, 3, None, set(some))


def _part(rows: Mapping[str, str], number: int) -> dict[str, str]:
    return {name: rows[name] for name in [*rows][number::PARTS]}


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("version", [3, 4])
def test_each_row_behaves_the_same(
    tmp_path: Path, version: int, part: int, marshmallow: Mapping[int, Path | None]
) -> None:
    rows = _part(ROWS_OF[version], part)
    write_pairs(tmp_path, rows, version)
    _assert_same(tmp_path, CASES, marshmallow[version], set(rows))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("version", [3, 4])
def test_random_schemas_behave_the_same(
    tmp_path: Path, version: int, part: int, marshmallow: Mapping[int, Path | None]
) -> None:
    modules = _part(RANDOM, part)
    write_pairs(tmp_path, modules, version)
    found = {path.stem.removeprefix("before_") for path in tmp_path.glob("before_*.py")}
    assert len(found) > len(modules) * 3 / 4, "most random schemas can be translated"
    _assert_same(tmp_path, CASES, marshmallow[version], found)
