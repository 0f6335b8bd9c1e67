"""`if __name__ == "__main__": uvicorn.run(app)`: the service's start command replaces it."""

import libcst as cst

from drydock.codemods.chassis.statements import calls_in, removing
from drydock.codemods.rule import Rule
from drydock.codemods.source import Source


def _reason(source: Source, line: cst.BaseStatement) -> str:
    if not isinstance(line, cst.If) or line.orelse or not _is_main(line.test):
        return ""
    body = line.body.body
    statement = line.body if isinstance(line.body, cst.SimpleStatementSuite) else body[0]
    calls = [*calls_in(statement)]
    alone = len(body) == 1 and len(getattr(statement, "body", ())) == 1
    if alone and [source.resolve(call.func) for call in calls] == ["uvicorn.run"]:
        return "the service's start command runs the application inside the chassis"
    return ""


def _is_main(test: cst.BaseExpression) -> bool:
    code = cst.Module([]).code_for_node(test).replace("'", '"')
    return code.strip("()") == '__name__ == "__main__"'


RULE = Rule(
    name="chassis-start",
    summary="`uvicorn.run()` under `__main__`, redundant with the service's start command",
    since="1.5.0",
    words=("uvicorn",),
    rewrite=removing(_reason),
    on_request=True,
)
