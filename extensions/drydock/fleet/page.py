"""The page of a fleet: one file that needs no server and loads nothing.

All of it is data that the page's script shows as text, so nothing that a service says becomes
markup.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any

from drydock.fleet.records import Record, latest

_PLACE = "/*DATA*/"
_MOST_DAYS = 60


def render(records: Sequence[Record], broken: int = 0) -> str:
    """Return the page of what the records say, oldest first.

    `broken` is how many lines of the file could not be read.
    """
    text = files("drydock.fleet").joinpath("page.html").read_text("utf-8")
    # Inside a script element only `<` could end it.
    data = json.dumps(about(records, broken), default=str).replace("<", "\\u003c")
    return text.replace(_PLACE, data, 1)


def about(records: Sequence[Record], broken: int) -> dict[str, Any]:
    """Return what the page shows: each service with its newest records, and the history."""
    forecasts, updates = latest(records, "forecast"), latest(records, "update")
    services = [
        record | {"forecast": forecasts.get(name), "update": updates.get(name)}
        for name, record in sorted(latest(records, "status").items())
    ]
    return {
        "date": records[-1]["date"] if records else "",
        "broken": broken,
        "services": services,
        "history": list(history(records)),
    }


def history(records: Sequence[Record]) -> Iterator[dict[str, Any]]:
    """Yield how many services were at which release, for each day with a status."""
    at: dict[str, str] = {}
    days: dict[str, dict[str, int]] = {}
    for record in records:
        if record["kind"] == "status" and not record["error"]:
            at[record["service"]] = record["release"]
            days[record["date"][:10]] = dict(Counter(at.values()))
    yield from [{"day": day, "releases": found} for day, found in days.items()][-_MOST_DAYS:]
