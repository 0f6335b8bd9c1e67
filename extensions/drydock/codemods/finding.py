"""What a rule finds in a service, and the new text of a file."""

from dataclasses import dataclass
from typing import Literal

Certainty = Literal["changed", "unsafe", "left"]
"""A certain change; a change that only `--unsafe` applies; a change to make by hand."""


@dataclass(frozen=True)
class Finding:
    """A place in the service that a rule reports."""

    rule: str
    path: str
    line: int
    """From 1; 0 is the file as a whole."""
    certainty: Certainty
    what: str
    """The change (old -> new), or what is wrong."""
    how: str = ""
    """If left: the change to make by hand. If unsafe: the reason."""


@dataclass(frozen=True)
class Edit:
    """The new text of a file, by its path in the service."""

    path: str
    text: str
