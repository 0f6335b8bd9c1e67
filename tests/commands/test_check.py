"""`drydock check`: its reports and exit codes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from drydock_standard.families import classes

from tests.support import Content, Outcome, snapshot, write

Drydock = Callable[..., Outcome]
GOOD: dict[str, Content] = {
    "pyproject.toml": (
        "[project]\nname = 'a'\nrequires-python = '>=3.11'\ndependencies = []\n\n"
        "[tool.repo-review.ignore]\nDS302 = 'a | b'\n"
    ),
    "uv.lock": (
        'version = 1\nrequires-python = ">=3.11"\n\n[[package]]\nname = "a"\n'
        'source = { virtual = "." }\n\n[package.metadata]\nrequires-dist = []\n'
    ),
    "tests/test_a.py": "def test_a():\n    pass\n",
}
BROKEN: dict[str, Content] = {"a`.rej": "", "requirements.txt": "a\n"}


@pytest.fixture
def service(tmp_path: Path) -> Path:
    write(tmp_path / "a", GOOD)
    return tmp_path / "a"


def test_check_exits_with_0_if_no_must_fails(drydock: Drydock, service: Path) -> None:
    before = snapshot(service)
    outcome = drydock("check", service)
    assert (outcome.code, outcome.err) == (0, "")
    assert "✗ DS303 A linter is configured (should)\n" in outcome.out
    assert "- DS302 A type checker is configured\n    waived: a | b\n" in outcome.out
    assert "DM201" not in outcome.out
    assert snapshot(service) == before


def test_failed_must_exits_with_1_and_shows_the_fix(drydock: Drydock, service: Path) -> None:
    write(service, BROKEN)
    outcome = drydock("check", service)
    assert outcome.code == 1
    assert "✗ DM102 No rejected patch is left over (must)\n    - a'.rej\n    Fix: " in outcome.out
    assert ": 3 failed (1 must), 1 waived, " in outcome.out


def test_verbose_lists_passed_and_skipped_checks(drydock: Drydock, service: Path) -> None:
    out = drydock("check", service, "--verbose").out
    assert "✓ DM202 All dependencies are locked\n" in out
    assert "    skipped: there is no Dockerfile for a Python service\n" in out


def test_json_has_every_check(drydock: Drydock, service: Path) -> None:
    write(service, BROKEN)
    outcome = drydock("check", service, "--json")
    report = json.loads(outcome.out)
    checks = {check["code"]: check for check in report["checks"]}
    assert (outcome.code, report["exit_code"], report["service"]) == (1, 1, str(service))
    assert set(checks) == set(classes())
    assert checks["DM102"] | {"message": ""} == {
        "code": "DM102",
        "level": "must",
        "family": "template",
        "name": "No rejected patch is left over",
        "status": "failed",
        "message": "",
        "url": checks["DM102"]["url"],
    }
    assert checks["DM102"]["message"].startswith("- `a'.rej`\n\nFix: ")
    assert checks["DS302"]["status"] == "waived"


def test_markdown_report(drydock: Drydock, service: Path) -> None:
    write(service, BROKEN)
    outcome = drydock("check", service, "--markdown")
    assert outcome.code == 1
    assert outcome.out.startswith("## The standard: ")
    assert "### DM102 (must): No rejected patch is left over\n\n- `a'.rej`\n" in outcome.out
    assert "| DS302 A type checker is configured | waived | a \\| b |\n" in outcome.out


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "is not a directory"),
        (lambda path: path.write_text(""), "is not a directory"),
        (lambda path: path.mkdir(), "is empty"),
    ],
)
def test_missing_or_empty_folder_exits_with_2(
    make: Callable[[Path], object], message: str, drydock: Drydock, tmp_path: Path
) -> None:
    make(tmp_path / "x")
    outcome = drydock("check", tmp_path / "x")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == f"drydock: {tmp_path}/x {message}\n"


def test_services_in_folders_of_a_repository_are_listed(drydock: Drydock, tmp_path: Path) -> None:
    answers = "_commit: v1.4.0\n_src_path: https://git.example.com/drydock.git\n"
    folders = [f"services/a{number:02}" for number in range(12)]
    write(tmp_path, GOOD | {f"{folder}/.copier-answers.yml": answers for folder in folders})
    out = drydock("check", tmp_path).out
    assert f"  drydock check {tmp_path}/services/a00, a separate service\n" in out
    assert out.endswith("a09, a separate service\n  and 2 more\n")
    assert json.loads(drydock("check", tmp_path, "--json").out)["services"] == folders
    markdown = drydock("check", tmp_path, "--markdown").out
    assert "Separate services in it, not checked: `services/a00`, " in markdown
    assert "`services/a09`, 2 more.\n" in markdown
    assert "a separate service" not in drydock("check", tmp_path / "services/a00").out
