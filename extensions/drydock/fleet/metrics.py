"""The state of a fleet as metrics for Prometheus, in a file that any web server can serve.

The format: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from drydock.fleet.records import Record, latest

_Samples = Iterable[tuple[dict[str, str], float]]


def render(records: Sequence[Record]) -> str:
    """Return the metrics for `records`, which are sorted oldest first."""
    return "".join(f"{line}\n" for line in _lines(records))


def _lines(records: Sequence[Record]) -> Iterator[str]:
    status, forecasts = latest(records, "status"), latest(records, "forecast")
    updates = latest(records, "update")
    known = [record for record in status.values() if not record["error"]]
    yield from _metric(
        "drydock_fleet_service_info",
        "The release of a service, and its owner.",
        (
            (_labels_of(record) | {"release": record["release"], "newest": record["newest"]}, 1)
            for record in known
        ),
    )
    yield from _metric(
        "drydock_fleet_releases_behind",
        "How many releases of the template are newer than the service's.",
        ((_labels_of(record), record["releases_behind"]) for record in known),
    )
    yield from _metric(
        "drydock_fleet_behind_seconds",
        "How long there has been a newer release than the service's.",
        ((_labels_of(record), record["days_behind"] * 86400) for record in known),
    )
    yield from _metric(
        "drydock_fleet_score_ratio",
        "The weighted share of the standard's checks that pass.",
        ((_labels_of(record), record["score"] / 100) for record in known),
    )
    yield from _metric(
        "drydock_fleet_drifted_files",
        "How many of the template's files are edited or deleted.",
        ((_labels_of(record), len(record["changed"]) + len(record["missing"])) for record in known),
    )
    yield from _metric(
        "drydock_fleet_failed",
        "Whether the service could not be read.",
        ((_labels_of(record), float(bool(record["error"]))) for record in status.values()),
    )
    yield from _metric(
        "drydock_fleet_forecast_conflicts",
        "How many files would conflict in an update.",
        (
            (_labels_of(record), len(record["conflicts"]))
            for record in forecasts.values()
            if not record["error"]
        ),
    )
    yield from _metric(
        "drydock_fleet_update_failed",
        "Whether the last update failed or left conflicts.",
        (
            (_labels_of(record), float(bool(record["error"] or record.get("conflicts"))))
            for record in updates.values()
        ),
    )
    yield from _metric(
        "drydock_fleet_last_run_timestamp_seconds",
        "When each kind of run last recorded a service.",
        (({"kind": kind}, time) for kind, time in _last_times(records).items()),
    )


def _labels_of(record: Record) -> dict[str, str]:

    wave = record["wave"]
    return {
        "service": record["service"],
        "owner": record["owner"],
        "wave": "" if wave is None else str(wave),
    }


def _last_times(records: Sequence[Record]) -> dict[str, float]:
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
