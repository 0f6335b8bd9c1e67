"""Poetry's constraints, markers and sources keep their meaning in PEP 508 and uv."""

from pathlib import Path

import pytest
from drydock.adoption.derive import derive
from drydock.adoption.facts import gather
from drydock.adoption.translate import Demand, Todo
from drydock.adoption.translate.dependencies import read
from drydock.adoption.translate.poetry import allows, specifier
from packaging.requirements import Requirement

PYTHONS = [f"3.{minor}" for minor in range(8, 15)]
MARKED = {
    "two ranges": ('python = "~3.9 || ^3.11"', {"3.9", *PYTHONS[3:]}),
    "a tilde": ('python = "~3.9"', {"3.9"}),
    "a caret": ('python = "^3.9"', {*PYTHONS[1:]}),
    "an upper bound": ('python = "<3.11"', {*PYTHONS[:3]}),
    "two versions": ('python = "3.9 || 3.12"', {"3.9", "3.12"}),
    "a range and markers": (
        "python = \">=3.10\", markers = \"os_name == 'nt' or os_name == 'posix'\"",
        {*PYTHONS[2:]},
    ),
    "another platform": ('platform = "nowhere"', set()),
}  # fmt: skip


def pyproject(*dependencies: str, **tables: str) -> dict[str, str]:
    lines = ["[tool.poetry.dependencies]", *dependencies]
    lines += [line for name, text in tables.items() for line in (f"[tool.poetry.{name}]", text)]
    return {"pyproject.toml": "\n".join(lines) + "\n"}


def only_demand(*dependencies: str, **tables: str) -> Demand:
    (demand,), todo = read(pyproject(*dependencies, **tables))
    assert todo == []
    return demand


@pytest.mark.parametrize("case", MARKED)
def test_marker_applies_to_the_same_pythons(case: str) -> None:
    fields, pythons = MARKED[case]
    marker = Requirement(only_demand(f'tomli = {{ version = "^2", {fields} }}').text).marker
    assert marker
    applicable = {
        python
        for python in PYTHONS
        if marker.evaluate(
            {"python_version": python, "python_full_version": f"{python}.4", "os_name": "posix"}
        )
    }
    assert applicable == pythons


BY_HAND = {
    "two versions": 'a = "^1 || ^3"',
    "an invalid version": 'a = "latest"',
    "an optional package in no extra": 'a = { version = "1", optional = true }',
    "markers that never apply": (
        'a = { version = "1", python = "<3", markers = "python_version > \'3\'" }'
    ),
    "an invalid marker": 'a = { version = "1", markers = "nonsense" }',
}


@pytest.mark.parametrize("case", BY_HAND)
def test_dependency_without_a_form_in_pep_508_is_listed_with_its_line(case: str) -> None:
    demands, todo = read(pyproject('b = "1"', BY_HAND[case]))
    assert [demand.name for demand in demands] == ["b"]
    assert [(item.path, item.line) for item in todo] == [("pyproject.toml", 3)]


SOURCES = {
    "a folder": ('{ path = "libs/a", develop = true }', '{ path = "libs/a", editable = true }'),
    "a file": ('{ file = "libs/a.whl" }', '{ path = "libs/a.whl" }'),
    "git": (
        '{ git = "https://e.com/a.git", tag = "v1", subdirectory = "s" }',
        '{ git = "https://e.com/a.git", tag = "v1", subdirectory = "s" }',
    ),
    "an address": ('{ url = "https://e.com/a.whl" }', '{ url = "https://e.com/a.whl" }'),
    "an index": ('{ version = "^1", source = "internal" }', '{ index = "internal" }'),
}


@pytest.mark.parametrize("case", SOURCES)
def test_source_is_carried_over_to_uv(case: str) -> None:
    fields, source = SOURCES[case]
    demand = only_demand(f"a = {fields}")
    assert (demand.source, Requirement(demand.text).url) == (source, None)


@pytest.mark.parametrize("case", SOURCES)
def test_no_absolute_path_appears(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "libs/a").mkdir(parents=True)
    (tmp_path / "libs/a.whl").write_text("")
    monkeypatch.chdir(tmp_path)
    result = str(read(pyproject(f"a = {SOURCES[case][0]}")))
    assert (str(tmp_path) in result, "file:" in result) == (False, False)


def test_optional_package_is_in_each_of_its_extras() -> None:
    files = pyproject(
        'My_Pack = { version = "^1", optional = true }',
        extras='fast = ["my-pack"]\nall = ["My_Pack", "other"]',
    )
    demands, todo = read(files)
    assert [(demand.text, demand.group) for demand in demands] == [
        ("My_Pack>=1,<2", "extra:fast"), ("My_Pack>=1,<2", "extra:all"),
    ]  # fmt: skip
    assert todo == []


def test_allowed_prereleases_are_reported_unless_the_constraint_names_one() -> None:
    (demand,), (todo,) = read(pyproject('a = { version = "^1", allow-prereleases = true }'))
    assert demand.text == "a>=1,<2"
    assert isinstance(todo, Todo)
    assert "prerelease" in todo.why
    assert only_demand('a = { version = "^1.0a1", allow-prereleases = true }').text == "a>=1.0a1,<2"


def test_tilde_in_the_python_is_poetrys() -> None:
    assert [python for python in PYTHONS if allows("~3.9", f"{python}.1")] == ["3.9"]
    files = {
        "shop/__init__.py": "",
        "shop/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
        **pyproject('python = "~3.9 || ~3.12"'),
    }
    answers = {answer.name: answer for answer in derive(gather(files), files, "shop")}
    assert answers["python_version"].value == "3.12"


@pytest.mark.parametrize("demand", ["^1 || ^2", "latest", ">=2 <1"])
def test_constraint_without_a_form_in_pep_440_is_invalid(demand: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        specifier(demand)
