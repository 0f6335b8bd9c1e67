"""Input for schemas, valid and invalid, derived from the schemas of marshmallow."""

from __future__ import annotations

import copy
import datetime as dt
import decimal
import enum
import ipaddress
import re
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import marshmallow as ma
from hypothesis import strategies as st
from marshmallow import fields, validate

_JUNK: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([10**30, -(10**30), 1.5, -0.0, float("nan"), float("inf"), 1e300]),
    st.sampled_from(
        [
            *("", " ", "0", "1", " 1 ", "1.5", "-1", "1e3", "nan", "inf", "x", "true", "no", "on"),
            *("2020-02-03", "2020-2-3", "2020-02-30", "2020-02-03T04:05:06", "04:05", "4:5:6.7"),
            *(
                "2020-02-03T04:05:06.123456+01:00",
                "2020-02-03 04:05Z",
                "04:05:06+01:00",
                "20200203",
            ),
            *(
                "Mon, 03 Feb 2020 04:05:06 +0100",
                "a@b.co",
                "a@b",
                "http://a.co/x",
                "a.co",
                "127.0.0.1",
            ),
            *("::1", "10.0.0.0/8", "00000000-0000-4000-8000-000000000000", "é", "RED", "1_000"),
            *("a", "ab", "abc", "abcd", "abcdef", "\u0661", "mailto:a@b.co", "ftp://b.org?q=1"),
        ]
    ),
    st.sampled_from([b"", b"a", b"\xff", b"\x00" * 16]),
    st.lists(st.integers(-1, 2) | st.text("ab", max_size=2), max_size=3),
    st.dictionaries(st.text("ab", max_size=1), st.integers(0, 1) | st.none(), max_size=2),
)
_DATES = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2030, 1, 1))
_ZONES = st.sampled_from([None, dt.UTC, dt.timezone(dt.timedelta(minutes=-90))])


def payloads(schema: ma.Schema, depth: int = 2) -> st.SearchStrategy[Any]:
    """Return input of `load`: mostly dictionaries with the schema's keys, some of them invalid.

    Two of five have only values that their fields accept, so that schemas with many fields load as
    well.
    """
    right = {name: incoming(one, depth) for name, one in schema.fields.items()}

    @st.composite
    def dictionary(draw: st.DrawFn) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        wrong = draw(st.integers(0, 4))
        for name, one in schema.fields.items():
            luck = draw(st.integers(0, 23))
            needed = wrong > 2 and one.required
            if (luck < 4 and not needed) or (one.dump_only and wrong):
                continue
            key = one.data_key if one.data_key is not None else name
            if wrong == 0 and luck == 4:
                key = name
            if wrong > 2:
                made[key] = _accepted(draw, right[name], one)
            else:
                made[key] = draw(_JUNK if wrong < 2 and luck > 17 else right[name])
        if wrong in (1, 4) and draw(st.booleans()):
            made[draw(st.sampled_from(["zz", "id", "", 1]))] = draw(_JUNK)
        return made

    return st.one_of(*[dictionary()] * 9, _JUNK)


def _accepted(draw: st.DrawFn, values: st.SearchStrategy[Any], one: fields.Field[Any]) -> Any:
    """Return the first drawn value that the field of marshmallow accepts, or the last one."""
    for _ in range(4):
        value = draw(values)
        try:
            one.deserialize(copy.deepcopy(value))  # hooks of nested schemas may change it
        except Exception:
            continue
        break
    return value


def incoming(one: fields.Field[Any], depth: int) -> st.SearchStrategy[Any]:
    """Return input values of a field."""
    found = _incoming(one, depth)
    around = [*_around(one.validators)]
    if around:
        found = found | st.sampled_from(around) | st.sampled_from(around).map(str)
    return found | st.none() if one.allow_none else found


def _incoming(one: fields.Field[Any], depth: int) -> st.SearchStrategy[Any]:
    match one:
        case fields.Pluck():
            inner = incoming(one.schema.fields[one.field_name], depth - 1)
            return st.lists(inner, max_size=2) if one.many else inner
        case fields.Nested():
            if depth <= 0:
                return st.sampled_from([{}, [], None, 1])
            inner = payloads(one.schema, depth - 1)
            many = one.many or one.schema.many
            return st.lists(inner, max_size=3) if many else inner
        case fields.List():
            return st.lists(incoming(one.inner, depth - 1) | _rarely(_JUNK), max_size=3)
        case fields.Tuple():
            return st.tuples(*(incoming(each, depth - 1) for each in one.tuple_fields)).map(list)
        case fields.Dict() | fields.Mapping():
            keys = _hashable(incoming(one.key_field, 0)) if one.key_field else st.text("ab")
            values = incoming(one.value_field, depth - 1) if one.value_field else _JUNK
            return st.dictionaries(keys, values | _rarely(_JUNK), max_size=3)
        case fields.Enum():
            if one.by_value:
                return st.sampled_from([member.value for member in one.enum]) | st.sampled_from(
                    [str(member.value) for member in one.enum]
                )
            return st.sampled_from([*one.enum.__members__, "x"])
        case fields.Email():
            return st.sampled_from(
                ["a@b.co", "A.b+c@localhost", "a@[127.0.0.1]", "é@exämple.org", "a@b", '"x"@b.org']
            )
        case fields.Url():
            return st.sampled_from(
                [
                    *("http://a.co", "https://u:p@a.co:80/x?y#z", "ftp://[::1]/", "HTTP://A.CO"),
                    *("file:///x", "/a/b", "http://localhost", "http://hub", "//x", "#x", "?q"),
                ]
            )
        case fields.UUID():
            return st.uuids().map(str) | st.uuids()
        case fields.String():
            return _texts(one)
        case fields.Integer():
            return st.integers(-4, 12) | st.integers(-4, 12).map(str) | st.floats(-2, 2)
        case fields.Number():
            numbers = st.integers(-4, 12) | st.floats(-4, 12).map(lambda n: round(n, 3))
            return numbers | numbers.map(str)
        case fields.Boolean():
            return st.sampled_from([True, False, "yes", "off", 1, 0, "T", "1", 0.0, "maybe", "ja"])
        case fields.DateTime():
            return _moments(one)
        case fields.TimeDelta():
            return st.integers(-100, 10**6) | st.floats(-10, 10**6) | st.just("1.5")
        case fields.IP() | fields.IPInterface():
            return st.sampled_from(
                ["127.0.0.1", "::1", "10.0.0.1/8", "fe80::/10", "300.1.1.1", b"::1"]
            )
    return _JUNK


def _moments(one: fields.Field[Any]) -> st.SearchStrategy[Any]:
    form = getattr(one, "format", None) or "iso"
    kind = getattr(one, "OBJ_TYPE", "datetime")
    zoned = st.builds(lambda moment, zone: moment.replace(tzinfo=zone), _DATES, _ZONES)
    if form in ("timestamp", "timestamp_ms"):
        return _DATES.map(lambda moment: moment.replace(tzinfo=dt.UTC).timestamp()) | st.integers(
            0, 9
        )
    if form in ("rfc", "rfc822"):
        return zoned.map(
            lambda m: m.strftime("%a, %d %b %Y %H:%M:%S ") + (m.strftime("%z") or "-0000")
        )
    if form not in ("iso", "iso8601"):
        return zoned.map(lambda moment: moment.strftime(form))
    parts: dict[str, Any] = {"date": dt.datetime.date, "time": dt.datetime.time}
    cut: Callable[[Any], Any] = parts.get(kind, lambda moment: moment)
    return zoned.map(lambda moment: cut(moment).isoformat()) | zoned.map(cut)


def _texts(one: fields.Field[Any]) -> st.SearchStrategy[Any]:
    found: st.SearchStrategy[Any] = st.text("abAB 19é", max_size=6)
    for each in one.validators:
        if isinstance(each, validate.Regexp):
            found = found | st.from_regex(each.regex)
        if isinstance(each, validate.Length):
            sizes = [each.equal or 0, each.min or 0, each.max or 0]
            found = found | st.sampled_from(
                ["a" * max(0, size + more) for size in sizes for more in (-1, 0, 1) if size < 1000]
            )
    return found


def _around(validators: Iterable[Any]) -> Iterable[Any]:
    """Yield values at the boundaries of validators."""
    for each in validators:
        if isinstance(each, validate.Range):
            for bound in (each.min, each.max):
                if isinstance(bound, int | float):
                    yield from (bound - 1, bound, bound + 1)
        elif isinstance(each, validate.OneOf):
            yield from each.choices
        elif isinstance(each, validate.NoneOf):
            yield from each.iterable
        elif isinstance(each, validate.Equal):
            yield each.comparable


def outgoing(schema: ma.Schema, depth: int = 2) -> st.SearchStrategy[Any]:
    """Return input of `dump`: dictionaries with values of the fields, some of them invalid."""

    right = {name: dumpable(one, depth) for name, one in schema.fields.items()}

    @st.composite
    def dictionary(draw: st.DrawFn) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, one in schema.fields.items():
            luck = draw(st.integers(0, 29))
            if luck < 5:
                continue
            path = one.attribute or name
            value = draw(_JUNK if luck > 26 else right[name])
            target = made
            *parents, last = path.split(".")
            for parent in parents:
                target = target.setdefault(parent, {})
                if not isinstance(target, dict):
                    break
            else:
                target[last] = value
        return made

    return dictionary()


def dumpable(one: fields.Field[Any], depth: int) -> st.SearchStrategy[Any]:
    """Return values of an attribute that a field dumps."""
    return st.none() | _dumpable(one, depth)


def _dumpable(one: fields.Field[Any], depth: int) -> st.SearchStrategy[Any]:
    zoned = st.builds(lambda moment, zone: moment.replace(tzinfo=zone), _DATES, _ZONES)
    match one:
        case fields.Nested():
            if depth <= 0:
                return st.none()
            inner = outgoing(one.schema, depth - 1)
            many = one.many or one.schema.many
            return st.lists(inner, max_size=2) if many else inner
        case fields.List():
            inner = dumpable(one.inner, depth - 1)
            return st.lists(inner, max_size=3) | st.lists(inner, max_size=2).map(tuple)
        case fields.Tuple():
            return st.tuples(*(dumpable(each, depth - 1) for each in one.tuple_fields))
        case fields.Dict() | fields.Mapping():
            keys = _hashable(dumpable(one.key_field, 0)) if one.key_field else st.text("ab")
            values = dumpable(one.value_field, depth - 1) if one.value_field else _JUNK
            return st.dictionaries(keys, values, max_size=2)
        case fields.Enum():
            return st.sampled_from([*one.enum.__members__.values()])
        case fields.UUID():
            return st.uuids()
        case fields.String():
            return st.text("abé", max_size=3) | st.integers(0, 3)
        case fields.Decimal():
            return st.decimals(-5, 5, places=3) | st.sampled_from(["1.25", 2, 1.5])
        case fields.Number():
            return st.integers(-3, 3) | st.floats(-3, 3) | st.sampled_from(["1", "x"])
        case fields.Boolean():
            return st.booleans() | st.sampled_from(["yes", "x", 0, 2])
        case fields.Time():
            return zoned.map(dt.datetime.timetz)
        case fields.Date():
            return zoned.map(dt.datetime.date)
        case fields.DateTime():
            return zoned
        case fields.TimeDelta():
            return st.timedeltas(dt.timedelta(-9), dt.timedelta(999))
        case fields.IPInterface():
            return st.sampled_from(
                [ipaddress.ip_interface("10.0.0.1/8"), ipaddress.ip_interface("::1/9")]
            )
        case fields.IP():
            return st.sampled_from([ipaddress.ip_address("10.0.0.1"), ipaddress.ip_address("::1")])
    return _JUNK


def _rarely(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 3).flatmap(lambda n: strategy if n == 0 else st.just("1"))


def _hashable(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return strategy.filter(lambda value: not isinstance(value, list | dict | set))


def plain(value: Any) -> Any:
    """Return a comparable form of a value: equal if a client cannot tell two values apart.

    True and 1 differ, NaN is itself, and an object of a class is what it holds.
    """
    match value:
        case enum.Enum():
            return ("enum", type(value).__name__, value.name)
        case float():
            return ("float", repr(value))
        case dict():
            return {_key(key): plain(each) for key, each in value.items()}
        case list() | tuple():
            return [type(value).__name__, *map(plain, value)]
        case set() | frozenset():
            return ("set", sorted(map(repr, value)))
        case dt.datetime() | dt.time():
            return (type(value).__name__, value.isoformat(), repr(value.utcoffset()))
        case decimal.Decimal():
            return ("Decimal", str(value))
        case None | bool() | int() | str() | bytes() | uuid.UUID() | dt.date() | dt.timedelta():
            return (type(value).__name__, value)
        case re.Pattern():
            return value.pattern
    if hasattr(value, "__dict__") and type(value).__module__.startswith(("before", "after")):
        return (type(value).__name__, plain(vars(value)))
    return (type(value).__name__, repr(value) if "0x" not in repr(value) else "")


def _key(key: Any) -> Any:
    return ("nan",) if key != key else (type(key).__name__, str(key))
