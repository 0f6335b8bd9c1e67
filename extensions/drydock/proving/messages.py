"""What goes to a service and comes back from it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal
from urllib.parse import quote

Kind = Literal["valid", "invalid", "recorded", "route"]
"""Why a request is made: as the API document allows, as it forbids, as was recorded, or to see
what the service says on paths and methods of no operation."""
TOKEN = "drydock-value-of-{number}-"
"""What stands in a request for a value that an earlier response brings."""
_DEEPEST = 100


@dataclass(frozen=True)
class Reference:
    """A value in the JSON body of an earlier response: its number, and the way to the value."""

    response: int
    way: tuple[str | int, ...]


@dataclass(frozen=True)
class Request:
    """One request, with values of earlier responses still to be filled in."""

    operation: str
    """`GET /items/{id}`, as the API document has it; empty where it is none of them."""
    kind: Kind
    method: str
    target: str
    """Path and query, quoted."""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    references: Mapping[str, Reference] = field(default_factory=dict)
    """What stands for each token in target, headers and body."""

    def header(self, name: str) -> str | None:
        """Return the value of a header; None if it is not sent."""
        return next((v for n, v in self.headers if n.lower() == name), None)

    @property
    def line(self) -> str:
        """The request for a reader."""
        return f"{self.method} {self.target}"


@dataclass(frozen=True)
class Response:
    """What came back; `failure` says why nothing did."""

    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    failure: str = ""

    def header(self, name: str) -> str:
        """Return the value of a header; empty if it is not there."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def media_type(self) -> str:
        """The type of the body, without parameters."""
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def succeeded(self) -> bool:
        """Whether the service did what it was asked for."""
        return 200 <= self.status < 400

    @cached_property
    def json(self) -> Any:
        """The body by value; None where it is no JSON."""
        return read_json(self.body) if re.search(r"[/+]json$", self.media_type) else None


def read_json(body: bytes) -> Any:
    """Return a JSON document by value; None where it is none, or none that can be told again.

    That is one with half a surrogate pair, or nested deeper than anybody means.
    """
    try:
        document = json.loads(body)
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return document if _is_flat(document) else None


def _is_flat(document: Any) -> bool:
    level = [document]
    for _ in range(_DEEPEST):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return not level


def value_at(document: Any, way: Sequence[str | int]) -> Any:
    """Return the value at `way` in a JSON document; raise LookupError where there is none."""
    for step in way:
        try:
            document = document[step]
        except (TypeError, IndexError) as error:
            raise LookupError(step) from error
    return document


def filled(request: Request, responses: Sequence[Response]) -> Request:
    """Return a request as it is sent, with the values of the responses that there are so far.

    Raises LookupError where one of them does not have the value.
    """
    target, body, headers = request.target, request.body, request.headers
    for token, reference in request.references.items():
        value = value_at(responses[reference.response].json, reference.way)
        text = value if isinstance(value, str) else json.dumps(value)
        target = target.replace(token, quote(text, safe=""))
        headers = tuple((name, held.replace(token, text)) for name, held in headers)
        if "json" in (request.header("content-type") or "json"):
            body = body.replace(f'"{token}"'.encode(), json.dumps(value).encode())
        else:
            body = body.replace(token.encode(), quote(text, safe="").encode())
    return replace(request, target=target, body=body, headers=headers, references={})
