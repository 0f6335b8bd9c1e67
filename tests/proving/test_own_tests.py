"""The service's own tests are told as pytest reports them."""

import sys
from pathlib import Path, PurePath

import pytest
from drydock.proving import own_tests
from drydock.proving.environments import Environment
from drydock.proving.own_tests import TestRun
from drydock.proving.serving import Given
from drydock.proving.sides import read
from drydock.pythons import Python

from tests.support import write

MAIN = "from fastapi import FastAPI\n\napp = FastAPI()\n"


def run(folder: Path, files: dict[str, str]) -> TestRun:
    service = folder / "service"
    service.mkdir()
    write(service, {"main.py": MAIN, "requirements.txt": "fastapi\n", **files})
    side = read("before", "main", "0" * 40, top=service, inside=PurePath(), app=None)
    here = Environment(
        Python((3, 11), Path(sys.executable)), Path(sys.prefix), "", versions={"pytest": "8"}
    )
    return own_tests.run(side, here, Given(), folder / "run", 60)


@pytest.mark.slow
def test_each_end_is_told(tmp_path: Path) -> None:
    tests = """\
import pytest

def test_a(): pass
def test_b(): assert False
def test_c(): pytest.skip("not now")
"""
    found = run(tmp_path, {"test_it.py": tests})
    assert found.ends == {
        "test_it::test_a": "passed", "test_it::test_b": "failed", "test_it::test_c": "skipped",
    }  # fmt: skip


@pytest.mark.slow
def test_a_report_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    spoils = (
        "from pathlib import Path\n\n"
        "def pytest_unconfigure(config):\n"
        "    Path(config.option.xmlpath).write_text('<testsuites>')\n"
    )
    found = run(tmp_path, {"conftest.py": spoils, "test_it.py": "def test_a(): pass\n"})
    assert found.problem.startswith("what pytest reports cannot be read: no element found")
