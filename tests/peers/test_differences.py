"""The list of intended differences from Copier is strict, and the README shows it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.peers import differences
from tests.template.matrix import REPOSITORY

pytestmark = pytest.mark.slow

EACH = "import pytest\n\n@pytest.mark.parametrize('n', [1, 2])\ndef test_each(n): assert False\n"
PASSING = "import pytest\n\n@pytest.mark.xfail(strict=True)\ndef test_better(): pass\n"


def run(folder: Path, tests: dict[str, str], listed: list[str]) -> tuple[int, str]:
    """Run `tests`, by file name; the `listed` ones must fail. Return code and output."""
    plugin = Path(shutil.copy(differences.__file__, folder))
    items = [{"copier": "one", "drydock": "other", "tests": listed}]
    plugin.with_suffix(".yml").write_text(
        yaml.safe_dump({"made_with": "1", "differences": items}), encoding="utf-8"
    )
    (folder / "tests").mkdir()
    for name, text in tests.items():
        (folder / "tests" / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "differences", "tests"],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


OTHER = "def test_other(): assert False\n"


def test_readme_shows_the_differences() -> None:
    assert differences.table() in (REPOSITORY / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("tests", "listed"),
    [
        ({"test_a.py": "def test_equal(): pass\n"}, []),
        ({"test_a.py": OTHER}, ["test_a.py::test_other"]),
        ({"test_a.py": EACH}, ["test_a.py::test_each"]),
        ({"test_a.py": EACH}, ["test_a.py::test_each[1]", "test_a.py::test_each[2]"]),
        ({"test_a.py": PASSING}, []),
        ({"test_a.py": OTHER}, ["test_a.py::test_other", "test_of_no_run.py::test_more"]),
    ],
    ids=["none", "one", "all parameters", "each parameter", "fails for Copier", "other file"],
)
def test_run_passes_if_exactly_the_listed_tests_fail(
    tests: dict[str, str], listed: list[str], tmp_path: Path
) -> None:
    code, output = run(tmp_path, tests, listed)

    assert code == 0, output


@pytest.mark.parametrize(
    ("tests", "listed"),
    [
        ({"test_a.py": OTHER}, []),
        ({"test_a.py": EACH}, ["test_a.py::test_each[1]"]),
        ({"test_a.py": "def test_equal(): pass\n"}, ["test_a.py::test_equal"]),
        ({"test_a.py": OTHER}, ["test_a.py::test_other", "test_a.py::test_gone"]),
    ],
    ids=["unlisted", "unlisted parameter", "listed but passes", "listed but missing"],
)
def test_run_fails_if_other_tests_fail_than_the_listed(
    tests: dict[str, str], listed: list[str], tmp_path: Path
) -> None:
    code, output = run(tmp_path, tests, listed)

    assert code != 0, output
