"""Settings of a wrong type are reported, carried over or left by hand. They never cause a crash.

Every value of typical documents is replaced in turn.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from drydock.adoption import locked
from drydock.adoption.facts import gather
from drydock.adoption.translate import (
    dependencies,
    indexes,
    inline,
    project,
    setup,
    style,
    testing,
    types,
)
from drydock.errors import BadInput
from drydock.locking import packages

from tests.adoption.translate import test_project, test_style, test_testing, test_types

pytestmark = pytest.mark.slow

INSTEAD: list[Any] = [3, "x", [3], ["x"], {"a": 3}, [{"a": 3}]]
SPEC = {"version": "^1", "extras": ["b"], "optional": True, "python": "^3.9", "markers": "os_name"}
RUFF = {
    "line-length": 99,
    "src": ["src"],
    "exclude": ["x"],
    "extend-exclude": ["x"],
    "select": ["E"],
    "extend": "../ruff.toml",
    "per-file-ignores": {"tests/**": ["S101"]},
    "lint": {
        "select": ["E"],
        "ignore": ["E501"],
        "isort": {"known-first-party": ["a"]},
        "per-file-ignores": {"tests/**": ["S101"], "x.py": ["E"]},
        "mccabe": {"max-complexity": 9},
    },
    "format": {"quote-style": "single"},
}
DOCUMENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "ruff": ("ruff.toml", RUFF),
    "hidden ruff": (".ruff.toml", RUFF),
    "pyproject": (
        "pyproject.toml",
        {
            "project": {
                "name": "shop",
                "description": "Sells.",
                "requires-python": ">=3.11",
                "authors": [{"name": "A", "email": "a@b.c"}],
                "dependencies": ["fastapi[all]>=0.1", "a"],
                "optional-dependencies": {"test": ["b"], "more": ["c"]},
                "scripts": {"shop": "a:b"},
                "urls": {"Home": "https://a.b"},
            },
            "dependency-groups": {"dev": ["pytest", {"include-group": "x"}], "x": ["y"]},
            "build-system": {"requires": ["hatchling"], "build-backend": "hatchling.build"},
            "tool": {
                "ruff": {"lint": {"select": ["E"]}},
                "black": {"line-length": 90, "exclude": "x", "skip-string-normalization": True},
                "isort": {"profile": "black", "known_first_party": ["a"]},
                "mypy": {"strict": True, "overrides": [{"module": ["a"], "ignore_errors": True}]},
                "pytest": {"ini_options": {"addopts": "-q", "markers": ["a: b"], "env": ["A=1"],
                                           "pythonpath": ["."], "testpaths": ["t"]}},
                "uv": {"dev-dependencies": ["d"], "sources": {"a": {"path": "a"}},
                       "index": [{"name": "i", "url": "https://i.b/simple"}]},
                "pdm": {"dev-dependencies": {"dev": ["e"]}, "version": {"source": "scm"},
                        "source": [{"name": "j", "url": "https://j.b/simple"}]},
                "hatch": {"version": {"source": "vcs"},
                          "build": {"targets": {"wheel": {"packages": ["src/a"]}}}},
            },
        },
    ),
    "poetry": (
        "pyproject.toml",
        {
            "tool": {
                "poetry": {
                    "name": "shop",
                    "authors": ["A <a@b.c>"],
                    "maintainers": ["A"],
                    "license": "MIT",
                    "keywords": ["a"],
                    "homepage": "https://a.b",
                    "packages": [{"include": "shop", "from": "src"}],
                    "source": [{"name": "i", "url": "https://i.b/simple", "priority": "explicit"}],
                    "dependencies": {"python": "^3.9", "a": "^1", "b": SPEC, "c": [SPEC],
                                     "d": {"git": "https://a.b/c", "rev": "x"}},
                    "dev-dependencies": {"e": "*"},
                    "group": {"dev": {"dependencies": {"f": "*"}}},
                    "extras": {"more": ["b"]},
                    "scripts": {"shop": "a:b"},
                    "urls": {"x": "https://a.b"},
                    "plugins": {"g": {"h": "i:j"}},
                }
            }
        },
    ),
    "Pipfile": (
        "Pipfile",
        {
            "source": [{"name": "i", "url": "https://i.b/simple", "verify_ssl": True}],
            "requires": {"python_version": "3.11", "python_full_version": "3.11.2"},
            "packages": {"a": "*", "b": {"version": "==1", "extras": ["c"], "markers": "x"},
                         "d": {"path": "."}, "e": {"git": "https://a.b/c", "ref": "x"},
                         "f": {"version": "*", "index": "i"}},
            "dev-packages": {"g": "*"},
            "scripts": {"x": "y"},
            "pipenv": {"allow_prereleases": True},
        },
    ),
    "environment": (
        "environment.yml",
        {"name": "a", "channels": ["x"], "dependencies": ["python=3.11", {"pip": ["a==1"]}]},
    ),
    "compose": (
        "compose.yml",
        {"services": {"shop": {"build": ".", "ports": ["80:8000", {"target": 80}]}}},
    ),
    "manifest": (
        "deploy/a.yaml",
        {"apiVersion": "v1", "kind": "Deployment", "metadata": {"name": "a"},
         "spec": {"containers": [{"image": "a", "ports": [{"containerPort": 80}]}]}},
    ),
    "chart": ("chart/Chart.yaml", {"name": "a", "description": "b"}),
    "values": ("chart/values.yaml", {"service": {"port": 80}}),
    "poetry.lock": (
        "poetry.lock",
        {"package": [{"name": "a", "version": "1", "source": {"type": "legacy"}}]},
    ),
    "uv.lock": (
        "uv.lock",
        {"package": [{"name": "a", "version": "1", "source": {"registry": "x"}}]},
    ),
    "Pipfile.lock": ("Pipfile.lock", {"default": {"a": {"version": "==1"}}}),
}  # fmt: skip


def wrong(data: Any) -> Iterator[Any]:
    """Yield `data` with one value at a time replaced by a value of another type."""
    yield from INSTEAD
    if isinstance(data, dict):
        yield from ({**data, key: other} for key, value in data.items() for other in wrong(value))
    elif isinstance(data, list):
        yield from ([*data[:n], o, *data[n + 1 :]] for n, v in enumerate(data) for o in wrong(v))


def written(path: str, data: dict[str, Any]) -> str:
    if path.endswith(".yml") or path.endswith(".yaml"):
        return yaml.safe_dump(data)
    if path.endswith("Pipfile.lock"):
        return json.dumps(data)
    return "".join(f"{key} = {inline(value)}\n" for key, value in data.items())


def carry_all(files: dict[str, str]) -> None:
    if any(fact.about == "broken" for fact in gather(files)):
        return
    locked.versions(files)
    packages(files.get("uv.lock", ""))
    dependencies.read(files)
    indexes.carry(files)
    setup.scripts(files)
    style.carry(test_style.STANDARD, files)
    testing.carry(test_testing.STANDARD, files)
    types.carry(test_types.SRC, files)
    project.carry(test_project.STANDARD, files)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_value_of_a_wrong_type_is_no_crash(name: str) -> None:
    path, document = DOCUMENTS[name]
    carry_all({path: written(path, document)})
    faults: dict[str, str] = {}
    for data in wrong(document):
        if isinstance(data, dict):
            text = written(path, data)
            try:
                carry_all({path: text})
            except BadInput:
                continue
            except Exception as error:
                faults.setdefault(where(error), text)
    assert faults == {}


UNREADABLE = {
    "invalid TOML": "[",
    "nested too deeply": f"a = {'[' * 5000}{']' * 5000}\n",
    "a number with too many digits for Python": f"a = {'9' * 5000}\n",
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable_file_is_reported(text: str) -> None:
    for path in ("pyproject.toml", "ruff.toml", ".ruff.toml"):
        (problem,) = [fact.value for fact in gather({path: text}) if fact.about == "broken"]
        assert problem.startswith(f"{path} is not valid: ")
    for path in ("Pipfile", "poetry.lock", "pdm.lock", "config.toml"):
        carry_all({path: text})
    (todo,) = dependencies.read({"Pipfile": text})[1]
    assert (todo.path, todo.why.startswith("it is not valid: ")) == ("Pipfile", True)


def where(error: Exception) -> str:
    frame = error.__traceback__
    last = ""
    while frame:
        file = frame.tb_frame.f_code.co_filename
        if "/drydock/" in file:
            last = f"{file.rpartition('/drydock/')[2]}:{frame.tb_lineno}"
        frame = frame.tb_next
    return f"{last} {error!r}"


@pytest.mark.parametrize(
    "argument",
    ["install_requires=3", "install_requires=[3, ['a']]", "extras_require={3: [3]}",
     "extras_require={'a': 3}", "tests_require={[]: 1}", "entry_points={'console_scripts': 3}",
     "entry_points={'console_scripts': [3]}", "version=3", "install_requires='a'"],
)  # fmt: skip
def test_argument_of_setup_with_a_wrong_type_is_no_crash(argument: str) -> None:
    carry_all({"setup.py": f"from setuptools import setup\nsetup({argument})\n"})
