"""Tools for tests and code among what a service requires: where they belong, in which range."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from drydock.adoption.facts import Files
from drydock.adoption.translate import Demand

# What no service runs with, besides what the dev group of the standard has.
_TOOLS = {"black", "coverage", "flake8", "isort", "pre-commit", "pylint", "tox"}
# Tests import these by the names that they are installed by.
_OF_TESTS = {"aiosqlite", "faker", "freezegun", "httpx", "pytest-asyncio", "requests", "respx"}
_PLUGIN = re.compile(r"(pytest|flake8|pylint|types)-")
_TESTS = re.compile(r"(^|/)(tests?|conftest\.py|test_[^/]+\.py|[^/]+_test\.py|noxfile\.py)(/|$)")


def placed(demand: Demand, dev: Mapping[str, str], files: Files) -> tuple[Demand, list[str]]:
    """Return a requirement in the group where it belongs, and what was done to it, a line each.

    A tool among those of the service itself goes to the dev group, unless the code imports it.
    `dev` are the standard's tools by name. A plugin of pytest keeps no upper bound, since pytest
    itself is in the standard's version.
    """
    done = []
    is_tool = demand.name in dev or demand.name in _TOOLS or _PLUGIN.match(demand.name)
    if is_tool and not demand.group and not _is_imported(demand.name, files):
        done.append(f"{demand.text} is a development tool: it is now in the dev group")
        demand = replace(demand, group="dev")
    if demand.name.startswith("pytest-") and demand.group:
        asked = Requirement(demand.text)
        if any(one.operator in {"==", "===", "~=", "<", "<="} for one in asked.specifier):
            before = str(asked)
            asked.specifier = _from_lowest(asked.specifier)
            done.append(f"{before} is now {asked}, which follows the standard's pytest")
            demand = replace(demand, text=str(asked).replace('"', "'"))
    return demand, done


def missing(demands: Iterable[Demand], files: Files) -> Iterator[Demand]:
    """Yield what tests import although nothing requires it, of what tests are written with.

    It was installed by hand, or came with something that no longer brings it.
    """
    known = {one.name for one in demands}
    for name in sorted(_OF_TESTS - known):
        imports = re.compile(rf"(?m)^\s*(?:import|from)\s+{re.escape(name.replace('-', '_'))}\b")
        for path, text in sorted(files.items()):
            if path.endswith(".py") and _TESTS.search(path) and imports.search(text):
                yield Demand(name, "dev", path, 0)
                break


def _from_lowest(asked: SpecifierSet) -> SpecifierSet:
    lowest = [one for one in asked if one.operator in {"==", "===", "~=", ">=", ">"}]
    return SpecifierSet(f">={lowest[0].version.removesuffix('.*')}" if lowest else "")


def _is_imported(name: str, files: Files) -> bool:
    module = name.removeprefix("types-").replace("-", "_")
    imports = re.compile(rf"(?m)^\s*(?:import|from)\s+{re.escape(module)}\b")
    return not name.startswith("types-") and any(
        imports.search(text)
        for path, text in files.items()
        if path.endswith(".py") and not _TESTS.search(path)
    )
