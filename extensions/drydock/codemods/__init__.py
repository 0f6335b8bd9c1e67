"""Rules that migrate a service's code to current libraries, without running it.

A rule is a module with a `RULE` in a package of this folder (`fastapi`, `pydantic`, ...). The
registry finds it there: adding a rule changes no other file.

    # a docstring: the change (old -> new), and the page of the library that documents it
    RULE = Rule(
        name="fastapi-pattern",
        summary="`regex=` of Query, Path, ... -> `pattern=`",
        since="1.5.0",
        words=("regex",),
        rewrite=_rewrite,
    )

    def _rewrite(source: Source) -> cst.Module:
        return source.tree.visit(_Pattern(source))

`rewrite` takes a module that contains one of `words` and returns its new tree. It resolves names
with `source.resolve(node)`, through import aliases and re-exports, and finds the classes of the
service and their bases in `source.project`. It reports every place:

- `source.changed(node, what)`: the change is certain, and applied.
- `if source.unsafe(node, what, why)`: the change is likely right; only `--unsafe` applies it.
- `source.left(node, why, how)`: nothing is changed; `how` is the change to make by hand.

`source.reference("pydantic.field_validator", like=node)` adds an import and returns the expression
to use; `source.drop_import(node)` drops an import that nothing else uses. A rule for files other
than Python code has a `survey` instead, which takes the whole project. The tests of a rule are in
`tests/codemods/<family>/test_<module>.py`, with tables `FIX` and `NOOP`.
"""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules, walk_packages
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drydock.codemods.rule import Rule


@cache
def all_rules() -> "Sequence[Rule]":
    """Return all rules in the order in which they are applied: by family, then by module."""
    from drydock.codemods.rule import Rule  # noqa: PLC0415 - LibCST takes long to import

    rules = []
    for family in iter_modules(__path__, f"{__name__}."):
        if family.ispkg:
            package = import_module(family.name)
            modules = [one.name for one in walk_packages(package.__path__, f"{family.name}.")]
            for module in map(import_module, (family.name, *sorted(modules))):
                if isinstance(rule := getattr(module, "RULE", None), Rule):
                    rules.append(rule)
    return rules
