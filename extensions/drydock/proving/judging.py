"""Compares what two sides said to the same requests, operation by operation."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from drydock.proving import contract, intended
from drydock.proving.comparing import Noise, differences, name_of
from drydock.proving.generated import Operation
from drydock.proving.intended import Exchange, Setting
from drydock.proving.messages import Request, Response, filled
from drydock.proving.proof import Found, Row

# Compared by what it promises, not word by word.
_DOCUMENTS = ("/openapi.json", "/docs", "/redoc")


def rows(
    operations: Sequence[Operation],
    requests: Sequence[Request],
    runs: tuple[Sequence[Response], Sequence[Response], Sequence[Response]],
    setting: Setting,
    unasked: set[str],
) -> tuple[list[Row], list[str]]:
    """Return what holds of each operation and of other paths, and what holds of all responses.

    `runs` are two of the service as it was, and one of what it is now.
    """
    noise = Noise.between(requests, runs[0], runs[1])
    by_name = {one.label: Row(one.label, problem=one.problem) for one in operations}
    found: dict[tuple[str, str, str, str], Found] = {}
    last: dict[tuple[str, str, str, str], int] = {}
    general: dict[str, int] = {}
    for number, (request, first, second, after) in enumerate(zip(requests, *runs, strict=True)):
        name = name_of(request)
        row = by_name.setdefault(name, Row(name, is_operation=False))
        row.requests += 1
        if (first.status, first.failure) != (second.status, second.failure):
            row.unstable += 1
            continue
        row.succeeded += first.succeeded and request.kind != "route"
        if request.kind == "route" and request.target.startswith(_DOCUMENTS):
            first, after = _without_text(first), _without_text(after)  # noqa: PLW2901
        exchange = Exchange(request, first, after)
        for one in differences(first, after, noise.of(request)):
            if reason := intended.everywhere(setting, one):
                general[reason] = general.get(reason, 0) + 1
                continue
            why = intended.reason(setting, exchange, one)
            # What is meant is told once, with its reason.
            key = (name, "", "", why) if why else (name, *one.place, why)
            if known := found.get(key):
                places = {*known.also, one.where} - {known.difference.where}
                times = known.times + (last[key] != number)
                found[key] = replace(known, times=times, also=tuple(sorted(places)))
            else:
                found[key] = Found(one, filled(request, runs[0]).line, 1, why)
            last[key] = number
    for (name, *_), first_found in found.items():
        by_name[name].found.append(first_found)
    for row in by_name.values():
        row.noise = sorted({where or part for part, where in noise.places.get(row.operation, ())})
        if row.is_operation and not row.succeeded and not row.problem:
            row.problem = _why_not(row, requests, runs[0], unasked)
    notes = [f"intended, in {many} of {len(requests)} responses: {why}"
             for why, many in general.items()]  # fmt: skip
    return list(by_name.values()), notes


def _without_text(response: Response) -> Response:
    return Response(response.status, failure=response.failure)


def _why_not(
    row: Row, requests: Sequence[Request], responses: Sequence[Response], unasked: set[str]
) -> str:
    reasons = [
        response.failure or str(response.status)
        for request, response in zip(requests, responses, strict=True)
        if name_of(request) == row.operation
    ]
    if reasons:
        many = ", ".join(f"{reasons.count(one)} times {one}" for one in dict.fromkeys(reasons))
        unstable = f", {row.unstable} of them not always" if row.unstable else ""
        return f"never with success: {many}{unstable}"
    return "there was no time left" if row.operation in unasked else "no request could be made"


def promises(found: Sequence[Row], before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Add to each row what the API document promised for it, and does no longer."""
    by_name = {row.operation: row for row in found}
    for operation, what in contract.breaks(before, after):
        if operation in by_name:
            by_name[operation].broken.append(what)
