"""What a merge of Python breaks though it holds in both sides: names and calls.

A name that one side uses and the other removed, a call whose function takes other arguments now
or became async, a use above the definition, two definitions of one name, two branches of which
the second is never reached, a field that cannot follow the one above. A fault that a side has
already is no fault of the merge.
"""

import ast
import builtins
import symtable
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from drydock.merging import audit
from drydock.merging.audit import python_repeated

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Definition = _Function | ast.ClassDef
_BUILTIN = {*dir(builtins), "__file__", "__path__", "__annotations__", "__module__", "__qualname__"}


@dataclass(frozen=True, order=True)
class Fault:
    """Something that is wrong with a text, by itself."""

    kind: str
    name: str
    call: str = ""
    """The call that does not fit."""


def broken(base: str | None, ours: str, theirs: str, merged: str) -> str | None:
    """Return what holds in both sides and not in `merged`, with what each did; None: all does."""
    found = faults(base, ours, theirs, merged)
    if not found:
        return _between(base, ours, theirs, merged) if base is not None else None
    return _described(
        found[0], Module(base) if base is not None else None, Module(ours), Module(theirs)
    )


def _between(base: str, ours: str, theirs: str, merged: str) -> str | None:
    """Return what a merge breaks that only shows beside base: what is exported, or imported."""
    try:
        was, mine, new, now = (Module(text) for text in (base, ours, theirs, merged))
    except (ValueError, MemoryError, RecursionError):
        return None
    for side, other, brings in ((mine, new, "the release brings"), (new, mine, "you bring")):
        if "__all__" in other.order and "__all__" not in {*was.order, *side.order}:
            hidden = (side.defined - was.defined - other.defined - now.exported) & now.defined
            if hidden:
                whose = "your" if side is mine else "the release's"
                return f"{brings} `__all__`, which leaves out {whose} `{min(hidden)}`"
    if found := unneeded(base, ours, theirs, merged):
        return f"the release has `{found[0]}`, which nothing uses: you removed what did"
    return None


def unneeded(base: str, ours: str, theirs: str, merged: str) -> list[str]:
    """Return the imports of `theirs` for one of `base` that ours removed, with all that used it."""
    try:
        was, mine, new, now = (Module(text) for text in (base, ours, theirs, merged))
    except (ValueError, MemoryError, RecursionError):
        return []
    return [
        new.bindings[name]
        for name, before in was.bindings.items()
        if before.startswith(("import ", "from "))
        and new.bindings.get(name, before) not in (before, name)
        and name not in mine.bindings
        and now.bindings.get(name) == new.bindings[name]
        and name in new.used - now.used - now.exported
    ]


def needed(base: str, ours: str, theirs: str, merged: str) -> dict[str, str]:
    """Return the imports of `base` that a side dropped though `merged` uses them, and who does."""
    lacking = [one.name for one in faults(base, ours, theirs, merged) if one.kind == "undefined"]
    if not lacking:
        return {}
    was, mine, new = Module(base), Module(ours), Module(theirs)
    found = {}
    for name in lacking:
        statement = was.bindings.get(name, "")
        users = ["your code"] * (name in mine.bindings) + ["the release"] * (name in new.bindings)
        if statement.startswith(("import ", "from ")) and len(users) == 1:
            found[statement] = users[0]
    return found


def faults(base: str | None, ours: str, theirs: str, merged: str) -> list[Fault]:
    """Return the faults that `merged` has beyond those that a side brought or left as they were."""
    try:
        was, mine, new, now = (
            Counter(Module(text).faults() if text is not None else ())
            for text in (base, ours, theirs, merged)
        )
    except (ValueError, MemoryError, RecursionError):
        return []  # whether it is valid is judged before
    return sorted(audit.brought(was, mine, new, now))


@dataclass(frozen=True)
class _Phrase:
    """How a fault is told: by who changed what it rests on."""

    rests_on: str
    """Which facts of a module: an attribute of it."""
    release: str
    yours: str
    either: str


_PHRASES = {
    "undefined": _Phrase(
        "bindings",
        "the release removes `{was}`, your code still uses it",
        "you removed `{was}`, the release uses it",
        "`{name}` would be used, but not defined",
    ),
    "exported": _Phrase(
        "bindings",
        "the release removes `{was}`, your `__all__` still names it",
        "you removed `{was}`, the release names it in `__all__`",
        "`__all__` would name `{name}`, which is not defined",
    ),
    "arguments": _Phrase(
        "signatures",
        "the release changes the parameters of `{name}`, your code has `{call}`",
        "you changed the parameters of `{name}`, the release has `{call}`",
        "`{call}` would not fit the parameters of `{name}`",
    ),
    "not awaited": _Phrase(
        "signatures",
        "the release makes `{name}` async, your code does not await `{call}`",
        "you made `{name}` async, the release does not await `{call}`",
        "`{call}` would not be awaited",
    ),
    "awaited": _Phrase(
        "signatures",
        "the release makes `{name}` synchronous, your code awaits `{call}`",
        "you made `{name}` synchronous, the release awaits `{call}`",
        "`{call}` would be awaited, and is not async",
    ),
    "package": _Phrase(
        "packages",
        "the release no longer uses {name}, your code comes to use more of it",
        "you no longer use {name}, the release comes to use more of it",
        "{name} would be used again",
    ),
    "early": _Phrase("order", *["`{name}` would be used above its definition"] * 3),
    "defined again": _Phrase("order", *["`{name}` would be defined twice"] * 3),
    "again": _Phrase("order", *["{name} would be there twice"] * 3),
    "default": _Phrase("order", *["`{name}` has no default, a field above it has"] * 3),
}


def _described(fault: Fault, base: "Module | None", ours: "Module", theirs: "Module") -> str:
    """Return a fault of a merge in the user's terms: what the release did, what yours did."""
    phrase = _PHRASES[fault.kind]
    was, mine, new = (
        getattr(side, phrase.rests_on).get(fault.name) if side else None
        for side in (base, ours, theirs)
    )
    text = phrase.either
    if (mine == was) != (new == was):
        text = phrase.yours if new == was else phrase.release
    return text.format(name=fault.name, call=fault.call, was=was)


class Module:
    """A text as it parses and compiles; raises ValueError if it does not."""

    def __init__(self, text: str) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a doubtful escape is not for us to judge
                self.tree = ast.parse(text)
                self.tables = [symtable.symtable(text, "module", "exec")]
        except SyntaxError as error:  # symtable finds more than the parser
            raise ValueError(f"line {error.lineno}: {error.msg}") from error
        for table in self.tables:
            self.tables += table.get_children()

    def faults(self) -> Iterator[Fault]:
        """Return what is wrong, each as often as it is."""
        yield from (Fault("undefined", name) for name in self._undefined())
        yield from (Fault("exported", name) for name in self.exported - self._global)
        yield from (Fault("early", name) for name in self._early())
        yield from (Fault("defined again", name) for name in _rebound(self.tree.body, ""))
        yield from (Fault("package", name) for name in self.packages)
        yield from (Fault("again", name) for name in python_repeated.names(self.tree))
        yield from (Fault("default", name) for name in python_repeated.without_default(self.tree))
        yield from self._calls()

    @cached_property
    def bindings(self) -> dict[str, str]:
        """What binds each name of the module first, on one line."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                for name in node.names:
                    alone: ast.stmt = ast.Import([name])
                    if isinstance(node, ast.ImportFrom):
                        alone = ast.ImportFrom(node.module, [name], node.level)
                    bound = (name.asname or name.name).partition(".")[0]
                    found.setdefault(bound, ast.unparse(alone))
        for node in self.tree.body:
            for bound in _bound(node):
                found.setdefault(bound, bound)
        return found

    @cached_property
    def signatures(self) -> dict[str, str]:
        """How each function of the module, method or class is called, by its name."""
        return {
            name: f"{type(node).__name__} {ast.unparse(node.args)}"
            for name, (node, _) in self._functions.items()
        }

    @cached_property
    def packages(self) -> dict[str, str]:
        """The packages that are used: where a side left one for good, no use may be added."""
        names = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                names |= {name.name for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module)
        used = {name.partition(".")[0] for name in names} - sys.stdlib_module_names
        return {name: name for name in used}

    @cached_property
    def order(self) -> dict[str, int]:
        """Where each name of the module is bound first."""
        found: dict[str, int] = {}
        for place, node in enumerate(self.tree.body):
            for name in _bound(node):
                found.setdefault(name, place)
        return found

    @cached_property
    def _functions(self) -> dict[str, tuple[_Function, bool]]:
        """Functions by what calls them, and whether their first argument is given by the call.

        Only those of which there is one, and that no decorator changes.
        """
        found: list[tuple[str, _Function, bool]] = []
        for node in self.tree.body:
            if isinstance(node, _Function):
                found.append((node.name, node, False))
            elif isinstance(node, ast.ClassDef):
                for held in node.body:
                    if isinstance(held, _Function) and held.name == "__init__":
                        if not node.decorator_list:
                            found.append((node.name, held, True))
                    elif isinstance(held, _Function):
                        found.append((f"self.{held.name}", held, True))
        often = Counter(name for name, _, _ in found)
        return {
            name: (node, bound)
            for name, node, bound in found
            if often[name] == 1 and not node.decorator_list
        }

    def _calls(self) -> Iterator[Fault]:
        awaited = {id(node.value) for node in ast.walk(self.tree) if isinstance(node, ast.Await)}
        for call in ast.walk(self.tree):
            if not isinstance(call, ast.Call):
                continue
            name = ast.unparse(call.func)
            if name not in self._functions:
                continue
            node, bound = self._functions[name]
            shown = ast.unparse(call)
            if not _fits(call, node.args, bound=bound):
                yield Fault("arguments", name, shown)
            if isinstance(node, ast.AsyncFunctionDef) != (id(call) in awaited):
                is_async = isinstance(node, ast.AsyncFunctionDef)
                yield Fault("not awaited" if is_async else "awaited", name, shown)

    @cached_property
    def _global(self) -> set[str]:
        return {
            symbol.get_name()
            for table in self.tables
            for symbol in table.get_symbols()
            if (symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace())
            and (table is self.tables[0] or symbol.is_declared_global())
        }

    def _undefined(self) -> set[str]:
        """Return the names that are used and that nothing in the module defines."""
        if any(node.names[0].name == "*" for node in self._imports()):
            return set()
        used = {
            symbol.get_name()
            for table in self.tables
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (table is self.tables[0] or symbol.is_global())
        }
        return used - self._global - _BUILTIN | self._lacking()

    def _imports(self) -> Iterator[ast.ImportFrom]:
        return (node for node in self.tree.body if isinstance(node, ast.ImportFrom))

    @cached_property
    def used(self) -> set[str]:
        """The names that are read anywhere."""
        names = (node for node in ast.walk(self.tree) if isinstance(node, ast.Name))
        return {node.id for node in names if isinstance(node.ctx, ast.Load)}

    @cached_property
    def defined(self) -> set[str]:
        """The public names that the module is for: what it defines, or has from its package."""
        found = {node.name for node in self.tree.body if isinstance(node, _Definition)}
        for node in self._imports():
            found |= {one.asname or one.name for one in node.names} if node.level else set()
        return {name for name in found if not name.startswith("_")}

    @cached_property
    def exported(self) -> set[str]:
        """Return the names in `__all__`."""
        if any(node.names[0].name == "*" for node in self._imports()):
            return set()
        values = [
            node.value
            for node in self.tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign)
            and "__all__" in {*_bound(node)}
        ]
        return {
            item.value
            for value in values
            if isinstance(value, ast.List | ast.Tuple)
            for item in value.elts
            if isinstance(item, ast.Constant) and isinstance(item.value, str)
        }

    def _lacking(self) -> set[str]:
        """Return the attributes of `self` that nothing in the module sets."""
        nodes = list(ast.walk(self.tree))
        names = {node.name for node in nodes if isinstance(node, _Definition)}
        names |= {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
        names |= {node.attr for node in attributes if isinstance(node.ctx, ast.Store)}
        own = (
            node.attr
            for node in attributes
            if isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
        )
        return {f"self.{name}" for name in own if name not in names}

    def _early(self) -> set[str]:
        """Return the names that running the module needs above the statement that binds them first.

        A function that is used may be called, so what it needs is needed there.
        """
        inside = {
            node.name: {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            for node in self.tree.body
            if isinstance(node, _Definition)
        }
        early = set()
        for place, node in enumerate(self.tree.body):
            needed, left = set[str](), set(_run(node))
            while left:
                name = left.pop()
                if name not in needed:
                    needed.add(name)
                    left |= inside.get(name, set())
            early |= {name for name in needed if self.order.get(name, -1) > place}
        return early


def _run(node: ast.AST) -> Iterator[str]:
    """Return the names that are used when a statement runs: not those within functions."""
    if isinstance(node, ast.Name):
        yield node.id
    for name, value in ast.iter_fields(node):
        if name == "body" and isinstance(node, _Function | ast.Lambda):
            continue
        for held in value if isinstance(value, list) else [value]:
            if isinstance(held, ast.AST):
                yield from _run(held)


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, _Definition):
        yield node.name
        return
    if isinstance(node, ast.alias):
        yield (node.asname or node.name).partition(".")[0]
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    for held in ast.iter_child_nodes(node):
        yield from _bound(held)


def _rebound(body: list[ast.stmt], scope: str) -> Iterator[str]:
    """Return the names that are bound once more, each time, in a module or a class."""
    seen: set[str] = set()
    for node in body:
        # Different modules of one package: `import a.b` and `import a.c` bind the same.
        if isinstance(node, ast.Import) and any("." in name.name for name in node.names):
            continue
        for name in _bound(node) if not isinstance(node, ast.AugAssign) else ():
            if name in seen:
                yield f"{scope}{name}"
            seen.add(name)
        if isinstance(node, ast.ClassDef):
            yield from _rebound(node.body, f"{scope}{node.name}.")


def _fits(call: ast.Call, takes: ast.arguments, *, bound: bool) -> bool:
    """Tell whether a function takes the arguments of a call; `bound`: it gives the first itself."""
    named = {word.arg for word in call.keywords}
    if None in named or any(isinstance(argument, ast.Starred) for argument in call.args):
        return True
    places = [argument.arg for argument in (*takes.posonlyargs, *takes.args)]
    given = len(call.args) + bound
    by_name = {argument.arg for argument in (*takes.args, *takes.kwonlyargs)}
    needed = set(places[given : len(places) - len(takes.defaults)])
    needed |= {
        argument.arg
        for argument, default in zip(takes.kwonlyargs, takes.kw_defaults, strict=True)
        if default is None
    }
    return (
        (given <= len(places) or takes.vararg is not None)
        and (named <= by_name or takes.kwarg is not None)
        and needed <= named
    )
