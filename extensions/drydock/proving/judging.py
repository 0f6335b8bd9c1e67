"""Compares the responses of both sides, operation by operation."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from drydock.proving import contract, intended
from drydock.proving.comparing import Noise, differences, name_of
from drydock.proving.generated import Operation
from drydock.proving.intended import Exchange, Versions
from drydock.proving.messages import Request, Response, filled
from drydock.proving.proof import Finding, Row

# Documents are compared by `contract`, not as text.
_DOCUMENTS = ("/openapi.json", "/docs", "/redoc")


def rows(
    operations: Sequence[Operation],
    requests: Sequence[Request],
    runs: tuple[Sequence[Response], Sequence[Response], Sequence[Response]],
    versions: Versions,
    untried: set[str],
) -> tuple[list[Row], list[str]]:
    """Return a row for each operation and each other path, and notes on all responses.

    `runs` are two runs of the service before the change, and one after it.
    """
    noise = Noise.between(requests, runs[0], runs[1])
    by_name = {
        operation.label: Row(operation.label, problem=operation.problem) for operation in operations
    }
    findings: dict[tuple[str, str, str, str], Finding] = {}
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
        for difference in differences(first, after, noise.of(request)):
            if reason := intended.everywhere(versions, difference):
                general[reason] = general.get(reason, 0) + 1
                continue
            reason = intended.reason(versions, exchange, difference)
            # Intended differences are reported once per reason.
            key = (name, "", "", reason) if reason else (name, *difference.place, reason)
            if known := findings.get(key):
                places = {*known.also, difference.where} - {known.difference.where}
                times = known.times + (last[key] != number)
                findings[key] = replace(known, times=times, also=tuple(sorted(places)))
            else:
                findings[key] = Finding(difference, filled(request, runs[0]).line, 1, reason)
            last[key] = number
    for (name, *_), finding in findings.items():
        by_name[name].found.append(finding)
    for row in by_name.values():
        row.noise = sorted({where or part for part, where in noise.places.get(row.operation, ())})
        if row.is_operation and not row.succeeded and not row.problem:
            row.problem = _problem(row, requests, runs[0], untried)
    notes = [f"intended, in {count} of {len(requests)} responses: {reason}"
             for reason, count in general.items()]  # fmt: skip
    return list(by_name.values()), notes


def _without_text(response: Response) -> Response:
    return Response(response.status, failure=response.failure)


def _problem(
    row: Row, requests: Sequence[Request], responses: Sequence[Response], untried: set[str]
) -> str:
    results = [
        response.failure or str(response.status)
        for request, response in zip(requests, responses, strict=True)
        if name_of(request) == row.operation
    ]
    if results:
        counts = (f"{results.count(result)} times {result}" for result in dict.fromkeys(results))
        unstable = f", {row.unstable} of them not always" if row.unstable else ""
        return f"never succeeded: {', '.join(counts)}{unstable}"
    return "no time was left" if row.operation in untried else "no request could be generated"


def add_broken_promises(
    rows: Sequence[Row], before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Add to each row what the API document no longer promises for its operation."""
    by_name = {row.operation: row for row in rows}
    for operation, change in contract.breaks(before, after):
        if operation in by_name:
            by_name[operation].broken.append(change)
