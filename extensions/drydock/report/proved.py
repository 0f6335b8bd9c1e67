"""How the outcome of `drydock prove` is shown."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from typer import echo, style

from drydock.proving.proof import Found, Outcome, Proof, Row, SideReport
from drydock.report.terminal import Row as Cells
from drydock.report.terminal import print_list, print_table
from drydock.report.wording import cell

_COLOURS: dict[Outcome, str] = {
    "same": "green",
    "differs as intended": "cyan",
    "differs": "red",
    "not proved": "yellow",
}
_MIB = 1 << 20


def proof_to_json(proof: Proof) -> str:
    """Return the proof for machines."""
    about = asdict(proof) | {"exit_code": proof.exit_code, "verdict": proof.verdict}
    for row, record in zip(proof.rows, about["rows"], strict=True):
        record["outcome"] = row.outcome
    return json.dumps(about, indent=2, default=_plain)


def _plain(value: Any) -> Any:
    return str(value)


def print_proof(proof: Proof, *, verbose: bool = False) -> None:
    """Say the verdict, what differs and why, and how both sides were run."""
    colour = {0: "green", 1: "red", 2: "yellow"}[proof.exit_code]
    echo(style(proof.verdict, fg=colour, bold=True))
    shown = [row for row in proof.rows if verbose or row.outcome != "same"]
    cells: list[Cells] = []
    for row in shown:
        first, *more = list(_lines(row)) or [""]
        cells.append(((row.operation, ""), (row.outcome, _COLOURS[row.outcome]), (first, "")))
        cells += [(("", ""), ("", ""), (line, "")) for line in more]
    if shown:
        echo(style("\nOperations:", bold=True))
    if cells and not print_table(cells):
        for row in shown:
            echo(f"  {row.operation}: {style(row.outcome, fg=_COLOURS[row.outcome])}")
            for line in _lines(row):
                echo(f"    {line}")
    same = sum(row.outcome == "same" for row in proof.rows)
    if proof.rows:
        echo(f"{same} of {len(proof.rows)} the same" + ("" if verbose else ", not listed"))
    print_list("Notes:", proof.notes)
    for title, side in (("Before", proof.before), ("After", proof.after)):
        print_list(f"{title}:", list(_side_lines(side)))
    print_list("While they ran:", proof.holds)


def proof_to_markdown(proof: Proof) -> str:
    """Return the proof for a pull request."""
    return "\n".join(_markdown(proof))


def _markdown(proof: Proof) -> Iterator[str]:
    yield f"**{proof.verdict}**"
    if proof.rows:
        yield from ("", "| operation | | requests | what differs, and why |", "|---|---|---|---|")
    for row in proof.rows:
        lines = "<br>".join(_cell(line) for line in _lines(row))
        many = f"{row.requests}, {row.succeeded} with success" if row.is_operation else row.requests
        yield f"| `{row.operation}` | {row.outcome} | {many} | {lines} |"
    sides = (proof.before, proof.after)
    yield from ("", "| | before | after |", "|---|---|---|")
    for name, values in _measured(sides):
        yield f"| {name} | {_cell(values[0])} | {_cell(values[1])} |"
    notes = [*proof.notes, *proof.holds]
    for title, side in (("before", proof.before), ("after", proof.after)):
        notes += [f"{title}: {line}" for line in _said(side)]
    yield ""
    yield from (f"- {line}" for line in notes)


def _lines(row: Row) -> Iterator[str]:
    yield from (f"no longer promised: {one}" for one in row.broken)
    # What is not meant first.
    for found in sorted(row.found, key=lambda one: bool(one.intended)):
        yield _difference(found)
    if row.problem:
        yield row.problem
    if row.unstable:
        yield f"set aside: {row.unstable} requests whose status differs from run to run"
    if row.noise:
        yield f"set aside, since it differs from run to run: {', '.join(row.noise)}"


def _difference(found: Found) -> str:
    one = found.difference
    text = f"{one.part} {one.where}".strip() + f": {one.before} -> {one.after}; {found.request}"
    if found.times > 1:
        text += f", {found.times} times"
    if found.also:
        text += f", also {', '.join(found.also)}"
    return f"intended, {found.intended}: {text}" if found.intended else text


def _measured(sides: tuple[SideReport, SideReport]) -> Iterator[tuple[str, list[str]]]:
    yield "commit", [side.commit[:12] for side in sides]
    yield "Python", [side.python for side in sides]
    yield "versions from", [side.source for side in sides]
    yield "own tests", [side.tests.count() for side in sides]
    yield "start", [_of(side, "{0.start_seconds:.1f} s") for side in sides]
    yield "most memory", [_memory(side) for side in sides]
    yield "end on SIGTERM", [_end(side) for side in sides]
    yield "errors in its log", [_of(side, "{0.errors}") for side in sides]


def _of(side: SideReport, form: str) -> str:
    return form.format(side.runs[0]) if side.runs else "-"


def _memory(side: SideReport) -> str:
    return f"{side.runs[0].bytes / _MIB:.0f} MiB" if side.runs and side.runs[0].bytes else "-"


def _end(side: SideReport) -> str:
    if not side.runs:
        return "-"
    run = side.runs[0]
    how = "had to be killed" if run.code is None else f"code {run.code}"
    return f"{how} after {run.stop_seconds:.1f} s"


def _side_lines(side: SideReport) -> Iterator[str]:
    yield f"{side.ref} ({side.commit[:12]})"
    if side.runs:
        yield f"Python {side.python}, versions from {side.source}"
        yield (
            f"answered after {_of(side, '{0.start_seconds:.1f} s')}, held {_memory(side)}, "
            f"on SIGTERM {_end(side)}"
        )
        yield f"own tests: {side.tests.count()}"
    yield from _said(side)


def _said(side: SideReport) -> Iterator[str]:
    yield from (f"version changed: {one}" for one in side.changed)
    yield from (f"installed beside: {one}" for one in side.added)
    yield from side.notes


def _cell(text: str) -> str:
    return cell(text.replace("<", "&lt;"))
