"""The service's own health routes: the chassis serves /livez and /readyz.

Only routes that return a constant; what other routes check belongs in a readiness check.
"""

import libcst as cst

from drydock.codemods.chassis.statements import removing
from drydock.codemods.rule import Rule
from drydock.codemods.source import Source, keyword

_PATHS = {"/health", "/healthz", "/livez", "/readyz", "/live", "/ready", "/liveness", "/readiness"}


def _reason(source: Source, line: cst.BaseStatement) -> str:
    if not isinstance(line, cst.FunctionDef) or len(line.decorators) != 1:
        return ""
    call = line.decorators[0].decorator
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
        return ""
    argument = (
        call.args[0] if call.args and not call.args[0].keyword else keyword(call.args, "path")
    )
    path = (
        argument.value.evaluated_value
        if argument and isinstance(argument.value, cst.SimpleString)
        else ""
    )
    if call.func.attr.value != "get" or path not in _PATHS or not _is_constant(line):
        return ""
    return "the chassis serves /livez and /readyz on the management port; point the probes there"


def _is_constant(function: cst.FunctionDef) -> bool:
    """Return whether a function only returns a constant."""
    body = list(function.body.body)
    if function.get_docstring() is not None:
        body = body[1:]
    line = body[0] if len(body) == 1 else None
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else line
    if not isinstance(small, cst.Return) or small.value is None:
        return False
    calls = cst.Module([]).code_for_node(small.value)
    return "(" not in calls


RULE = Rule(
    name="chassis-health",
    summary="health routes that return a constant, redundant with the chassis",
    since="1.5.0",
    words=tuple(_PATHS),
    rewrite=removing(_reason),
    on_request=True,
)
