"""The results of a fleet command, as text: a table with a row for each service."""

from collections import Counter
from collections.abc import Callable, Sequence

from typer import echo, style

from drydock.fleet.records import Record
from drydock.fleet.rehearsal import Blame
from drydock.report.terminal import Row, print_list, print_table

_COLOURS = {
    "up to date": "green",
    "clean": "green",
    "updated": "green",
    "pushed": "green",
    "is there already": "green",
    "structural": "cyan",
    "conflict": "red",
    "reached": "yellow",
    "kept out": "yellow",
}
_MOST_BLAMED = 20


def outcome_of(record: Record) -> str:
    """Return the outcome of one service, in a few words."""
    if record["error"]:
        return str(record["error"])
    if record["kind"] == "impact":
        lines = len(record["findings"])
        return f"{record['outcome']}, {lines} line{'' if lines == 1 else 's'}"
    if record["kind"] == "status":
        behind = record["releases_behind"]
        return f"{record['release']}, {behind} behind" if behind else f"{record['release']}"
    paths = ", ".join(conflict["path"] for conflict in record.get("conflicts") or [])

    return f"{record['outcome']}: {paths}" if paths else str(record["outcome"])


def print_status(records: Sequence[Record]) -> None:
    """Print the state of each service."""
    _print_rows(records, _status_cells)
    known = [record for record in records if not record["error"]]
    behind = sum(record["releases_behind"] > 0 for record in known)
    _print_sum(records, f"{len(known) - behind} up to date, {behind} behind")


def _status_cells(record: Record) -> tuple[str, str, str]:
    behind = record["releases_behind"]
    days = f", {record['days_behind']} days" if behind else ""
    notes = []
    if record["changed"] or record["missing"]:
        notes.append(f"{len(record['changed'])} changed, {len(record['missing'])} deleted")
    failed = [check["code"] for check in record["checks"] if check["status"] == "failed"]
    notes += [f"score {record['score']}: fails {', '.join(failed)}"] if failed else []
    if branch := record["update_branch"]:
        edited = ", edited by others" if record["update_is_edited"] else ""
        notes.append(f"{branch} has {record['update_release']}{edited}")
    notes += ["update in conflict"] if record["conflict"] else []
    notes += ["uncommitted changes"] if record["dirty"] else []
    shown = f"{behind} behind{days}" if behind else "up to date"
    return record["release"], shown, "; ".join(notes)


def print_forecast(records: Sequence[Record], blamed: Sequence[Blame]) -> None:
    """Print what an update would do to each service, and the template lines that conflict."""
    _print_rows(records, _outcome_cells)
    counts = Counter(record["outcome"] for record in records if not record["error"])
    _print_sum(records, ", ".join(f"{count} {name}" for name, count in counts.most_common()))
    must = Counter(item for record in records for item in record.get("must", ()))
    print_list("Their teams must:", [f"{item} ({count})" for item, count in must.most_common()])
    print_list("Conflicts come from these lines of the template:", _blame_lines(blamed))


def _blame_lines(blamed: Sequence[Blame]) -> list[str]:
    lines = [
        f"{blame.where}: {blame.text} ({len(blame.services)}: {', '.join(blame.services[:5])}"
        f"{', …' if len(blame.services) > 5 else ''})"
        for blame in blamed[:_MOST_BLAMED]
    ]
    left = len(blamed) - _MOST_BLAMED
    return [*lines, f"and {left} more"] if left > 0 else lines


def print_updates(records: Sequence[Record]) -> None:
    """Print the outcome of each service's update."""
    _print_rows(records, _outcome_cells)
    counts = Counter(record["outcome"] for record in records if not record["error"])
    _print_sum(records, ", ".join(f"{count} {name}" for name, count in counts.most_common()))


def print_impact(records: Sequence[Record]) -> None:
    """Print which services a package version affects, and which lines must change."""
    _print_rows(records, _impact_cells)
    counts = Counter(record["outcome"] for record in records if not record["error"])
    _print_sum(records, ", ".join(f"{count} {name}" for name, count in counts.most_common()))
    for record in records:
        findings = record.get("findings") or []
        lines = [
            f"{item['path']}:{item['line']}: {': '.join(filter(None, (item['what'], item['how'])))}"
            f" [{item['rule']}]"
            for item in findings
        ]
        print_list(f"{record['service']}:", lines)


def _impact_cells(record: Record) -> tuple[str, str, str]:
    where = f" in {record['lock']}" if record["lock"] else ""
    locked = f"{record['locked']}{where}" if record["locked"] else "not locked"
    too_narrow = ", ".join(
        f"{requirement['path']}:{requirement['line']} {requirement['text']}"
        for requirement in record["requirements"]
        if not requirement["allows"]
    )
    return locked, record["outcome"], too_narrow


def _outcome_cells(record: Record) -> tuple[str, str, str]:
    before, after = record["release"], record["to"]
    step = before if before == after else f"{before} → {after}"
    conflicts = record.get("conflicts", ())
    files = [f"{conflict['path']}{_lines(conflict['parts'])}" for conflict in conflicts]
    return step, record["outcome"], ", ".join(files)


def _lines(parts: Sequence[dict[str, object]]) -> str:
    return ":" + ",".join(str(part["line"]) for part in parts) if parts else ""


def _print_rows(records: Sequence[Record], cells: Callable[[Record], tuple[str, str, str]]) -> None:
    rows: list[Row] = []
    for record in records:
        who = ((record["service"], "bold"), (record["owner"], "dim"))
        if record["error"]:
            rows.append((*who, ("", ""), ("failed", "red"), (record["error"], "red")))
        else:
            release, outcome, notes = cells(record)
            rows.append((*who, (release, ""), (outcome, _COLOURS.get(outcome, "")), (notes, "dim")))
    if rows and not print_table(rows):
        widths = [max(len(row[column][0]) for row in rows) for column in range(4)]
        for row in rows:
            fixed = "  ".join(f"{row[column][0]:{widths[column]}}" for column in range(4))
            echo(f"{fixed}  {row[4][0]}".rstrip())


def _print_sum(records: Sequence[Record], counts: str) -> None:
    failed = sum(bool(record["error"]) for record in records)
    summary = ", ".join(filter(None, (counts, f"{failed} failed" if failed else "")))
    count = len(records)
    echo(style(f"{count} service{'s' * (count != 1)}: {summary}", bold=True))
