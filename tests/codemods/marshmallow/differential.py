"""Compares a schema and its translation on the same input, and prints the differences.

    python -m tests.codemods.marshmallow.differential FOLDER --count 500

FOLDER has pairs of modules `before_NAME.py` and `after_NAME.py`, and the adapter. It runs in a
separate process, with the marshmallow of its environment or path.
"""

import argparse
import copy
import importlib
import json
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import marshmallow as ma
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.codemods.marshmallow.payloads import outgoing, payloads, plain

Outcome = tuple[str, Any]


def outcome(act: Callable[[], Any]) -> Outcome:
    """Return the outcome of a call: a value, the messages of a rejection, or an exception."""
    try:
        return ("value", plain(act()))
    except Exception as error:
        if type(error).__name__ == "ValidationError" and hasattr(error, "messages"):
            return ("messages", plain(error.messages))
        return ("exception", type(error).__name__)


Call = Callable[[Any, Any], Any]
"""Calls a schema class with some data."""


def differences(before: Any, after: Any, name: str, count: int) -> list[str]:
    """Return the differences of the schema `name` in two modules, over `count` payloads."""
    schemas = (getattr(before, name), getattr(after, name))
    original = schemas[0]()
    assert isinstance(original, ma.Schema)
    assert not isinstance(schemas[1](), ma.Schema), f"{name} was not translated"
    names = list(original.fields)
    inputs, objects = payloads(original), outgoing(original)

    def compare(what: str, call: Call, data: Any, data_after: Any = None) -> Outcome:
        # Each gets its own copy of the data, as hooks may change it.
        own_data = copy.deepcopy(data if data_after is None else data_after)
        was = outcome(lambda: call(schemas[0], copy.deepcopy(data)))
        now = outcome(lambda: call(schemas[1], own_data))
        raised = what.startswith("dump") and was[0] == now[0] == "exception"
        # Both raise on a value that a field cannot dump; the exceptions may differ. marshmallow 3
        # crashes on an infinite or invalid duration, which the adapter rejects.
        fails = was in (("exception", "OverflowError"), ("exception", "ValueError"))
        refused = fails and "Not a valid period of time." in str(now)
        if was != now and not raised and not refused:
            raise AssertionError(f"{name}: {what} of {data!r}\n  before {was}\n  after  {now}")
        return was

    @seed(20_26)
    @_with_examples(count)
    @given(st.data())
    def loads(data: st.DataObject) -> None:
        payload = data.draw(inputs)
        if compare("load", lambda s, d: s().load(d), payload)[0] == "value":
            compare("dump of what was loaded", lambda s, d: s().dump(s().load(d)), payload)
        for what, call in _calls_that_load(
            data, names, has_dump_only=bool(original.opts.dump_only)
        ):
            compare(what, call, payload)
        if data.draw(st.integers(0, 9)) == 0:
            many = data.draw(st.lists(inputs, max_size=3)) or [payload]
            compare("load many", lambda s, d: s(many=True).load(d), many)
            compare("load many=", lambda s, d: s().load(d, many=True), many)
            compare("validate many", lambda s, d: s(many=True).validate(d), many)
            compare("load many, not a list", lambda s, d: s(many=True).load(d), payload)

    @seed(20_27)
    @_with_examples(max(count // 3, 4))
    @given(st.data())
    def dumps(data: st.DataObject) -> None:
        obj = data.draw(objects)
        for what, call in _calls_that_dump(
            data, names, has_load_only=bool(original.opts.load_only)
        ):
            compare(what, call, obj, _with_members_of(obj, after))

    found = []
    for check in (loads, dumps):
        try:
            check()
        except Exception as error:
            found.append(str(error) or repr(error))
    return found


def _with_examples(count: int) -> settings:
    return settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


def _calls_that_load(
    data: st.DataObject, names: list[str], *, has_dump_only: bool
) -> Iterator[tuple[str, Call]]:
    """Yield some calls that load, with options drawn from `data`."""
    some = st.lists(st.sampled_from(names), min_size=1, unique=True) if names else st.just([])
    match data.draw(st.integers(0, 6)):
        case 1:
            paths = [*names, *(f"{name}.{name}" for name in names), "x"]
            partial = data.draw(st.lists(st.sampled_from(paths)))
            yield "load partial", lambda s, d: s(partial=True).load(d)
            yield f"load partial={partial}", lambda s, d: s().load(d, partial=partial)
        case 2:
            unknown = data.draw(st.sampled_from(["raise", "exclude", "include"]))
            yield f"load {unknown}", lambda s, d: s(unknown=unknown).load(d)
            yield f"load unknown={unknown}", lambda s, d: s().load(d, unknown=unknown)
        case 3 if names:
            chosen = data.draw(some)
            yield f"load only={chosen}", lambda s, d: s(only=chosen).load(d)
            yield f"load exclude={chosen}", lambda s, d: s(exclude=chosen).load(d)
            if not has_dump_only:
                yield f"load dump_only={chosen}", lambda s, d: s(dump_only=chosen).load(d)
        case 4:
            yield "validate", lambda s, d: s().validate(d)
            yield "validate partial", lambda s, d: s().validate(d, partial=True)
        case 5:
            yield "loads", lambda s, d: s().loads(_json(d))


def _calls_that_dump(
    data: st.DataObject, names: list[str], *, has_load_only: bool
) -> Iterator[tuple[str, Call]]:
    """Yield some calls that dump, with options drawn from `data`."""
    yield "dump", lambda s, d: s().dump(d)
    match data.draw(st.integers(0, 4)):
        case 0:
            yield "dump many", lambda s, d: s(many=True).dump([d, d])
            yield "dump None", lambda s, d: s().dump(None)
            yield "dumps", lambda s, d: json.loads(s().dumps(d))
        case 1 if names:
            some = st.lists(st.sampled_from(names), min_size=1, unique=True)
            chosen = data.draw(some)
            yield f"dump only={chosen}", lambda s, d: s(only=chosen).dump(d)
            yield f"dump exclude={chosen}", lambda s, d: s(exclude=chosen).dump(d)
            if not has_load_only:
                yield f"dump load_only={chosen}", lambda s, d: s(load_only=chosen).dump(d)
        case 2:
            yield "dump of an object", lambda s, d: s().dump(_Object(d))


def _json(data: Any) -> str:
    try:
        return json.dumps(data)
    except (TypeError, ValueError):
        return "{}"


class _Object:
    """An object with attributes."""

    def __init__(self, attributes: dict[str, Any]) -> None:
        self.__dict__.update(attributes)


def _with_members_of(value: Any, module: Any) -> Any:
    """Return a value with its enumeration members replaced by those of another module."""
    if isinstance(value, dict):
        return {
            _with_members_of(key, module): _with_members_of(each, module)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return type(value)(_with_members_of(each, module) for each in value)
    own = getattr(module, type(value).__name__, None)
    if own is not None and hasattr(own, "__members__") and hasattr(value, "name"):
        return own[value.name]
    return value


def schemas_in(module: Any) -> list[str]:
    """Return the names of the schemas that a module defines."""
    return [
        name
        for name, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, ma.Schema)
        and value is not ma.Schema
        and value.__module__ == module.__name__
    ]


def main() -> int:
    """Compare all pairs of a folder; print the differences by pair as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    sys.path.insert(0, str(options.folder))
    result: dict[str, list[str]] = {}
    for path in sorted(options.folder.glob("before_*.py")):
        pair = path.stem.removeprefix("before_")
        if options.only and options.only != pair:
            continue
        try:
            before = importlib.import_module(f"before_{pair}")
            after = importlib.import_module(f"after_{pair}")
            found = [
                each
                for name in schemas_in(before)
                for each in differences(before, after, name, options.count)
            ]
        except Exception as error:
            found = [f"{type(error).__name__}: {error}"]
        result[pair] = found
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
