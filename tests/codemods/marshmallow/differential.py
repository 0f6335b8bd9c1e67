"""Gives a schema and its translation the same input, and tells where they differ.

    python -m tests.codemods.marshmallow.differential FOLDER --count 500

FOLDER has pairs of modules `before_NAME.py` and `after_NAME.py`, and the adapter. It runs in a
process of its own, with the marshmallow of whichever environment or path it is given.
"""

import argparse
import importlib
import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import marshmallow as ma
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.codemods.marshmallow.payloads import outgoing, payloads, plain

Outcome = tuple[str, Any]


def outcome(act: Callable[[], Any]) -> Outcome:
    """Return what a call gives: a value, or the messages of what is refused, or an exception."""
    try:
        return ("value", plain(act()))
    except Exception as error:
        if type(error).__name__ == "ValidationError" and hasattr(error, "messages"):
            return ("messages", plain(error.messages))
        return ("exception", type(error).__name__)


def differences(before: Any, after: Any, name: str, count: int) -> list[str]:
    """Return in what the schema `name` of two modules differs, over `count` payloads each way."""
    found: list[str] = []
    ours = ma.Schema

    def compare(what: str, one: Callable[[Any], Any], data: Any) -> None:
        was = outcome(lambda: one(getattr(before, name)))
        now = outcome(lambda: one(getattr(after, name)))
        if what.startswith("dump") and was[0] == now[0] == "exception":
            return  # a value that a field cannot dump: it raises, whatever that is
        if was != now:
            raise AssertionError(f"{name}: {what} of {data!r}\n  before {was}\n  after  {now}")

    schema = outcome(getattr(before, name))
    if schema[0] != "value":
        return [f"{name}: cannot be made: {schema}"]
    original = getattr(before, name)()
    assert isinstance(original, ours)
    assert not isinstance(getattr(after, name)(), ours), f"{name} was not translated"
    names = list(original.fields)
    given_in, given_out = payloads(original), outgoing(original)

    often = settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )

    @seed(20_26)
    @often
    @given(st.data())
    def loads(data: st.DataObject) -> None:
        payload = data.draw(given_in)
        way = data.draw(st.integers(0, 9))
        compare("load", lambda s: s().load(payload), payload)
        if way == 0:
            many = data.draw(st.lists(given_in, max_size=3)) or [payload]
            compare("load many", lambda s: s(many=True).load(many), many)
            compare("load many=", lambda s: s().load(many, many=True), many)
            compare("validate many", lambda s: s(many=True).validate(many), many)
            compare("load many, not a list", lambda s: s(many=True).load(payload), payload)
        elif way == 1:
            compare("load partial", lambda s: s(partial=True).load(payload), payload)
            some = data.draw(st.lists(st.sampled_from([*names, *(f"{n}.{n}" for n in names), "x"])))
            compare(f"load partial={some}", lambda s: s().load(payload, partial=some), payload)
        elif way == 2:
            for unknown in ("raise", "exclude", "include"):
                compare(f"load {unknown}", lambda s: s(unknown=unknown).load(payload), payload)  # noqa: B023
                compare(f"load {unknown}=", lambda s: s().load(payload, unknown=unknown), payload)  # noqa: B023
        elif way == 3 and names:
            some = data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
            compare(f"load only={some}", lambda s: s(only=some).load(payload), payload)
            compare(f"load exclude={some}", lambda s: s(exclude=some).load(payload), payload)
            if not original.opts.dump_only:
                compare(
                    f"load dump_only={some}", lambda s: s(dump_only=some).load(payload), payload
                )
        elif way == 4:
            compare("validate", lambda s: s().validate(payload), payload)
            compare("validate partial", lambda s: s().validate(payload, partial=True), payload)
        elif way == 5:
            try:
                text = json.dumps(payload)
            except (TypeError, ValueError):
                return
            compare("loads", lambda s: s().loads(text), text)

    @seed(20_27)
    @often
    @given(st.data())
    def dumps(data: st.DataObject) -> None:
        obj = data.draw(given_out)
        obj_after = _moved(obj, after)
        way = data.draw(st.integers(0, 6))
        pairs = {"before": obj, "after": obj_after}

        def act(call: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
            return lambda s: call(s, pairs["after" if s is getattr(after, name) else "before"])

        compare("dump", act(lambda s, o: s().dump(o)), obj)
        if way == 0:
            compare("dump many", act(lambda s, o: s(many=True).dump([o, o])), obj)
            compare("dump None", lambda s: s().dump(None), None)
            compare("dumps", act(lambda s, o: json.loads(s().dumps(o))), obj)
        elif way == 1 and names:
            some = data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
            compare(f"dump only={some}", act(lambda s, o: s(only=some).dump(o)), obj)
            compare(f"dump exclude={some}", act(lambda s, o: s(exclude=some).dump(o)), obj)
            if not original.opts.load_only:
                compare(f"dump load_only={some}", act(lambda s, o: s(load_only=some).dump(o)), obj)
        elif way == 2:
            compare("dump of an object", act(lambda s, o: s().dump(_Object(o))), obj)

    for check in (loads, dumps):
        try:
            check()
        except Exception as error:
            found.append(str(error) or repr(error))
    return found


class _Object:
    """Something with attributes."""

    def __init__(self, held: dict[str, Any]) -> None:
        self.__dict__.update(held)


def _moved(value: Any, module: Any) -> Any:
    """Return a value with members of enumerations of another module's classes of that name."""
    if isinstance(value, dict):
        return {_moved(key, module): _moved(each, module) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_moved(each, module) for each in value)
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
    """Compare all pairs of a folder; print JSON: what differs, by the pair's name."""
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
