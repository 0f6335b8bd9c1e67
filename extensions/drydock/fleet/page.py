"""The report page of a fleet: one file that needs no server and loads nothing.

The page's script shows the data as text, so nothing from a service becomes markup.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any

from drydock.fleet.records import Record, latest

_PLACEHOLDER = "/*DATA*/"
_MOST_DAYS = 60


def render(records: Sequence[Record], broken: int = 0) -> str:
    """Return the page for `records`, which are sorted oldest first.

    `broken` is the number of lines of the file that could not be read.
    """
    text = files("drydock.fleet").joinpath("page.html").read_text("utf-8")
    # `<` is the only character that could end the script element.
    data = json.dumps(about(records, broken), default=str).replace("<", "\\u003c")
    return text.replace(_PLACEHOLDER, data, 1)


def about(records: Sequence[Record], broken: int) -> dict[str, Any]:
    """Return the data of the page: each service with its newest records, and the history."""
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
    """Yield the number of services at each release, for each day with a status record."""
    current: dict[str, str] = {}
    days: dict[str, dict[str, int]] = {}
    for record in records:
        if record["kind"] == "status" and not record["error"]:
            current[record["service"]] = record["release"]
            days[record["date"][:10]] = dict(Counter(current.values()))
    yield from [{"day": day, "releases": counts} for day, counts in days.items()][-_MOST_DAYS:]
