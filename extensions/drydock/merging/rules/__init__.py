"""Named rules that resolve changes of both sides: every module in this package has some."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

Rule = Callable[[str | None, str, str], tuple[str, str] | None]
"""Resolves a leaf: base, ours, theirs -> the merged text and a report line; None: not resolved."""


class _Module(Protocol):
    RULES: Mapping[str, Sequence[Rule]]
    """The rules in the order in which they are tried, by format name."""


@cache
def of(name: str) -> Sequence[Rule]:
    """Return the rules for the format called `name`."""
    names = [module.name for module in iter_modules(__path__)]
    modules = [cast(_Module, import_module(f"{__name__}.{module}")) for module in names]
    return [rule for module in modules for rule in module.RULES.get(name, ())]
