"""The locked versions of a service, from every kind of lock file."""

from collections.abc import Mapping

import pytest
from drydock.adoption.locked import before, to_keep, versions

READ: dict[str, tuple[Mapping[str, str], tuple[str, Mapping[str, str]]]] = {
    "poetry.lock": (
        {
            "poetry.lock": '[[package]]\nname = "Py_Yaml"\nversion = "6.0"\n\n'
            '[[package]]\nname = "own"\nversion = "1"\n[package.source]\ntype = "git"\n'
        },
        ("poetry.lock", {"py-yaml": "6.0"}),
    ),
    "package in several versions": (
        {
            "pdm.lock": '[[package]]\nname = "a"\nversion = "1"\n[[package]]\nname = "a"\n'
            'version = "2"\n[[package]]\nname = "b"\nversion = "3"\n'
        },
        ("pdm.lock", {"b": "3"}),
    ),
    "Pipfile.lock": (
        {
            "Pipfile.lock": '{"default": {"a": {"version": "==1.2"}, "g": {"git": "x"}}, '
            '"develop": {"t": {"version": "==3"}}}'
        },
        ("Pipfile.lock", {"a": "1.2", "t": "3"}),
    ),
    "requirements.txt of pip-compile": (
        {
            "requirements.in": "a\n",
            "requirements.txt": "a==1 \\\n    --hash=sha256:1\n    # via -r x\nb[c]==2\n",
        },
        ("requirements.txt", {"a": "1", "b": "2"}),
    ),
    "uv.lock, which uv reads": ({"uv.lock": "", "poetry.lock": ""}, ("", {})),
    "invalid lock file": ({"poetry.lock": "["}, ("poetry.lock", {})),
    "no lock file": ({"requirements.txt": "a\n"}, ("", {})),
}


@pytest.mark.parametrize("case", READ)
def test_locked_versions_are_read(case: str) -> None:
    files, expected = READ[case]
    assert versions(files) == expected


def test_versions_before_are_those_of_any_lock_file() -> None:
    index = 'source = { registry = "https://pypi.org/simple" }\n'
    lock = f'[[package]]\nname = "a"\nversion = "1"\n{index}'
    own = '[[package]]\nname = "shop"\nversion = "0"\nsource = { editable = "." }\n'
    assert before({"uv.lock": lock + own, "poetry.lock": ""}) == ("uv.lock", {"a": "1"})
    assert before({"poetry.lock": lock}) == ("poetry.lock", {"a": "1"})


PROJECT = """\
[project]
name = "shop"
dependencies = [
    "fastapi>=0.160,<1",
    "pydantic>=2.11",
    # The service's own:
    "old>=1.3",
]

[dependency-groups]
dev = [
    "mypy>=1.18",
    # The service's own:
    "own-tool>=3",
]
"""


def test_packages_that_the_standard_requires_newer_are_not_kept() -> None:
    shared = {"fastapi": "0.95.0", "pydantic": "2.12.0", "mypy": "1.4.1", "starlette": "0.27.0"}
    more = {"old": "1.0", "own-tool": "2.0", "other": "1"}
    assert to_keep(shared | more, PROJECT) == {"pydantic": "2.12.0", "starlette": "0.27.0", **more}


@pytest.mark.parametrize("text", ["", "[project\n", "[project]\nname = 'a'\n"])
def test_all_versions_are_kept_without_a_valid_pyproject(text: str) -> None:
    assert to_keep({"fastapi": "0.95.0"}, text) == {"fastapi": "0.95.0"}
