"""Finds faults in names and calls that a merge of Python has but neither side has.

These are: a name that one side uses and the other removed, a call of a function whose parameters
changed or that became async, a use above the definition, two definitions of one name, code that is
never reached, a use of a name that is imported for types only, and a dataclass field without a
default below one that has a default.
"""

import ast
import builtins
import io
import re
import symtable
import sys
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from drydock.merging import audit
from drydock.merging.audit import python_fields, python_repeated, python_values

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Definition = _Function | ast.ClassDef
_BUILTIN = {*dir(builtins), "__file__", "__path__", "__annotations__", "__module__", "__qualname__"}


@dataclass(frozen=True, order=True)
class Fault:
    """A fault of a single text."""

    kind: str
    name: str
    call: str = ""
    """The call that does not match the function."""


def broken(base: str | None, ours: str, theirs: str, merged: str) -> str | None:
    """Return a fault of `merged` in terms of what each side did; None if it has none."""
    found = faults(base, ours, theirs, merged)
    if not found:
        return _hidden_or_unused(base, ours, theirs, merged) if base is not None else None
    return _described(
        found[0], Module(base) if base is not None else None, Module(ours), Module(theirs)
    )


def _hidden_or_unused(base: str, ours: str, theirs: str, merged: str) -> str | None:
    """Return a name that a new `__all__` hides, a changed value, or an import that nothing uses.

    These are faults only in comparison with base.
    """
    try:
        in_base, in_ours, in_theirs, in_merged = (
            Module(text) for text in (base, ours, theirs, merged)
        )
    except (ValueError, MemoryError, RecursionError):
        return None
    for side, other, adds in (
        (in_ours, in_theirs, "the release adds"),
        (in_theirs, in_ours, "you add"),
    ):
        if "__all__" in other.order and "__all__" not in {*in_base.order, *side.order}:
            hidden = side.defined - in_base.defined - other.defined - in_merged.exported
            hidden &= in_merged.defined
            if hidden:
                whose = "your" if side is in_ours else "the release's"
                return f"{adds} `__all__`, which omits {whose} `{min(hidden)}`"
    for side, other, owner in (
        (in_ours, in_theirs, "the release"),
        (in_theirs, in_ours, "your version"),
    ):
        trees = in_base.tree, side.tree, other.tree, in_merged.tree
        if uses := python_values.changed(*trees):
            return f"{uses[0]}, which {owner} adds above it"
    if imports := unneeded(base, ours, theirs, merged):
        return f"the release has `{imports[0]}`, but you removed the code that uses it"
    return None


def unneeded(base: str, ours: str, theirs: str, merged: str) -> list[str]:
    """Return the imports of theirs that replace one of base that ours removed with all its uses."""
    try:
        in_base, in_ours, in_theirs, in_merged = (
            Module(text) for text in (base, ours, theirs, merged)
        )
    except (ValueError, MemoryError, RecursionError):
        return []
    return [
        in_theirs.bindings[name]
        for name, old in in_base.bindings.items()
        if old.startswith(("import ", "from "))
        and in_theirs.bindings.get(name, old) not in (old, name)
        and name not in in_ours.bindings
        and in_merged.bindings.get(name) == in_theirs.bindings[name]
        and name in in_theirs.used - in_merged.used - in_merged.exported
    ]


def needed(base: str, ours: str, theirs: str, merged: str) -> dict[str, str]:
    """Return the imports of base that a side removed though `merged` uses them, and who does."""
    undefined = [
        fault.name for fault in faults(base, ours, theirs, merged) if fault.kind == "undefined"
    ]
    if not undefined:
        return {}
    in_base, in_ours, in_theirs = Module(base), Module(ours), Module(theirs)
    imports = {}
    for name in undefined:
        statement = in_base.bindings.get(name, "")
        users = ["your code"] * (name in in_ours.bindings)
        users += ["the release"] * (name in in_theirs.bindings)
        if statement.startswith(("import ", "from ")) and len(users) == 1:
            imports[statement] = users[0]
    return imports


def faults(base: str | None, ours: str, theirs: str, merged: str) -> list[Fault]:
    """Return the faults of `merged` that its sides do not account for."""
    try:
        in_base, in_ours, in_theirs, in_merged = (
            Counter(Module(text).faults() if text is not None else ())
            for text in (base, ours, theirs, merged)
        )
    except (ValueError, MemoryError, RecursionError):
        return []  # an invalid merge is rejected before
    return sorted(audit.new_faults(in_base, in_ours, in_theirs, in_merged))


@dataclass(frozen=True)
class _Phrase:
    """The descriptions of a kind of fault, by the side that changed the facts it depends on."""

    facts: str
    """The attribute of a module with these facts."""
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
        "the release no longer uses {name}, your code adds a use of it",
        "you no longer use {name}, the release adds a use of it",
        "{name} would be used again",
    ),
    "early": _Phrase("order", *["`{name}` would be used above its definition"] * 3),
    "defined again": _Phrase("order", *["`{name}` would be defined twice"] * 3),
    "again": _Phrase("order", *["{name} would occur twice"] * 3),
    "joined": _Phrase("order", *["{name} would be joined to one text"] * 3),
    "unreached": _Phrase("order", *["{name} and would never be reached"] * 3),
    "type only": _Phrase("order", *["`{name}` would be used, but imported only for types"] * 3),
    "default": _Phrase("order", *["`{name}` has no default, a field above it has"] * 3),
}


def _described(fault: Fault, base: "Module | None", ours: "Module", theirs: "Module") -> str:
    """Return the description of a fault in terms of what the release and the user did."""
    phrase = _PHRASES[fault.kind]
    in_base, in_ours, in_theirs = (
        getattr(side, phrase.facts).get(fault.name) if side else None
        for side in (base, ours, theirs)
    )
    text = phrase.either
    if (in_ours == in_base) != (in_theirs == in_base):
        text = phrase.yours if in_theirs == in_base else phrase.release
    return text.format(name=fault.name, call=fault.call, was=in_base)


class Module:
    """A parsed text; raises ValueError if it does not compile."""

    def __init__(self, text: str) -> None:
        self._text = text
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # such as an invalid escape in the user's code
                self.tree = ast.parse(text)
                self.tables = [symtable.symtable(text, "module", "exec")]
        except SyntaxError as error:  # symtable finds more errors than the parser
            raise ValueError(f"line {error.lineno}: {error.msg}") from error
        for table in self.tables:
            self.tables += table.get_children()

    def faults(self) -> Iterator[Fault]:
        """Yield the faults, each as often as it occurs."""
        yield from (Fault("undefined", name) for name in self._undefined())
        yield from (Fault("exported", name) for name in self.exported - self._global)
        yield from (Fault("early", name) for name in self._early())
        yield from (Fault("defined again", name) for name in _rebound(self.tree.body, ""))
        yield from (Fault("package", name) for name in self.packages)
        yield from (Fault("again", name) for name in python_repeated.names(self.tree))
        yield from (Fault("default", name) for name in python_fields.without_default(self.tree))
        yield from (Fault("unreached", name) for name in python_repeated.unreached(self.tree))
        yield from (Fault("type only", name) for name in self._type_only())
        yield from (Fault("joined", name) for name in self._joined())
        yield from self._calls()

    @cached_property
    def bindings(self) -> dict[str, str]:
        """The first statement that binds each name of the module, on one line."""
        bindings: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                for name in node.names:
                    alone: ast.stmt = ast.Import([name])
                    if isinstance(node, ast.ImportFrom):
                        alone = ast.ImportFrom(node.module, [name], node.level)
                    bound = (name.asname or name.name).partition(".")[0]
                    bindings.setdefault(bound, ast.unparse(alone))
        for node in self.tree.body:
            for bound in names_bound(node):
                bindings.setdefault(bound, bound)
        return bindings

    @cached_property
    def signatures(self) -> dict[str, str]:
        """The parameters of each function, method and class of the module, by its name."""
        return {
            name: f"{type(node).__name__} {ast.unparse(node.args)}"
            for name, (node, _) in self._functions.items()
        }

    @cached_property
    def packages(self) -> dict[str, str]:
        """The packages that are imported: if a side drops one, the other must not add a use."""
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
        """The index of the first statement that binds each name of the module."""
        order: dict[str, int] = {}
        for index, node in enumerate(self.tree.body):
            for name in names_bound(node):
                order.setdefault(name, index)
        return order

    @cached_property
    def _functions(self) -> dict[str, tuple[_Function, bool]]:
        """Functions by the expression that calls them, and whether their first argument is bound.

        Only functions with a unique name and no decorator.
        """
        functions: list[tuple[str, _Function, bool]] = []
        for node in self.tree.body:
            if isinstance(node, _Function):
                functions.append((node.name, node, False))
            elif isinstance(node, ast.ClassDef):
                if fields := _constructor(node):
                    functions.append((node.name, fields, False))
                for member in node.body:
                    if isinstance(member, _Function) and member.name == "__init__":
                        if not node.decorator_list:
                            functions.append((node.name, member, True))
                    elif isinstance(member, _Function):
                        functions.append((f"self.{member.name}", member, True))
        counts = Counter(name for name, _, _ in functions)
        return {
            name: (node, bound)
            for name, node, bound in functions
            if counts[name] == 1 and not node.decorator_list
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
            if not fits(call, node.args, bound=bound):
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
        """Return the names that the module uses without defining them."""
        if any(node.names[0].name == "*" for node in self._imports()):
            return set()
        used = {
            symbol.get_name()
            for table in self.tables
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (table is self.tables[0] or symbol.is_global())
        }
        return used - self._global - _BUILTIN | self._unset_attributes()

    def _joined(self) -> Iterator[str]:
        """Yield adjacent texts on different lines in a list or call, joined for lack of a comma.

        Texts in parentheses of their own are meant to be joined.
        """
        literals = [
            item
            for node in ast.walk(self.tree)
            for item in _items_of(node)
            if isinstance(item, ast.Constant) and isinstance(item.value, str)
            if item.lineno != item.end_lineno
        ]
        lines = re.split(r"\r\n?|\n", self._text) if literals else []
        for item in literals:
            source = _source(lines, item)
            if re.match(r"[A-Za-z]*(?:\"\"\"|''')", source):
                continue
            with suppress(tokenize.TokenError, SyntaxError):
                tokens = [*tokenize.generate_tokens(io.StringIO(f"({source}\n)").readline)]
                texts = [token for token in tokens if token.type == tokenize.STRING]
                for first, second in pairwise(texts):
                    if first.end[0] != second.start[0]:
                        yield f"`{first.string[:30]}` and `{second.string[:30]}`"

    def _type_only(self) -> set[str]:
        """Return the names that run-time code uses, but that are bound for type checkers only."""
        guards = [node for node in self.tree.body if isinstance(node, ast.If) and _is_guard(node)]
        if not guards:
            return set()
        left = [node for node in self.tree.body if node not in guards]
        bound = {name for node in guards for one in node.body for name in names_bound(one)}
        bound -= {name for node in left for name in names_bound(node)}
        bound -= {symbol.get_name() for table in self.tables[1:] for symbol in table.get_symbols()
                  if symbol.is_local()}  # fmt: skip
        is_lazy = any(
            node.module == "__future__" and any(name.name == "annotations" for name in node.names)
            for node in self._imports()
        )
        return bound & {name for node in left for name in _run_time(node, is_lazy)}

    def _imports(self) -> Iterator[ast.ImportFrom]:
        return (node for node in self.tree.body if isinstance(node, ast.ImportFrom))

    @cached_property
    def used(self) -> set[str]:
        """The names that the module reads."""
        names = (node for node in ast.walk(self.tree) if isinstance(node, ast.Name))
        return {node.id for node in names if isinstance(node.ctx, ast.Load)}

    @cached_property
    def defined(self) -> set[str]:
        """The public names that the module defines or imports from its own package."""
        names = {node.name for node in self.tree.body if isinstance(node, _Definition)}
        for node in self._imports():
            names |= {name.asname or name.name for name in node.names} if node.level else set()
        return {name for name in names if not name.startswith("_")}

    @cached_property
    def exported(self) -> set[str]:
        """The names in `__all__`."""
        if any(node.names[0].name == "*" for node in self._imports()):
            return set()
        values = [
            node.value
            for node in self.tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign)
            and "__all__" in {*names_bound(node)}
        ]
        return {
            item.value
            for value in values
            if isinstance(value, ast.List | ast.Tuple)
            for item in value.elts
            if isinstance(item, ast.Constant) and isinstance(item.value, str)
        }

    def _unset_attributes(self) -> set[str]:
        """Return the attributes of `self` that the module uses but never sets."""
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
        """Return the names that the module needs above the first statement that binds them.

        A used function may be called, so the names that it needs are needed there too.
        """
        inside = {
            node.name: {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            for node in self.tree.body
            if isinstance(node, _Definition)
        }
        early = set()
        for index, node in enumerate(self.tree.body):
            needed, left = set[str](), set(_run(node))
            while left:
                name = left.pop()
                if name not in needed:
                    needed.add(name)
                    left |= inside.get(name, set())
            early |= {name for name in needed if self.order.get(name, -1) > index}
        return early


def _run(node: ast.AST) -> Iterator[str]:
    """Yield the names that are used when a statement runs: not those within functions."""
    if isinstance(node, ast.Name):
        yield node.id
    for name, value in ast.iter_fields(node):
        if name == "body" and isinstance(node, _Function | ast.Lambda):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _run(child)


def _items_of(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the items of a literal, or the arguments of a call."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        yield from node.elts
    elif isinstance(node, ast.Dict):
        yield from node.values
    elif isinstance(node, ast.Call):
        yield from (*node.args, *(word.value for word in node.keywords))


def _source(lines: Sequence[str], node: ast.expr) -> str:
    """Return the source of an expression of several lines."""
    assert node.end_lineno is not None
    own = [line.encode() for line in lines[node.lineno - 1 : node.end_lineno]]
    own[-1] = own[-1][: node.end_col_offset]
    own[0] = own[0][node.col_offset :]
    return b"\n".join(own).decode()


def _is_guard(node: ast.If) -> bool:
    """Tell whether a statement is `if TYPE_CHECKING:` without another branch."""
    return not node.orelse and ast.unparse(node.test).rpartition(".")[2] == "TYPE_CHECKING"


def _run_time(node: ast.AST, is_lazy: bool) -> Iterator[str]:
    """Yield the names that code uses when it runs; `is_lazy`: annotations are not evaluated."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield node.id
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns"} and (is_lazy or isinstance(node, ast.AnnAssign)):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _run_time(child, is_lazy)


def names_bound(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement binds, but not those within functions and classes."""
    if isinstance(node, _Definition):
        yield node.name
        return
    if isinstance(node, ast.alias):
        yield (node.asname or node.name).partition(".")[0]
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    for child in ast.iter_child_nodes(node):
        yield from names_bound(child)


def _constructor(node: ast.ClassDef) -> ast.FunctionDef | None:
    """Return the constructor that the fields of a class make; None if it has its own."""
    members = {member.name for member in node.body if isinstance(member, _Function)}
    parameters = None if members & {"__init__", "__new__"} else python_fields.constructor(node)
    return ast.FunctionDef(node.name, parameters, [], []) if parameters else None


def _rebound(body: list[ast.stmt], scope: str) -> Iterator[str]:
    """Yield each repeated binding of a name in a module or class."""
    seen: set[str] = set()
    for node in body:
        # Modules of one package bind the same name: `import a.b` and `import a.c`.
        if isinstance(node, ast.Import) and any("." in name.name for name in node.names):
            continue
        for name in names_bound(node) if not isinstance(node, ast.AugAssign) else ():
            if name in seen:
                yield f"{scope}{name}"
            seen.add(name)
        if isinstance(node, ast.ClassDef):
            yield from _rebound(node.body, f"{scope}{node.name}.")


def fits(call: ast.Call, takes: ast.arguments, *, bound: bool) -> bool:
    """Tell whether a function accepts the arguments of a call; `bound`: the first is implicit."""
    named = {word.arg for word in call.keywords}
    if None in named or any(isinstance(argument, ast.Starred) for argument in call.args):
        return True
    positional = [argument.arg for argument in (*takes.posonlyargs, *takes.args)]
    passed = len(call.args) + bound
    by_name = {argument.arg for argument in (*takes.args, *takes.kwonlyargs)}
    needed = set(positional[passed : len(positional) - len(takes.defaults)])
    needed |= {
        argument.arg
        for argument, default in zip(takes.kwonlyargs, takes.kw_defaults, strict=True)
        if default is None
    }
    return (
        (passed <= len(positional) or takes.vararg is not None)
        and (named <= by_name or takes.kwarg is not None)
        and needed <= named
    )
