"""The types of fields: how values are loaded and dumped.

Pydantic's own types accept other values (`"1"` for a number in a strict model, `"yes"` for a
boolean, dates in other formats), so these types do the conversion themselves.
"""

import datetime as dt
import decimal
import email.utils
import enum
import ipaddress
import math
import numbers
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
from pydantic import ValidationError as PydanticError
from pydantic_core import CoreSchema, core_schema

from . import coercion
from .checks import EmailAddress, UrlAddress
from .errors import ValidationError, from_pydantic, invalid

Item = TypeVar("Item")
Key = TypeVar("Key")


def _from_timestamp(value: Any) -> dt.datetime:
    if isinstance(value, bool) or float(value) < 0:
        raise ValueError("not a POSIX timestamp")
    try:
        return dt.datetime.fromtimestamp(float(value), tz=dt.UTC).replace(tzinfo=None)
    except (OverflowError, OSError) as error:
        raise ValueError("timestamp out of range") from error


def _timestamp(value: dt.datetime) -> float:
    return (value if _is_aware(value) else value.replace(tzinfo=dt.UTC)).timestamp()


class _Type:
    """A type that loads and dumps values itself; None is rejected."""

    schema: ClassVar[dict[str, Any]] = {}

    def load(self, value: Any) -> Any:
        """Load a value; raise ValidationError."""
        return value

    def dump(self, value: Any) -> Any:
        """Dump a value that is not None."""
        return value

    def _load(self, value: Any) -> Any:
        if value is None:
            raise invalid("null", "Field may not be null.")
        return self.load(value)

    def _dump(self, value: Any) -> Any:
        return None if value is None else self.dump(value)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        writer = core_schema.plain_serializer_function_ser_schema(self._dump)
        return core_schema.no_info_plain_validator_function(self._load, serialization=writer)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return dict(self.schema)


class AsString(_Type):
    """A string, or bytes in UTF-8."""

    schema: ClassVar = {"type": "string"}

    def __init__(self, text: str = "Not a valid string.") -> None:
        self.text = text

    def load(self, value: Any) -> str:
        if not isinstance(value, str | bytes):
            raise invalid("invalid", self.text)
        try:
            return _text(value)
        except UnicodeDecodeError as error:
            raise invalid("invalid_utf8", "Not a valid utf-8 string.") from error

    def dump(self, value: Any) -> str:
        return _text(value)


class AsUUID(_Type):
    """A UUID."""

    schema: ClassVar = {"type": "string", "format": "uuid"}

    def load(self, value: Any) -> uuid.UUID:
        if isinstance(value, uuid.UUID):
            return value
        try:
            if isinstance(value, bytes) and len(value) == 16:
                return uuid.UUID(bytes=value)
            return uuid.UUID(value)
        except (ValueError, AttributeError, TypeError) as error:
            raise invalid("invalid_uuid", "Not a valid UUID.") from error

    def dump(self, value: Any) -> str:
        return coercion.uuid_for_dump(value)


class AsInferred(_Type):
    """Any value; it is dumped by its type."""

    def dump(self, value: Any) -> Any:
        own = _BY_KIND.get(type(value))
        return own.dump(value) if own else value


class _Number(_Type):
    """A number, or a string with one; booleans are rejected."""

    number: Callable[[Any], Any]
    text = "Not a valid number."

    def __init__(self, *, as_string: bool = False) -> None:
        self.as_string = as_string

    def load(self, value: Any) -> Any:
        if value is True or value is False:
            raise invalid("invalid", self.text, input=value)
        try:
            return self.number(value)
        except (TypeError, ValueError, decimal.InvalidOperation) as error:
            raise invalid("invalid", self.text, input=value) from error
        except OverflowError as error:
            raise invalid("too_large", "Number too large.", input=value) from error

    def dump(self, value: Any) -> Any:
        number = self.number(value)
        return self.written(number) if self.as_string else number

    def written(self, number: Any) -> str:
        return str(number)


class AsInteger(_Number):
    """An integer; fractions are truncated unless `strict`."""

    number = int
    text = "Not a valid integer."
    schema: ClassVar = {"type": "integer"}

    def __init__(self, *, strict: bool = False, as_string: bool = False) -> None:
        super().__init__(as_string=as_string)
        self.strict = strict

    def load(self, value: Any) -> int:
        if self.strict and not isinstance(value, numbers.Integral):
            raise invalid("invalid", self.text, input=value)
        return int(super().load(value))


class AsFloat(_Number):
    """A number; NaN and infinity only with `allow_nan`."""

    number = float
    schema: ClassVar = {"type": "number"}

    def __init__(self, *, allow_nan: bool = False, as_string: bool = False) -> None:
        super().__init__(as_string=as_string)
        self.allow_nan = allow_nan

    def load(self, value: Any) -> float:
        number = float(super().load(value))
        if not self.allow_nan and not math.isfinite(number):
            raise invalid("special", _SPECIAL)
        return number


class AsDecimal(_Number):
    """A decimal number, rounded to `places`; NaN and infinity only with `allow_nan`."""

    schema: ClassVar = {"type": "number"}

    def __init__(
        self,
        places: int | None = None,
        rounding: str | None = None,
        *,
        allow_nan: bool = False,
        as_string: bool = False,
    ) -> None:
        super().__init__(as_string=as_string)
        self.unit = None if places is None else decimal.Decimal((0, (1,), -places))
        self.rounding = rounding
        self.allow_nan = allow_nan

    def number(self, value: Any) -> decimal.Decimal:
        number = decimal.Decimal(str(value))
        if self.allow_nan and number.is_nan():
            return decimal.Decimal("NaN")
        if self.unit is not None and number.is_finite():
            return number.quantize(self.unit, rounding=self.rounding)
        return number

    def load(self, value: Any) -> decimal.Decimal:
        number: decimal.Decimal = super().load(value)
        if not self.allow_nan and not number.is_finite():
            raise invalid("special", _SPECIAL)
        return number

    def written(self, number: decimal.Decimal) -> str:
        return format(number, "f")


class AsBoolean(_Type):
    """A boolean, or a number or string that means one."""

    schema: ClassVar = {"type": "boolean"}
    truthy: Any = {"t", "T", "true", "True", "TRUE", "on", "On", "ON"} | {
        *("y", "Y", "yes", "Yes", "YES", "1", 1)
    }
    falsy: Any = {"f", "F", "false", "False", "FALSE", "off", "Off", "OFF"} | {
        *("n", "N", "no", "No", "NO", "0", 0)
    }

    def __init__(
        self, *, truthy: Iterable[Any] | None = None, falsy: Iterable[Any] | None = None
    ) -> None:
        if truthy is not None:
            self.truthy = set(truthy)
        if falsy is not None:
            self.falsy = set(falsy)

    def load(self, value: Any) -> bool:
        if not self.truthy:
            return bool(value)
        try:
            if value in self.truthy:
                return True
            if value in self.falsy:
                return False
        except TypeError as error:  # not hashable
            raise invalid("invalid", "Not a valid boolean.", input=value) from error
        raise invalid("invalid", "Not a valid boolean.", input=value)

    def dump(self, value: Any) -> Any:
        return coercion.boolean_for_dump(value, self.truthy, self.falsy)


class _Temporal(_Type):
    """A date or time as a string in ISO 8601 or in `format`."""

    kind: type[Any]
    noun: str
    readers: ClassVar[Mapping[str, Callable[[Any], Any]]]
    writers: ClassVar[Mapping[str, Callable[[Any], Any]]]

    def __init__(self, format: str = "iso") -> None:
        self.format = format

    def load(self, value: Any) -> Any:
        if coercion.keep_temporal(value, self.kind):
            return value
        try:
            reader = self.readers.get(self.format)
            return reader(value) if reader else self.parsed(value)
        except (TypeError, AttributeError, ValueError) as error:
            raise invalid(
                "invalid", "Not a valid {obj_type}.", input=value, obj_type=self.noun
            ) from error

    def parsed(self, value: Any) -> Any:
        return dt.datetime.strptime(value, self.format)

    def dump(self, value: Any) -> Any:
        writer = self.writers.get(self.format)
        return writer(value) if writer else value.strftime(self.format)


class AsDateTime(_Temporal):
    """A date and time: `iso`, `rfc`, `timestamp`, `timestamp_ms` or a format for strptime."""

    kind, noun = dt.datetime, "datetime"
    schema: ClassVar = {"type": "string", "format": "date-time"}
    readers: ClassVar = {
        "iso": coercion.datetime_from_iso,
        "iso8601": coercion.datetime_from_iso,
        "rfc": email.utils.parsedate_to_datetime,
        "rfc822": email.utils.parsedate_to_datetime,
        "timestamp": _from_timestamp,
        "timestamp_ms": lambda value: _from_timestamp(coercion.milliseconds(value) / 1000),
    }
    writers: ClassVar = {
        "iso": dt.datetime.isoformat,
        "iso8601": dt.datetime.isoformat,
        "rfc": email.utils.format_datetime,
        "rfc822": email.utils.format_datetime,
        "timestamp": _timestamp,
        "timestamp_ms": lambda value: _timestamp(value) * 1000,
    }

    def load(self, value: Any) -> dt.datetime:
        moment: dt.datetime = super().load(value)
        return moment


class AsNaiveDateTime(AsDateTime):
    """A date and time without a time zone; others are converted to `timezone`, or rejected."""

    def __init__(self, format: str = "iso", *, timezone: dt.tzinfo | None = None) -> None:
        super().__init__(format)
        self.timezone = timezone

    def load(self, value: Any) -> dt.datetime:
        moment = super().load(value)
        if not _is_aware(moment):
            return moment
        if self.timezone is None:
            raise _awareness("naive")
        return moment.astimezone(self.timezone).replace(tzinfo=None)


class AsAwareDateTime(AsDateTime):
    """A date and time with a time zone; others get `default_timezone`, or are rejected."""

    def __init__(self, format: str = "iso", *, default_timezone: dt.tzinfo | None = None) -> None:
        super().__init__(format)
        self.default_timezone = default_timezone

    def load(self, value: Any) -> dt.datetime:
        moment = super().load(value)
        if _is_aware(moment):
            return moment
        if self.default_timezone is None:
            raise _awareness("aware")
        return moment.replace(tzinfo=self.default_timezone)


class AsTime(_Temporal):
    """A time of day."""

    kind, noun = dt.time, "time"
    schema: ClassVar = {"type": "string", "format": "time"}
    readers: ClassVar = dict.fromkeys(("iso", "iso8601"), coercion.time_from_iso)
    writers: ClassVar = dict.fromkeys(("iso", "iso8601"), dt.time.isoformat)

    def parsed(self, value: Any) -> dt.time:
        return dt.datetime.strptime(value, self.format).time()


class AsDate(_Temporal):
    """A date."""

    kind, noun = dt.date, "date"
    schema: ClassVar = {"type": "string", "format": "date"}
    readers: ClassVar = dict.fromkeys(("iso", "iso8601"), coercion.date_from_iso)
    writers: ClassVar = dict.fromkeys(("iso", "iso8601"), dt.date.isoformat)

    def parsed(self, value: Any) -> dt.date:
        return dt.datetime.strptime(value, self.format).date()


class AsTimeDelta(_Type):
    """A duration as a number of units, given by `precision`."""

    schema: ClassVar = {"type": "number"}

    def __init__(
        self,
        precision: str = "seconds",
        serialization_type: type[int] | type[float] = int,
    ) -> None:
        self.precision = precision.lower()
        self.number = serialization_type

    def load(self, value: Any) -> dt.timedelta:
        try:
            return coercion.duration(value, self.precision, self.number)
        except (TypeError, ValueError, OverflowError) as error:
            raise invalid("invalid", "Not a valid period of time.") from error

    def dump(self, value: Any) -> float:
        return coercion.duration_in(value, self.precision, self.number)


class AsIP(_Type):
    """An IP address or interface; `exploded` dumps all groups of IPv6."""

    schema: ClassVar = {"type": "string"}

    def __init__(
        self,
        read: Callable[[str], Any] = ipaddress.ip_address,
        noun: str = "IP address",
        *,
        exploded: bool = False,
    ) -> None:
        self.read, self.noun, self.exploded = read, noun, exploded

    def load(self, value: Any) -> Any:
        try:
            return self.read(_text(value))
        except (ValueError, TypeError) as error:
            reason = "invalid_ip_interface" if "interface" in self.noun else "invalid_ip"
            raise invalid(reason, f"Not a valid {self.noun}.") from error

    def dump(self, value: Any) -> str:
        return str(value.exploded if self.exploded else value.compressed)


class _Enumerated(_Type):
    """A member of an enumeration, selected by one of `choices`."""

    choices: list[Any]

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"enum": self.choices}


class ByName(_Enumerated):
    """A member of an enumeration, selected by its name."""

    def __init__(self, kind: type[enum.Enum]) -> None:
        self.kind = kind
        self.choices = list(kind.__members__)

    def load(self, value: Any) -> Any:
        if coercion.keep_member(value, self.kind):
            return value
        try:
            return coercion.enum_by_name(self.kind, AsString().load(value))
        except KeyError as error:
            choices = ", ".join(self.choices)
            raise invalid("unknown", "Must be one of: {choices}.", choices=choices) from error

    def dump(self, value: Any) -> str:
        return str(value.name)


class ByValue(_Enumerated):
    """A member of an enumeration, selected by its value, which has the type `of`."""

    def __init__(self, kind: type[enum.Enum], of: Any = Any) -> None:
        self.kind = kind
        self.values: TypeAdapter[Any] = TypeAdapter(of)
        self.choices = [self.values.dump_python(member.value) for member in kind]

    def load(self, value: Any) -> Any:
        if coercion.keep_member(value, self.kind):
            return value
        try:
            return self.kind(self.values.validate_python(value))
        except PydanticError as error:
            raise from_pydantic(error) from error
        except ValueError as error:
            choices = ", ".join(str(choice) for choice in self.choices)
            raise invalid("unknown", "Must be one of: {choices}.", choices=choices) from error

    def dump(self, value: Any) -> Any:
        return self.values.dump_python(value.value)


class Constant(_Type):
    """A constant, whatever the input is."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def load(self, value: Any) -> Any:
        return self.value

    def _dump(self, value: Any) -> Any:
        return self.value


class _Container:
    """A type with items that are loaded one by one, so that each has its own messages."""

    def load(self, value: Any, read: Callable[[Any], Any]) -> Any:
        raise NotImplementedError

    def dump(self, value: Any, write: Callable[[Any], Any]) -> Any:
        raise NotImplementedError

    def _load(self, value: Any, read: Callable[[Any], Any]) -> Any:
        if value is None:
            raise invalid("null", "Field may not be null.")
        return self.load(value, read)

    def _dump(self, value: Any, write: Callable[[Any], Any]) -> Any:
        return None if value is None else self.dump(value, write)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(
            self._load,
            handler(source),
            serialization=core_schema.wrap_serializer_function_ser_schema(self._dump),
        )


class AsList(_Container):
    """Any collection except strings and mappings."""

    def load(self, value: Any, read: Callable[[Any], Any]) -> list[Any]:
        if not is_collection(value):
            raise invalid("invalid", "Not a valid list.")
        items, messages = [], {}
        for index, each in enumerate(value):
            try:
                items += read([each])
            except PydanticError as failed:
                error = from_pydantic(failed, skip=1)
                messages[index] = error.messages
                if error.valid_data is not None:
                    items.append(error.valid_data)
        if messages:
            raise ValidationError(messages, valid_data=items)
        return items

    def dump(self, value: Any, write: Callable[[Any], Any]) -> Any:
        return write(list(value))


class AsTuple(_Container):
    """A sequence with one item for each type."""

    def __init__(self, length: int) -> None:
        self.length = length

    def load(self, value: Any, read: Callable[[Any], Any]) -> Any:
        if not isinstance(value, Sequence) or isinstance(value, str | bytes):
            raise invalid("invalid", "Not a valid tuple.")
        if len(value) != self.length:
            raise ValidationError(f"Length must be {self.length}.")
        try:
            return read(tuple(value))
        except PydanticError as error:
            raise from_pydantic(error) from error

    def dump(self, value: Any, write: Callable[[Any], Any]) -> Any:
        parts = tuple(value)
        if coercion.TUPLES_ARE_CUT:
            parts = parts[: self.length]
        elif len(parts) != self.length:
            raise ValueError(f"{len(parts)} items instead of {self.length}")
        return write(parts)


class AsDict(_Container):
    """A mapping; an invalid entry has messages for its `key`, its `value` or both."""

    def load(self, value: Any, read: Callable[[Any], Any]) -> dict[Any, Any]:
        if not isinstance(value, Mapping):
            raise invalid("invalid", "Not a valid mapping type.")
        entries: dict[Any, Any] = {}
        messages: dict[Any, Any] = {}
        for key, each in value.items():
            try:
                entries |= read({key: each})
            except PydanticError as error:
                messages[key] = _entry_messages(error)
        if messages:
            raise ValidationError(messages, valid_data=entries)
        return entries

    def dump(self, value: Any, write: Callable[[Any], Any]) -> Any:
        return write(dict(value.items()))


class AsAnyDict(AsDict):
    """A mapping with any keys and values."""

    def load(self, value: Any, read: Callable[[Any], Any]) -> dict[Any, Any]:
        if not isinstance(value, Mapping):
            raise invalid("invalid", "Not a valid mapping type.")
        return dict(value)

    def dump(self, value: Any, write: Callable[[Any], Any]) -> Any:
        return dict(value)


def _entry_messages(error: PydanticError) -> dict[str, Any]:
    messages = {}
    for detail in error.errors(include_url=False):
        cause = detail.get("ctx", {}).get("error")
        if isinstance(cause, Exception) and not isinstance(cause, ValidationError):
            raise cause
        side = "key" if detail["loc"][1:] == ("[key]",) else "value"
        messages[side] = getattr(cause, "messages", [detail["msg"]])
    return messages


class Messages:
    """Custom messages of a field by reason, such as `required`, `null` or `invalid`."""

    def __init__(self, **texts: Any) -> None:
        self.texts = texts

    def reworded(self, error: ValidationError) -> ValidationError:
        """Return the error with the custom message for its reason, if there is one."""
        if error.reason not in self.texts:
            return error
        text = self.texts[error.reason]
        return ValidationError(text.format(**error.values) if isinstance(text, str) else text)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        def load(value: Any, read: Callable[[Any], Any]) -> Any:
            try:
                return read(value)
            except PydanticError as error:
                raise self.reworded(from_pydantic(error)) from error

        return core_schema.no_info_wrap_validator_function(load, handler(source))


def is_collection(value: Any) -> bool:
    """Return whether a value is a list, set, generator or similar, not a string or mapping."""
    return (
        isinstance(value, Iterable)
        and not hasattr(value, "strip")
        and not isinstance(value, Mapping)
    )


def _text(value: Any) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def _is_aware(moment: dt.datetime) -> bool:
    return moment.utcoffset() is not None


def _awareness(wanted: str) -> ValidationError:
    return invalid(
        "invalid_awareness",
        "Not a valid {awareness} {obj_type}.",
        awareness=wanted,
        obj_type="datetime",
    )


_SPECIAL = "Special numeric values (nan or infinity) are not permitted."

_BY_KIND: dict[type[Any], _Type] = {
    str: AsString(),
    bytes: AsString(),
    int: AsInteger(),
    float: AsFloat(),
    bool: AsBoolean(),
    decimal.Decimal: AsDecimal(),
    uuid.UUID: AsUUID(),
    dt.datetime: AsDateTime(),
    dt.date: AsDate(),
    dt.time: AsTime(),
    dt.timedelta: AsTimeDelta(),
}

String = Annotated[str, AsString()]
Inferred = Annotated[Any, AsInferred()]
UUID = Annotated[uuid.UUID, AsUUID()]
Integer = Annotated[int, AsInteger()]
Float = Annotated[float, AsFloat()]
Decimal = Annotated[decimal.Decimal, AsDecimal()]
Boolean = Annotated[bool, AsBoolean()]
DateTime = Annotated[dt.datetime, AsDateTime()]
NaiveDateTime = Annotated[dt.datetime, AsNaiveDateTime()]
AwareDateTime = Annotated[dt.datetime, AsAwareDateTime()]
Date = Annotated[dt.date, AsDate()]
Time = Annotated[dt.time, AsTime()]
TimeDelta = Annotated[dt.timedelta, AsTimeDelta()]
Raw = Annotated[Any, _Type()]
Email = Annotated[str, AsString(EmailAddress.text), EmailAddress()]
Url = Annotated[str, AsString(UrlAddress.text), UrlAddress()]
IP = Annotated[ipaddress.IPv4Address | ipaddress.IPv6Address, AsIP()]
IPv4 = Annotated[ipaddress.IPv4Address, AsIP(ipaddress.IPv4Address, "IPv4 address")]
IPv6 = Annotated[ipaddress.IPv6Address, AsIP(ipaddress.IPv6Address, "IPv6 address")]
IPInterface = Annotated[
    ipaddress.IPv4Interface | ipaddress.IPv6Interface,
    AsIP(ipaddress.ip_interface, "IP interface"),
]
IPv4Interface = Annotated[ipaddress.IPv4Interface, AsIP(ipaddress.IPv4Interface, "IPv4 interface")]
IPv6Interface = Annotated[ipaddress.IPv6Interface, AsIP(ipaddress.IPv6Interface, "IPv6 interface")]
List = Annotated[list[Item], AsList()]
Dict = Annotated[dict[Key, Item], AsDict()]
AnyDict = Annotated[dict[Any, Any], AsAnyDict()]
