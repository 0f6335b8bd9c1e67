"""Runs the old code of a row on Pydantic 1, and the migrated code on Pydantic 2."""

import re
import sys
import types
import warnings
from itertools import count
from typing import Any

from tests.codemods.support import Files, apply, files_of

_IMPORT = re.compile(r"^(\s*from|\s*import) pydantic(?=[\s.])", re.MULTILINE)
_NUMBERS = count()


def run_old(text: str) -> dict[str, Any]:
    """Run a module on Pydantic 1, which Pydantic 2 includes as `pydantic.v1`."""
    old = _IMPORT.sub(
        lambda m: f"{m[1]} pydantic.v1" + (" as pydantic" if "import" in m[1] else ""), text
    )
    return _run(old)


def run_new(text: str) -> dict[str, Any]:
    """Run a module on Pydantic 2; deprecation warnings are errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return _run(text)


def _run(text: str) -> dict[str, Any]:
    name = f"row_{next(_NUMBERS)}"
    module = types.ModuleType(name)
    sys.modules[name] = module  # Pydantic looks up annotations there
    exec(compile(text, f"<{name}>", "exec"), module.__dict__)
    return module.__dict__


def value_or_error(namespace: dict[str, Any], probe: str) -> object:
    """Return the value of an expression, or the locations of its validation errors."""
    helpers = {"dump": _dump, "load": _load, "orm": _orm, "copy": _copy}
    try:
        value = eval(probe, helpers | namespace)
    except Exception as error:
        if type(error).__name__ == "ValidationError":
            return {one["loc"] for one in error.errors()}  # type: ignore[attr-defined]
        # A frozen model raises TypeError in Pydantic 1, ValidationError in Pydantic 2.
        return "TypeError" if isinstance(error, TypeError) else repr(error)
    return repr(value)


def _dump(model: Any, **options: Any) -> object:
    return model.model_dump(**options) if _is_new(model) else model.dict(**options)


def _load(model: Any, data: object) -> object:
    return model.model_validate(data) if _is_new(model) else model.parse_obj(data)


def _orm(model: Any, **data: object) -> object:
    thing = types.SimpleNamespace(**data)
    return model.model_validate(thing) if _is_new(model) else model.from_orm(thing)


def _copy(model: Any) -> object:
    return model.model_copy() if _is_new(model) else model.copy()


def _is_new(model: Any) -> bool:
    return hasattr(model, "model_dump")


def assert_same(rule: str, before: Files, *probes: str, also: tuple[str, ...] = ()) -> None:
    """Check that each probe has the same result in the old and in the migrated code."""
    files = files_of(before)
    text = files["service.py"]
    for name in (rule, *also):
        text = apply(name, {**files, "service.py": text}).texts.get("service.py", text)
    old, new = run_old(files["service.py"]), run_new(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before_all = {probe: value_or_error(old, probe) for probe in probes}
    assert {probe: value_or_error(new, probe) for probe in probes} == before_all
