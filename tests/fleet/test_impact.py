"""Which services a version of a package affects: lock file, requirements and code."""

from pathlib import Path

import pytest
from drydock.errors import BadInput
from drydock.fleet.impact import Impact, Wanted, examine, rules_of

from tests.fleet.conftest import Fleet
from tests.support import Service, Template

APP = """\
from fastapi import FastAPI, Query

app = FastAPI()


@app.get('/')
def one(q: str = Query(regex='a')) -> str:
    return q
"""


def project(requirement: str) -> str:
    return f'[project]\nname = "a"\nversion = "1"\ndependencies = [\n    "{requirement}",\n]\n'


def lock(version: str) -> str:
    registry = 'source = { registry = "https://index.example.com/simple" }\n'
    return f'version = 1\n\n[[package]]\nname = "fastapi"\nversion = "{version}"\n{registry}'


def impact(files: dict[str, str]) -> Impact:
    return examine(Wanted.parse("FastAPI==0.165"), files)


@pytest.mark.parametrize(
    ("requirement", "locked", "outcome"),
    [
        ("fastapi>=0.100", "0.110.0", "reached"),
        ("fastapi>=0.100,<0.120", "0.110.0", "kept out"),
        ("fastapi>=0.100", "0.165", "has it"),
        ("fastapi>=0.100", "0.170.1", "has a newer one"),
        ("flask", "", "not used"),
        ("fastapi", "", "reached"),
    ],
)
def test_outcome_follows_from_lock_file_and_requirements(
    requirement: str, locked: str, outcome: str
) -> None:
    files = {"pyproject.toml": project(requirement)}
    if locked:
        files["uv.lock"] = lock(locked)

    assert impact(files).outcome == outcome


@pytest.mark.parametrize(
    "lock",
    [
        "[",
        f"a = {'[' * 5000}",
        f"a = {'9' * 5000}",
        "package = 3\n",
        'package = [3, { source = 3 }, { source = { registry = "r" } }]\n',
    ],
    ids=["invalid-toml", "too-deep", "too-many-digits", "not-a-list", "not-packages"],
)
def test_invalid_lock_file_has_no_version(lock: str) -> None:
    found = impact({"pyproject.toml": project("fastapi"), "uv.lock": lock})

    assert (found.locked, found.outcome) == ("", "reached")


def test_excluding_requirement_is_reported_with_its_line() -> None:
    (found,) = impact({"pyproject.toml": project("fastapi<0.120")}).requirements

    assert (found["path"], found["line"], found["allows"]) == ("pyproject.toml", 5, False)


def test_lines_to_change_are_reported_with_their_rule() -> None:
    files = {"pyproject.toml": project("fastapi"), "main.py": APP, "uv.lock": lock("0.90.0")}

    found = {(one["path"], one["line"], one["rule"]) for one in impact(files).findings}

    assert ("main.py", 7, "fastapi-pattern") in found
    assert {rule.partition("-")[0] for _, _, rule in found} == {"fastapi"}


def test_starlette_uses_the_rules_of_fastapi() -> None:
    assert rules_of("starlette") == rules_of("fastapi") != []
    assert rules_of("requests") == []


@pytest.mark.parametrize("text", ["fastapi", "fastapi>=1", "==1", "fastapi==new", "a b==1"])
def test_invalid_package_version_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="expected a package and its version"):
        Wanted.parse(text)


def test_impact_lists_services_with_their_lines(
    fleet: Fleet, releases: Template, tmp_path: Path
) -> None:
    service = Service.make(releases, tmp_path / "all" / "iris")
    service.change({"pyproject.toml": project("fastapi"), "main.py": APP, "uv.lock": lock("0.90")})
    Service.make(releases, tmp_path / "all" / "tulip")

    done = fleet("impact", "fastapi==0.165", tmp_path / "all")

    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].split() == ["iris", "0.90", "in", "uv.lock", "reached"]
    assert lines[1].split() == ["tulip", "not", "locked", "not", "used"]
    assert any("main.py:7" in line and "[fastapi-pattern]" in line for line in lines)
