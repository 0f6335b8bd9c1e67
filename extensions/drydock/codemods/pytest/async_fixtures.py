"""`@pytest.fixture` on an `async def` -> `@pytest_asyncio.fixture`.

Source: https://pytest-asyncio.readthedocs.io/en/stable/reference/fixtures/decorators.html, strict
mode, the default since 0.19; pytest 9 fails on an async fixture that no plugin handles
(https://docs.pytest.org/en/stable/deprecations.html). pytest-asyncio 1.0 removes the fixture
`event_loop`
(https://pytest-asyncio.readthedocs.io/en/stable/reference/changelog.html).
"""

import re

import libcst as cst

from drydock.codemods.project import Project
from drydock.codemods.rule import Rule
from drydock.codemods.source import Rewriter, Source

_AUTO = re.compile(r"""asyncio_mode\s*=\s*["']?auto|--asyncio-mode[= ]auto""")


def _rewrite(source: Source) -> cst.Module:
    return source.tree.visit(_Fixtures(source, _plugin(source.project)))


def _plugin(project: Project) -> str:
    """Return which plugin runs async tests: `asyncio`, `auto` (its mode), `anyio`, `both`."""
    texts = [text for path, text in project.files.items() if not path.endswith((".lock", ".md"))]
    if any(_AUTO.search(text) for text in texts):
        return "auto"
    uses_asyncio = any(
        "pytest-asyncio" in text or "pytest_asyncio" in text or "mark.asyncio" in text
        for text in texts
    )
    uses_anyio = any("mark.anyio" in text or "anyio_backend" in text for text in texts)
    return "both" if uses_asyncio and uses_anyio else "anyio" if uses_anyio else "asyncio"


class _Fixtures(Rewriter):
    def __init__(self, source: Source, plugin: str) -> None:
        super().__init__(source)
        self.plugin = plugin

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        decorators = []
        for old, new in zip(original_node.decorators, updated_node.decorators, strict=True):
            call = old.decorator if isinstance(old.decorator, cst.Call) else None
            func = call.func if call else old.decorator
            updated = new
            if self.source.resolve(func) in {"pytest.fixture", "pytest_asyncio.fixture"}:
                if original_node.name.value == "event_loop":
                    why = "pytest-asyncio 1.0 removed the event_loop fixture"
                    how = "set loop_scope= on the fixtures, or asyncio_default_fixture_loop_scope"
                    self.source.left(original_node, why, how)
                elif original_node.asynchronous and self.source.resolve(func) == "pytest.fixture":
                    updated = self._fixture(original_node, func, new)
            decorators.append(updated)
        return updated_node.with_changes(decorators=decorators)

    def _fixture(
        self, node: cst.FunctionDef, func: cst.BaseExpression, new: cst.Decorator
    ) -> cst.Decorator:
        if self.plugin in {"auto", "anyio"}:
            return new
        if self.plugin == "both":
            why = f"{node.name.value} is async, and the tests use both anyio and pytest-asyncio"
            self.source.left(node, why, "use pytest_asyncio.fixture, or pytest.mark.anyio")
            return new
        self.source.changed(node, "@pytest.fixture on async def -> @pytest_asyncio.fixture")
        self.source.drop_import(func)
        self.source.add_import("import pytest_asyncio")
        fixture = cst.parse_expression("pytest_asyncio.fixture")
        if isinstance(new.decorator, cst.Call):
            return new.with_changes(decorator=new.decorator.with_changes(func=fixture))
        return new.with_changes(decorator=fixture)


RULE = Rule(
    name="pytest-async-fixtures",
    summary="`@pytest.fixture` on an `async def` -> `@pytest_asyncio.fixture`",
    since="1.5.0",
    words=("fixture",),
    rewrite=_rewrite,
)
