"""How each format writes what is drawn, and what holds of merges: every module here is a format."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from tests.merging.formats.properties import Property


def properties() -> dict[str, Property[Any]]:
    """Return the properties of every format, by the format's name and theirs."""
    return {
        f"{module.name}: {name}": each
        for module in iter_modules(__path__)
        for name, each in import_module(f"{__name__}.{module.name}").PROPERTIES.items()
    }
