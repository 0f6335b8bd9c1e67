"""Waivers: checks that a service is not held to, each with a reason and, if it ends, a day.

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

META = "DM000"
"""The check of the waivers, which cannot be waived itself."""
_UNTIL = re.compile(r"until\s+(\d{4}-\d{2}-\d{2})\s*(?::\s*(.*))?", re.IGNORECASE | re.DOTALL)
_OURS = re.compile(r"D[MSC]\d*")


@dataclass(frozen=True)
class Waiver:
    """What one entry of `[tool.repo-review.ignore]` says."""

    name: str
    """A check's code, or the letters that codes begin with."""
    reason: str
    until: datetime.date | None
    """The last day on which it holds."""
    wrong: str = ""
    """What is wrong with it; empty if nothing is."""

    @property
    def expired(self) -> bool:
        """Whether its last day is over."""
        return self.until is not None and self.until < datetime.date.today()


def all_in(pyproject: Mapping[str, Any]) -> Iterator[Waiver]:
    """Yield the waivers of this standard's checks; those of others are left to them."""
    ignored = table(pyproject, "tool", "repo-review").get("ignore")
    entries: dict[str, object] = dict.fromkeys(texts(ignored), "")
    if isinstance(ignored, dict):
        entries = ignored
    for name, reason in entries.items():
        if _OURS.fullmatch(name):
            yield _waiver(name, reason)


def _waiver(name: str, value: object) -> Waiver:
    text = value.strip() if isinstance(value, str) else ""
    until, no_day = None, ""
    if found := _UNTIL.fullmatch(text):
        text = (found[2] or "").strip()
        try:
            until = datetime.date.fromisoformat(found[1])
        except ValueError:
            no_day = found[1]
    waiver = Waiver(name, text, until)
    wrongs = {
        "cannot be waived": name == META,
        "names no check of this standard": name not in ("DM", "DS", "DC", *families.classes()),
        f"ends on {no_day}, which is no day": bool(no_day),
        "has no reason": not text,
        f"expired on {until}": waiver.expired,
        "waives a must without an end": name.startswith("DM") and until is None,
    }
    return replace(waiver, wrong=next((wrong for wrong, so in wrongs.items() if so), ""))


def in_force(pyproject: dict[str, Any]) -> dict[str, Any]:
    """Return pyproject.toml as repo-review is to see it: without waivers that have expired.

    What is left fits repo-review: a table of texts, or a list of them.
    """
    tools = table(pyproject, "tool")
    own = table(tools, "repo-review")
    if not own:
        return {**pyproject, "tool": {**tools, "repo-review": {}}}
    ignored = own.get("ignore")
    over = {one.name for one in all_in(pyproject) if one.expired or one.name == META}
    # All musts at once would be the check of the waivers, too.
    musts = [code for code in families.classes() if code.startswith("DM") and code != META]
    ignore: dict[str, str] | list[str]
    if isinstance(ignored, dict):
        ignore = {k: v for k, v in ignored.items() if isinstance(v, str) and k not in over}
        if "DM" in ignore:
            ignore = dict.fromkeys(musts, ignore.pop("DM")) | ignore
    else:
        listed = [name for name in texts(ignored) if name not in over]
        ignore = [one for name in listed for one in (musts if name == "DM" else [name])]
    section = {"ignore": ignore, "select": texts(own.get("select"))}
    return {**pyproject, "tool": {**tools, "repo-review": section}}
