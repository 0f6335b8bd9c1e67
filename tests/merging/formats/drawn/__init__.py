"""How each format renders drawn documents, and the properties of merges: one module per format."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from tests.merging.formats.properties import Property


def properties() -> dict[str, Property[Any]]:
    """Return the properties of every format, keyed by format and property name."""
    return {
        f"{module.name}: {name}": each
        for module in iter_modules(__path__)
        for name, each in import_module(f"{__name__}.{module.name}").PROPERTIES.items()
    }
