"""The layout of new lines, as ruff and Black would format them, at 88 characters."""

import libcst as cst

_WIDTH = 88


def wrapped(name: str, annotation: str, default: str) -> str:
    """Return the declaration of a field, split into lines if it is too long for one."""
    behind = f" = {default}" if default else ""
    line = f"{name}: {annotation}{behind}"
    if len(line) + 4 <= _WIDTH:
        return line
    if not default or len(annotation) + len(name) + 4 > _WIDTH // 2:
        head, bracket, inside = annotation.partition("[")
        if bracket and annotation.endswith("]"):
            annotation = f"{head}[\n{_lines(inside[:-1])}\n]"
            behind = behind if len(behind) < _WIDTH - 5 else f" = {_call(default)}"
            return f"{name}: {annotation}{behind}"
    return f"{name}: {annotation} = {_call(default)}" if default else line


def _call(text: str) -> str:
    head, bracket, inside = text.partition("(")
    return f"{head}(\n{_lines(inside[:-1])}\n)" if bracket and text.endswith(")") else text


def _lines(inside: str) -> str:
    return "\n".join(f"    {part}," for part in _parts(inside))


def _parts(text: str) -> list[str]:
    """Return the arguments in `text`."""
    call = cst.parse_expression(f"f({text})") if text else cst.Call(cst.Name("f"))
    assert isinstance(call, cst.Call)
    bare = [each.with_changes(comma=cst.MaybeSentinel.DEFAULT) for each in call.args]
    return [cst.Module([]).code_for_node(each).strip() for each in bare]


def wrapped_imports(text: str, package: str) -> str:
    """Return a module with long imports of the adapter split into one name per line."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        if line.startswith(f"from {package} import ") and len(line) > _WIDTH and "(" not in line:
            head, _, names = line.partition(" import ")
            inside = "".join(f"    {name.strip()},\n" for name in names.split(","))
            lines[place] = f"{head} import (\n{inside})"
    return "\n".join(lines)
