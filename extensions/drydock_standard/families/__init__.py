"""The families of checks, one a file; a file more is a family more."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from drydock_standard.check import Check


@cache
def modules() -> Mapping[str, ModuleType]:
    """Return the families by their names, in the order of reports."""
    found = {one.name: import_module(f"{__name__}.{one.name}") for one in iter_modules(__path__)}
    return dict(sorted(found.items(), key=lambda item: item[1].ORDER))


@cache
def classes() -> Mapping[str, type[Check]]:
    """Return every check by its code, in the order of reports."""
    found: dict[str, type[Check]] = {}
    for family, module in modules().items():
        own: list[type[Check]] = [
            one
            for one in vars(module).values()
            if isinstance(one, type) and issubclass(one, Check) and one is not Check
        ]
        for check in sorted(own, key=lambda one: one.code[2:]):
            check.family = family
            found[check.code] = check
    return found
