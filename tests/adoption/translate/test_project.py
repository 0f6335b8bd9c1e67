"""A service's dependencies and metadata are carried over to the standard's pyproject.toml."""

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
    "version": ('[project]\nversion = "2.1"\n', ("project", "version"), "2.1"),
    "newer Python": (
        '[project]\nrequires-python = ">=3.12"\n', ("project", "requires-python"), ">=3.12",
    ),
    "older Python is not carried over": (
        '[project]\nrequires-python = ">=3.8"\n', ("project", "requires-python"), ">=3.11",
    ),
    "fields that the standard lacks": (
        '[project]\nkeywords = ["a"]\nname = "other"\n', ("project", "keywords"), ["a"],
    ),
    "authors": (
        '[project]\nauthors = [{ name = "Ada" }]\n', ("project", "authors"), [{"name": "Ada"}],
    ),
    "scripts next to the standard's": (
        '[project.scripts]\npack = "shop.pack:main"\n',
        ("project", "scripts"), {"shop": "shop.chassis.cli:main", "pack": "shop.pack:main"},
    ),
    "URLs": ('[project.urls]\nDocs = "x"\n', ("project", "urls"), {"Docs": "x"}),
    "settings of a tool": (
        "[tool.coverage.run]\nbranch = true\n", ("tool", "coverage", "run"), {"branch": True},
    ),
    "unknown tables": ("[servers]\na = 1\n", ("servers",), {"a": 1}),
    "table that the standard has is not carried over": (
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
    "sources of packages": (
        '[tool.uv.sources]\nrates = { git = "https://x/y", tag = "v1" }\n',
        ("tool", "uv", "sources"), {"rates": {"git": "https://x/y", "tag": "v1"}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PROJECT)
def test_setting_is_carried_over(case: str) -> None:
    text, path, expected = PROJECT[case]
    assert at(project(text), *path) == expected


def test_dependencies_follow_the_standards_with_their_comments() -> None:
    listed = '    # names of days\n    "babel>=2",  # not arrow\n'
    carried = project(f"[project]\ndependencies = [\n{listed}]\n")
    assert f"    # The service's own:\n{listed}]" in carried.text


def test_dependency_of_the_standard_keeps_its_version_and_gets_extras() -> None:
    carried = carry(STANDARD, {**README, "requirements.txt": "uvicorn[standard]==0.13\nfastapi\n"})
    found = at(carried, "project", "dependencies")
    assert found == ["fastapi>=0.160,<1", "uvicorn>=0.34", "uvicorn[standard]"]
    assert "the standard's uvicorn>=0.34 replaces uvicorn[standard]==0.13" in carried.rules


RANGES = {
    # The service's requirement, its form in pyproject.toml, and the rule in the report.
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
def test_higher_lower_bound_of_the_service_is_kept(line: str) -> None:
    expected, rule = RANGES[line]
    carried = carry(STANDARD, {**README, "requirements.txt": f"{line}\n"})
    assert at(carried, "project", "dependencies") == [expected, "uvicorn>=0.34"]
    rules = [one for one in carried.rules if not one.startswith("dependencies: ")]
    assert rules == ([rule.replace("LINE", line)] if rule else [])


def test_extras_and_groups_that_become_the_dev_group_are_named() -> None:
    rules = project(
        '[project.optional-dependencies]\nfast = ["a"]\ntest = ["b"]\n'
        '[tool.poetry.group.docs]\noptional = true\ndependencies = {mkdocs = "*"}\n'
        '[dependency-groups]\ndev = ["c"]\nlint = ["d"]\n'
    ).rules
    assert [rule for rule in rules if rule.startswith("no longer")] == [
        "no longer an extra, but in the dev group: test",
        "no longer a group of its own, but in the dev group: docs, lint",
    ]


def test_dev_group_does_not_repeat_dependencies() -> None:
    carried = project('[dependency-groups]\ndev = ["fastapi", "httpx"]\nmap = ["folium"]\n')
    assert at(carried, "dependency-groups", "dev") == ["pytest>=9", "httpx"]
    assert at(carried, "dependency-groups", "map") == ["folium"]


def test_second_package_of_the_service_is_in_the_wheel() -> None:
    text = '[tool.hatch.build.targets.wheel]\npackages = ["shop", "rates"]\n'
    carried = carry(STANDARD, {**README, "pyproject.toml": text, "rates/__init__.py": ""})
    found = at(carried, "tool", "hatch", "build", "targets", "wheel", "packages")
    assert found == ["shop", "rates"]


READMES: dict[str, tuple[Mapping[str, str], Any]] = {
    "none": ({}, None),
    "another kind": ({"README.rst": ""}, "README.rst"),
    "one without an ending": (
        {"README": ""},
        {"file": "README", "content-type": "text/plain"},
    ),
    "two": ({"README.rst": "", "README.md": ""}, "README.md"),
}


@pytest.mark.parametrize("case", READMES)
def test_readme_is_the_existing_file(case: str) -> None:
    files, expected = READMES[case]
    assert at(carry(STANDARD, files), "project", "readme") == expected


BY_HAND = {
    "a script with the standard's name": (
        '[project.scripts]\nshop = "a:b"\n',
        0,
        "the script shop",
    ),
    "settings that another file replaces": ("[tool.ruff]\nline-length = 9\n", 1, "[tool.ruff]"),
    "settings of a replaced tool": ("\n[tool.black]\nfast = true\n", 2, "[tool.black]"),
    "a comment": ("# why so\n", 1, "why so"),
}


@pytest.mark.parametrize("case", BY_HAND)
def test_setting_is_left_by_hand(case: str) -> None:
    text, line, why = BY_HAND[case]
    (todo,) = project(text).todo
    assert (todo.path, todo.line) == ("pyproject.toml", line)
    assert why in todo.why


def test_requirements_files_are_accounted_for_unless_a_line_is_left() -> None:
    both = {"requirements.txt": "babel\n", "requirements-dev.txt": "-e ./common\n"}
    assert carry(STANDARD, {**README, **both}).accounted == {"requirements.txt"}


def test_requirements_file_with_a_contradicted_line_stays() -> None:
    files = {
        "pyproject.toml": '[project]\ndependencies = ["SQLAlchemy>=2"]\n',
        "requirements.txt": "SQLAlchemy==1.4.1\nbabel==2\n",
        "requirements-more.txt": "babel==1\n",
    }
    carried = carry(STANDARD, {**README, **files})
    assert carried.accounted == {"pyproject.toml", "requirements.txt"}
    assert [(todo.path, todo.line, todo.why) for todo in carried.todo] == [
        (
            "pyproject.toml",
            2,
            "not carried over: SQLAlchemy>=2, because requirements.txt:1 requires "
            "SQLAlchemy==1.4.1",
        ),
        (
            "requirements-more.txt",
            1,
            "not carried over: babel==1, because requirements.txt:2 requires babel==2",
        ),
    ]


def test_comments_of_a_requirements_file_are_carried_over_or_listed() -> None:
    text = (
        "# Of the shop\n\nbabel>=2  # don't raise\nbabel==2.1  # of days\n-r more.txt  # all\n"
        "# babel==3\n# -----\n"
    )
    carried = carry(STANDARD, {**README, "requirements.txt": text, "more.txt": "redis\n"})
    assert '"babel==2.1",  # of days\n' in carried.text
    assert [(todo.line, todo.why.partition(": ")[2]) for todo in carried.todo] == [
        (1, "# Of the shop"), (3, "# don't raise"), (5, "# all"), (6, "# babel==3"),
    ]  # fmt: skip
    assert "requirements.txt" in carried.accounted


def test_invalid_pyproject_is_an_error() -> None:
    with pytest.raises(ValueError, match="line 1"):
        project("[project\n")


def test_python_that_needs_two_ranges_is_listed() -> None:
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
def test_comment_of_a_package_of_the_standard_is_listed(
    path: str, text: str, lost: list[tuple[int, str]]
) -> None:
    carried = carry(STANDARD, {**README, path: text})
    assert [(todo.path, todo.line, todo.why) for todo in carried.todo] == [
        (path, line, f"a comment is not carried over: {comment}") for line, comment in lost
    ]
    assert path in carried.accounted


def test_comment_elsewhere_is_not_moved_to_a_package() -> None:
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
def test_version_from_git_tags_is_reported(tool: str) -> None:
    carried = project(f"[project]\nname = 'x'\ndynamic = ['version']\n{TAGGED[tool]}")
    (todo,) = [one for one in carried.todo if "came from git tags" in one.why]
    assert f"by {tool}; pyproject.toml now has 0.1.0" in todo.why
    assert todo.line == 4


def test_version_from_a_file_is_not_from_git_tags() -> None:
    carried = project("[project]\nname = 'x'\n[tool.hatch.version]\npath = 'a.py'\n")
    assert not [one for one in carried.todo if "git tags" in one.why]


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
def test_comment_changes_no_value_in_any_place(comment: str) -> None:
    expected = tomllib.loads(project(RICH).text)
    lines = RICH.splitlines(keepends=True)
    for place in range(len(lines) + 1):
        text = "".join([*lines[:place], f"{comment}\n", *lines[place:]])
        assert tomllib.loads(project(text).text) == expected, text
        if place and lines[place - 1].strip():
            behind = lines[place - 1].replace("\n", f"  {comment}\n")
            text = "".join([*lines[: place - 1], behind, *lines[place:]])
            assert tomllib.loads(project(text).text) == expected, text
