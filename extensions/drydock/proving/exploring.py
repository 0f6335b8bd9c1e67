"""Finds out, on the service as it was, which requests reach what it can do.

What comes out is a list of requests that can be sent again, in this order, to a service that was
just started: values of earlier responses are filled in anew each time.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from drydock.proving.client import UNSENDABLE, can_be_sent
from drydock.proving.generated import Case, Operation
from drydock.proving.messages import TOKEN, Reference, Request, Response, filled, read_json
from drydock.proving.pool import Pool, authorized

_FIRST, _AGAIN = 6, 12
"""How many requests are tried until one succeeds, in the first round and in the second."""
_MORE = 3
"""How many more are made once one succeeded."""
_ORDER = {"POST": 0, "GET": 1, "HEAD": 1, "OPTIONS": 1, "PUT": 2, "PATCH": 3, "DELETE": 5}
_SOME = 3
_NOWHERE = "/drydock/nowhere"
_ORIGIN = "https://drydock.example"

Send = Callable[[Request], Response]


class Explorer:
    """One run against the service as it was."""

    def __init__(
        self, send: Send, found: Sequence[Operation], recorded: Sequence[Request], seconds: float
    ) -> None:
        self.send, self.recorded = send, recorded
        self.operations = sorted(
            found, key=lambda one: (_ORDER.get(one.method, 4), one.path.count("/"), one.path)
        )
        self.deadline = time.monotonic() + seconds
        self.requests: list[Request] = []
        self.responses: list[Response] = []
        self.succeeded: set[str] = set()
        self.unasked: set[str] = set()
        """Operations that there was no time for."""
        self.pool = Pool()
        self.used: dict[str, int] = {}

    def run(self) -> None:
        """Make requests until all that there is was tried, or time is up."""
        for request in self.recorded:
            self._ask(self._continued(replace(request, operation=self._operation_of(request))))
        kept = [one for one in self.operations if one.method != "DELETE"]
        last = [one for one in self.operations if one.method == "DELETE"]
        last.sort(key=lambda one: -one.path.count("/"))
        for many in (_FIRST, _AGAIN):
            for operation in kept:
                self._reach(operation, many)
        for operation in kept:
            self._more(operation)
        for request in _routes(self.operations):
            self._ask(request)
        for operation in last:
            self._reach(operation, _AGAIN)
            self._more(operation)
        # What one release of a framework takes and the next refuses would change what is there.
        for forbid in (self._forbidden, self._without_login, self._without_type):
            for operation in self.operations:
                forbid(operation)

    @property
    def is_late(self) -> bool:
        """Whether time is up."""
        return time.monotonic() > self.deadline

    def _operation_of(self, request: Request) -> str:
        path = request.target.partition("?")[0]
        fitting = [o for o in self.operations
                   if o.method == request.method and o.pattern.fullmatch(path)]  # fmt: skip
        # `/users/me` is more than a `/users/{user_id}`.
        return min(fitting, key=lambda one: one.path.count("{")).label if fitting else ""

    def _reach(self, operation: Operation, many: int) -> None:
        """Try requests that the document allows until one succeeds."""
        if operation.label in self.succeeded:
            return
        for request, sent in self._valid(operation, many):
            if self.is_late:
                self.unasked.add(operation.label)
                return
            if self._ask(request, operation, sent).succeeded:
                return

    def _more(self, operation: Operation) -> None:
        """See what else it says to what is allowed."""
        for case in [case for case in operation.cases if case.kind == "valid"][1 : _MORE + 1]:
            request = self._logged_in(operation, _made(operation, case, self.pool)[0])
            self._ask(request, operation)

    def _forbidden(self, operation: Operation) -> None:
        for case in operation.cases:
            if case.kind == "invalid":
                self._ask(self._logged_in(operation, case.request), operation)

    def _without_login(self, operation: Operation) -> None:
        if operation.secured and operation.cases:
            request, _ = _made(operation, operation.cases[0], self.pool)
            self._ask(_without(request, "authorization"), operation)

    def _without_type(self, operation: Operation) -> None:
        for case in operation.cases:
            if case.kind == "valid" and case.request.header("content-type") == "application/json":
                request, _ = _made(operation, case, self.pool)
                self._ask(self._logged_in(operation, _without(request, "content-type")), operation)
                return

    def _valid(self, operation: Operation, many: int) -> Iterator[tuple[Request, Any]]:
        """Yield requests that the document allows, the likeliest to succeed first."""
        seen: set[tuple[str, bytes, tuple[tuple[str, str], ...]]] = set()
        made = 0
        for case in operation.cases:
            if case.kind != "valid":
                continue
            for request, sent in _variants(operation, case, self.pool):
                full = self._logged_in(operation, request)
                key = (full.target, full.body, full.headers)
                if key not in seen and made < many:
                    seen.add(key)
                    made += 1
                    yield full, sent

    def _continued(self, request: Request) -> Request:
        """Return a recorded request with the token of a recorded login, once there is one."""
        secured = any(one.secured for one in self.operations if one.label == request.operation)
        had = request.header("authorization") or "Bearer"
        if not secured or not had.lower().startswith("bearer"):
            return request
        return authorized(request, self.pool) or request

    def _logged_in(self, operation: Operation, request: Request) -> Request:
        if not operation.secured:
            return request
        return authorized(request, self.pool) or request

    def _ask(
        self, request: Request, operation: Operation | None = None, sent: Any = None
    ) -> Response:
        if self.is_late:
            return Response(failure="there was no time")
        try:
            whole = filled(request, self.responses)
        except LookupError:
            return Response(failure="it builds on a value that is not there")
        if not can_be_sent(whole):
            return Response(failure=UNSENDABLE)
        response = self.send(whole)
        self.requests.append(request)
        self.responses.append(response)
        if response.succeeded and request.kind in {"valid", "recorded"}:
            if request.operation:
                self.succeeded.add(request.operation)
            # A login may be none of the document's operations.
            called = request.operation or request.line.partition("?")[0]
            path = operation.path if operation else called.partition(" ")[2]
            self.pool.learn(
                path, len(self.responses) - 1, sent or read_json(request.body), response
            )
        return response


def _without(request: Request, header: str) -> Request:
    kept = tuple(one for one in request.headers if one[0].lower() != header)
    return replace(request, headers=kept, kind="invalid")


def _variants(operation: Operation, case: Case, pool: Pool) -> Iterator[tuple[Request, Any]]:
    """Yield a request built on what is known, then one with plausible texts, then as generated."""
    yield _made(operation, case, pool, known=True)
    yield _made(operation, case, pool)
    yield case.request, case.body


def _made(
    operation: Operation, case: Case, pool: Pool, *, known: bool = False
) -> tuple[Request, Any]:
    """Return a request for a case, and its body by value.

    The path is built on what earlier responses brought; if `known`, query and body are, too.
    """
    references: dict[str, Reference] = {}

    def token(reference: Reference) -> str:
        name = TOKEN.format(number=len(references))
        references[name] = reference
        return name

    def value(name: str, generated: Any) -> Any:
        if known and re.search(r"(?i)(._?id|uuid)$", name) and (
            reference := pool.find(name, operation.path)
        ):  # fmt: skip
            return token(reference)
        if known and isinstance(generated, str) and isinstance(pool.sent(name), str):
            return pool.sent(name)
        if generated == "":
            return f"drydock {name}"
        # Nothing can be taken from what has room for none.
        is_none = generated == 0 and isinstance(generated, int | float)
        return _SOME if is_none and not isinstance(generated, bool) else generated

    path = operation.path
    for name, generated in case.path_values.items():
        held = str(generated)
        if case.kind == "valid" and (reference := pool.find(name, operation.path)):
            held = token(reference)
        elif case.kind == "valid" and isinstance(pool.sent(name), str):
            held = quote(pool.sent(name), safe="")
        path = path.replace(f"{{{name}}}", held)
    query = case.request.target.partition("?")[2]
    if case.kind == "valid" and query and known:
        pairs = [(name, value(name, held)) for name, held in parse_qsl(query, True)]
        query = urlencode(pairs)
    body, by_value = case.request.body, case.body
    if case.kind == "valid" and isinstance(by_value, Mapping):
        by_value = {name: value(name, held) for name, held in by_value.items()}
        if "json" in (case.request.header("content-type") or ""):
            body = json.dumps(by_value).encode()
        else:
            body = urlencode(by_value, doseq=True).encode()
    target = f"{path}?{query}" if query else path
    request = replace(case.request, target=target, body=body, references=references)
    return request, None if references else by_value


def _routes(found: Sequence[Operation]) -> Iterator[Request]:
    """Yield requests for what no operation answers: what a framework or a chassis says itself."""
    for path in ("/", _NOWHERE, "/docs", "/redoc"):
        yield Request("", "route", "GET", path)
    simple = [one for one in found if "{" not in one.path]
    if not simple:
        return
    path = min(one.path for one in simple)
    taken = {one.method for one in found if one.path == path}
    yield Request("", "route", next(m for m in ("PATCH", "DELETE", "PUT") if m not in taken), path)
    if path != "/":
        yield Request("", "route", "GET", path.rstrip("/") if path.endswith("/") else f"{path}/")
    yield Request("", "route", "HEAD", path)
    asked = (("Origin", _ORIGIN), ("Access-Control-Request-Method", "GET"))
    yield Request("", "route", "OPTIONS", path, asked)


def replay(requests: Sequence[Request], send: Send, seconds: float) -> list[Response]:
    """Send the requests of a run to a service that was just started; return what comes back.

    After `seconds` nothing more is sent.
    """
    deadline = time.monotonic() + seconds
    responses: list[Response] = []
    for request in requests:
        if time.monotonic() > deadline:
            responses.append(Response(failure=f"it is too slow: not asked after {seconds:.0f} s"))
            continue
        try:
            responses.append(send(filled(request, responses)))
        except LookupError:
            responses.append(Response(failure="an earlier response does not have what it needs"))
    return responses
