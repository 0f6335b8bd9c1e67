"""Conversion of dates, times and other values, and the formats of URLs and email addresses."""

import datetime as dt
import re
from enum import Enum
from typing import Any

# A check that returns False instead of raising accepts the value.
FALSE_IS_INVALID = False
# A tuple that is too long is truncated when dumped; otherwise it cannot be dumped.
TUPLES_ARE_CUT = False
# Hooks receive `unknown`, which tells what to do with unknown keys.
HOOKS_GET_UNKNOWN = True

_MICROSECONDS = {
    "weeks": 604_800_000_000,
    "days": 86_400_000_000,
    "hours": 3_600_000_000,
    "minutes": 60_000_000,
    "seconds": 1_000_000,
    "milliseconds": 1_000,
    "microseconds": 1,
}

datetime_from_iso = dt.datetime.fromisoformat
date_from_iso = dt.date.fromisoformat
time_from_iso = dt.time.fromisoformat


def keep_temporal(value: Any, kind: type[Any]) -> bool:
    """Return whether a value that already has the type is accepted."""
    return isinstance(value, kind)


def milliseconds(value: Any) -> float:
    """Read a number of milliseconds."""
    if isinstance(value, bool):
        raise ValueError("not a number of milliseconds")
    return float(value)


def duration(value: Any, unit: str, number: type[int] | type[float]) -> dt.timedelta:
    """Read a number of units; raise ValueError, TypeError or OverflowError."""
    if isinstance(value, dt.timedelta):
        return value
    return dt.timedelta(**{unit: float(value)})


def duration_in(value: dt.timedelta, unit: str, number: type[int] | type[float]) -> float:
    """Return a duration as a number of units."""
    return (value // dt.timedelta(microseconds=1)) / _MICROSECONDS[unit]


def boolean_for_dump(value: Any, truthy: Any, falsy: Any) -> Any:
    """Return the value unchanged."""
    return value


def uuid_for_dump(value: Any) -> str:
    """Return a UUID as a string."""
    return str(value)


def enum_by_name(kind: type[Enum], name: str) -> Any:
    """Return the member with that name; raise KeyError."""
    return kind[name]


def keep_member(value: Any, kind: type[Enum]) -> bool:
    """Return whether a member is accepted in place of its name or value."""
    return isinstance(value, kind)


# Patterns of marshmallow 4 (MIT licence), so that the same addresses are accepted.
USER = re.compile(
    r"(^[-!#$%&'*+/=?^`{}|~\w]+(\.[-!#$%&'*+/=?^`{}|~\w]+)*\Z"
    r'|^"([\001-\010\013\014\016-\037!#-\[\]-\177]|\\[\001-\011\013\014\016-\177])*"\Z)',
    re.IGNORECASE,
)
_LETTERS = "\u00a1-\uffff"
_LABEL = f"[A-Z0-9{_LETTERS}](?:[A-Z0-9{_LETTERS}-]{{0,61}}[A-Z0-9{_LETTERS}])?"
_BYTE = r"(25[0-5]|2[0-4]\d|[0-1]?\d?\d)"
DOMAIN = re.compile(
    rf"(?:{_LABEL}\.)+(?:[A-Z{_LETTERS}]{{2,6}}|[A-Z0-9{_LETTERS}-]{{2,}})\Z"
    rf"|^\[{_BYTE}(\.{_BYTE}){{3}}\]\Z",
    re.IGNORECASE,
)
# Domains in other alphabets are checked unchanged.
IDNA_DOMAINS = False
URL_HOST = {
    "names": rf"(?:{_LABEL}\.)+(?:[A-Z{_LETTERS}]{{2,6}}\.?|[A-Z0-9{_LETTERS}-]{{2,}}\.?)"
    r"|localhost|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[[A-F0-9]*:[A-F0-9:]+\]",
    "dotless": rf"(?:{_LABEL}\.?)",
}
URL_PATH = r"(?:/?|[/?#]\S+)\Z"
URL_SCHEMES_AS_GIVEN = False
