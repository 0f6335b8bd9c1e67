"""Checks of tests, types, lint, and of the list of debt."""

import datetime
from pathlib import Path

import pytest
from drydock_standard.families import classes
from drydock_standard.repository import Repository

from tests.standard.support import Said, said
from tests.support import Content, commit, git, write

CODE: dict[str, Content] = {"app/main.py": "", "app/old.py": ""}
RUFF = '[lint.per-file-ignores]\n"tests/**" = ["S101"]\n# Debt. Only ever shorten it.\n{}'
MYPY = "[mypy]\nstrict = true\n\n{}"
OVERRIDE = "[[tool.mypy.overrides]]\nmodule = ['app.old']\nignore_errors = true\n"
OLD = '"app/old.py" = ["E501"]\n'


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("DM301", {"tests/test_a.py": "def test_a():\n    pass\n"}),
        ("DM301", {"app/a_test.py": "class TestA:\n    def test_a(self): ...\n"}),
        ("DM301", {"tests.py": "async def test_a():\n    pass\n"}),
        ("DS302", {"mypy.ini": "[mypy]\n"}),
        ("DS302", {"pyproject.toml": "[tool.pyright]\nstrict = ['a']\n"}),
        ("DS302", {"setup.cfg": "[metadata]\n\n[mypy]\n"}),
        ("DS303", {"ruff.toml": ""}),
        ("DS303", {"pyproject.toml": "[tool.ruff]\nline-length = 100\n"}),
        ("DS303", {"setup.cfg": "[flake8]\n"}),
        ("DS303", {".pre-commit-config.yaml": "repos:\n- hooks:\n  - id: ruff\n"}),
        ("DS304", {"ruff.toml": RUFF.format(OLD)}),
        ("DS304", {"mypy.ini": MYPY.format("[mypy-app.old]\nignore_errors = True\n")}),
        (
            "DS304",
            {"pyproject.toml": OVERRIDE},
        ),
    ],
)
def test_passes(code: str, files: dict[str, Content], tmp_path: Path) -> None:
    assert said(code, tmp_path, CODE | files).passed


@pytest.mark.parametrize(
    ("code", "files", "finding"),
    [
        ("DM301", {}, "no file `test_*.py` has a test"),
        ("DM301", {"tests/test_a.py": "import pytest\n"}, "no file"),
        ("DM301", {"app/testing.txt": "def test_a(): ...\n"}, "no file"),
        ("DS302", {"pyproject.toml": "[tool.other]\na = 1\n"}, "no type checker is configured"),
        ("DS303", {"pyproject.toml": "[tool.black]\nx = 1\n"}, "no linter is configured"),
        (
            "DS304",
            {"ruff.toml": RUFF.format('"app/gone.py" = ["E501"]\n')},
            "`app/gone.py` is not there",
        ),
        (
            "DS304",
            {"mypy.ini": MYPY.format("[mypy-app.gone]\nignore_errors = True\n")},
            "`app.gone` is not",
        ),
    ],
)
def test_fails(code: str, files: dict[str, Content], finding: str, tmp_path: Path) -> None:
    assert finding in said(code, tmp_path, CODE | files).failed


@pytest.mark.parametrize(
    ("code", "files", "reason"),
    [
        ("DM301", {"main.go": ""}, "there is no Python"),
        ("DS302", {"main.go": ""}, "there is no Python"),
        ("DS303", {"main.go": ""}, "there is no Python"),
        ("DS304", CODE, "there is no list of debt"),
        (
            "DS304",
            {"ruff.toml": '[lint.per-file-ignores]\n"cli.py" = ["T20"]\n'},
            "there is no list of debt",
        ),
        ("DS304", {"ruff.toml": "["}, "there is no list of debt"),
        (
            "DS304",
            {"mypy.ini": MYPY.format("[mypy-numpy.*]\nignore_errors = True\n")},
            "there is no list",
        ),
    ],
)
def test_is_skipped(code: str, files: dict[str, Content], reason: str, tmp_path: Path) -> None:
    assert reason in said(code, tmp_path, files).skipped


def _after(folder: Path, then: str, now: str, days: int) -> Said:
    """Commit a list of debt, let `days` pass, change it, and run the check."""
    write(folder, CODE | {"app/two.py": "", "ruff.toml": RUFF.format(then)})
    git(folder, "init", "--quiet")
    day = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days)
    git(folder, "add", "--all")
    when = day.isoformat()
    git(
        folder,
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b",
        "commit",
        "--quiet",
        "-m",
        "x",
        f"--date={when}",
    )
    git(
        folder,
        "-c",
        "core.editor=true",
        "rebase",
        "--quiet",
        "--committer-date-is-author-date",
        "--root",
    )
    write(folder, {"ruff.toml": RUFF.format(now)})
    commit(folder, "work")
    check = classes()["DS304"]()
    message = check.check(Repository(folder))
    return Said(message == "", message or "", check.skipped)


TWO = '"app/two.py" = ["E501"]\n'


def test_a_list_that_has_shrunk_passes(tmp_path: Path) -> None:
    assert _after(tmp_path, OLD + TWO, OLD, 100).passed


def test_a_list_that_stays_fails_after_90_days(tmp_path: Path) -> None:
    assert "none of 1 entries has gone in 90 days" in _after(tmp_path, OLD, OLD, 100).failed


def test_a_list_may_stay_for_a_while(tmp_path: Path) -> None:
    assert _after(tmp_path, OLD, OLD, 80).passed


def test_a_list_that_has_grown_fails(tmp_path: Path) -> None:
    found = _after(tmp_path, OLD, OLD + TWO, 100).failed
    assert "`app/two.py` was not there 90 days ago" in found


def test_a_list_that_is_new_passes(tmp_path: Path) -> None:
    assert _after(tmp_path, "", OLD, 100).passed


@pytest.mark.parametrize(
    ("code", "above"),
    [
        ("DS302", {"mypy.ini": "[mypy]\n"}),
        ("DS302", {"pyproject.toml": "[tool.mypy]\nstrict = true\n"}),
        ("DS303", {"ruff.toml": ""}),
        ("DS303", {"pyproject.toml": "[tool.ruff.lint]\nselect = ['ALL']\n"}),
        ("DS303", {".pre-commit-config.yaml": "repos:\n- hooks:\n  - id: ruff\n"}),
    ],
)
def test_the_tools_of_a_repository_of_services_are_configured_above(
    code: str, above: dict[str, Content], tmp_path: Path
) -> None:
    git(tmp_path, "init", "--quiet")
    service = tmp_path / "services/iris"
    write(tmp_path, {"pyproject.toml": "[tool.mypyx]\n[tool.other]\n"})
    assert said(code, service, CODE).failed
    write(tmp_path, above)
    assert said(code, service, CODE).passed
