"""How the result of `drydock prove` is shown."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from typer import echo, style

from drydock.proving.proof import Finding, Outcome, Proof, Row, SideReport
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
    """Return the proof as JSON."""
    data = asdict(proof) | {"exit_code": proof.exit_code, "verdict": proof.verdict}
    for row, record in zip(proof.rows, data["rows"], strict=True):
        record["outcome"] = row.outcome
    return json.dumps(data, indent=2, default=str)


def print_proof(proof: Proof, *, verbose: bool = False) -> None:
    """Print the verdict, what differs and why, and how both versions ran."""
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
        hint = "" if verbose else " (--verbose lists them)"
        echo(f"{same} of {len(proof.rows)} behave the same{hint}")
    print_list("Notes:", proof.notes)
    for title, side in (("Before", proof.before), ("After", proof.after)):
        print_list(f"{title}:", list(_side_lines(side)))
    print_list("Isolation:", proof.holds)


def proof_to_markdown(proof: Proof) -> str:
    """Return the proof as Markdown, for a pull request."""
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
        notes += [f"{title}: {line}" for line in _side_notes(side)]
    yield ""
    yield from (f"- {line}" for line in notes)


def _lines(row: Row) -> Iterator[str]:
    yield from (f"API document: {change}" for change in row.broken)
    # Unintended differences come first.
    for finding in sorted(row.found, key=lambda finding: bool(finding.intended)):
        yield _difference(finding)
    if row.problem:
        yield row.problem
    if row.unstable:
        yield f"ignored: {row.unstable} requests whose status varies between runs"
    if row.noise:
        yield f"ignored, because it varies between runs: {', '.join(row.noise)}"


def _difference(finding: Finding) -> str:
    change = finding.difference
    place = f"{change.part} {change.where}".strip()
    text = f"{place}: {change.before} -> {change.after}; {finding.request}"
    if finding.times > 1:
        text += f", {finding.times} times"
    if finding.also:
        text += f", also {', '.join(finding.also)}"
    return f"intended, {finding.intended}: {text}" if finding.intended else text


def _measured(sides: tuple[SideReport, SideReport]) -> Iterator[tuple[str, list[str]]]:
    yield "commit", [side.commit[:12] for side in sides]
    yield "Python", [side.python for side in sides]
    yield "versions from", [side.source for side in sides]
    yield "own tests", [side.tests.count() for side in sides]
    yield "start", [_of(side, "{0.start_seconds:.1f} s") for side in sides]
    yield "peak memory", [_memory(side) for side in sides]
    yield "shutdown on SIGTERM", [_end(side) for side in sides]
    yield "errors in the log", [_of(side, "{0.errors}") for side in sides]


def _of(side: SideReport, form: str) -> str:
    return form.format(side.runs[0]) if side.runs else "-"


def _memory(side: SideReport) -> str:
    return f"{side.runs[0].bytes / _MIB:.0f} MiB" if side.runs and side.runs[0].bytes else "-"


def _end(side: SideReport) -> str:
    if not side.runs:
        return "-"
    run = side.runs[0]
    how = "killed" if run.code is None else f"code {run.code}"
    return f"{how} after {run.stop_seconds:.1f} s"


def _side_lines(side: SideReport) -> Iterator[str]:
    yield f"{side.ref} ({side.commit[:12]})"
    if side.runs:
        yield f"Python {side.python}, versions from {side.source}"
        yield (
            f"ready after {_of(side, '{0.start_seconds:.1f} s')}, peak memory {_memory(side)}, "
            f"shutdown on SIGTERM: {_end(side)}"
        )
        yield f"own tests: {side.tests.count()}"
    yield from _side_notes(side)


def _side_notes(side: SideReport) -> Iterator[str]:
    yield from (f"version changed: {version}" for version in side.changed)
    yield from (f"also installed: {package}" for package in side.added)
    yield from side.notes


def _cell(text: str) -> str:
    return cell(text.replace("<", "&lt;"))
