"""Waivers: checks that are disabled for a service, each with a reason and an optional end.

[tool.repo-review.ignore]
DM402 = "until 2027-01-31: the base image has no tags yet"
"""

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from drydock_standard import families
from drydock_standard.repository import table, texts

WAIVER_CHECK = "DM000"
"""The check of the waivers, which cannot be waived."""
_UNTIL = re.compile(r"until\s+(\d{4}-\d{2}-\d{2})\s*(?::\s*(.*))?", re.IGNORECASE | re.DOTALL)
_CODES = re.compile(r"D[MSC]\d*")


@dataclass(frozen=True)
class Waiver:
    """One entry of `[tool.repo-review.ignore]`."""

    name: str
    """The code of a check, or the letters of a level."""
    reason: str
    until: datetime.date | None
    """The last day on which it applies."""
    problem: str = ""
    """Why it is not valid; empty if it is."""

    @property
    def expired(self) -> bool:
        """Whether its last day has passed."""
        return self.until is not None and self.until < datetime.date.today()


def all_in(pyproject: Mapping[str, Any]) -> Iterator[Waiver]:
    """Yield the waivers of this standard's checks; those of other plugins are ignored."""
    ignored = table(pyproject, "tool", "repo-review").get("ignore")
    entries: dict[str, object] = dict.fromkeys(texts(ignored), "")
    if isinstance(ignored, dict):
        entries = ignored
    for name, reason in entries.items():
        if _CODES.fullmatch(name):
            yield _waiver(name, reason)


def _waiver(name: str, value: object) -> Waiver:
    text = value.strip() if isinstance(value, str) else ""
    until, invalid_date = None, ""
    if match := _UNTIL.fullmatch(text):
        text = (match[2] or "").strip()
        try:
            until = datetime.date.fromisoformat(match[1])
        except ValueError:
            invalid_date = match[1]
    waiver = Waiver(name, text, until)
    problems = {
        "cannot be waived": name == WAIVER_CHECK,
        "is not a check of this standard": name not in ("DM", "DS", "DC", *families.classes()),
        f"ends on {invalid_date}, which is not a valid date": bool(invalid_date),
        "has no reason": not text,
        f"expired on {until}": waiver.expired,
        "waives a must without an end date": name.startswith("DM") and until is None,
    }
    problem = next((text for text, applies in problems.items() if applies), "")
    return replace(waiver, problem=problem)


def in_force(pyproject: dict[str, Any]) -> dict[str, Any]:
    """Return pyproject.toml for repo-review, without expired waivers.

    The remaining waivers have a form that repo-review accepts: a table of strings, or a list of
    them.
    """
    tools = table(pyproject, "tool")
    settings = table(tools, "repo-review")
    if not settings:
        return {**pyproject, "tool": {**tools, "repo-review": {}}}
    ignored = settings.get("ignore")
    dropped = {w.name for w in all_in(pyproject) if w.expired or w.name == WAIVER_CHECK}
    # A waiver of all musts would include the check of the waivers.
    musts = [code for code in families.classes() if code.startswith("DM") and code != WAIVER_CHECK]
    ignore: dict[str, str] | list[str]
    if isinstance(ignored, dict):
        ignore = {k: v for k, v in ignored.items() if isinstance(v, str) and k not in dropped}
        if "DM" in ignore:
            ignore = dict.fromkeys(musts, ignore.pop("DM")) | ignore
    else:
        listed = [name for name in texts(ignored) if name not in dropped]
        ignore = [code for name in listed for code in (musts if name == "DM" else [name])]
    section = {"ignore": ignore, "select": texts(settings.get("select"))}
    return {**pyproject, "tool": {**tools, "repo-review": section}}
