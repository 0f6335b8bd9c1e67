"""Poetry's constraints, markers and sources mean the same where PEP 508 and uv say them."""

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
    "a range or another": ('python = "~3.9 || ^3.11"', {"3.9", *PYTHONS[3:]}),
    "a tilde": ('python = "~3.9"', {"3.9"}),
    "a caret": ('python = "^3.9"', {*PYTHONS[1:]}),
    "below one": ('python = "<3.11"', {*PYTHONS[:3]}),
    "two alone": ('python = "3.9 || 3.12"', {"3.9", "3.12"}),
    "with markers of its own": (
        "python = \">=3.10\", markers = \"os_name == 'nt' or os_name == 'posix'\"",
        {*PYTHONS[2:]},
    ),
    "of another platform": ('platform = "nowhere"', set()),
}  # fmt: skip


def pyproject(*dependencies: str, **tables: str) -> dict[str, str]:
    lines = ["[tool.poetry.dependencies]", *dependencies]
    lines += [line for name, held in tables.items() for line in (f"[tool.poetry.{name}]", held)]
    return {"pyproject.toml": "\n".join(lines) + "\n"}


def one(*dependencies: str, **tables: str) -> Demand:
    (demand,), todo = read(pyproject(*dependencies, **tables))
    assert todo == []
    return demand


@pytest.mark.parametrize("case", MARKED)
def test_a_marker_holds_on_the_same_pythons(case: str) -> None:
    said, pythons = MARKED[case]
    marker = Requirement(one(f'tomli = {{ version = "^2", {said} }}').text).marker
    assert marker
    holding = {
        python
        for python in PYTHONS
        if marker.evaluate(
            {"python_version": python, "python_full_version": f"{python}.4", "os_name": "posix"}
        )
    }
    assert holding == pythons


BY_HAND = {
    "a version or another": 'a = "^1 || ^3"',
    "no version": 'a = "latest"',
    "optional and in no extra": 'a = { version = "1", optional = true }',
    "markers that hold nowhere": (
        'a = { version = "1", python = "<3", markers = "python_version > \'3\'" }'
    ),
    "no marker": 'a = { version = "1", markers = "nonsense" }',
}


@pytest.mark.parametrize("case", BY_HAND)
def test_what_pep_508_cannot_say_is_listed_with_its_line(case: str) -> None:
    demands, todo = read(pyproject('b = "1"', BY_HAND[case]))
    assert [demand.name for demand in demands] == ["b"]
    assert [(made.path, made.line) for made in todo] == [("pyproject.toml", 3)]


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
def test_where_it_comes_from_is_said_to_uv(case: str) -> None:
    said, source = SOURCES[case]
    demand = one(f"a = {said}")
    assert (demand.source, Requirement(demand.text).url) == (source, None)


@pytest.mark.parametrize("case", SOURCES)
def test_no_path_of_this_machine_appears(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "libs/a").mkdir(parents=True)
    (tmp_path / "libs/a.whl").write_text("")
    monkeypatch.chdir(tmp_path)
    told = str(read(pyproject(f"a = {SOURCES[case][0]}")))
    assert (str(tmp_path) in told, "file:" in told) == (False, False)


def test_an_optional_package_is_in_each_of_its_extras() -> None:
    files = pyproject(
        'My_Pack = { version = "^1", optional = true }',
        extras='fast = ["my-pack"]\nall = ["My_Pack", "other"]',
    )
    demands, todo = read(files)
    assert [(demand.text, demand.group) for demand in demands] == [
        ("My_Pack>=1,<2", "extra:fast"), ("My_Pack>=1,<2", "extra:all"),
    ]  # fmt: skip
    assert todo == []


def test_prereleases_that_are_allowed_are_told_or_asked_for() -> None:
    (demand,), (todo,) = read(pyproject('a = { version = "^1", allow-prereleases = true }'))
    assert demand.text == "a>=1,<2"
    assert isinstance(todo, Todo)
    assert "prerelease" in todo.why
    assert one('a = { version = "^1.0a1", allow-prereleases = true }').text == "a>=1.0a1,<2"


def test_a_tilde_is_poetrys_for_the_python_of_a_service() -> None:
    assert [python for python in PYTHONS if allows("~3.9", f"{python}.1")] == ["3.9"]
    files = {
        "shop/__init__.py": "",
        "shop/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
        **pyproject('python = "~3.9 || ~3.12"'),
    }
    answers = {answer.name: answer for answer in derive(gather(files), files, "shop")}
    assert answers["python_version"].value == "3.12"


@pytest.mark.parametrize("demand", ["^1 || ^2", "latest", ">=2 <1"])
def test_a_constraint_without_a_form_is_none(demand: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        specifier(demand)
