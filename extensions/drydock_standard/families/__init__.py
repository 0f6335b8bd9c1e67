"""The families of checks, one file each; adding a file adds a family."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from drydock_standard.check import Check


@cache
def modules() -> Mapping[str, ModuleType]:
    """Return the module of each family by its name, in report order."""
    names = [info.name for info in iter_modules(__path__)]
    families = {name: import_module(f"{__name__}.{name}") for name in names}
    return dict(sorted(families.items(), key=lambda item: item[1].ORDER))


@cache
def classes() -> Mapping[str, type[Check]]:
    """Return the class of each check by its code, in report order."""
    checks: dict[str, type[Check]] = {}
    for family, module in modules().items():
        members: list[type[Check]] = [
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, Check) and value is not Check
        ]
        for check in sorted(members, key=lambda member: member.code[2:]):
            check.family = family
            checks[check.code] = check
    return checks
