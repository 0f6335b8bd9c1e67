"""`on_event`, `add_event_handler`, `on_startup=`, `on_shutdown=` -> one lifespan.

Source: https://fastapi.tiangolo.com/advanced/events/; Starlette 1.0 removes `on_startup`,
`on_shutdown`, `on_event` and `add_event_handler` from applications
(https://www.starlette.io/release-notes/#100rc1-february-23-2026); FastAPI keeps some of them.
The handlers stay as functions; the lifespan calls them in the order of their registration. All of
them are moved, or none: an application with a lifespan silently ignores its events.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import libcst as cst

from drydock.codemods.fastapi.applications import APPS, Applications
from drydock.codemods.rule import Rule
from drydock.codemods.source import Rewriter, Source, dotted, keyword

_ROUTERS = ("fastapi.APIRouter", "starlette.routing.Router")
_REGISTERING = {"on_event", "add_event_handler"}
_REGISTRATION = re.compile(r"([\w.]+)\.(?:on_event|add_event_handler)\(")
_HOW = "call the handlers in the lifespan of the application"
_HOW_SINGLE = "call its handler in the lifespan of the application"
# Decorators below on_event that do not change how the function is called.
_HARMLESS = {"repeat_every"}

Phase = Literal["startup", "shutdown"]
Body = Sequence[cst.BaseStatement]


@dataclass
class _App:
    """An application or a router created in a block, with the handlers registered there."""

    name: str
    call: cst.Call
    line: cst.BaseStatement
    is_router: bool
    handlers: list["_Handler"] = field(default_factory=list)
    registered: list[cst.Call] = field(default_factory=list)
    """The calls that register the handlers."""
    problem: str = ""
    """Why the handlers cannot be moved."""


@dataclass(frozen=True)
class _Handler:
    """A handler that runs when the application starts or shuts down."""

    phase: Phase
    node: cst.CSTNode
    """Where it is registered: a statement, a function, or the call that creates the application."""
    value: cst.BaseExpression
    awaited: bool | None
    """None if its result may or may not be awaitable."""
    stored: str = ""
    """The variable that holds it, if it is the value of an expression."""


def _rewrite(source: Source) -> cst.Module:
    return source.tree.visit(_Lifespans(source))


class _Lifespans(Rewriter):
    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.handled: set[cst.CSTNode] = set()
        """The calls that register handlers of applications in this module."""
        self.functions = {
            line.name.value: line for line in source.tree.body if isinstance(line, cst.FunctionDef)
        }
        self.calls = _Calls.of(source.tree)
        self._taken: set[str] = set()
        self._merged: dict[str, _App] = {}
        """The applications whose handlers go into an existing lifespan, by its name."""

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        body = self._block(original_node.body, updated_node.body, at_top=True)
        if body:
            updated_node = updated_node.with_changes(body=[self._merge(line) for line in body])
        return updated_node.visit(_Remaining(self.source, self.calls, self.handled))

    def _merge(self, line: cst.BaseStatement) -> cst.BaseStatement:
        """Return a statement of the module, with the handlers if it is an existing lifespan."""
        if not isinstance(line, cst.FunctionDef) or line.name.value not in self._merged:
            return line
        app = self._merged[line.name.value]
        assert isinstance(line.body, cst.IndentedBlock)
        body: list[cst.BaseStatement] = []
        for statement in line.body.body:
            around = _is_yield(statement)
            body += self._calls_of(app, "startup") if around else []
            body.append(statement)
            body += self._calls_of(app, "shutdown") if around else []
        return line.with_changes(body=line.body.with_changes(body=body))

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        old, new = original_node.body, updated_node.body
        if isinstance(old, cst.IndentedBlock) and isinstance(new, cst.IndentedBlock):
            body = self._block(old.body, new.body, at_top=False)
            if body:
                return updated_node.with_changes(body=new.with_changes(body=body))
        return updated_node

    def _block(self, old: Body, new: Body, *, at_top: bool) -> list[cst.BaseStatement] | None:
        """Return the statements of a block, with a lifespan for each application created in it."""
        apps = {app.name: app for line in old for app in self._apps(line)}
        for line in old:
            self._read(line, apps)
        kinds = {one.is_router for one in apps.values() if one.handlers}
        changed = [
            one
            for one in apps.values()
            if (one.handlers or one.problem) and self._is_to_change(one, kinds, at_top=at_top)
        ]
        if not changed:
            return None
        body: list[cst.BaseStatement] = []
        for before, after in zip(old, new, strict=True):
            lines: list[cst.BaseStatement] = [after]
            for app in changed:
                if before is app.line:
                    lines = self._with_lifespan(app, lines[-1], apart=bool(body), at_top=at_top)
                for handler in app.handlers:
                    if handler.node is before:
                        lines = self._without_event(handler, lines)
            body += lines
        return body

    def _apps(self, line: cst.BaseStatement) -> Iterator[_App]:
        for small in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            target: cst.BaseExpression | None = None
            if isinstance(small, cst.Assign) and len(small.targets) == 1:
                target = small.targets[0].target
            elif isinstance(small, cst.AnnAssign):
                target = small.target
            call = getattr(small, "value", None)
            if not isinstance(target, cst.Name) or not isinstance(call, cst.Call):
                continue
            if self.source.is_a(call.func, *APPS, *_ROUTERS):
                router = self.source.is_a(call.func, *_ROUTERS)
                app = _App(target.value, call, line, router)
                self._read_arguments(app)
                yield app

    def _read_arguments(self, app: _App) -> None:
        """Read the handlers in `on_startup=` and `on_shutdown=`."""
        for phase in ("startup", "shutdown"):
            argument = keyword(app.call.args, f"on_{phase}")
            if argument is None or dotted(argument.value) == "None":
                continue
            if not isinstance(argument.value, cst.List | cst.Tuple):
                app.problem = f"on_{phase}= is not a list"
                continue
            for element in argument.value.elements:
                kind: Phase = "startup" if phase == "startup" else "shutdown"
                app.handlers.append(
                    _Handler(kind, app.call, element.value, self._awaited(element.value))
                )

    def _read(self, line: cst.BaseStatement, apps: dict[str, _App]) -> None:
        """Record the handlers that a statement registers on one of `apps`."""
        if isinstance(line, cst.FunctionDef):
            for decorator in line.decorators:
                call = decorator.decorator
                app, phase = _registers(call, "on_event", apps)
                if app and isinstance(call, cst.Call):
                    app.registered.append(call)
                    others = [one for one in line.decorators if one is not decorator]
                    names = {
                        dotted(
                            one.decorator.func
                            if isinstance(one.decorator, cst.Call)
                            else one.decorator
                        )
                        for one in others
                    }
                    events = [n for n in names if n.endswith(".on_event")]
                    if not phase:
                        app.problem = "the argument of on_event is neither 'startup' nor 'shutdown'"
                    elif names - _HARMLESS - set(events) or _has_required_parameters(line):
                        app.problem = f"{line.name.value} has other decorators or parameters"
                    else:
                        awaited = bool(line.asynchronous)
                        app.handlers.append(_Handler(phase, line, line.name, awaited))
            return
        if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
            return
        small = line.body[0]
        registering = small.value if isinstance(small, cst.Expr) else None
        app, phase = _registers(registering, "add_event_handler", apps)
        if app and isinstance(registering, cst.Call):
            app.registered.append(registering)
            value = registering.args[1].value if len(registering.args) == 2 else None
            if not phase or value is None or any(one.star for one in registering.args):
                app.problem = "the arguments of add_event_handler are not an event and a function"
                return
            stored = ""
            if not dotted(value):
                stored = self._unused_name(f"on_{phase}")
            app.handlers.append(_Handler(phase, line, value, self._awaited(value), stored))

    def _awaited(self, value: cst.BaseExpression) -> bool | None:
        """Return whether the result of calling `value` has to be awaited; None if unknown."""
        if isinstance(value, cst.Name) and value.value in self.functions:
            function = self.functions[value.value]
            return bool(function.asynchronous) if not function.decorators else None
        called = isinstance(value, cst.Call)
        full = self.source.resolve(value.func if isinstance(value, cst.Call) else value)
        path, _, name = full.partition(":")
        known = self.source.project.modules[path].functions.get(name) if name else None
        if not known:
            return None
        return known.returned_is_async if called else known.is_async

    def _is_to_change(self, app: _App, kinds: set[bool], *, at_top: bool) -> bool:
        """Report the handlers of an application, and return whether to move them."""
        node = app.handlers[0].node if app.handlers else app.call
        count = len(app.handlers)
        handlers = f"{count} event handler{'s' * (count > 1)} of {app.name}"
        lifespan = keyword(app.call.args, "lifespan")
        problem = app.problem or self._problem(app, at_top=at_top)
        if problem:
            self.source.left(node, f"events of {app.name}: {problem}", _HOW)
            wanted = False
        elif lifespan and dotted(lifespan.value) != "None":
            why = "they are silently ignored because lifespan= is set"
            wanted = at_top and self._existing(lifespan.value) is not None
            if wanted:
                wanted = self.source.unsafe(node, f"{handlers} -> its lifespan", why)
            else:
                self.source.left(node, f"events of {app.name}: {why}", _HOW)
        elif len(kinds | self._kinds_elsewhere()) > 1:
            why = "handlers of the application would then run before those of its routers"
            wanted = self.source.unsafe(node, f"{handlers} -> one lifespan", why)
        else:
            wanted = True
            self.source.changed(node, f"{handlers} -> one lifespan")
        if wanted or not problem:
            self.handled.update(app.registered)
        return wanted

    def _problem(self, app: _App, *, at_top: bool) -> str:
        """Return why some handlers of an application may be unknown; empty if all are known."""
        names = {app.name, f"{app.name}.router"}
        inside = [
            call
            for call in self.calls
            if call not in app.registered
            and isinstance(call.func, cst.Attribute)
            and call.func.attr.value in _REGISTERING
            and dotted(call.func.value) in names
        ]
        if inside and at_top:
            return "some are registered in a function or a condition"
        ref = f"{self.source.path}:{app.name}"
        for path, full in self._elsewhere():
            if full == ref or (
                not full and not _creates_application(self.source.project.files[path])
            ):
                return f"some may be registered in {path}"
        return ""

    def _elsewhere(self) -> Iterator[tuple[str, str]]:
        """Yield the other modules that register events, and the full name of the application."""
        project = self.source.project
        for path in project.modules:
            if path != self.source.path:
                for line in project.files[path].splitlines():
                    registration = _REGISTRATION.search(line)
                    if registration:
                        name = registration[1].removesuffix(".router")
                        yield path, project.resolve(path, name)

    def _kinds_elsewhere(self) -> set[bool]:
        """Return which kinds have events in other modules: True for routers, False for apps."""
        kinds = set()
        for path, _ in self._elsewhere():
            text = self.source.project.files[path]
            kinds |= {True} if "APIRouter(" in text else set()
            kinds |= {False} if "FastAPI(" in text else set()
        return kinds

    def _existing(self, value: cst.BaseExpression) -> cst.FunctionDef | None:
        """Return the existing lifespan of an application if handlers can be added to it."""
        function = self.functions.get(dotted(value))
        if not function or not isinstance(function.body, cst.IndentedBlock):
            return None
        yields = [line for line in function.body.body if _is_yield(line)]
        return function if len(yields) == 1 else None

    def _unused_name(self, name: str) -> str:
        """Return a variant of `name` that the module does not use."""
        module = self.source.project.modules[self.source.path]
        taken = module.bound | module.imports.keys() | self._taken
        while name in taken or f" {name} " in self.source.text:
            name = f"{name}_"
        self._taken.add(name)
        return name

    def _calls_of(self, app: _App, phase: Phase) -> list[cst.BaseStatement]:
        lines: list[cst.BaseStatement] = []
        for handler in app.handlers:
            if handler.phase == phase:
                callee = cst.Name(handler.stored) if handler.stored else handler.value
                code = f"{cst.Module([]).code_for_node(callee)}()"
                if handler.awaited is None:
                    self.source.add_import("inspect.isawaitable")
                    code = f"if isawaitable(found := {code}):\n    await found"
                elif handler.awaited:
                    code = f"await {code}"
                lines.append(cst.parse_statement(code))
        return lines

    def _with_lifespan(
        self, app: _App, line: cst.BaseStatement, *, apart: bool, at_top: bool
    ) -> list[cst.BaseStatement]:
        """Return a new lifespan, and the statement that creates the application with it."""
        existing = keyword(app.call.args, "lifespan")
        (call,) = (c for c in _Calls.of(line) if dotted(c.func) == dotted(app.call.func))
        if existing and dotted(existing.value) != "None":
            self._merged[dotted(existing.value)] = app
            kept = [one for one in call.args if not _is_events(one)]
            return [_replaced(line, call, call.with_changes(args=_ended(kept, call.args)))]
        name = self._unused_name("lifespan" if not app.is_router else f"{app.name}_lifespan")
        class_ = self.source.reference("fastapi.FastAPI") if app.is_router else app.call.func
        kind = cst.Module([]).code_for_node(class_)
        self.source.add_import("contextlib.asynccontextmanager")
        self.source.add_import("collections.abc.AsyncIterator")
        argument = "app" if app.name == "app" else "_app"
        head = f"async def {name}({argument}: {kind}) -> AsyncIterator[None]:\n    yield\n"
        function = cst.parse_statement(f"@asynccontextmanager\n{head}")
        assert isinstance(function, cst.FunctionDef)
        assert isinstance(function.body, cst.IndentedBlock)
        body = [
            *self._calls_of(app, "startup"),
            *function.body.body,
            *self._calls_of(app, "shutdown"),
        ]
        blank = [cst.EmptyLine(indent=False)] * (2 if at_top else 1)
        above = blank if apart else []
        function = function.with_changes(
            body=function.body.with_changes(body=body), leading_lines=above
        )
        new_argument = cst.parse_expression(f"f(lifespan={name})").args[0]  # type: ignore[attr-defined]
        kept = [one for one in call.args if not _is_events(one)]
        kept = [one for one in kept if not (one.keyword and one.keyword.value == "lifespan")]
        new_call = call.with_changes(args=_with_argument(call, kept, new_argument))
        line = _replaced(line, call, new_call)
        lines = getattr(line, "leading_lines", [])
        comments = [one for one in lines if one.comment]
        return [function, line.with_changes(leading_lines=[*blank, *comments])]

    def _without_event(
        self, handler: _Handler, lines: list[cst.BaseStatement]
    ) -> list[cst.BaseStatement]:
        """Return the statement without the registration of `handler`."""
        last = lines[-1]
        if isinstance(last, cst.FunctionDef):
            kept = [one for one in last.decorators if not _is_on_event(one.decorator)]
            if len(kept) == len(last.decorators):
                return lines
            leading = [*last.leading_lines]
            for decorator in last.decorators:
                if decorator not in kept:
                    leading += decorator.leading_lines
            return [*lines[:-1], last.with_changes(decorators=kept, leading_lines=leading)]
        if not isinstance(handler.node, cst.SimpleStatementLine):
            return lines
        if handler.stored:
            target = cst.AssignTarget(cst.Name(handler.stored))
            return [*lines[:-1], last.with_changes(body=[cst.Assign([target], handler.value)])]
        return lines[:-1]


class _Remaining(cst.CSTTransformer):
    """`app.add_event_handler` -> `app.router.add_event_handler`, which Starlette 1.0 keeps."""

    def __init__(self, source: Source, calls: list[cst.Call], handled: set[cst.CSTNode]) -> None:
        super().__init__()
        self.source = source
        self.remaining = [call for call in calls if call not in handled and _event_of(call)]
        self.apps = Applications.of(source)
        self._report()

    def _report(self) -> None:
        for call in self.remaining:
            func = call.func
            assert isinstance(func, cst.Attribute)
            owner, method = cst.Module([]).code_for_node(func.value), func.attr.value
            if self._is_removed(call):
                self.source.changed(call, f"{owner}.{method} -> {owner}.router.{method}")
            what = f"{owner}.{method}({_event_of(call)!r}) is deprecated"
            self.source.left(call, what, _HOW_SINGLE)

    def _is_removed(self, call: cst.Call) -> bool:
        func = call.func
        return (
            isinstance(func, cst.Attribute)
            and func.attr.value == "add_event_handler"
            and dotted(func.value) in self.apps
        )

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        func = updated_node.func
        if not isinstance(func, cst.Attribute) or not self._is_removed(updated_node):
            return updated_node
        if not _event_of(updated_node):
            return updated_node
        return updated_node.with_changes(
            func=func.with_changes(value=cst.Attribute(func.value, cst.Name("router")))
        )


class _Calls(cst.CSTVisitor):
    """Collects the calls in a tree."""

    def __init__(self) -> None:
        super().__init__()
        self.collected: list[cst.Call] = []

    def visit_Call(self, node: cst.Call) -> None:
        self.collected.append(node)

    @classmethod
    def of(cls, node: cst.CSTNode) -> list[cst.Call]:
        """Return every call in `node`."""
        calls = cls()
        node.visit(calls)
        return calls.collected


def _registers(
    call: cst.CSTNode | None, method: str, apps: dict[str, _App]
) -> tuple[_App | None, Phase | None]:
    """Return the application on which a call registers a handler, and the phase."""
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
        return None, None
    app = apps.get(dotted(call.func.value).removesuffix(".router"))
    if app is None or call.func.attr.value != method:
        return None, None
    event = _event_of(call)
    return app, "startup" if event == "startup" else "shutdown" if event == "shutdown" else None


def _event_of(call: cst.Call) -> str:
    """Return the event for which a call registers a handler; empty if it registers none."""
    if not isinstance(call.func, cst.Attribute) or call.func.attr.value not in _REGISTERING:
        return ""
    event = call.args[0].value if call.args else None
    name = str(event.evaluated_value) if isinstance(event, cst.SimpleString) else ""
    return name if name in {"startup", "shutdown"} else ""


def _creates_application(text: str) -> bool:
    """Return whether a module creates an application or a router."""
    return "FastAPI(" in text or "APIRouter(" in text


def _has_required_parameters(node: cst.FunctionDef) -> bool:
    parameters = (*node.params.params, *node.params.kwonly_params)
    return any(one.default is None for one in parameters)


def _is_yield(line: cst.BaseStatement) -> bool:
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) and line.body else None
    return isinstance(small, cst.Expr) and isinstance(small.value, cst.Yield)


def _is_on_event(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Call) and dotted(node.func).endswith(".on_event")


def _is_events(argument: cst.Arg) -> bool:
    return bool(argument.keyword) and argument.keyword.value in {"on_startup", "on_shutdown"}  # type: ignore[union-attr]


def _replaced(line: cst.BaseStatement, old: cst.Call, new: cst.Call) -> cst.BaseStatement:
    replaced: cst.CSTNode = line
    replaced = replaced.deep_replace(old, new)
    assert isinstance(replaced, cst.BaseStatement)
    return replaced


def _ended(kept: list[cst.Arg], old: Sequence[cst.Arg]) -> list[cst.Arg]:
    """Return arguments with the trailing comma of the old ones."""
    return [*kept[:-1], kept[-1].with_changes(comma=old[-1].comma)] if kept else []


def _with_argument(call: cst.Call, kept: list[cst.Arg], new: cst.Arg) -> list[cst.Arg]:
    """Return the arguments of a call with another one, laid out like the others."""
    if not kept:
        return [new.with_changes(comma=call.args[-1].comma if call.args else new.comma)]
    between = next((one.comma for one in kept[:-1] if isinstance(one.comma, cst.Comma)), None)
    end = call.args[-1].comma
    if between is None:
        between = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        if isinstance(call.whitespace_before_args, cst.ParenthesizedWhitespace):
            between = cst.Comma(whitespace_after=call.whitespace_before_args)
    starred = [place for place, one in enumerate(kept) if one.star == "**"]
    if starred:
        at = starred[0]
        return _ended([*kept[:at], new.with_changes(comma=between), *kept[at:]], call.args)
    last = kept[-1].with_changes(comma=between)
    return [*kept[:-1], last, new.with_changes(comma=end)]


RULE = Rule(
    name="fastapi-lifespan",
    summary="`on_event`, `add_event_handler`, `on_startup=`, `on_shutdown=` -> one lifespan",
    since="1.5.0",
    words=("on_event", "add_event_handler", "on_startup", "on_shutdown"),
    rewrite=_rewrite,
)
