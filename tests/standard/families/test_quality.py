"""Checks of tests, types and lint, and of the debt list."""

import datetime
from pathlib import Path

import pytest
from drydock_standard.families import classes
from drydock_standard.repository import Repository

from tests.standard.support import CheckResult, run_check
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
def test_check_passes(code: str, files: dict[str, Content], tmp_path: Path) -> None:
    assert run_check(code, tmp_path, CODE | files).passed


@pytest.mark.parametrize(
    ("code", "files", "finding"),
    [
        ("DM301", {}, "no `test_*.py` file contains a test"),
        ("DM301", {"tests/test_a.py": "import pytest\n"}, "no `test_*.py` file"),
        ("DM301", {"app/testing.txt": "def test_a(): ...\n"}, "no `test_*.py` file"),
        ("DS302", {"pyproject.toml": "[tool.other]\na = 1\n"}, "no type checker is configured"),
        ("DS303", {"pyproject.toml": "[tool.black]\nx = 1\n"}, "no linter is configured"),
        (
            "DS304",
            {"ruff.toml": RUFF.format('"app/gone.py" = ["E501"]\n')},
            "`app/gone.py` does not exist",
        ),
        (
            "DS304",
            {"mypy.ini": MYPY.format("[mypy-app.gone]\nignore_errors = True\n")},
            "`app.gone` does not",
        ),
    ],
)
def test_check_reports_finding(
    code: str, files: dict[str, Content], finding: str, tmp_path: Path
) -> None:
    assert finding in run_check(code, tmp_path, CODE | files).failed


@pytest.mark.parametrize(
    ("code", "files", "reason"),
    [
        ("DM301", {"main.go": ""}, "there are no Python files"),
        ("DS302", {"main.go": ""}, "there are no Python files"),
        ("DS303", {"main.go": ""}, "there are no Python files"),
        ("DS304", CODE, "there is no debt list"),
        (
            "DS304",
            {"ruff.toml": '[lint.per-file-ignores]\n"cli.py" = ["T20"]\n'},
            "there is no debt list",
        ),
        ("DS304", {"ruff.toml": "["}, "there is no debt list"),
        (
            "DS304",
            {"mypy.ini": MYPY.format("[mypy-numpy.*]\nignore_errors = True\n")},
            "there is no debt list",
        ),
    ],
)
def test_check_is_skipped_with_reason(
    code: str, files: dict[str, Content], reason: str, tmp_path: Path
) -> None:
    assert reason in run_check(code, tmp_path, files).skipped


def _after(folder: Path, then: str, now: str, days: int) -> CheckResult:
    """Commit a debt list `days` ago, change it today, and run the check."""
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
    return CheckResult(message == "", message or "", check.skipped)


TWO = '"app/two.py" = ["E501"]\n'


def test_shorter_list_passes(tmp_path: Path) -> None:
    assert _after(tmp_path, OLD + TWO, OLD, 100).passed


def test_unchanged_list_fails_after_90_days(tmp_path: Path) -> None:
    assert "none of 1 entries was removed within 90 days" in _after(tmp_path, OLD, OLD, 100).failed


def test_unchanged_list_passes_within_90_days(tmp_path: Path) -> None:
    assert _after(tmp_path, OLD, OLD, 80).passed


def test_longer_list_fails(tmp_path: Path) -> None:
    message = _after(tmp_path, OLD, OLD + TWO, 100).failed
    assert "`app/two.py` was added within 90 days" in message


def test_new_list_passes(tmp_path: Path) -> None:
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
def test_tools_configured_at_the_top_of_the_repository_pass(
    code: str, above: dict[str, Content], tmp_path: Path
) -> None:
    git(tmp_path, "init", "--quiet")
    service = tmp_path / "services/iris"
    write(tmp_path, {"pyproject.toml": "[tool.mypyx]\n[tool.other]\n"})
    assert run_check(code, service, CODE).failed
    write(tmp_path, above)
    assert run_check(code, service, CODE).passed
