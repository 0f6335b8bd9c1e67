"""A service that keeps Poetry keeps its settings for Poetry, and gets none for uv."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from drydock.adoption.clashes import find
from drydock.adoption.translate import Carried
from drydock.adoption.translate.project import carry
from poetry.core.factory import Factory

STANDARD = """\
[build-system]
requires = ["poetry-core>=2.2"]
build-backend = "poetry.core.masonry.api"

[project]
name = "shop"
version = "0.1.0"
description = "Sells."
readme = "README.md"
requires-python = ">=3.11"
authors = [{ name = "my-team" }]
dependencies = [
    "fastapi>=0.160,<1",
    # The service's own:
]

[project.scripts]
shop = "shop.chassis.cli:main"

[dependency-groups]
dev = [
    "pytest>=9",
    # The service's own:
]

[tool.poetry]
requires-poetry = ">=2.2"
packages = [
    { include = "shop" },
]
"""
OWN = '[tool.poetry]\nname = "shop"\nversion = "1.0"\n'
A = "https://a.example.com/simple"


def carried(own: str, **files: str) -> Carried:
    return carry(
        STANDARD, {"README.md": "", "shop/__init__.py": "", "pyproject.toml": own, **files}
    )


def tool(result: Carried) -> Any:
    return tomllib.loads(result.text)["tool"]


def test_sources_of_packages_are_kept_by_group(tmp_path: Path) -> None:
    own = f"""{OWN}
[tool.poetry.dependencies]
python = "^3.9"
httpx = "^0.27"
lib = {{ git = "https://example.com/lib.git", tag = "v1", extras = ["fast"] }}
inner = {{ version = "^2", source = "in-house" }}
[tool.poetry.group.dev.dependencies]
near = {{ path = "near", develop = true }}
[tool.poetry.group.load.dependencies]
locust = {{ git = "https://example.com/locust.git" }}
[[tool.poetry.source]]
name = "in-house"
url = "{A}"
priority = "supplemental"
"""
    result = carried(own)
    settings = tool(result)
    assert "uv" not in settings
    assert "hatch" not in settings
    assert settings["poetry"]["dependencies"] == {
        "lib": {"git": "https://example.com/lib.git", "tag": "v1"},
        "inner": {"source": "in-house"},
    }
    groups = settings["poetry"]["group"]
    assert groups["dev"]["dependencies"] == {"near": {"path": "near", "develop": True}}
    assert groups["load"]["dependencies"] == {"locust": {"git": "https://example.com/locust.git"}}
    in_house = {"name": "in-house", "url": A, "priority": "supplemental"}
    assert settings["poetry"]["source"] == [in_house]
    assert not [one for one in result.todo if "in-house" in one.why]

    (tmp_path / "pyproject.toml").write_text(result.text)
    for name in ("README.md", "shop/__init__.py", "near/pyproject.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text('[project]\nname = "near"\nversion = "1"\n' * ("near" in name))
    package = Factory().create_poetry(tmp_path).package
    main = package.dependency_group("main").dependencies_for_locking
    required = {str(one.name): one for one in main}
    assert {"fastapi", "httpx", "lib", "inner"} <= required.keys()
    assert (required["lib"].source_type, required["inner"].source_name) == ("git", "in-house")
    assert required["lib"].extras == {"fast"}
    near = {str(one.name): one for one in package.dependency_group("dev").dependencies_for_locking}
    assert near["near"].source_type == "directory"


INDEXES: dict[str, tuple[str, Mapping[str, str], list[dict[str, str]]]] = {
    "priorities of the service": (
        f'{OWN}[[tool.poetry.source]]\nname = "a"\nurl = "{A}"\npriority = "primary"\n'
        '[[tool.poetry.source]]\nname = "PyPI"\npriority = "supplemental"\n',
        {},
        [{"name": "a", "url": A, "priority": "primary"},
         {"name": "PyPI", "priority": "supplemental"}],
    ),
    "priorities that Poetry has renamed": (
        f'{OWN}[[tool.poetry.source]]\nname = "a"\nurl = "{A}"\ndefault = true\n'
        '[[tool.poetry.source]]\nname = "b"\nurl = "https://b.example.com"\n'
        'priority = "secondary"\n',
        {},
        [{"name": "a", "url": A, "priority": "primary"},
         {"name": "b", "url": "https://b.example.com", "priority": "supplemental"}],
    ),
    "PyPI under another name": (
        f'{OWN}[[tool.poetry.source]]\nname = "simple"\nurl = "https://pypi.org/simple/"\n'
        'priority = "primary"\n',
        {"requirements.txt": f"--extra-index-url {A}\n"},
        [{"name": "a-example-com", "url": A, "priority": "primary"},
         {"name": "simple", "url": "https://pypi.org/simple/", "priority": "primary"}],
    ),
    "one in a list, instead of PyPI": (
        OWN,
        {"requirements.txt": f"--index-url {A}\n"},
        [{"name": "a-example-com", "url": A, "priority": "primary"}],
    ),
    "one in a list, in addition to PyPI": (
        OWN,
        {"requirements.txt": f"--extra-index-url {A}\n"},
        [{"name": "a-example-com", "url": A, "priority": "primary"},
         {"name": "PyPI", "priority": "supplemental"}],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", INDEXES)
def test_indexes_have_their_priority(case: str) -> None:
    own, files, expected = INDEXES[case]
    assert tool(carried(own, **files))["poetry"]["source"] == expected


def test_login_of_an_index_is_reported_with_poetrys_variables() -> None:
    own = f'{OWN}[[tool.poetry.source]]\nname = "a"\nurl = "https://me:pw@a.example.com/simple"\n'
    result = carried(own)
    assert "pw" not in result.text
    (login,) = [one for one in result.todo if "not carried over" in one.why]
    assert "POETRY_HTTP_BASIC_A_USERNAME" in login.how
    assert tool(result)["poetry"]["source"] == [{"name": "a", "url": A}]


def test_settings_that_only_poetry_reads_are_kept() -> None:
    own = (
        f'{OWN}include = ["data/*.csv"]\nexclude = ["old"]\nhuge = 1\n'
        'packages = [{ include = "shop" }, { include = "more", from = "src" },'
        ' { include = "no" }]\n'
    )
    result = carried(own, **{"src/more/__init__.py": ""})
    poetry = tool(result)["poetry"]
    assert (poetry["include"], poetry["exclude"]) == (["data/*.csv"], ["old"])
    assert poetry["packages"] == [{"include": "more", "from": "src"}, {"include": "shop"}]
    assert [one.why for one in result.todo] == ["not carried over: huge = 1"]


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("^3.9", ">=3.11,<4"),
        (">=3.11,<3.14", ">=3.11,<3.14"),
        (">=3.8", ">=3.11"),
        ("~3.9", ">=3.11"),
        ("^3.12", ">=3.12,<4"),
    ],
)
def test_upper_bound_of_python_is_kept(own: str, expected: str) -> None:
    result = carried(f'{OWN}[tool.poetry.dependencies]\npython = "{own}"\n')
    python = tomllib.loads(result.text)["project"]["requires-python"]
    assert set(python.split(",")) == set(expected.split(","))


def test_exported_list_is_regenerated_with_poetry() -> None:
    own = f'{OWN}[tool.poetry.dependencies]\nhttpx = "*"\n'
    result = carried(own, **{"requirements.txt": "httpx==0.27\nidna==3.4  # via httpx\n"})
    (exported,) = [one for one in result.todo if one.path == "requirements.txt"]
    assert "poetry.lock replaces it" in exported.why
    assert "poetry export --output-file requirements.txt" in exported.how


@pytest.mark.parametrize(("standard", "reported"), [(STANDARD, False), ("[tool.uv]\n", True)])
def test_poetry_lock_is_replaced_only_by_uv(standard: str, reported: bool) -> None:
    found = find([], {"poetry.lock": ""}, {"pyproject.toml": standard}, "")
    assert ("uv.lock replaces it" in [one.why for one in found]) == reported
