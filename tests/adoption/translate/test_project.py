"""What a service says of itself as a package comes into the standard's pyproject.toml."""

import tomllib
from collections.abc import Mapping
from typing import Any

import pytest
from drydock.adoption.translate import Carried
from drydock.adoption.translate.project import carry

STANDARD = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "shop"
version = "0.1.0"
description = "Sells."
readme = "README.md"
requires-python = ">=3.11"
authors = [{ name = "my-team" }]
dependencies = [
    "fastapi>=0.160,<1",
    "uvicorn>=0.34",
    # The service's own:
]

[project.scripts]
shop = "shop.chassis.cli:main"

[dependency-groups]
dev = [
    "pytest>=9",
    # The service's own:
]

[tool.hatch.build.targets.wheel]
packages = ["shop"]
"""
README = {"README.md": ""}


def project(text: str, **more: str) -> Carried:
    return carry(STANDARD, {**README, "pyproject.toml": text, **more})


def at(carried: Carried, *path: str) -> Any:
    data: Any = tomllib.loads(carried.text)
    for key in path:
        data = data.get(key)
    return data


PROJECT: dict[str, tuple[str, tuple[str, ...], Any]] = {
    "its version": ('[project]\nversion = "2.1"\n', ("project", "version"), "2.1"),
    "a newer Python that it needs": (
        '[project]\nrequires-python = ">=3.12"\n', ("project", "requires-python"), ">=3.12",
    ),
    "not an older one": (
        '[project]\nrequires-python = ">=3.8"\n', ("project", "requires-python"), ">=3.11",
    ),
    "fields that the standard lacks": (
        '[project]\nkeywords = ["a"]\nname = "other"\n', ("project", "keywords"), ["a"],
    ),
    "who wrote it": (
        '[project]\nauthors = [{ name = "Ada" }]\n', ("project", "authors"), [{"name": "Ada"}],
    ),
    "its scripts beside the standard's": (
        '[project.scripts]\npack = "shop.pack:main"\n',
        ("project", "scripts"), {"shop": "shop.chassis.cli:main", "pack": "shop.pack:main"},
    ),
    "its links": ('[project.urls]\nDocs = "x"\n', ("project", "urls"), {"Docs": "x"}),
    "settings of its tools": (
        "[tool.coverage.run]\nbranch = true\n", ("tool", "coverage", "run"), {"branch": True},
    ),
    "tables of nobody that is known": ("[servers]\na = 1\n", ("servers",), {"a": 1}),
    "not what the standard has of a tool": (
        '[tool.hatch.build.targets.wheel]\npackages = ["shop", "gone"]\n',
        ("tool", "hatch", "build", "targets", "wheel", "packages"), ["shop"],
    ),
    "extras": (
        '[project.optional-dependencies]\nfast = ["orjson>=3"]\n',
        ("project", "optional-dependencies"), {"fast": ["orjson>=3"]},
    ),
    "extras of the service's own, by its new name": (
        '[project]\nname = "Old_Shop"\n[project.optional-dependencies]\nfast = ["orjson"]\n'
        'all = ["old-shop[fast]"]\n',
        ("project", "optional-dependencies"), {"fast": ["orjson"], "all": ["shop[fast]"]},
    ),
    "where packages come from": (
        '[tool.uv.sources]\nrates = { git = "https://x/y", tag = "v1" }\n',
        ("tool", "uv", "sources"), {"rates": {"git": "https://x/y", "tag": "v1"}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PROJECT)
def test_what_comes_in(case: str) -> None:
    text, path, expected = PROJECT[case]
    assert at(project(text), *path) == expected


def test_dependencies_come_behind_the_standards_with_their_remarks() -> None:
    listed = '    # names of days\n    "babel>=2",  # not arrow\n'
    carried = project(f"[project]\ndependencies = [\n{listed}]\n")
    assert f"    # The service's own:\n{listed}]" in carried.text


def test_a_dependency_of_the_standard_keeps_its_version_and_takes_extras() -> None:
    carried = carry(STANDARD, {**README, "requirements.txt": "uvicorn[standard]==0.13\nfastapi\n"})
    found = at(carried, "project", "dependencies")
    assert found == ["fastapi>=0.160,<1", "uvicorn>=0.34", "uvicorn[standard]"]
    assert "the standard's uvicorn>=0.34 replaces uvicorn[standard]==0.13" in carried.rules


RANGES = {
    # The service's requirement: that of the pyproject.toml, and the rule in the report.
    "fastapi>=0.100": ("fastapi>=0.160,<1", "the standard's fastapi>=0.160,<1 replaces LINE"),
    "fastapi>=0.160,<1": ("fastapi>=0.160,<1", ""),
    "fastapi>=0.163.2": (
        "fastapi>=0.163.2,<1",
        "fastapi>=0.163.2,<1 combines the standard's fastapi>=0.160,<1 with LINE",
    ),
    "fastapi>=1.2": ("fastapi>=0.160,<1", "the standard's fastapi>=0.160,<1 replaces LINE"),
    "fastapi==0.163.2": ("fastapi>=0.160,<1", "the standard's fastapi>=0.160,<1 replaces LINE"),
}


@pytest.mark.parametrize("line", RANGES)
def test_a_higher_lower_bound_of_the_service_is_kept(line: str) -> None:
    expected, rule = RANGES[line]
    carried = carry(STANDARD, {**README, "requirements.txt": f"{line}\n"})
    assert at(carried, "project", "dependencies") == [expected, "uvicorn>=0.34"]
    rules = [one for one in carried.rules if not one.startswith("dependencies: ")]
    assert rules == ([rule.replace("LINE", line)] if rule else [])


def test_what_is_installed_is_no_tool_besides() -> None:
    carried = project('[dependency-groups]\ndev = ["fastapi", "httpx"]\nmap = ["folium"]\n')
    assert at(carried, "dependency-groups", "dev") == ["pytest>=9", "httpx"]
    assert at(carried, "dependency-groups", "map") == ["folium"]


def test_a_package_beside_the_services_is_built_too() -> None:
    text = '[tool.hatch.build.targets.wheel]\npackages = ["shop", "rates"]\n'
    carried = carry(STANDARD, {**README, "pyproject.toml": text, "rates/__init__.py": ""})
    found = at(carried, "tool", "hatch", "build", "targets", "wheel", "packages")
    assert found == ["shop", "rates"]


READMES: dict[str, tuple[Mapping[str, str], Any]] = {
    "none": ({}, None),
    "another kind": ({"README.rst": ""}, "README.rst"),
    "one without a kind": (
        {"README": ""},
        {"file": "README", "content-type": "text/plain"},
    ),
    "two": ({"README.rst": "", "README.md": ""}, "README.md"),
}


@pytest.mark.parametrize("case", READMES)
def test_the_readme_is_the_one_that_is_there(case: str) -> None:
    files, expected = READMES[case]
    assert at(carry(STANDARD, files), "project", "readme") == expected


TOLD = {
    "a script with the standard's name": (
        '[project.scripts]\nshop = "a:b"\n',
        0,
        "the script shop",
    ),
    "settings that another file replaces": ("[tool.ruff]\nline-length = 9\n", 1, "[tool.ruff]"),
    "settings of a tool whose work is done": ("\n[tool.black]\nfast = true\n", 2, "[tool.black]"),
    "a remark": ("# why so\n", 1, "why so"),
}


@pytest.mark.parametrize("case", TOLD)
def test_what_is_left_for_a_person(case: str) -> None:
    text, line, why = TOLD[case]
    (todo,) = project(text).todo
    assert (todo.path, todo.line) == ("pyproject.toml", line)
    assert why in todo.why


def test_lists_of_requirements_are_accounted_for_unless_something_is_left() -> None:
    both = {"requirements.txt": "babel\n", "requirements-dev.txt": "-e ./common\n"}
    assert carry(STANDARD, {**README, **both}).accounted == {"requirements.txt"}


def test_a_broken_pyproject_is_refused() -> None:
    with pytest.raises(ValueError, match="line 1"):
        project("[project\n")


def test_a_python_that_no_single_range_says_is_listed() -> None:
    carried = project('[tool.poetry.dependencies]\npython = "~3.9 || ^3.12"\n')
    assert at(carried, "project", "requires-python") == ">=3.11"
    assert [(todo.line, "requires-python" in todo.why) for todo in carried.todo] == [(2, True)]


@pytest.mark.parametrize(
    ("path", "text", "lost"),
    [
        (
            "pyproject.toml",
            '[project]\ndependencies = [\n    "uvicorn>=0.20",  # not 0.19: it leaks\n]\n',
            [(3, "# not 0.19: it leaks")],
        ),
        (
            "requirements.txt",
            "# serves it\nuvicorn  # pinned by ops\nredis  # a cache\n",
            [(2, "# serves it"), (2, "# pinned by ops")],
        ),
    ],
)
def test_the_comment_of_a_package_that_the_standard_has_is_listed(
    path: str, text: str, lost: list[tuple[int, str]]
) -> None:
    carried = carry(STANDARD, {**README, path: text})
    assert [(todo.path, todo.line, todo.why) for todo in carried.todo] == [
        (path, line, f"a comment is not carried over: {comment}") for line, comment in lost
    ]
    assert path in carried.accounted


def test_a_remark_stays_at_the_package_that_it_is_about() -> None:
    carried = project(
        '[project]\n# The shop of Redis.\nname = "redis-shop"\ndependencies = ["redis"]\n'
    )
    assert "Redis" not in carried.text
    assert [(todo.line, todo.why) for todo in carried.todo] == [
        (2, "a comment is not carried over: # The shop of Redis.")
    ]


TAGGED = {
    "setuptools_scm": "[tool.setuptools_scm]\nwrite_to = 'a'\n",
    "hatch": "[tool.hatch.version]\nsource = 'vcs'\n",
    "pdm": "[tool.pdm.version]\nsource = 'scm'\n",
    "poetry-dynamic-versioning": "[tool.poetry-dynamic-versioning]\nenable = true\n",
}


@pytest.mark.parametrize("tool", TAGGED)
def test_a_version_that_came_from_tags_is_told(tool: str) -> None:
    carried = project(f"[project]\nname = 'x'\ndynamic = ['version']\n{TAGGED[tool]}")
    (told,) = [one for one in carried.todo if "came from git tags" in one.why]
    assert f"by {tool}; pyproject.toml now has 0.1.0" in told.why
    assert told.line == 4


def test_a_version_of_a_file_did_not_come_from_tags() -> None:
    carried = project("[project]\nname = 'x'\n[tool.hatch.version]\npath = 'a.py'\n")
    assert not [one for one in carried.todo if "git's tags" in one.why]


RICH = """\
[build-system]
requires = ["setuptools>=61"]
build-backend = "setuptools.build_meta"

[project]
name = "shop"
version = "1.2"
description = "Sells"
requires-python = ">=3.9"
license = "MIT"
authors = [
    { name = "Ann" },
    { name = "Bob" },
]
keywords = ["a", "b"]
classifiers = [
    "Framework :: FastAPI",
]
dependencies = [
    "fastapi==0.110",
    "httpx>=0.27",
]

[project.optional-dependencies]
extra = [
    "rich>=13",
]

[project.urls]
Home = "https://example.com"

[project.scripts]
shop-admin = "shop.admin:main"

[dependency-groups]
lint = ["ruff==0.5"]

[tool.uv]
index-strategy = "first-index"

[tool.other]
x = 1

[[tool.more]]
y = 2
"""
COMMENTS = ("# a = [", "# ]", "# [project.urls]")


@pytest.mark.parametrize("comment", COMMENTS)
def test_a_comment_changes_no_value_wherever_it_stands(comment: str) -> None:
    expected = tomllib.loads(project(RICH).text)
    lines = RICH.splitlines(keepends=True)
    for place in range(len(lines) + 1):
        text = "".join([*lines[:place], f"{comment}\n", *lines[place:]])
        assert tomllib.loads(project(text).text) == expected, text
        if place and lines[place - 1].strip():
            behind = lines[place - 1].replace("\n", f"  {comment}\n")
            text = "".join([*lines[: place - 1], behind, *lines[place:]])
            assert tomllib.loads(project(text).text) == expected, text
