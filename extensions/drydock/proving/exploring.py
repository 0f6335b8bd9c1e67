"""Finds out, on the service before the change, which requests reach its operations.

The result is a list of requests that can be sent again, in the same order, to a freshly started
service: references to values of earlier responses are filled in each time.
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

_FIRST_ROUND, _SECOND_ROUND = 6, 12
"""Requests per operation until one succeeds, in the first and in the second round."""
_MORE = 3
"""Further requests once one has succeeded."""
_ORDER = {"POST": 0, "GET": 1, "HEAD": 1, "OPTIONS": 1, "PUT": 2, "PATCH": 3, "DELETE": 5}
_NONZERO = 3
_UNKNOWN_PATH = "/drydock/nowhere"
_ORIGIN = "https://drydock.example"

Send = Callable[[Request], Response]


class Explorer:
    """One run against the service before the change."""

    def __init__(
        self,
        send: Send,
        operations: Sequence[Operation],
        recorded: Sequence[Request],
        seconds: float,
    ) -> None:
        self.send, self.recorded = send, recorded
        self.operations = sorted(
            operations,
            key=lambda item: (_ORDER.get(item.method, 4), item.path.count("/"), item.path),
        )
        self.deadline = time.monotonic() + seconds
        self.requests: list[Request] = []
        self.responses: list[Response] = []
        self.succeeded: set[str] = set()
        self.untried: set[str] = set()
        """Operations that were not tried for lack of time."""
        self.pool = Pool()

    def run(self) -> None:
        """Send requests until all are tried or time is up."""
        for request in self.recorded:
            self._try(self._refreshed(replace(request, operation=self._operation_of(request))))
        others = [operation for operation in self.operations if operation.method != "DELETE"]
        deletions = [operation for operation in self.operations if operation.method == "DELETE"]
        deletions.sort(key=lambda operation: -operation.path.count("/"))
        for limit in (_FIRST_ROUND, _SECOND_ROUND):
            for operation in others:
                self._reach(operation, limit)
        for operation in others:
            self._vary(operation)
        for request in _routes(self.operations):
            self._try(request)
        for operation in deletions:
            self._reach(operation, _SECOND_ROUND)
            self._vary(operation)
        # Invalid requests come last: if only one release of a framework accepts one, it changes
        # the data of later requests.
        for send_invalid in (self._send_invalid, self._omit_login, self._omit_content_type):
            for operation in self.operations:
                send_invalid(operation)

    @property
    def is_late(self) -> bool:
        """Whether time is up."""
        return time.monotonic() > self.deadline

    def _operation_of(self, request: Request) -> str:
        path = request.target.partition("?")[0]
        matches = [operation for operation in self.operations
                   if operation.method == request.method
                   and operation.pattern.fullmatch(path)]  # fmt: skip
        # `/users/me` is more specific than `/users/{user_id}`.
        return min(matches, key=lambda match: match.path.count("{")).label if matches else ""

    def _reach(self, operation: Operation, limit: int) -> None:
        """Try up to `limit` valid requests until one succeeds."""
        if operation.label in self.succeeded:
            return
        for request, sent in self._valid(operation, limit):
            if self.is_late:
                self.untried.add(operation.label)
                return
            if self._try(request, operation, sent).succeeded:
                return

    def _vary(self, operation: Operation) -> None:
        """Send further valid requests."""
        for case in [case for case in operation.cases if case.kind == "valid"][1 : _MORE + 1]:
            request = self._with_login(operation, _request_for(operation, case, self.pool)[0])
            self._try(request, operation)

    def _send_invalid(self, operation: Operation) -> None:
        for case in operation.cases:
            if case.kind == "invalid":
                self._try(self._with_login(operation, case.request), operation)

    def _omit_login(self, operation: Operation) -> None:
        if operation.secured and operation.cases:
            request, _ = _request_for(operation, operation.cases[0], self.pool)
            self._try(_without(request, "authorization"), operation)

    def _omit_content_type(self, operation: Operation) -> None:
        for case in operation.cases:
            if case.kind == "valid" and case.request.header("content-type") == "application/json":
                request, _ = _request_for(operation, case, self.pool)
                self._try(self._with_login(operation, _without(request, "content-type")), operation)
                return

    def _valid(self, operation: Operation, limit: int) -> Iterator[tuple[Request, Any]]:
        """Yield valid requests, the most promising first."""
        seen: set[tuple[str, bytes, tuple[tuple[str, str], ...]]] = set()
        count = 0
        for case in operation.cases:
            if case.kind != "valid":
                continue
            for request, sent in _variants(operation, case, self.pool):
                complete = self._with_login(operation, request)
                key = (complete.target, complete.body, complete.headers)
                if key not in seen and count < limit:
                    seen.add(key)
                    count += 1
                    yield complete, sent

    def _refreshed(self, request: Request) -> Request:
        """Return a recorded request with a current token, once a login has returned one."""
        secured = any(o.secured for o in self.operations if o.label == request.operation)
        authorization = request.header("authorization") or "Bearer"
        if not secured or not authorization.lower().startswith("bearer"):
            return request
        return authorized(request, self.pool) or request

    def _with_login(self, operation: Operation, request: Request) -> Request:
        if not operation.secured:
            return request
        return authorized(request, self.pool) or request

    def _try(
        self, request: Request, operation: Operation | None = None, sent: Any = None
    ) -> Response:
        if self.is_late:
            return Response(failure="no time was left")
        try:
            complete = filled(request, self.responses)
        except LookupError:
            return Response(failure="an earlier response lacks a required value")
        if not can_be_sent(complete):
            return Response(failure=UNSENDABLE)
        response = self.send(complete)
        self.requests.append(request)
        self.responses.append(response)
        if response.succeeded and request.kind in {"valid", "recorded"}:
            if request.operation:
                self.succeeded.add(request.operation)
            # The document does not always contain the login.
            name = request.operation or request.line.partition("?")[0]
            path = operation.path if operation else name.partition(" ")[2]
            self.pool.learn(
                path, len(self.responses) - 1, sent or read_json(request.body), response
            )
        return response


def _without(request: Request, header: str) -> Request:
    headers = tuple(pair for pair in request.headers if pair[0].lower() != header)
    return replace(request, headers=headers, kind="invalid")


def _variants(operation: Operation, case: Case, pool: Pool) -> Iterator[tuple[Request, Any]]:
    """Yield a request with known values, one with plausible texts, and the generated one."""
    yield _request_for(operation, case, pool, known=True)
    yield _request_for(operation, case, pool)
    yield case.request, case.body


def _request_for(
    operation: Operation, case: Case, pool: Pool, *, known: bool = False
) -> tuple[Request, Any]:
    """Return a request for a case, and its body as a value.

    The path refers to values of earlier responses; if `known`, query and body do, too.
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
        # Zero as a quantity or limit makes later requests pointless.
        is_zero = generated == 0 and isinstance(generated, int | float)
        return _NONZERO if is_zero and not isinstance(generated, bool) else generated

    path = operation.path
    for name, generated in case.path_values.items():
        text = str(generated)
        if case.kind == "valid" and (reference := pool.find(name, operation.path)):
            text = token(reference)
        elif case.kind == "valid" and isinstance(pool.sent(name), str):
            text = quote(pool.sent(name), safe="")
        path = path.replace(f"{{{name}}}", text)
    query = case.request.target.partition("?")[2]
    if case.kind == "valid" and query and known:
        pairs = [(name, value(name, text)) for name, text in parse_qsl(query, True)]
        query = urlencode(pairs)
    body, content = case.request.body, case.body
    if case.kind == "valid" and isinstance(content, Mapping):
        content = {name: value(name, generated) for name, generated in content.items()}
        if "json" in (case.request.header("content-type") or ""):
            body = json.dumps(content).encode()
        else:
            body = urlencode(content, doseq=True).encode()
    target = f"{path}?{query}" if query else path
    request = replace(case.request, target=target, body=body, references=references)
    return request, None if references else content


def _routes(operations: Sequence[Operation]) -> Iterator[Request]:
    """Yield requests outside of all operations, which the framework or the chassis answers."""
    for path in ("/", _UNKNOWN_PATH, "/docs", "/redoc"):
        yield Request("", "route", "GET", path)
    simple_paths = [operation.path for operation in operations if "{" not in operation.path]
    if not simple_paths:
        return
    path = min(simple_paths)
    allowed = {operation.method for operation in operations if operation.path == path}
    other = next(method for method in ("PATCH", "DELETE", "PUT") if method not in allowed)
    yield Request("", "route", other, path)
    if path != "/":
        yield Request("", "route", "GET", path.rstrip("/") if path.endswith("/") else f"{path}/")
    yield Request("", "route", "HEAD", path)
    headers = (("Origin", _ORIGIN), ("Access-Control-Request-Method", "GET"))
    yield Request("", "route", "OPTIONS", path, headers)


def replay(requests: Sequence[Request], send: Send, seconds: float) -> list[Response]:
    """Send the requests of a run to a freshly started service; return the responses.

    Nothing is sent after `seconds`.
    """
    deadline = time.monotonic() + seconds
    responses: list[Response] = []
    for request in requests:
        if time.monotonic() > deadline:
            responses.append(Response(failure=f"not sent: {seconds:.0f} s have passed"))
            continue
        try:
            responses.append(send(filled(request, responses)))
        except LookupError:
            responses.append(
                Response(failure="not sent: an earlier response lacks a required value")
            )
    return responses
