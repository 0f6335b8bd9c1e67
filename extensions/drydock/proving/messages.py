"""Requests to a service, and its responses."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal
from urllib.parse import quote

Kind = Literal["valid", "invalid", "recorded", "route"]
"""Whether the API document allows a request or forbids it, whether it was recorded, or whether it
is for a path or method without an operation."""
TOKEN = "drydock-value-of-{number}-"
"""Placeholder in a request for a value of an earlier response."""
_DEEPEST = 100


@dataclass(frozen=True)
class Reference:
    """A value in the JSON body of an earlier response: the response's number, and the path."""

    response: int
    path: tuple[str | int, ...]


@dataclass(frozen=True)
class Request:
    """One request, with placeholders for values of earlier responses."""

    operation: str
    """`GET /items/{id}`, as in the API document; empty if it belongs to no operation."""
    kind: Kind
    method: str
    target: str
    """Path and query, quoted."""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    references: Mapping[str, Reference] = field(default_factory=dict)
    """The value of each placeholder in target, headers and body."""

    def header(self, name: str) -> str | None:
        """Return the value of a header; None if it is absent."""
        return next((v for n, v in self.headers if n.lower() == name), None)

    @property
    def line(self) -> str:
        """The request, for readers."""
        return f"{self.method} {self.target}"


@dataclass(frozen=True)
class Response:
    """A response; `failure` is why there is none."""

    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    failure: str = ""

    def header(self, name: str) -> str:
        """Return the value of a header; empty if it is absent."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def media_type(self) -> str:
        """The type of the body, without parameters."""
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def succeeded(self) -> bool:
        """Whether its status is a success or a redirect."""
        return 200 <= self.status < 400

    @cached_property
    def json(self) -> Any:
        """The value of its JSON body; None for other bodies."""
        return read_json(self.body) if re.search(r"[/+]json$", self.media_type) else None


def read_json(body: bytes) -> Any:
    """Return the value of a JSON document; None if it is not valid or cannot be written again.

    That is the case with unpaired surrogates and with very deep nesting.
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
            child
            for value in level
            if isinstance(value, dict | list)
            for child in (value.values() if isinstance(value, dict) else value)
        ]
    return not level


def value_at(document: Any, path: Sequence[str | int]) -> Any:
    """Return the value at `path` in a JSON document; raise LookupError if there is none."""
    for step in path:
        try:
            document = document[step]
        except (TypeError, IndexError) as error:
            raise LookupError(step) from error
    return document


def filled(request: Request, responses: Sequence[Response]) -> Request:
    """Return a request with the values of the responses so far filled in, ready to be sent.

    Raises LookupError if a response lacks the value.
    """
    target, body, headers = request.target, request.body, request.headers
    for token, reference in request.references.items():
        value = value_at(responses[reference.response].json, reference.path)
        text = value if isinstance(value, str) else json.dumps(value)
        target = target.replace(token, quote(text, safe=""))
        headers = tuple((name, content.replace(token, text)) for name, content in headers)
        if "json" in (request.header("content-type") or "json"):
            body = body.replace(f'"{token}"'.encode(), json.dumps(value).encode())
        else:
            body = body.replace(token.encode(), quote(text, safe="").encode())
    return replace(request, target=target, body=body, headers=headers, references={})
