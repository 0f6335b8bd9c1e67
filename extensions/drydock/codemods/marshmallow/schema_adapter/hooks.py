"""Methods of a schema that run before or after it loads or dumps."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple


class Hook(NamedTuple):
    """A method, and how it is called."""

    method: str
    whole: bool = False  # with the whole collection instead of each item
    original: bool = False  # also with the input of `load` or `dump`
    skip_on_field_errors: bool = True
    fields: tuple[str, ...] = ()


def validates(*fields: str) -> Any:
    """Check the loaded value of each of these fields: `(self, value)`."""
    return _mark("validates", fields=fields)


def validates_schema(
    function: Any = None,
    pass_many: bool = False,
    pass_original: bool = False,
    skip_on_field_errors: bool = True,
    *,
    pass_collection: bool = False,
) -> Any:
    """Check all loaded values together: `(self, data, **kwargs)`."""
    return _mark(
        "validates_schema",
        function,
        whole=pass_many or pass_collection,
        original=pass_original,
        skip_on_field_errors=skip_on_field_errors,
    )


def pre_load(
    function: Any = None, pass_many: bool = False, *, pass_collection: bool = False
) -> Any:
    """Change the input of `load`: `(self, data, **kwargs)` returns it."""
    return _mark("pre_load", function, whole=pass_many or pass_collection)


def post_load(
    function: Any = None,
    pass_many: bool = False,
    pass_original: bool = False,
    *,
    pass_collection: bool = False,
) -> Any:
    """Change the result of `load`: `(self, data, **kwargs)` returns it."""
    return _mark("post_load", function, whole=pass_many or pass_collection, original=pass_original)


def pre_dump(
    function: Any = None, pass_many: bool = False, *, pass_collection: bool = False
) -> Any:
    """Change the input of `dump`: `(self, obj, **kwargs)` returns it."""
    return _mark("pre_dump", function, whole=pass_many or pass_collection)


def post_dump(
    function: Any = None,
    pass_many: bool = False,
    pass_original: bool = False,
    *,
    pass_collection: bool = False,
) -> Any:
    """Change the result of `dump`: `(self, data, **kwargs)` returns it."""
    return _mark("post_dump", function, whole=pass_many or pass_collection, original=pass_original)


@cache
def of(schema: Any, kind: str) -> Sequence[Hook]:
    """Return the hooks of a kind of a schema and its bases, in the order of their names."""
    found = []
    for name in dir(schema):
        attribute = next(vars(each)[name] for each in schema.__mro__ if name in vars(each))
        for marked, options in getattr(attribute, "schema_hooks", ()):
            if marked == kind:
                found.append(Hook(name, **options))
    return found


def _mark(kind: str, function: Any = None, **options: Any) -> Any:
    def mark(function: Any) -> Any:
        function.schema_hooks = [*getattr(function, "schema_hooks", ()), (kind, options)]
        return function

    return mark if function is None else mark(function)
