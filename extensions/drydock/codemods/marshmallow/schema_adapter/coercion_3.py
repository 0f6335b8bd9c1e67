"""Conversion of dates, times and other values, and the formats of URLs and email addresses."""

import datetime as dt
import re
from enum import Enum
from typing import Any

# A check that returns False instead of raising rejects the value.
FALSE_IS_INVALID = True
# A tuple that is too long is truncated when dumped; otherwise it cannot be dumped.
TUPLES_ARE_CUT = True
# Hooks receive `unknown`, which tells what to do with unknown keys.
HOOKS_GET_UNKNOWN = False

_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2})"
    r"(?::(?P<second>\d{1,2})(?:\.(?P<microsecond>\d{1,6})\d{0,6})?)?"
)
_DATE = r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
_ISO_DATETIME = re.compile(rf"{_DATE}[T ]{_TIME}(?P<tzinfo>Z|[+-]\d{{2}}(?::?\d{{2}})?)?$")
_ISO_DATE = re.compile(f"{_DATE}$")
_ISO_TIME = re.compile(_TIME)


def datetime_from_iso(value: str) -> dt.datetime:
    """Read `2014-12-22T03:12:58.019+01:00`; raise ValueError or TypeError."""
    parts = _parts(_ISO_DATETIME, value)
    zone = parts.pop("tzinfo", None)
    return dt.datetime(**_numbers(parts), tzinfo=_zone(zone) if zone else None)


def date_from_iso(value: str) -> dt.date:
    """Read `2014-12-22`; raise ValueError or TypeError."""
    return dt.date(**_numbers(_parts(_ISO_DATE, value)))


def time_from_iso(value: str) -> dt.time:
    """Read `03:12:58.019`, and ignore what follows; raise ValueError or TypeError."""
    return dt.time(**_numbers(_parts(_ISO_TIME, value)))


def keep_temporal(value: Any, kind: type[Any]) -> bool:
    """Return whether a value that already has the type is accepted: it is rejected."""
    return False


def milliseconds(value: Any) -> float:
    """Read a number of milliseconds."""
    return float(value)


def duration(value: Any, unit: str, number: type[int] | type[float]) -> dt.timedelta:
    """Read a number of units; raise ValueError, TypeError or OverflowError."""
    return dt.timedelta(**{unit: number(value)})


def duration_in(value: dt.timedelta, unit: str, number: type[int] | type[float]) -> float:
    """Return a duration as a number of units; integers are rounded down."""
    one = dt.timedelta(**{unit: 1})
    return value // one if number is int else value.total_seconds() / one.total_seconds()


def boolean_for_dump(value: Any, truthy: Any, falsy: Any) -> bool:
    """Return a value as a boolean."""
    try:
        if value in truthy:
            return True
        if value in falsy:
            return False
    except TypeError:
        pass  # not hashable
    return bool(value)


def uuid_for_dump(value: Any) -> str:
    """Return a UUID as a string, or bytes decoded."""
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def enum_by_name(kind: type[Enum], name: str) -> Any:
    """Return the member with that name; raise KeyError."""
    try:
        return getattr(kind, name)
    except AttributeError as error:
        raise KeyError(name) from error


def keep_member(value: Any, kind: type[Enum]) -> bool:
    """Return whether a member is accepted in place of its name or value."""
    return False


def _parts(pattern: re.Pattern[str], value: str) -> dict[str, str]:
    match = pattern.match(value)
    if not match:
        raise ValueError("not in ISO 8601")
    return {name: part for name, part in match.groupdict().items() if part is not None}


def _numbers(parts: dict[str, str]) -> dict[str, Any]:
    if "microsecond" in parts:
        parts["microsecond"] = parts["microsecond"].ljust(6, "0")
    return {name: int(part) for name, part in parts.items()}


def _zone(text: str) -> dt.timezone:
    if text == "Z":
        return dt.UTC
    minutes = 60 * int(text[1:3]) + (int(text[-2:]) if len(text) > 3 else 0)
    return dt.timezone(dt.timedelta(minutes=-minutes if text[0] == "-" else minutes))


# Patterns of marshmallow 3 (MIT licence), so that the same addresses are accepted.
USER = re.compile(
    r"(^[-!#$%&'*+/=?^`{}|~\w]+(\.[-!#$%&'*+/=?^`{}|~\w]+)*\Z"
    r'|^"([\001-\010\013\014\016-\037!#-\[\]-\177]|\\[\001-\011\013\014\016-\177])*"\Z)',
    re.IGNORECASE,
)
_LABEL = r"[A-Z0-9](?:[A-Z0-9-]{0,61}[A-Z0-9])?"
_BYTE = r"(25[0-5]|2[0-4]\d|[0-1]?\d?\d)"
DOMAIN = re.compile(
    rf"(?:{_LABEL}\.)+(?:[A-Z]{{2,6}}|[A-Z0-9-]{{2,}})\Z|^\[{_BYTE}(\.{_BYTE}){{3}}\]\Z",
    re.IGNORECASE,
)
# Domains in other alphabets are checked in their ASCII form.
IDNA_DOMAINS = True
URL_HOST = {
    "names": rf"(?:{_LABEL}\.)+(?:[A-Z]{{2,6}}\.?|[A-Z0-9-]{{2,}}\.?)|localhost"
    r"|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[[A-F0-9]*:[A-F0-9:]+\]",
    "dotless": rf"(?:{_LABEL}\.?)",
}
URL_PATH = r"(?:/?|[/?]\S+)\Z"
URL_SCHEMES_AS_GIVEN = True
