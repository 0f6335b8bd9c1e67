"""`drydock update`: structural merges and their reports."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Prepared
from tests.support import Outcome, Service, Template, git, snapshot

Drydock = Callable[..., Outcome]
PROJECT = """\
[project]
name = "demo"
dependencies = [
    "httpx>=0.27",
    "pydantic>=2",
]
"""


def _build(folder: Path) -> None:
    template = Template.make(folder / "template")
    template.release("v1.0.0", {"pyproject.toml": PROJECT, "notes.txt": "one\n"})
    Service.make(template, folder / "service")


@pytest.fixture
def template(prepared: Prepared) -> Template:
    """A template with one release."""
    return Template(prepared(_build) / "template")


@pytest.fixture
def service(template: Template) -> Service:
    """A service at v1.0.0; each test releases v1.1.0."""
    return Service(template.path.parent / "service")


def reasons(outcome: Outcome) -> dict[str, tuple[str, str]]:
    files = json.loads(outcome.out)["files"]
    return {file["path"]: (file["outcome"], file["reason"]) for file in files}


def test_additions_of_both_sides_in_one_place_are_merged(
    drydock: Drydock, template: Template, service: Service
) -> None:
    pydantic = '    "pydantic>=2",\n'
    service.change({"pyproject.toml": PROJECT.replace(pydantic, f'{pydantic}    "attrs",\n')})
    template.release(
        "v1.1.0", {"pyproject.toml": PROJECT.replace(pydantic, f'{pydantic}    "rich",\n')}
    )
    outcome = drydock("update", service.path, "--defaults", "--json")
    assert outcome.code == 0, outcome.out
    assert {'    "attrs",', '    "rich",'} <= set(service.read("pyproject.toml").splitlines())
    assert reasons(outcome)["pyproject.toml"] == ("merged", "merged structurally")
    assert git(service.path, "diff") == ""  # index and work tree agree


def test_rule_that_resolved_a_version_is_named(
    drydock: Drydock, template: Template, service: Service
) -> None:
    service.change({"pyproject.toml": PROJECT.replace("0.27", "0.29")})
    template.release("v1.1.0", {"pyproject.toml": PROJECT.replace("0.27", "0.28")})
    outcome = drydock("update", service.path, "--defaults", "--json")
    assert outcome.code == 0, outcome.out
    assert '"httpx>=0.29"' in service.read("pyproject.toml")
    result, reason = reasons(outcome)["pyproject.toml"]
    assert result == "merged"
    assert "httpx>=0.29" in reason


def test_higher_version_of_the_release_is_reported(
    drydock: Drydock, template: Template, service: Service
) -> None:
    service.change({"pyproject.toml": PROJECT.replace("0.27", "0.28")})
    template.release("v1.1.0", {"pyproject.toml": PROJECT.replace("0.27", "0.29")})
    outcome = drydock("update", service.path, "--defaults", "--json")
    result, reason = reasons(outcome)["pyproject.toml"]
    assert (result, "httpx>=0.29" in reason) == ("merged", True)


def test_uncertain_merge_stays_a_conflict_with_a_reason(
    drydock: Drydock, template: Template, service: Service
) -> None:
    service.change({"pyproject.toml": PROJECT.replace('"demo"', '"mine"')})
    template.release("v1.1.0", {"pyproject.toml": PROJECT.replace('"demo"', '"theirs"')})
    outcome = drydock("update", service.path, "--defaults", "--json")
    assert outcome.code == 1
    result, reason = reasons(outcome)["pyproject.toml"]
    assert result == "conflict"
    assert reason == "both versions change the same lines; both versions change name"
    assert "<<<<<<< yours\n" in service.read("pyproject.toml")


def test_file_added_by_both_sides_is_merged_structurally(
    drydock: Drydock, template: Template, service: Service
) -> None:
    service.change({".gitignore": "/data/\n.env\n"})
    template.release("v1.1.0", {".gitignore": "__pycache__/\n.env\n"})
    outcome = drydock("update", service.path, "--defaults")
    assert outcome.code == 0, outcome.out
    lines = service.read(".gitignore").splitlines()
    assert sorted(lines) == [".env", "/data/", "__pycache__/"]


@pytest.mark.parametrize("named", ["pyproject.toml", "./pyproject.toml"])
def test_explain_shows_both_sides_and_the_reason_and_changes_nothing(
    drydock: Drydock, template: Template, service: Service, named: str
) -> None:
    service.change({"pyproject.toml": PROJECT.replace("0.27", "0.29")})
    template.release("v1.1.0", {"pyproject.toml": PROJECT.replace("0.27", "0.28")})
    before = snapshot(service.path)
    outcome = drydock("update", service.path, "--defaults", "--explain", named)
    assert (outcome.code, snapshot(service.path)) == (0, before)
    lines = outcome.out.splitlines()
    assert lines[0] == "pyproject.toml: merged"
    assert "  merged structurally" in lines
    assert [line for line in lines if line.startswith("+++")] == ["+++ yours", "+++ release v1.1.0"]
    assert '+    "httpx>=0.29",' in lines
    assert '+    "httpx>=0.28",' in lines
    assert "result: same as yours" in lines


def test_explain_json_has_all_texts(drydock: Drydock, template: Template, service: Service) -> None:
    service.change({"notes.txt": "mine\n"})
    template.release("v1.1.0", {"notes.txt": "new\n"})
    outcome = drydock("update", service.path, "--defaults", "--explain", "notes.txt", "--json")
    explanation = json.loads(outcome.out)["explanation"]
    assert [explanation[side] for side in ("base", "ours", "theirs")] == [
        "one\n",
        "mine\n",
        "new\n",
    ]
    assert "<<<<<<< yours" in explanation["result"]


@pytest.mark.parametrize("released", [True, False])
def test_unchanged_file_cannot_be_explained(
    drydock: Drydock, template: Template, service: Service, released: bool
) -> None:
    if released:
        template.release("v1.1.0", {"notes.txt": "new\n"})
    outcome = drydock("update", service.path, "--defaults", "--explain", "other.txt")
    assert outcome.code == 2
    assert len(outcome.err.strip().splitlines()[-1:]) == 1
    assert "other.txt: not changed by the update from v1.0.0 to" in outcome.err


def test_many_files_changed_by_you_only_are_summarized(drydock: Drydock, tmp_path: Path) -> None:
    template = Template.make(tmp_path / "template")
    template.release("v1.0.0", {f"f{number}.txt": "1\n" for number in range(7)})
    service = Service.make(template, tmp_path / "service")
    service.change({f"f{number}.txt": "2\n" for number in range(6)})
    template.release("v1.1.0", {"f6.txt": "2\n"})
    summary = drydock("update", service.path, "--defaults", "--dry-run").out
    assert "6 files  changed by you only (--verbose lists them)" in summary
    assert "f0.txt" not in summary
    assert "f6.txt  taken from the release" in summary
    details = drydock("update", service.path, "--defaults", "--dry-run", "--verbose").out
    assert all(f"f{number}.txt  changed by you only" in details for number in range(6))
