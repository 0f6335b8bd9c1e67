"""Carries a service's settings over to the standard's files."""

import json
import re
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Literal

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

Outcome = Literal["carried", "standard", "by hand"]
Concern = Literal["start", "callers", "operators", "debt"]
"""Whom an item by hand concerns: the service's start, its callers, its operators, or its code."""
_SHOWN = 80  # characters of an instruction in a report


def without_logins(text: str) -> str:
    """Return `text` without the logins in its addresses. The user of SSH is not a login."""
    return re.sub(r"(?<!ssh)://[^/\s\"']*@", "://", text)


def inline(value: Any) -> str:
    """Return a value as TOML writes it on one line."""
    if isinstance(value, dict):
        keys = {key: key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else inline(key) for key in value}
        return "{ " + ", ".join(f"{keys[k]} = {inline(item)}" for k, item in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(inline, value))}]"
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value)  # TOML writes inf and nan as Python does
    if isinstance(value, str) and any(character > "\uffff" for character in value):
        # JSON escapes such a character as a pair of surrogates, which TOML does not allow.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", r"\u007f")
    return json.dumps(value)


@dataclass(frozen=True)
class Todo:
    """Something that a person must do or know."""

    path: str
    line: int
    """From 1; 0 for the whole file."""
    why: str
    how: str
    """Empty: nothing needs to be done."""
    concern: Concern = "debt"


@dataclass(frozen=True)
class Entry:
    """The outcome of one instruction."""

    path: str
    line: int
    """From 1."""
    said: str
    """The instruction, or a part of it."""
    outcome: Outcome
    how: str
    """Where it is carried over to, how the standard covers it, or what a person must do."""
    why: str = ""
    """For an entry by hand: the reason, if `not carried over` is too little."""
    concern: Concern = "operators"

    def __post_init__(self) -> None:
        """Remove logins: accounts are printed and committed."""
        for name in ("said", "how", "why"):
            object.__setattr__(self, name, without_logins(getattr(self, name)))

    def todo(self) -> Todo:
        """Return what a person must do; only for an entry by hand."""
        shown = self.said if len(self.said) <= _SHOWN else f"{self.said[:_SHOWN]}…"
        why = self.why or f"not carried over: {shown}"
        return Todo(self.path, self.line, why, self.how, self.concern)


@dataclass(frozen=True)
class Demand:
    """A requirement of a service."""

    text: str
    """In the form of PEP 508."""
    group: str
    """Empty for the service itself; `dev`; or `group:NAME` or `extra:NAME`."""
    path: str
    line: int
    source: str = ""
    """An entry of `[tool.uv.sources]`, if the package comes from no index."""

    @property
    def name(self) -> str:
        """The normalized name of the package."""
        return canonicalize_name(Requirement(self.text).name)


@dataclass(frozen=True)
class Carried:
    """A file of the standard with the service's settings."""

    text: str
    rules: tuple[str, ...] = ()
    """What was carried over, one line each."""
    todo: tuple[Todo, ...] = ()
    accounted: frozenset[str] = frozenset()
    """Files of the service that are fully carried over or listed."""
    account: tuple[Entry, ...] = ()
    """The outcome of each instruction in the service's own file."""
