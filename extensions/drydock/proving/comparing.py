"""How responses differ, and what of it is noise: what differs between two runs of one service."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from drydock.proving.messages import Request, Response

Part = Literal["response", "status", "header", "body"]
# Set by the connection or the clock, whatever the service says.
_OF_THE_CONNECTION = {"date", "server", "connection", "keep-alive", "content-length",
                      "transfer-encoding"}  # fmt: skip
_SHOWN = 120
ABSENT = "(absent)"
"""What is shown for a header, or a value, that is not there."""
_PARTS = re.compile(
    r"(?P<uuid>(?i:\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b))"
    r"|(?P<time>\b\d{4}-\d\d-\d\d(?:(?P<separator>[T ])\d\d:\d\d(:\d\d)?"
    r"(?P<fraction>\.\d+)?(?P<zone>Z|[+-]\d\d:?\d\d)?)?)"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])"
    r"|(?P<word>[^\s\"'\[\]{}():,<>]+)"
)


@dataclass(frozen=True)
class Difference:
    """One way in which two responses differ."""

    part: Part
    where: str
    """The name of the header, or the way to a value in the body: `$.items[].price`."""
    before: str
    after: str

    @property
    def place(self) -> tuple[Part, str]:
        """What is different, whatever it says."""
        return self.part, self.where


@dataclass
class Noise:
    """What differs between two runs of the same service, by operation."""

    places: dict[str, set[tuple[Part, str]]] = field(default_factory=dict)

    @classmethod
    def between(
        cls, requests: Sequence[Request], one: Sequence[Response], other: Sequence[Response]
    ) -> "Noise":
        """Return what differs between two runs of the same requests.

        Another status is no noise: it makes a response as a whole worth nothing.
        """
        noise = cls()
        for request, first, second in zip(requests, one, other, strict=True):
            for difference in differences(first, second):
                if difference.part in {"header", "body"}:
                    noise.places.setdefault(name_of(request), set()).add(difference.place)
        return noise

    def of(self, request: Request) -> set[tuple[Part, str]]:
        """Return the places in the responses to a request that say nothing."""
        return self.places.get(name_of(request), set())


def name_of(request: Request) -> str:
    """Return the operation of a request; its method and path where it has none."""
    return request.operation or f"{request.method} {request.target.partition('?')[0]}"


def differences(
    before: Response, after: Response, noise: Set[tuple[Part, str]] = frozenset()
) -> Iterator[Difference]:
    """Yield how `after` differs from `before`; of what is noise, only a form that is another."""
    found = _differences(before, after)
    for one in found:
        if one.place not in noise or form(one.before) != form(one.after):
            yield one


def _differences(before: Response, after: Response) -> Iterator[Difference]:
    if before.failure or after.failure:
        if before.failure != after.failure:
            shown = (one.failure or f"status {one.status}" for one in (before, after))
            yield Difference("response", "", *shown)
        return
    if before.status != after.status:
        # Another response altogether: how the two differ says no more.
        shown = (f"{one.status} {_text(one.body)}".strip() for one in (before, after))
        yield Difference("status", "", *shown)
        return
    yield from _headers(before, after)
    one, other = before.json, after.json
    if one is not None and other is not None:
        yield from _values("$", one, other)
    elif before.body != after.body:
        shown = (_text(one.body) or "(empty)" for one in (before, after))
        yield Difference("body", "", *shown)


def _headers(before: Response, after: Response) -> Iterator[Difference]:
    one, other = _by_name(before), _by_name(after)
    for name in sorted(one.keys() | other.keys()):
        if one.get(name) != other.get(name):
            yield Difference("header", name, one.get(name, ABSENT), other.get(name, ABSENT))


def _by_name(response: Response) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in response.headers:
        key = name.lower()
        if key not in _OF_THE_CONNECTION:
            found[key] = f"{found[key]}, {value}" if key in found else value
    if "content-type" in found:  # neither blanks nor case of it mean anything
        found["content-type"] = re.sub(r"\s*;\s*", "; ", found["content-type"].lower())
    return found


def _values(where: str, before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted(before.keys() | after.keys()):
            inner = f"{where}.{name}"
            if name in before and name in after:
                yield from _values(inner, before[name], after[name])
            else:
                shown = (_shown(one[name]) if name in one else ABSENT for one in (before, after))
                yield Difference("body", inner, *shown)
    elif isinstance(before, list) and isinstance(after, list):
        if len(before) != len(after):
            yield Difference("body", f"{where}[]", f"{len(before)} items", f"{len(after)} items")
        for one, other in zip(before, after, strict=False):
            yield from _values(f"{where}[]", one, other)
    elif before != after or isinstance(before, bool) != isinstance(after, bool):
        yield Difference("body", where, _shown(before), _shown(after))


def form(value: str) -> str:
    """Return the form of a shown value: what identifiers, times and numbers of it have in common.

    A time that changes from run to run still has a separator, and a zone or none.
    """
    text = _PARTS.sub(partial(_form_of, is_text=value.startswith('"')), value)
    return re.sub(r"<word>(\s*<word>)+", "<word>", text)


def _form_of(found: "re.Match[str]", *, is_text: bool) -> str:
    if found["time"]:
        zone = found["zone"] or ""
        zone = "offset" if zone.startswith(("+", "-")) else zone
        return f"<time {found['separator'] or ''}{'.f' if found['fraction'] else ''}{zone}>"
    if found["uuid"]:
        return "<uuid>"
    return "<number>" if found["number"] and not is_text else "<word>"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _text(body: bytes) -> str:
    text = repr(body.decode("utf-8", "replace"))[1:-1]
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
