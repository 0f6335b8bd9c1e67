"""`if __name__ == "__main__": uvicorn.run(app)`: the service's command starts it."""

import libcst as cst

from drydock.codemods.chassis.statements import calls_in, removing
from drydock.codemods.rule import Rule
from drydock.codemods.source import Source


def _reason(source: Source, line: cst.BaseStatement) -> str:
    if not isinstance(line, cst.If) or line.orelse or not _is_main(line.test):
        return ""
    body = line.body.body
    whole = line.body if isinstance(line.body, cst.SimpleStatementSuite) else body[0]
    calls = [*calls_in(whole)]
    alone = len(body) == 1 and len(getattr(whole, "body", ())) == 1
    if alone and [source.meaning(call.func) for call in calls] == ["uvicorn.run"]:
        return "the command of the service starts it, with the chassis around it"
    return ""


def _is_main(test: cst.BaseExpression) -> bool:
    code = cst.Module([]).code_for_node(test).replace("'", '"')
    return code.strip("()") == '__name__ == "__main__"'


RULE = Rule(
    name="chassis-start",
    summary="`uvicorn.run()` of a module that is run, beside the service's command",
    since="1.5.0",
    words=("uvicorn",),
    rewrite=removing(_reason),
    on_request=True,
)
