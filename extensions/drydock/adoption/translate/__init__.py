"""Carries what a service has said in its own way into the standard's files."""

import json
import re
from dataclasses import dataclass
from typing import Any, Literal

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

Outcome = Literal["carried", "standard", "by hand"]
Concern = Literal["start", "callers", "operators", "debt"]
"""What an item by hand is about: the service's start, its callers, its operators, or its code."""
_SHOWN = 80  # characters of an instruction in a report


def without_logins(text: str) -> str:
    """Return `text` with no login in the addresses in it, but the user of SSH, which is none."""
    return re.sub(r"(?<!ssh)://[^/\s\"']*@", "://", text)


def inline(value: Any) -> str:
    """Return a value as TOML writes it on one line."""
    if isinstance(value, dict):
        named = {key: key if re.fullmatch(r"[\w-]+", key) else json.dumps(key) for key in value}
        return "{ " + ", ".join(f"{named[k]} = {inline(held)}" for k, held in value.items()) + " }"
    return f"[{', '.join(map(inline, value))}]" if isinstance(value, list) else json.dumps(value)


@dataclass(frozen=True)
class Todo:
    """What a person must still see to."""

    path: str
    line: int
    """From 1; 0: the file as a whole."""
    why: str
    how: str
    """Empty: nothing needs to be done."""
    concern: Concern = "debt"


@dataclass(frozen=True)
class Entry:
    """What becomes of one instruction."""

    path: str
    line: int
    """From 1."""
    said: str
    """The instruction, or the part of it that this is about."""
    outcome: Outcome
    how: str
    """Where it is carried to, how the standard does it, or what a person does."""
    why: str = ""
    """Of what is left by hand: why, where `not carried over` does not say enough."""
    concern: Concern = "operators"

    def __post_init__(self) -> None:
        """Leave out logins: what becomes of an instruction is printed and committed."""
        for name in ("said", "how", "why"):
            object.__setattr__(self, name, without_logins(getattr(self, name)))

    def todo(self) -> Todo:
        """Return what a person must see to; only of an entry that is left by hand."""
        said = self.said if len(self.said) <= _SHOWN else f"{self.said[:_SHOWN]}…"
        why = self.why or f"not carried over: {said}"
        return Todo(self.path, self.line, why, self.how, self.concern)


@dataclass(frozen=True)
class Demand:
    """One requirement of a service."""

    text: str
    """As PEP 508 writes it."""
    group: str
    """Empty for the service itself; `dev`; `group:` or `extra:` with the name of another."""
    path: str
    line: int
    source: str = ""
    """Where uv takes it from, if from no index: an entry of `[tool.uv.sources]`."""

    @property
    def name(self) -> str:
        """The package, as indexes spell it."""
        return canonicalize_name(Requirement(self.text).name)


@dataclass(frozen=True)
class Carried:
    """A file of the standard with what the service adds to it."""

    text: str
    rules: tuple[str, ...] = ()
    """What was done, a line each."""
    todo: tuple[Todo, ...] = ()
    accounted: frozenset[str] = frozenset()
    """Files of the service of which nothing is left out: it is carried over, or to do."""
    account: tuple[Entry, ...] = ()
    """What became of each instruction of the service's own file."""
