"""Carries what a service has said in its own way into the standard's files."""

import re
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def without_logins(text: str) -> str:
    """Return `text` with no login in the addresses in it, but the user of SSH, which is none."""
    return re.sub(r"(?<!ssh)://[^/\s\"']*@", "://", text)


@dataclass(frozen=True)
class Todo:
    """What a person must still see to."""

    path: str
    line: int
    """From 1; 0: the file as a whole."""
    why: str
    how: str


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
