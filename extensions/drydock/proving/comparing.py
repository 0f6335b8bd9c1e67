"""Compares responses, and sets noise aside: what differs between two runs of one service."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from drydock.proving.messages import Request, Response

Part = Literal["response", "status", "header", "body"]
# Set by the connection or the clock, not by the service.
_TRANSPORT_HEADERS = {"date", "server", "connection", "keep-alive", "content-length",
                      "transfer-encoding"}  # fmt: skip
_SHOWN = 120
ABSENT = "(absent)"
"""Shown for a missing header or value."""
_PARTS = re.compile(
    r"(?P<uuid>(?i:\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b))"
    r"|(?P<time>\b\d{4}-\d\d-\d\d(?:(?P<separator>[T ])\d\d:\d\d(:\d\d)?"
    r"(?P<fraction>\.\d+)?(?P<zone>Z|[+-]\d\d:?\d\d)?)?)"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])"
    r"|(?P<word>[^\s\"'\[\]{}():,<>]+)"
)


@dataclass(frozen=True)
class Difference:
    """One difference between two responses."""

    part: Part
    where: str
    """The name of the header, or the path of a value in the body: `$.items[].price`."""
    before: str
    after: str

    @property
    def place(self) -> tuple[Part, str]:
        """The place of the difference, without the values."""
        return self.part, self.where


@dataclass
class Noise:
    """The places that differ between two runs of the same service, by operation."""

    places: dict[str, set[tuple[Part, str]]] = field(default_factory=dict)

    @classmethod
    def between(
        cls, requests: Sequence[Request], first: Sequence[Response], second: Sequence[Response]
    ) -> "Noise":
        """Return what differs between two runs of the same requests.

        A different status is not noise: it makes the whole response unusable.
        """
        noise = cls()
        for request, before, after in zip(requests, first, second, strict=True):
            for difference in differences(before, after):
                if difference.part in {"header", "body"}:
                    noise.places.setdefault(name_of(request), set()).add(difference.place)
        return noise

    def of(self, request: Request) -> set[tuple[Part, str]]:
        """Return the places to ignore in the responses to a request."""
        return self.places.get(name_of(request), set())


def name_of(request: Request) -> str:
    """Return the operation of a request; its method and path if it has none."""
    return request.operation or f"{request.method} {request.target.partition('?')[0]}"


def differences(
    before: Response, after: Response, noise: Set[tuple[Part, str]] = frozenset()
) -> Iterator[Difference]:
    """Yield how `after` differs from `before`; for noise, only changes of form."""
    for difference in _differences(before, after):
        if difference.place not in noise or form(difference.before) != form(difference.after):
            yield difference


def _differences(before: Response, after: Response) -> Iterator[Difference]:
    if before.failure or after.failure:
        if before.failure != after.failure:
            responses = (before, after)
            shown = (response.failure or f"status {response.status}" for response in responses)
            yield Difference("response", "", *shown)
        return
    if before.status != after.status:
        # With a different status, further differences add nothing.
        shown = (f"{side.status} {_text(side.body)}".strip() for side in (before, after))
        yield Difference("status", "", *shown)
        return
    yield from _headers(before, after)
    old, new = before.json, after.json
    if old is not None and new is not None:
        yield from _values("$", old, new)
    elif before.body != after.body:
        shown = (_text(side.body) or "(empty)" for side in (before, after))
        yield Difference("body", "", *shown)


def _headers(before: Response, after: Response) -> Iterator[Difference]:
    old, new = _by_name(before), _by_name(after)
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield Difference("header", name, old.get(name, ABSENT), new.get(name, ABSENT))


def _by_name(response: Response) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in response.headers:
        key = name.lower()
        if key not in _TRANSPORT_HEADERS:
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
    if "content-type" in headers:  # its case and spaces are insignificant
        headers["content-type"] = re.sub(r"\s*;\s*", "; ", headers["content-type"].lower())
    return headers


def _values(where: str, before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted(before.keys() | after.keys()):
            inner = f"{where}.{name}"
            if name in before and name in after:
                yield from _values(inner, before[name], after[name])
            else:
                sides = (before, after)
                shown = (_shown(side[name]) if name in side else ABSENT for side in sides)
                yield Difference("body", inner, *shown)
    elif isinstance(before, list) and isinstance(after, list):
        if len(before) != len(after):
            yield Difference("body", f"{where}[]", f"{len(before)} items", f"{len(after)} items")
        for old, new in zip(before, after, strict=False):
            yield from _values(f"{where}[]", old, new)
    elif before != after or isinstance(before, bool) != isinstance(after, bool):
        yield Difference("body", where, _shown(before), _shown(after))


def form(value: str) -> str:
    """Return the form of a shown value, with placeholders for identifiers, times and numbers.

    The form of a time includes its separator, and whether it has a zone.
    """
    text = _PARTS.sub(partial(_form_of, is_text=value.startswith('"')), value)
    return re.sub(r"<word>(\s*<word>)+", "<word>", text)


def _form_of(match: "re.Match[str]", *, is_text: bool) -> str:
    if match["time"]:
        zone = match["zone"] or ""
        zone = "offset" if zone.startswith(("+", "-")) else zone
        return f"<time {match['separator'] or ''}{'.f' if match['fraction'] else ''}{zone}>"
    if match["uuid"]:
        return "<uuid>"
    return "<number>" if match["number"] and not is_text else "<word>"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _text(body: bytes) -> str:
    text = repr(body.decode("utf-8", "replace"))[1:-1]
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
