"""Tests, types and lint, and the debt list of old code."""

import configparser
import datetime
import re
import tomllib
from collections.abc import Iterator, Sequence

from drydock_standard.check import Check, at, code, require_python, skip
from drydock_standard.repository import Repository, table, texts

NAME = "Tests, types, lint"
ORDER = 3
_TEST = re.compile(r"^\s*(async )?def test_?\w*\(|^class Test\w*\b", re.MULTILINE)
_WINDOW = 90  # days within which the debt list must shrink
_DEBT = re.compile(
    r"^#[^\n]*(?:\bdebt\b|\bonly ever shorten)[^\n]*\n((?:(?!\[).*\n?)*)", re.I | re.M
)
_MOST_ENTRIES = 1000  # that are read from one file
_LISTS = ("ruff.toml", ".ruff.toml", "pyproject.toml", "mypy.ini", ".mypy.ini", "setup.cfg")


class Tests(Check):
    """The service has tests.

    Updates of the template and of libraries are merged when the tests show that nothing broke.

    Fix: write tests for pytest, in files named `tests/test_*.py`; start with one request per route.

    Since v1.5.0.
    """

    code = "DM301"

    def find(self, repository: Repository) -> Iterator[str]:
        require_python(repository)
        for path in repository.named(r"test.*\.py", r".*_tests?\.py"):
            if _TEST.search(repository.text(path) or ""):
                return
        yield "no `test_*.py` file contains a test"


class Types(Check):
    """A type checker is configured.

    If a new version of a library no longer accepts a call, a type checker finds it before a request
    does.

    Fix: configure mypy (`mypy.ini`, or `[tool.mypy]`), pyright, ty or pyrefly, and run it in the
    pipeline.

    Since v1.5.0.
    """

    code = "DS302"

    def find(self, repository: Repository) -> Iterator[str]:
        require_python(repository)
        files = ("mypy.ini", ".mypy.ini", "pyrightconfig.json", "ty.toml", "pyrefly.toml")
        tools = ("mypy", "pyright", "basedpyright", "ty", "pyrefly", "zuban")
        if not (
            any(name in repository for name in files)
            or any(repository.tool(name) for name in tools)
            or re.search(r"(?m)^\[mypy", repository.text("setup.cfg") or "")
            or _is_configured_above(repository, files, tools)
        ):
            yield "no type checker is configured"


class Lint(Check):
    """A linter is configured.

    A linter finds common mistakes and style issues, so that reviewers can concentrate on the rest.

    Fix: configure ruff (`ruff.toml`, or `[tool.ruff]`), and run it in the pipeline.

    Since v1.5.0.
    """

    code = "DS303"

    def find(self, repository: Repository) -> Iterator[str]:
        require_python(repository)
        files = ("ruff.toml", ".ruff.toml", ".flake8", ".pylintrc", "pylintrc")
        tools = ("ruff", "pylint", "flake8")
        if not (
            any(name in repository for name in files)
            or any(repository.tool(name) for name in tools)
            or re.search(r"(?m)^\[(flake8|pylint)", repository.text("setup.cfg") or "")
            or re.search(r"(?m)^\[flake8", repository.text("tox.ini") or "")
            or re.search(_LINTERS, repository.text(_HOOKS) or "")
            or _is_configured_above(repository, files, tools)
            or any(re.search(_LINTERS, text) for _, text in repository.above(_HOOKS))
        ):
            yield "no linter is configured"


_HOOKS = ".pre-commit-config.yaml"
_LINTERS = r"\b(ruff|flake8|pylint)\b"


def _is_configured_above(
    repository: Repository, files: Sequence[str], tools: Sequence[str]
) -> bool:
    """Return whether a tool is configured for all services of the repository."""
    section = re.compile(rf"(?m)^\[tool\.({'|'.join(tools)})[\].]")
    return any(repository.above(*files)) or any(
        section.search(text) for _, text in repository.above("pyproject.toml")
    )


class Debt(Check):
    """The debt list shrinks.

    Old modules that violate the rules are exempt and listed: for ruff in `per-file-ignores`, under
    a comment that contains the word debt, and for mypy in sections with `ignore_errors`. The list
    may only shrink: no new entries, no entries for deleted files, and at least one entry fewer
    every 90 days.

    Fix: run `nox -s debt` to remove the entries that pass by now. To go further, remove an entry
    and fix what the tools report. Also remove the entries of deleted files.

    Since v1.5.0.
    """

    code = "DS304"

    def find(self, repository: Repository) -> Iterator[str]:
        now = {path: _debt(path, repository.text(path) or "") for path in _LISTS}
        if not any(now.values()):
            skip("there is no debt list")
        for path, entries in now.items():
            for entry in sorted(entries):
                if not _exists(entry, repository):
                    yield f"{at(path)}: {code(entry)} does not exist"
        then = _before(repository)
        if then is None:
            return
        for path, entries in now.items():
            for entry in sorted(entries - set().union(*then.values())):
                if then[path]:  # an existing list has grown; a new list may have any entries
                    yield f"{at(path)}: {code(entry)} was added within {_WINDOW} days"
        before, after = set().union(*then.values()), set().union(*now.values())
        if before and before <= after:
            yield f"none of {len(before)} entries was removed within {_WINDOW} days"


def _exists(entry: str, repository: Repository) -> bool:
    """Return whether an entry, a file or a module, names something in the repository."""
    if entry.endswith((".py", ".pyi", ".ipynb")):  # without a directory, in all of them
        return any(path == entry or path.endswith(f"/{entry}") for path in repository.paths)
    inside = entry.replace(".", "/")
    return any(
        path.endswith((f"{inside}.py", f"{inside}/__init__.py")) or f"/{inside}/" in f"/{path}"
        for path in repository.paths
    )


def _debt(path: str, text: str) -> set[str]:
    """Return the files and modules that a settings file exempts; patterns are not debt."""
    try:
        if path.endswith(".toml"):
            entries = {*_ruff_debt(path, text), *_mypy_debt(path, text)}
        else:
            entries = {*_ini_debt(text)}
    except (ValueError, RecursionError, configparser.Error):
        return set()
    return {entry for entry in sorted(entries)[:_MOST_ENTRIES] if entry and "*" not in entry}


def _ruff_debt(path: str, text: str) -> Iterator[str]:
    """Yield the files listed under a debt comment; the other files are exempt for good."""
    values = tomllib.loads(text)
    ruff = table(values, "tool", "ruff") if path == "pyproject.toml" else values
    files = [
        *(file for lint in (ruff, table(ruff, "lint")) for file in table(lint, "per-file-ignores")),
        *texts(table(ruff, "format").get("exclude")),
    ]
    listed = "".join(part[1] for part in _DEBT.finditer(text))
    quoted = {match[2] for match in re.finditer(r"([\"'])(.*?)\1", listed)}
    yield from (file for file in files if file in quoted)


def _mypy_debt(path: str, text: str) -> Iterator[str]:
    if path == "pyproject.toml":
        overrides = table(tomllib.loads(text), "tool", "mypy").get("overrides")
        for override in overrides if isinstance(overrides, list) else []:
            if isinstance(override, dict) and override.get("ignore_errors") is True:
                module = override.get("module")
                yield from [module] if isinstance(module, str) else texts(module)


def _ini_debt(text: str) -> Iterator[str]:
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(text)
    for section in parser.sections():
        value = parser.get(section, "ignore_errors", fallback="false")
        if section.startswith("mypy-") and value.strip().lower() in ("true", "1", "yes", "on"):
            yield from (name.strip() for name in section.removeprefix("mypy-").split(","))


def _before(repository: Repository) -> dict[str, set[str]] | None:
    """Return the debt of 90 days ago by file; None if git has no commit that old."""
    commit = repository.commit_before(datetime.date.today() - datetime.timedelta(_WINDOW))
    if not commit:
        return None
    return {path: _debt(path, repository.text_at(commit, path)) for path in _LISTS}
