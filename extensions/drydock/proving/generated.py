"""Requests that an OpenAPI document allows, and some that it forbids.

Schemathesis and Hypothesis make them, which come with the extra `prove`; no other file imports
them. The same document gives the same requests each time.
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
"""How many requests of each kind are made for an operation, before any is chosen."""
_SEED = 20211128
_NOT_OURS = {"user-agent", "accept-encoding", "connection", "x-schemathesis-testcaseid",
             "content-length"}  # fmt: skip
_BOUNDARY = re.compile(r"boundary=([\w'()+,./:=?-]+)")


@dataclass(frozen=True)
class Case:
    """What a request is made from."""

    kind: Kind
    path_values: Mapping[str, str]
    query: Mapping[str, Any]
    body: Any
    """Its JSON or form by value; None where it has none, or is bytes."""
    request: Request
    """The request as it was generated."""


@dataclass
class Operation:
    """One operation of an API document."""

    method: str
    path: str
    secured: bool
    cases: list[Case] = field(default_factory=list)
    problem: str = ""
    """Why no request can be made for it."""

    @property
    def label(self) -> str:
        """`GET /items/{id}`."""
        return f"{self.method} {self.path}"

    @property
    def pattern(self) -> re.Pattern[str]:
        """What the paths of its requests match."""
        parts = re.split(r"\{[^{}]*\}", self.path)
        return re.compile("[^/]+".join(map(re.escape, parts)))


def require() -> None:
    """Raise BadInput where the extra is not installed."""
    try:
        import hypothesis  # noqa: F401, PLC0415
        import schemathesis  # noqa: F401, PLC0415
    except ImportError as error:
        raise BadInput(f"it needs schemathesis and Hypothesis: {INSTALL}") from error


def operations(document: Mapping[str, Any], scratch: Path, seconds: float) -> Iterator[Operation]:
    """Yield each operation of a document with requests for it; nothing is written but `scratch`.

    After `seconds`, operations are without requests. Raises BadInput when it is no OpenAPI
    document.
    """
    import schemathesis  # noqa: PLC0415
    from hypothesis.configuration import set_hypothesis_home_dir  # noqa: PLC0415

    set_hypothesis_home_dir(scratch)
    try:
        schema = schemathesis.openapi.from_dict(dict(document), config=schemathesis.Config())
        found: list[Any] = list(schema.get_all_operations())
    except Exception as error:
        raise BadInput(f"the OpenAPI document cannot be read: {one_line(error)[:200]}") from error
    deadline = time.monotonic() + seconds
    everywhere = bool(document.get("security"))
    for result in found:
        if hasattr(result, "err"):
            problem = result.err()
            method = str(getattr(problem, "method", None) or "?").upper()
            path = str(getattr(problem, "path", None) or "?")
            yield Operation(method, path, secured=False, problem=one_line(problem)[:200])
            continue
        one = result.ok()
        raw = one.definition.raw
        secured = bool(raw["security"]) if "security" in raw else everywhere
        operation = Operation(one.method.upper(), one.path, secured)
        if time.monotonic() > deadline:
            operation.problem = "there was no time left to generate a request"
            yield operation
            continue
        try:
            operation.cases = list(_cases(operation, one))
        except Exception as error:  # what a document says can be impossible in many ways
            operation.problem = f"no request can be generated: {one_line(error)[:200]}"
        yield operation


def _cases(operation: Operation, one: Any) -> Iterator[Case]:
    from schemathesis import GenerationMode  # noqa: PLC0415

    seen: set[tuple[str, bytes, tuple[tuple[str, str], ...]]] = set()
    kinds: tuple[tuple[Kind, Any, int], ...] = (
        ("valid", GenerationMode.POSITIVE, VALID),
        ("invalid", GenerationMode.NEGATIVE, INVALID),
    )
    for kind, mode, many in kinds:
        strategies = [one.as_strategy(generation_mode=mode)]
        if kind == "valid":
            with suppress(Exception):  # examples that do not fit their own schema
                strategies = [*one.get_strategies_from_examples(), *strategies]
        for strategy in strategies:
            for made in _drawn(strategy, many):
                with suppress(ValueError, TypeError, UnicodeError):
                    case = _case(operation, kind, made)
                    key = (case.request.target, case.request.body, case.request.headers)
                    if key not in seen:
                        seen.add(key)
                        yield case


def _drawn(strategy: Any, many: int) -> list[Any]:
    from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings  # noqa: PLC0415
    from hypothesis.errors import Unsatisfiable  # noqa: PLC0415

    drawn: list[Any] = []

    def keep(made: Any) -> None:
        drawn.append(made)

    steady: Any = settings(
        max_examples=many,
        database=None,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    with suppress(Unsatisfiable):  # nothing forbidden can be said to what takes nothing
        drawing: Any = given(strategy)
        seeded: Any = seed(_SEED)
        seeded(steady(drawing(keep)))()
    return drawn


def _case(operation: Operation, kind: Kind, made: Any) -> Case:
    import requests  # noqa: PLC0415 - of schemathesis

    prepared = requests.Request(**made.as_transport_kwargs("http://localhost")).prepare()
    parts = urlsplit(prepared.url or "")
    headers = {n: _text(v) for n, v in prepared.headers.items() if n.lower() not in _NOT_OURS}
    body = prepared.body or b""
    if isinstance(body, str):
        body = body.encode()
    elif not isinstance(body, bytes):
        raise TypeError("a body that is no text")
    content = headers.get("Content-Type", "")
    if found := _BOUNDARY.search(content):  # drawn by chance otherwise
        headers["Content-Type"] = content.replace(found[1], "drydock")
        body = body.replace(found[1].encode(), b"drydock")
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    by_value = made.body if isinstance(made.body, dict | list) else None
    if "json" not in content and "urlencoded" not in content:
        by_value = None
    return Case(
        kind,
        dict(made.path_parameters or {}),
        dict(made.query or {}),
        json.loads(json.dumps(by_value)),
        Request(operation.label, kind, operation.method, target, tuple(headers.items()), body),
    )


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
