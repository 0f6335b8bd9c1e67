"""Development tools among a service's requirements: their group and version range."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from drydock.adoption.facts import Files
from drydock.adoption.translate import Demand

# Tools that no service needs at run time, in addition to the standard's dev group.
_TOOLS = {"black", "coverage", "flake8", "isort", "pre-commit", "pylint", "tox"}
# Packages whose module has the same name, and which tests often import.
_OF_TESTS = {"aiosqlite", "faker", "freezegun", "httpx", "pytest-asyncio", "requests", "respx"}
# A few versions of email-validator that work with pydantic 2.
_VALIDATORS = ("2.0.0", "2.1.0", "2.2.0", "2.3.0", "2.9.0")
_PLUGIN = re.compile(r"(pytest|flake8|pylint|types)-")
_TESTS = re.compile(r"(^|/)(tests?|conftest\.py|test_[^/]+\.py|[^/]+_test\.py|noxfile\.py)(/|$)")


def placed(demand: Demand, dev: Mapping[str, str], files: Files) -> tuple[Demand, list[str]]:
    """Return a requirement in the right group, and its changes, one line each.

    A tool among the service's own requirements moves to the dev group, unless the code imports it.
    `dev` are the standard's tools by name. A pytest plugin loses its upper bound, because the
    standard determines the version of pytest, and so does email-validator, because pydantic 2 does
    not start with an older one. Only pydantic's extra requires that, so no lock file refuses it.
    """
    done = []
    specifier = Requirement(demand.text).specifier
    if demand.name == "email-validator" and not any(map(specifier.contains, _VALIDATORS)):
        done.append(f"{demand.text} is now email-validator>=2, which pydantic 2 requires")
        marker = f"; {Requirement(demand.text).marker}" if Requirement(demand.text).marker else ""
        demand = replace(demand, text=f"email-validator>=2{marker}".replace('"', "'"))
    is_tool = demand.name in dev or demand.name in _TOOLS or _PLUGIN.match(demand.name)
    if is_tool and not demand.group and not _is_imported(demand.name, files):
        done.append(f"{demand.text} is a development tool: it is now in the dev group")
        demand = replace(demand, group="dev")
    if demand.name.startswith("pytest-") and demand.group:
        requirement = Requirement(demand.text)
        if any(one.operator in {"==", "===", "~=", "<", "<="} for one in requirement.specifier):
            before = str(requirement)
            requirement.specifier = _from_lowest(requirement.specifier)
            done.append(f"{before} is now {requirement}, which follows the standard's pytest")
            demand = replace(demand, text=str(requirement).replace('"', "'"))
    return demand, done


def missing(demands: Iterable[Demand], files: Files) -> Iterator[Demand]:
    """Yield the common test packages that tests import although nothing requires them.

    They were installed by hand, or by a package that no longer depends on them.
    """
    known = {one.name for one in demands}
    for name in sorted(_OF_TESTS - known):
        imports = re.compile(rf"(?m)^\s*(?:import|from)\s+{re.escape(name.replace('-', '_'))}\b")
        for path, text in sorted(files.items()):
            if path.endswith(".py") and _TESTS.search(path) and imports.search(text):
                yield Demand(name, "dev", path, 0)
                break


def _from_lowest(specifier: SpecifierSet) -> SpecifierSet:
    lowest = [one for one in specifier if one.operator in {"==", "===", "~=", ">=", ">"}]
    return SpecifierSet(f">={lowest[0].version.removesuffix('.*')}" if lowest else "")


def _is_imported(name: str, files: Files) -> bool:
    module = name.removeprefix("types-").replace("-", "_")
    imports = re.compile(rf"(?m)^\s*(?:import|from)\s+{re.escape(module)}\b")
    return not name.startswith("types-") and any(
        imports.search(text)
        for path, text in files.items()
        if path.endswith(".py") and not _TESTS.search(path)
    )
