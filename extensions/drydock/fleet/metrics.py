"""The state of a fleet as Prometheus reads it, from a file or behind any web server.

The format: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from drydock.fleet.records import Record, latest

_Samples = Iterable[tuple[dict[str, str], float]]


def render(records: Sequence[Record]) -> str:
    """Return the metrics of what the records say, oldest first."""
    return "".join(f"{line}\n" for line in _lines(records))


def _lines(records: Sequence[Record]) -> Iterator[str]:
    status, forecasts = latest(records, "status"), latest(records, "forecast")
    updates = latest(records, "update")
    known = [record for record in status.values() if not record["error"]]
    yield from _metric(
        "drydock_fleet_service_info",
        "What a service is at, and who owns it.",
        ((_of(one) | {"release": one["release"], "newest": one["newest"]}, 1) for one in known),
    )
    yield from _metric(
        "drydock_fleet_releases_behind",
        "How many releases of the template are newer than the service's.",
        ((_of(one), one["releases_behind"]) for one in known),
    )
    yield from _metric(
        "drydock_fleet_behind_seconds",
        "How long there has been a newer release than the service's.",
        ((_of(one), one["days_behind"] * 86400) for one in known),
    )
    yield from _metric(
        "drydock_fleet_score_ratio",
        "How much of the standard's checks pass, by their weight.",
        ((_of(one), one["score"] / 100) for one in known),
    )
    yield from _metric(
        "drydock_fleet_drifted_files",
        "How many files of the template are edited or deleted.",
        ((_of(one), len(one["changed"]) + len(one["missing"])) for one in known),
    )
    yield from _metric(
        "drydock_fleet_failed",
        "Whether the service could not be read.",
        ((_of(one), float(bool(one["error"]))) for one in status.values()),
    )
    yield from _metric(
        "drydock_fleet_forecast_conflicts",
        "How many files would conflict in an update.",
        ((_of(one), len(one["conflicts"])) for one in forecasts.values() if not one["error"]),
    )
    yield from _metric(
        "drydock_fleet_update_failed",
        "Whether the last update failed or left conflicts.",
        ((_of(one), float(bool(one["error"] or one.get("conflicts")))) for one in updates.values()),
    )
    yield from _metric(
        "drydock_fleet_last_run_timestamp_seconds",
        "When each kind of run last told of a service.",
        (({"kind": kind}, when) for kind, when in _last(records).items()),
    )


def _of(record: Record) -> dict[str, str]:
    wave = record["wave"]
    return {
        "service": record["service"],
        "owner": record["owner"],
        "wave": "" if wave is None else str(wave),
    }


def _last(records: Sequence[Record]) -> dict[str, float]:
    return {
        str(record["kind"]): datetime.fromisoformat(record["date"]).timestamp()
        for record in records
    }


def _metric(name: str, text: str, samples: _Samples) -> Iterator[str]:
    lines = [f"{name}{{{_labels(labels)}}} {number!r}" for labels, number in samples]
    if lines:
        yield from (f"# HELP {name} {text}", f"# TYPE {name} gauge", *lines)


def _labels(labels: dict[str, str]) -> str:
    return ",".join(f"{name}={_quoted(value)}" for name, value in labels.items())


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
