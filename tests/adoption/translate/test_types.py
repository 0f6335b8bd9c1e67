"""New code is checked strictly; old modules that mypy would read are listed."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from drydock.adoption.translate.types import carry, listed

from tests.support import write

STANDARD = """\
[mypy]
strict = true
files = {files}
plugins = pydantic.mypy
mypy_path = {root}
explicit_package_bases = True
"""
SRC = STANDARD.format(files="src/shop, tests", root="src")
FLAT = STANDARD.format(files="shop, main.py, tests", root=".")

LISTED: dict[str, tuple[str, Mapping[str, str], set[str]]] = {
    "package in src, and tests": (
        SRC,
        {"src/shop/__init__.py": "", "src/shop/main.py": "", "tests/unit/test_a.py": ""},
        {"shop", "shop.main", "tests.unit.test_a"},
    ),
    "flat module and its imports": (
        FLAT,
        {"main.py": "import store\nfrom routes import pets\n", "store.py": "",
         "routes/pets.py": "from . import owners\n", "routes/owners.py": ""},
        {"main", "store", "routes.pets", "routes.owners"},
    ),
    "modules that nothing imports": (
        FLAT,
        {"main.py": "", "alembic/env.py": "", "setup.py": "", "scripts/load.py": ""},
        {"main"},
    ),
    "packages of imported modules": (
        FLAT,
        {"main.py": "import a.b.c\n", "a/__init__.py": "import d\n", "a/b/__init__.py": "",
         "a/b/c.py": "", "d.py": ""},
        {"main", "a", "a.b", "a.b.c", "d"},
    ),
    "files that no import can name": (
        SRC,
        {"src/shop/__init__.py": "", "src/shop/migrations/7949c1_.py": "",
         "src/shop/load-data.py": "", "src/shop/a.b.py": ""},
        {"shop", "shop.migrations.7949c1_", "shop.load-data", "shop.a.b"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", LISTED)
def test_old_modules_are_listed(case: str) -> None:
    standard, files, expected = LISTED[case]
    text = carry(standard, {path: text or "x = 1\n" for path, text in files.items()}).text
    assert set(re.findall(r"(?m)^\[mypy-(.+)\]$", text)) == expected
    assert listed(text) == len(expected)


def test_modules_that_tests_import_by_another_name_are_checked_once(tmp_path: Path) -> None:
    standard = STANDARD.format(files="src/shop, src/main.py, tests", root="src")
    files = {
        "src/__init__.py": "",
        "src/shop/__init__.py": "",
        "src/main.py": "from stock import COUNT\n\nprint(COUNT)\n",
        "src/stock.py": "COUNT = 1\n",
        "tests/test_stock.py": "from src.stock import COUNT\n\nassert COUNT\n",
    }
    text = carry(standard.replace("plugins = pydantic.mypy\n", ""), files).text
    assert listed(text) == 3
    write(tmp_path, {**files, "mypy.ini": text})
    done = subprocess.run(
        [sys.executable, "-m", "mypy"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout

    del files["src/__init__.py"]
    assert "[mypy-src.*]" not in carry(standard, files).text


def test_service_with_empty_modules_has_no_list() -> None:
    carried = carry(SRC, {"src/shop/__init__.py": "\n"})
    assert (carried.text, listed(carried.text), carried.rules) == (SRC, 0, ())


def test_plugins_and_packages_are_carried_over_and_the_rest_is_listed() -> None:
    files = {
        "requirements.txt": "sqlalchemy<2\n",
        "setup.cfg": (
            "[mypy]\nplugins = sqlalchemy.ext.mypy.plugin, odd.plugin\nwarn_return_any = False\n"
            "[mypy-redis.*,celery.*]\nignore_missing_imports = True\n"
            "[mypy-shop.old]\nignore_errors = True\n"
        ),
        "src/shop/old.py": "x = 1\n",
    }
    carried = carry(SRC, files)
    assert "plugins = pydantic.mypy, sqlalchemy.ext.mypy.plugin\n" in carried.text
    for package in ("redis.*", "celery.*"):
        assert f"[mypy-{package}]\nignore_missing_imports = True\n" in carried.text
    reasons = " ".join(todo.why for todo in carried.todo)
    for word in ("odd.plugin", "warn_return_any", "shop.old"):
        assert word in reasons
    assert carried.text.count("[mypy-shop.old]") == 1


def test_overrides_of_pyproject_are_carried_over() -> None:
    files = {
        "pyproject.toml": (
            "[tool.mypy]\nstrict = true\n[[tool.mypy.overrides]]\n"
            "module = ['redis.*', 'celery']\nignore_missing_imports = true\n"
        )
    }
    text = carry(SRC, files).text
    assert "[mypy-redis.*]\nignore_missing_imports = True\n\n[mypy-celery]\n" in text


@pytest.mark.slow
def test_mypy_passes_at_once_and_checks_new_code(tmp_path: Path) -> None:
    files = {
        "main.py": "import requests\nimport nowhere\nfrom store import keep\n\nkeep(1 + 'a')\n",
        "store.py": "def keep(what):\n    return undefined\n",
        "shop/__init__.py": "",
        "shop/broken.py": "print 'of old'\n",
        "shop/uses.py": "from shop import broken\n",
        "shop/migrations/7949c1_.py": "def up():\n    return 1 + 'a'\n",
        "shop/load-data.py": "def load():\n    return 1 + 'a'\n",
        "shop/a.b.py": "def odd():\n    return 1 + 'a'\n",
        "shop/not-a-package/__init__.py": "",
        "shop/not-a-package/tool.py": "x: int = 'a'\n",
        "tests/conftest.py": "def pytest_configure(config):\n    config.x = 1 + 'a'\n",
        "tests/test_main.py": "from main import *\n\n\ndef test_a():\n    assert nothing\n",
    }
    write(tmp_path, dict(files))
    standard = FLAT.replace("plugins = pydantic.mypy\n", "")
    (tmp_path / "mypy.ini").write_text(carry(standard, files).text)
    assert _mypy(tmp_path) == ""
    write(tmp_path, {"shop/new.py": "def new(what):\n    return what\n"})
    assert "shop/new.py:1" in _mypy(tmp_path)


def _mypy(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir=/dev/null"],
        cwd=folder, capture_output=True, text=True, check=False, env={"PATH": ""},
    )  # fmt: skip
    return done.stdout + done.stderr if done.returncode else ""
