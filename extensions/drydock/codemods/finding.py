"""What a rule finds in a service, and what it makes of a file."""

from dataclasses import dataclass
from typing import Literal

Certainty = Literal["changed", "unsafe", "left"]
"""Certain and changed; changed (or to be) on request only; left as it is, to be done by hand."""


@dataclass(frozen=True)
class Finding:
    """One place in the service that a rule is about."""

    rule: str
    path: str
    line: int
    """From 1; 0: the file as a whole."""
    certainty: Certainty
    what: str
    """What is changed into what, or what is wrong with it."""
    how: str = ""
    """Of what is left: the change to make by hand. Of what is unsafe: why it is."""


@dataclass(frozen=True)
class Edit:
    """The new text of a file, by its path in the service."""

    path: str
    text: str
