"""Tests, types and lint, and the debt of old code."""

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
_WINDOW = 90  # days in which the list of debt has to become shorter
_DEBT = re.compile(
    r"^#[^\n]*(?:\bdebt\b|\bonly ever shorten)[^\n]*\n((?:(?!\[).*\n?)*)", re.I | re.M
)
_MOST = 1000  # entries of one file that are looked at
_LISTS = ("ruff.toml", ".ruff.toml", "pyproject.toml", "mypy.ini", ".mypy.ini", "setup.cfg")


class Tests(Check):
    """The service has tests.

    An update of the template, or of a library, is merged when tests say that nothing broke.

    Fix: write tests for pytest, in files `tests/test_*.py`; start with one request to each route.

    Since v1.5.0.
    """

    code = "DM301"

    def find(self, repository: Repository) -> Iterator[str]:
        require_python(repository)
        for path in repository.named(r"test.*\.py", r".*_tests?\.py"):
            if _TEST.search(repository.text(path) or ""):
                return
        yield "no file `test_*.py` has a test"


class Types(Check):
    """Types are checked.

    A type checker finds the call that a new version of a library no longer takes, before a request
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
            or _is_set_above(repository, files, tools)
        ):
            yield "no type checker is configured"


class Lint(Check):
    """Style and common mistakes are checked.

    A linter keeps reviews free of what a machine can tell.

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
            or _is_set_above(repository, files, tools)
            or any(re.search(_LINTERS, text) for _, text in repository.above(_HOOKS))
        ):
            yield "no linter is configured"


_HOOKS = ".pre-commit-config.yaml"
_LINTERS = r"\b(ruff|flake8|pylint)\b"


def _is_set_above(repository: Repository, files: Sequence[str], tools: Sequence[str]) -> bool:
    """Tell whether a tool is configured for all services of the repository."""
    set_up = re.compile(rf"(?m)^\[tool\.({'|'.join(tools)})[\].]")
    return any(repository.above(*files)) or any(
        set_up.search(text) for _, text in repository.above("pyproject.toml")
    )


class Debt(Check):
    """The list of debt becomes shorter.

    Old modules that do not meet the rules are listed: in ruff's `per-file-ignores` under a comment
    that says debt, and by mypy's `ignore_errors`. The list is only ever to shrink: nothing new in
    it, nothing that is gone, and within 90 days at least one entry less.

    Fix: `nox -s debt` takes out what is met by now; for more, take an entry out and correct what
    the tools say then. Take out entries of files that are gone.

    Since v1.5.0.
    """

    code = "DS304"

    def find(self, repository: Repository) -> Iterator[str]:
        now = {path: _debt(path, repository.text(path) or "") for path in _LISTS}
        if not any(now.values()):
            skip("there is no list of debt")
        for path, entries in now.items():
            for entry in sorted(entries):
                if not _is_there(entry, repository):
                    yield f"{at(path)}: {code(entry)} is not there"
        then = _before(repository)
        if then is None:
            return
        for path, entries in now.items():
            for entry in sorted(entries - set().union(*then.values())):
                if then[path]:  # an old list that has grown, not a new one
                    yield f"{at(path)}: {code(entry)} was not there {_WINDOW} days ago"
        before, left = set().union(*then.values()), set().union(*now.values())
        if before and before <= left:
            yield f"none of {len(before)} entries has gone in {_WINDOW} days"


def _is_there(entry: str, repository: Repository) -> bool:
    """Tell whether an entry, a file or a module, names something in the repository."""
    if entry.endswith((".py", ".pyi", ".ipynb")):  # without a folder it is the file everywhere
        return any(path == entry or path.endswith(f"/{entry}") for path in repository.paths)
    inside = entry.replace(".", "/")
    return any(
        path.endswith((f"{inside}.py", f"{inside}/__init__.py")) or f"/{inside}/" in f"/{path}"
        for path in repository.paths
    )


def _debt(path: str, text: str) -> set[str]:
    """Return the files and modules that a file of settings exempts; patterns are no debt."""
    try:
        if path.endswith(".toml"):
            found = set(_of_ruff(path, text)) | set(_of_mypy(path, text))
        else:
            found = set(_of_ini(text))
    except (ValueError, RecursionError, configparser.Error):
        return set()
    return {one for one in sorted(found)[:_MOST] if one and "*" not in one}


def _of_ruff(path: str, text: str) -> Iterator[str]:
    """Yield the files that stand below a comment about debt; others are exempt for good."""
    values = tomllib.loads(text)
    own = table(values, "tool", "ruff") if path == "pyproject.toml" else values
    files = [
        *(file for lint in (own, table(own, "lint")) for file in table(lint, "per-file-ignores")),
        *texts(table(own, "format").get("exclude")),
    ]
    listed = "".join(part[1] for part in _DEBT.finditer(text))
    quoted = {found[2] for found in re.finditer(r"([\"'])(.*?)\1", listed)}
    yield from (file for file in files if file in quoted)


def _of_mypy(path: str, text: str) -> Iterator[str]:
    if path == "pyproject.toml":
        overrides = table(tomllib.loads(text), "tool", "mypy").get("overrides")
        for one in overrides if isinstance(overrides, list) else []:
            if isinstance(one, dict) and one.get("ignore_errors") is True:
                module = one.get("module")
                yield from [module] if isinstance(module, str) else texts(module)


def _of_ini(text: str) -> Iterator[str]:
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(text)
    for section in parser.sections():
        value = parser.get(section, "ignore_errors", fallback="false")
        if section.startswith("mypy-") and value.strip().lower() in ("true", "1", "yes", "on"):
            yield from (name.strip() for name in section.removeprefix("mypy-").split(","))


def _before(repository: Repository) -> dict[str, set[str]] | None:
    """Return the debt of 90 days ago by its file; None where git has no commit that old."""
    commit = repository.commit_before(datetime.date.today() - datetime.timedelta(_WINDOW))
    if not commit:
        return None
    return {path: _debt(path, repository.text_at(commit, path)) for path in _LISTS}
