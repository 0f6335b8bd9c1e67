"""Carries what a service has said in its own way into the standard's files."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Todo:
    """What a person must still see to."""

    path: str
    line: int
    """From 1; 0: the file as a whole."""
    why: str
    how: str


@dataclass(frozen=True)
class Carried:
    """A file of the standard with what the service adds to it."""

    text: str
    rules: tuple[str, ...] = ()
    """What was done, a line each."""
    todo: tuple[Todo, ...] = ()
    accounted: frozenset[str] = frozenset()
    """Files of the service of which nothing is left out."""
