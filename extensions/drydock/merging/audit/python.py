"""What Python source says where, and what is wrong with it: units that a merge is held to.

What is wrong with the merge of two sides is wrong with neither of them: a name that one side uses
and the other removed, a definition that both have under one name, a use above the definition.
Each such fault is a unit, too, so that a merge may have those that a side has, and no others.
"""

import ast
import builtins
import io
import symtable
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator

Units = Counter[tuple[str, str]]
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_BUILTIN = {*dir(builtins), "__file__", "__path__", "__annotations__", "__module__", "__qualname__"}


def units(text: str) -> Units:
    """Return statements, imported names, items and comments, by the scope that they stand in."""
    tree = ast.parse(text)
    found: Units = Counter(_said(tree.body, ""))
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            found["#", " ".join(token.string.split())] += 1
    found.update(("", f"{name}, not defined") for name in _undefined(tree, text))
    found.update(("", f"{name}, used above its definition") for name in _early(tree.body))
    found.update(("", f"{name}, called with other arguments") for name in _misfits(tree))
    found.update(("", f"{name}, defined again") for name in _rebound(tree.body, ""))
    found.update(("", f"{name}, imported from") for name in _packages(tree))
    return found


def _packages(tree: ast.Module) -> set[str]:
    """Return the packages that are used: where a side left one for good, no use may be added."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names


def _said(body: list[ast.stmt], scope: str, inside: bool = False) -> Iterator[tuple[str, str]]:
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            start = "import "
            if isinstance(node, ast.ImportFrom):
                start = f"from {'.' * node.level}{node.module or ''} import "
            yield from ((scope, start + ast.unparse(name)) for name in node.names)
        elif isinstance(node, _Definition):
            yield from ((scope, f"@{ast.unparse(mark)}") for mark in node.decorator_list)
            yield scope, _header(node)
            is_class = isinstance(node, ast.ClassDef)
            yield from _said(node.body, f"{scope}{node.name}.", inside or not is_class)
        elif hasattr(node, "body") or isinstance(node, ast.Match):
            yield scope, _header(node)
            for block in _blocks(node):
                yield from _said(block, scope, inside)
        else:
            yield from [(scope, ast.unparse(node))] if inside else _items(node, scope)


def _header(node: ast.stmt) -> str:
    lines = ast.unparse(node).splitlines()
    return next(line for line in lines if not line.startswith("@"))


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """Return the blocks of a compound statement, each with what opens it as its first statement."""
    for name, value in ast.iter_fields(node):
        if name in {"body", "orelse", "finalbody"} and value:
            mark = [] if name == "body" else [ast.Expr(ast.Name(name))]
            yield [*mark, *value]
        elif name in {"handlers", "cases"}:
            for one in value:
                opening = [one.type, one.name] if name == "handlers" else [one.pattern, one.guard]
                said = [ast.unparse(part) for part in opening if isinstance(part, ast.AST)]
                yield [ast.Expr(ast.Constant(f"{name} {' '.join(said)}")), *one.body]


def _items(node: ast.stmt, scope: str) -> Iterator[tuple[str, str]]:
    """Return a simple statement, by its items if it is a list of them."""
    value = getattr(node, "value", None)
    if isinstance(value, ast.Call):
        items: list[str] = [ast.unparse(item) for item in [*value.args, *value.keywords]]
        value.args, value.keywords = [], []
    elif isinstance(value, ast.List | ast.Set):
        items = [ast.unparse(item) for item in value.elts]
        value.elts = []
    elif isinstance(value, ast.Dict):
        items = [
            f"{ast.unparse(key)}: {ast.unparse(held)}" if key else f"**{ast.unparse(held)}"
            for key, held in zip(value.keys, value.values, strict=True)
        ]
        value.keys, value.values = [], []
    else:
        items = []
    shown = ast.unparse(node)
    if not (items and shown == "__all__ = []"):  # a heap: no more than what it holds
        yield scope, shown
    yield from ((f"{scope}{shown}", item) for item in items)


def _undefined(tree: ast.Module, text: str) -> set[str]:
    """Return the names that nothing in the module defines."""
    if any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in tree.body):
        return set()
    tables = [symtable.symtable(text, "module", "exec")]
    for table in tables:
        tables += table.get_children()
    bound, used = set[str](), set[str]()
    for table in tables:
        for symbol in table.get_symbols():
            binds = symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
            if binds and (table is tables[0] or symbol.is_declared_global()):
                bound.add(symbol.get_name())
            if symbol.is_referenced() and (table is tables[0] or symbol.is_global()):
                used.add(symbol.get_name())
    return used - bound - _BUILTIN | _exported(tree) - bound | _lacking(tree)


def _exported(tree: ast.Module) -> set[str]:
    """Return the names in `__all__`."""
    lists = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    )
    held = (item for value in lists for item in ast.walk(value))
    return {
        item.value for item in held if isinstance(item, ast.Constant) and type(item.value) is str
    }


def _lacking(tree: ast.Module) -> set[str]:
    """Return the attributes of `self` that nothing in the module sets."""
    names = {node.name for node in ast.walk(tree) if isinstance(node, _Definition)}
    names |= {
        n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    names |= {node.attr for node in attributes if isinstance(node.ctx, ast.Store)}
    own = [
        n.attr
        for n in attributes
        if isinstance(n.value, ast.Name) and n.value.id in {"self", "cls"}
    ]
    return {f"self.{name}" for name in own if name not in names}


def _early(body: list[ast.stmt]) -> set[str]:
    """Return the names that running the module needs above the statement that binds them first.

    A function that is used may be called, so what it needs is needed there.
    """
    first: dict[str, int] = {}
    for place, node in enumerate(body):
        for name in _bound(node):
            first.setdefault(name, place)
    inside = {
        node.name: {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        for node in body
        if isinstance(node, _Definition)
    }
    early = set()
    for place, node in enumerate(body):
        needed, left = set[str](), set(_run(node))
        while left:
            name = left.pop()
            if name not in needed:
                needed.add(name)
                left |= inside.get(name, set())
        early |= {name for name in needed if first.get(name, -1) > place}
    return early


def _run(node: ast.AST) -> Iterator[str]:
    """Return the names that are used when a statement runs: not those within functions."""
    if isinstance(node, ast.Name):
        yield node.id
    for name, value in ast.iter_fields(node):
        if name == "body" and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
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


def _misfits(tree: ast.Module) -> set[str]:
    """Return the functions of the module that are called with arguments that they do not take."""
    functions = {
        node.name: node.args
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.decorator_list
    }
    return {
        call.func.id
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in functions
        and not _fits(call, functions[call.func.id])
    }


def _fits(call: ast.Call, takes: ast.arguments) -> bool:
    named = {word.arg for word in call.keywords}
    if None in named or any(isinstance(argument, ast.Starred) for argument in call.args):
        return True
    places = [argument.arg for argument in (*takes.posonlyargs, *takes.args)]
    by_name = {argument.arg for argument in (*takes.args, *takes.kwonlyargs)}
    needed = set(places[len(call.args) : len(places) - len(takes.defaults)])
    needed |= {
        argument.arg
        for argument, default in zip(takes.kwonlyargs, takes.kw_defaults, strict=True)
        if default is None
    }
    return (
        (len(call.args) <= len(places) or takes.vararg is not None)
        and (named <= by_name or takes.kwarg is not None)
        and needed <= named
    )
