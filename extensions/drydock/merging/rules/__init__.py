"""Named rules that settle what both sides changed: every module in this package has some."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

Rule = Callable[[str | None, str, str], tuple[str, str] | None]
"""Settles a leaf: base, ours, theirs -> the text that stands, and what was done; None: cannot."""


class _Module(Protocol):
    RULES: Mapping[str, Sequence[Rule]]
    """What is tried in this order, by the name of the format."""


@cache
def of(name: str) -> Sequence[Rule]:
    """Return the rules for the format called `name`."""
    names = [module.name for module in iter_modules(__path__)]
    modules = [cast(_Module, import_module(f"{__name__}.{one}")) for one in names]
    return [rule for module in modules for rule in module.RULES.get(name, ())]
