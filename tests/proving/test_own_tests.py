"""The results of the service's own tests are those that pytest reports."""

import sys
from pathlib import Path, PurePath

import pytest
from drydock.proving import own_tests
from drydock.proving.environments import Environment
from drydock.proving.own_tests import TestRun
from drydock.proving.revisions import read
from drydock.proving.serving import Inputs
from drydock.pythons import Python

from tests.support import write

MAIN = "from fastapi import FastAPI\n\napp = FastAPI()\n"


def run(folder: Path, files: dict[str, str]) -> TestRun:
    service = folder / "service"
    service.mkdir()
    write(service, {"main.py": MAIN, "requirements.txt": "fastapi\n", **files})
    side = read("before", "main", "0" * 40, top=service, inside=PurePath(), app=None)
    environment = Environment(
        Python((3, 11), Path(sys.executable)), Path(sys.prefix), "", versions={"pytest": "8"}
    )
    return own_tests.run(side, environment, Inputs(), folder / "run", 60)


@pytest.mark.slow
def test_result_of_each_test_is_reported(tmp_path: Path) -> None:
    tests = """\
import pytest

def test_a(): pass
def test_b(): assert False
def test_c(): pytest.skip("not now")
"""
    results = run(tmp_path, {"test_it.py": tests})
    assert results.ends == {
        "test_it::test_a": "passed", "test_it::test_b": "failed", "test_it::test_c": "skipped",
    }  # fmt: skip


@pytest.mark.slow
def test_unreadable_report_is_a_problem(tmp_path: Path) -> None:
    spoils = (
        "from pathlib import Path\n\n"
        "def pytest_unconfigure(config):\n"
        "    Path(config.option.xmlpath).write_text('<testsuites>')\n"
    )
    results = run(tmp_path, {"conftest.py": spoils, "test_it.py": "def test_a(): pass\n"})
    assert results.problem.startswith("pytest's report cannot be read: no element found")
