"""Generates requests that an OpenAPI document allows, and some that it forbids.

Schemathesis and Hypothesis generate them. They are installed with the extra `prove`; no other
module imports them. The same document always gives the same requests.
"""

import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from drydock.errors import BadInput, one_line
from drydock.proving.messages import Kind, Request

INSTALL = "pip install 'drydock-engine[prove]'"
VALID, INVALID = 12, 3
"""Generated requests per operation, of each kind."""
_SEED = 20211128
_CLIENT_HEADERS = {"user-agent", "accept-encoding", "connection", "x-schemathesis-testcaseid",
                   "content-length"}  # fmt: skip
_BOUNDARY = re.compile(r"boundary=([\w'()+,./:=?-]+)")


@dataclass(frozen=True)
class Case:
    """The generated values of one request."""

    kind: Kind
    path_values: Mapping[str, str]
    body: Any
    """The value of its JSON or form; None for other bodies."""
    request: Request
    """The generated request."""


@dataclass
class Operation:
    """One operation of an API document."""

    method: str
    path: str
    secured: bool
    cases: list[Case] = field(default_factory=list)
    problem: str = ""
    """Why no request can be generated; empty if they can."""

    @property
    def label(self) -> str:
        """Method and path: `GET /items/{id}`."""
        return f"{self.method} {self.path}"

    @property
    def pattern(self) -> re.Pattern[str]:
        """The pattern of its paths."""
        parts = re.split(r"\{[^{}]*\}", self.path)
        return re.compile("[^/]+".join(map(re.escape, parts)))


def require() -> None:
    """Raise BadInput unless the extra is installed."""
    try:
        import hypothesis  # noqa: F401, PLC0415
        import schemathesis  # noqa: F401, PLC0415
    except ImportError as error:
        raise BadInput(
            f"prove needs Schemathesis and Hypothesis; install them: {INSTALL}"
        ) from error


def operations(document: Mapping[str, Any], scratch: Path, seconds: float) -> Iterator[Operation]:
    """Yield each operation of a document with requests for it; write only to `scratch`.

    After `seconds`, operations have no requests. Raises BadInput if it is not a valid OpenAPI
    document.
    """
    import schemathesis  # noqa: PLC0415
    from hypothesis.configuration import set_hypothesis_home_dir  # noqa: PLC0415

    set_hypothesis_home_dir(scratch)
    try:
        schema = schemathesis.openapi.from_dict(dict(document), config=schemathesis.Config())
        results: list[Any] = list(schema.get_all_operations())
    except Exception as error:
        raise BadInput(f"the OpenAPI document cannot be read: {one_line(error)[:200]}") from error
    deadline = time.monotonic() + seconds
    everywhere = bool(document.get("security"))
    for result in results:
        if hasattr(result, "err"):
            problem = result.err()
            method = str(getattr(problem, "method", None) or "?").upper()
            path = str(getattr(problem, "path", None) or "?")
            yield Operation(method, path, secured=False, problem=one_line(problem)[:200])
            continue
        definition = result.ok()
        raw = definition.definition.raw
        secured = bool(raw["security"]) if "security" in raw else everywhere
        operation = Operation(definition.method.upper(), definition.path, secured)
        if time.monotonic() > deadline:
            operation.problem = "no time was left to generate requests"
            yield operation
            continue
        try:
            operation.cases = list(_cases(operation, definition))
        except Exception as error:  # documents are inconsistent in many ways
            operation.problem = f"no request can be generated: {one_line(error)[:200]}"
        yield operation


def _cases(operation: Operation, definition: Any) -> Iterator[Case]:
    from schemathesis import GenerationMode  # noqa: PLC0415

    seen: set[tuple[str, bytes, tuple[tuple[str, str], ...]]] = set()
    kinds: tuple[tuple[Kind, Any, int], ...] = (
        ("valid", GenerationMode.POSITIVE, VALID),
        ("invalid", GenerationMode.NEGATIVE, INVALID),
    )
    for kind, mode, count in kinds:
        strategies = [definition.as_strategy(generation_mode=mode)]
        if kind == "valid":
            with suppress(Exception):  # examples that do not fit their own schema
                strategies = [*definition.get_strategies_from_examples(), *strategies]
        for strategy in strategies:
            for drawn_case in _drawn(strategy, count):
                with suppress(ValueError, TypeError, UnicodeError):
                    case = _case(operation, kind, drawn_case)
                    key = (case.request.target, case.request.body, case.request.headers)
                    if key not in seen:
                        seen.add(key)
                        yield case


def _drawn(strategy: Any, count: int) -> list[Any]:
    from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings  # noqa: PLC0415
    from hypothesis.errors import Unsatisfiable  # noqa: PLC0415

    drawn: list[Any] = []

    def keep(case: Any) -> None:
        drawn.append(case)

    deterministic: Any = settings(
        max_examples=count,
        database=None,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    with suppress(Unsatisfiable):  # an operation without input has no invalid requests
        drawing: Any = given(strategy)
        seeded: Any = seed(_SEED)
        seeded(deterministic(drawing(keep)))()
    return drawn


def _case(operation: Operation, kind: Kind, drawn: Any) -> Case:
    import requests  # noqa: PLC0415 - installed with Schemathesis

    prepared = requests.Request(**drawn.as_transport_kwargs("http://localhost")).prepare()
    parts = urlsplit(prepared.url or "")
    headers = {n: _text(v) for n, v in prepared.headers.items() if n.lower() not in _CLIENT_HEADERS}
    body = prepared.body or b""
    if isinstance(body, str):
        body = body.encode()
    elif not isinstance(body, bytes):
        raise TypeError("the body is neither text nor bytes")
    content = headers.get("Content-Type", "")
    if match := _BOUNDARY.search(content):  # it is random
        headers["Content-Type"] = content.replace(match[1], "drydock")
        body = body.replace(match[1].encode(), b"drydock")
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    value = drawn.body if isinstance(drawn.body, dict | list) else None
    if "json" not in content and "urlencoded" not in content:
        value = None
    return Case(
        kind,
        dict(drawn.path_parameters or {}),
        json.loads(json.dumps(value)),
        Request(operation.label, kind, operation.method, target, tuple(headers.items()), body),
    )


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
