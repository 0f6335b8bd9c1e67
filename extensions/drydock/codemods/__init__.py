"""Rules that carry a service's code to the libraries of today; nothing of it is run.

A rule is a module of a package in here (`fastapi`, `pydantic`, ...) that has a `RULE`, and is
found by that: nothing else changes when one is added.

    # a docstring: what becomes of what, and the source: where the library says so
    RULE = Rule(
        name="fastapi-pattern",
        summary="`regex=` of Query, Path, ... -> `pattern=`",
        since="1.5.0",
        words=("regex",),
        rewrite=_rewrite,
    )

    def _rewrite(source: Source) -> cst.Module:
        return source.tree.visit(_Pattern(source))

`rewrite` is given one module that holds one of `words` and returns its new tree. It decides by
what names stand for (`source.meaning(node)`, through import aliases and re-exports; and
`source.project`, which knows every class of the service and its bases), and tells of every place:

- `source.changed(node, what)`: it is certain, and is changed.
- `if source.unsafe(node, what, why)`: it is likely, and is changed on request only.
- `source.left(node, why, how)`: it is not changed; `how` is the change to make by hand.

Imports are added by `source.named("pydantic.field_validator", like=node)`, which returns the
expression to use, and dropped where nothing uses them any more with `source.unused(...)`. A rule
that is about other files than Python code has `survey` instead: it is given the whole project.
The twin of a rule is `tests/codemods/<family>/test_<module>.py`, with tables `FIX` and `NOOP`.
"""

import re
from collections.abc import Sequence, Set
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules, walk_packages
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drydock.codemods.rule import Rule


@cache
def all_rules() -> "Sequence[Rule]":
    """Return every rule there is, in the order in which they are applied: by family and name."""
    from drydock.codemods.rule import Rule  # noqa: PLC0415 - LibCST takes long to import

    found = []
    for family in iter_modules(__path__, f"{__name__}."):
        if family.ispkg:
            package = import_module(family.name)
            modules = [one.name for one in walk_packages(package.__path__, f"{family.name}.")]
            for module in map(import_module, (family.name, *sorted(modules))):
                if isinstance(rule := getattr(module, "RULE", None), Rule):
                    found.append(rule)
    return found


@cache
def releases() -> Set[str]:
    """Return the releases that rules are from, without importing these."""
    texts = (file.read_text(encoding="utf-8") for file in Path(__path__[0]).rglob("*/*.py"))
    return {since for text in texts for since in re.findall(r'^    since="(.+?)",', text, re.M)}
