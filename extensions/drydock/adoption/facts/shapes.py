"""Settings of the wrong type, which their own tools would reject."""

from collections.abc import Iterator, Mapping
from typing import Any

from drydock.adoption.facts import SAYS, Fact, Files
from drydock.documents.formats import toml
from drydock.documents.places import line_of

_TABLE, _TABLES, _TEXT, _TEXTS, _LIST, _ANY_TEXT = (
    "a table", "a list of tables", "a string", "a list of strings", "a list",
    "a string or a list of strings",
)  # fmt: skip
# https://docs.astral.sh/ruff/settings/
_RUFF = {
    "lint": _TABLE,
    "format": _TABLE,
    **dict.fromkeys(("src", "exclude", "extend-exclude"), _TEXTS),
    **{
        f"{before}{key}": kind
        for before in ("", "lint.")
        for key, kind in {
            **dict.fromkeys(("select", "extend-select", "ignore", "extend-ignore"), _TEXTS),
            **dict.fromkeys(("per-file-ignores", "extend-per-file-ignores", "isort"), _TABLE),
            **dict.fromkeys(("per-file-ignores.*", "extend-per-file-ignores.*"), _TEXTS),
        }.items()
    },
}
_ORIGINS = ("git", "ref", "rev", "tag", "branch", "url", "path", "file", "subdirectory", "index")


def _packages(table: str) -> dict[str, str]:
    """Return the shapes of a table of packages, as in Poetry and Pipenv."""
    return {
        table: _TABLE,
        f"{table}.*.extras": _TEXTS,
        f"{table}.*.*.extras": _TEXTS,
        **{f"{table}.*.{key}": _TEXT for key in _ORIGINS},
        **{f"{table}.*.*.{key}": _TEXT for key in _ORIGINS},
    }


# https://pipenv.pypa.io/en/latest/pipfile.html
_PIPFILE = {
    "source": _TABLES,
    "requires": _TABLE,
    **_packages("packages"),
    **_packages("dev-packages"),
    "scripts": _TABLE,
    "pipenv": _TABLE,
}
# https://packaging.python.org/en/latest/specifications/pyproject-toml/
_PROJECT = {
    "project": _TABLE,
    "project.dependencies": _TEXTS,
    "project.optional-dependencies": _TABLE,
    "project.optional-dependencies.*": _TEXTS,
    "project.scripts": _TABLE,
    "dependency-groups": _TABLE,
    "dependency-groups.*": _LIST,
    "build-system": _TABLE,
    "tool": _TABLE,
}
# https://python-poetry.org/docs/pyproject/
_POETRY = {
    **_packages("dependencies"),
    **_packages("dev-dependencies"),
    "group": _TABLE,
    "group.*": _TABLE,
    **_packages("group.*.dependencies"),
    "extras": _TABLE,
    "extras.*": _TEXTS,
    "scripts": _TABLE,
    "plugins": _TABLE,
    "plugins.*": _TABLE,
    "plugins.*.*": _TEXT,
    "urls": _TABLE,
    "urls.*": _TEXT,
    **dict.fromkeys(("homepage", "repository", "documentation"), _TEXT),
    "source": _TABLES,
    "packages": _TABLES,
    "packages.*.include": _TEXT,
    "packages.*.from": _TEXT,
    **dict.fromkeys(("authors", "maintainers", "keywords", "classifiers"), _TEXTS),
}
_OF_TESTS = ("testpaths", "addopts", "markers", "filterwarnings", "pythonpath", "env")
_TOOLS: dict[str, dict[str, str]] = {
    "ruff": _RUFF,
    "poetry": _POETRY,
    "pdm": {
        "source": _TABLES,
        "dev-dependencies": _TABLE,
        "dev-dependencies.*": _TEXTS,
        "version.source": _TEXT,
    },
    "uv": {"dev-dependencies": _TEXTS, "sources": _TABLE, "index": _TABLES},
    "black": {},
    "isort": {},
    "mypy": {"plugins": _ANY_TEXT, "overrides": _TABLES, "overrides.*.module": _ANY_TEXT},
    "pytest": {
        "ini_options": _TABLE,
        **{f"{before}{key}": _ANY_TEXT for before in ("", "ini_options.") for key in _OF_TESTS},
    },
    "hatch": {
        "build.targets.wheel": _TABLE,
        "build.targets.wheel.packages": _TEXTS,
        "version.source": _TEXT,
    },
}
_PYPROJECT = _PROJECT | {
    f"tool.{tool}{key and '.'}{key}": kind
    for tool, shapes in _TOOLS.items()
    for key, kind in {"": _TABLE, **shapes}.items()
}
_SHAPES = {
    "pyproject.toml": _PYPROJECT, "ruff.toml": _RUFF, ".ruff.toml": _RUFF, "Pipfile": _PIPFILE,
}  # fmt: skip
_REPORTED_BY_READER = {"Pipfile"}
"""Files whose readers report invalid TOML themselves."""


def find(files: Files) -> Iterator[Fact]:
    """Yield the parts of files that are broken, from which nothing can be carried over."""
    for path, shapes in _SHAPES.items():
        if path not in files:
            continue
        try:
            data = toml.data(files[path])
        except ValueError as error:
            if path not in _REPORTED_BY_READER:
                yield Fact("broken", f"{path} is not valid: {error}", path, 0, SAYS)
            continue
        for key, kind in shapes.items():
            for names, value in _at(data, key.split("."), ()):
                if not _is(kind, value):
                    line = line_of(path, files[path], *names)
                    where = f"{path}:{line}" if line else path
                    problem = f"{where} is not valid: {'.'.join(names)} must be {kind}"
                    yield Fact("broken", problem, path, line, SAYS)


def _at(
    data: Any, keys: list[str], names: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the values at these keys, with their names; `*` is any key or any item of a list."""
    if not keys:
        yield names, data
        return
    entries: Mapping[str, Any] = {}
    if isinstance(data, dict):
        entries = data if keys[0] == "*" else {k: v for k, v in data.items() if k == keys[0]}
    elif isinstance(data, list) and keys[0] == "*":
        for item in data:
            yield from _at(item, keys[1:], names)
    for key, value in entries.items():
        yield from _at(value, keys[1:], (*names, key))


def _is(kind: str, value: Any) -> bool:
    types = {_TABLE: dict, _TABLES: dict, _LIST: object}
    expected = types.get(kind, str)
    if kind in {_TABLE, _TEXT} or (kind == _ANY_TEXT and not isinstance(value, list)):
        return isinstance(value, expected)
    return isinstance(value, list) and all(isinstance(item, expected) for item in value)
