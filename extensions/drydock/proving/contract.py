"""Finds changes of an API document that break its clients.

The two documents can come from different releases of FastAPI and Pydantic, which express the same
in different ways: `nullable`, `anyOf` with null, `allOf` with one entry, bounds as booleans, files.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]
_VALIDATION = "#/components/schemas/HTTPValidationError"
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_BOUNDS = ("pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
           "minLength", "maxLength", "minItems", "maxItems", "multipleOf")  # fmt: skip
# The pattern of the grant type in FastAPI's login form, old and new.
_GRANT = {"password": "^password$"}
# Formats of the same notation, each with the name to compare.
_FORMATS = {
    "uuid1": "uuid",
    "uuid3": "uuid",
    "uuid4": "uuid",
    "uuid5": "uuid",
    "time-delta": "duration",
}


def breaks(before: Json, after: Json) -> Iterator[tuple[str, str]]:
    """Yield each breaking change: the operation, and what it breaks."""
    comparison = _Comparison(before, after)
    old_paths, new_paths = _table(before, before, "paths"), _table(after, after, "paths")
    for path in old_paths:
        old, new = _table(before, old_paths, path), _table(after, new_paths, path)
        for method in _METHODS:
            if method not in old:
                continue
            label = f"{method.upper()} {path}"
            if method not in new:
                yield label, "the operation was removed"
                continue
            changes = comparison.operation(_table(before, old, method), _table(after, new, method))
            yield from ((label, change) for change in dict.fromkeys(changes))


class _Comparison:
    def __init__(self, before: Json, after: Json) -> None:
        self.before, self.after = before, after
        self.open: set[tuple[str, str, bool]] = set()

    def operation(self, before: Json, after: Json) -> Iterator[str]:
        removed = _parameters(self.before, before)
        for key, new in _parameters(self.after, after).items():
            old = removed.pop(key, None)
            where = f"parameter {key[1]}"
            if new.get("required") and not (old and old.get("required")):
                yield f"{where} became required"
            if old:
                yield from self.schema(where, old.get("schema"), new.get("schema"), True)
        yield from (f"parameter {name} was removed" for _, name in removed)
        bodies = (_table(self.before, before, "requestBody"),
                  _table(self.after, after, "requestBody"))  # fmt: skip
        yield from self._request(*bodies)
        old_responses = _table(self.before, before, "responses")
        new_responses = _table(self.after, after, "responses")
        for status in old_responses:
            if status not in new_responses:
                if status.startswith(("2", "3")):
                    yield f"response {status} was removed"
                continue
            old_response = _table(self.before, old_responses, status)
            new_response = _table(self.after, new_responses, status)
            if not (_is_validation(old_response) and _is_validation(new_response)):
                where = f"response {status}"
                yield from self._contents(where, old_response, new_response, in_request=False)

    def _request(self, before: Json, after: Json) -> Iterator[str]:
        if after.get("required") and not before.get("required"):
            yield "the body became required"
        if before and not after:
            yield "the body was removed"
        elif before:
            yield from self._contents("body", before, after, in_request=True)

    def _contents(
        self, where: str, before: Json, after: Json, *, in_request: bool
    ) -> Iterator[str]:
        old_contents = _table(self.before, before, "content")
        new_contents = _table(self.after, after, "content")
        for media_type in old_contents:
            if media_type not in new_contents:
                yield f"{where} is no longer {media_type}"
                continue
            old = _table(self.before, old_contents, media_type)
            new = _table(self.after, new_contents, media_type)
            yield from self.schema(where, old.get("schema"), new.get("schema"), in_request)

    def schema(self, where: str, old: Any, new: Any, in_request: bool) -> Iterator[str]:
        """Compare two schemas, of input if `in_request`, else of output."""
        pair = (repr(old), repr(new), in_request)
        if pair in self.open:
            return
        self.open.add(pair)
        before, was_nullable = _plain(self.before, old)
        after, is_nullable = _plain(self.after, new)
        if in_request and was_nullable and not is_nullable and after:
            yield f"{where} can no longer be null"
        yield from self._kind(where, before, after, in_request)
        yield from self._properties(where, before, after, in_request)
        if "items" in before and "items" in after:
            yield from self.schema(f"{where}[]", before["items"], after["items"], in_request)
        self.open.discard(pair)

    def _kind(self, where: str, before: Json, after: Json, in_request: bool) -> Iterator[str]:
        old_type, new_type = before.get("type"), after.get("type")
        wider = in_request and (new_type is None or (old_type, new_type) == ("integer", "number"))
        if old_type != new_type and old_type is not None and not wider:
            yield f"{where}: type was {old_type}, is {new_type or 'anything'}"
            return
        old_values, new_values = _list(before, "enum"), _list(after, "enum")
        if old_values and new_values:
            removed = (
                [value for value in old_values if value not in new_values] if in_request else []
            )
            added = (
                [value for value in new_values if value not in old_values] if not in_request else []
            )
            yield from (f"{where}: {value!r} is no longer allowed" for value in removed)
            yield from (f"{where}: {value!r} is now possible" for value in added)
        elif in_request and new_values:
            yield f"{where}: only {new_values} are allowed now"
        elif not in_request and old_values:
            yield f"{where}: no longer one of {old_values}"
        for bound in _BOUNDS:
            old_bound, new_bound = before.get(bound), after.get(bound)
            if old_bound != new_bound and (new_bound if in_request else old_bound) is not None:
                yield f"{where}: {bound} was {old_bound}, is {new_bound}"

    def _properties(self, where: str, before: Json, after: Json, in_request: bool) -> Iterator[str]:
        old = _table(self.before, before, "properties")
        new = _table(self.after, after, "properties")
        for name, schema in old.items():
            if name in new:
                yield from self.schema(f"{where}.{name}", schema, new[name], in_request)
            elif new or after.get("type") == "object":
                yield f"{where}.{name} was removed"
        if in_request:
            old_names, new_names = (
                set(map(str, _list(schema, "required"))) for schema in (before, after)
            )
            yield from (f"{where}.{name} became required" for name in sorted(new_names - old_names))
        # For responses, old documents do not mark fields as required that are always present.


def _table(document: Json, parent: Json, key: str) -> Json:
    """Return the table at `key`, with a reference resolved; an empty one if there is none.

    A service can declare anything as its OpenAPI document.
    """
    return _dereferenced(document, parent.get(key))


def _list(parent: Json, key: str) -> list[Any]:
    values = parent.get(key)
    return values if isinstance(values, list) else []


def _parameters(document: Json, operation: Json) -> dict[tuple[str, str], Json]:
    """Return the parameters of an operation by location and name."""
    parameters = [_dereferenced(document, entry) for entry in _list(operation, "parameters")]
    return {(str(item.get("in")), str(item.get("name"))): item for item in parameters}


def _is_validation(response: Json) -> bool:
    """Return whether a response is FastAPI's own validation error, of any release."""
    return _VALIDATION in repr(response.get("content"))


def _plain(document: Json, schema: Any) -> tuple[Json, bool]:
    """Return a schema without references and null, and whether null is allowed."""
    null = False
    for _ in range(50):  # references can be circular
        if not isinstance(schema, Mapping):
            return {}, null
        null = null or bool(schema.get("nullable"))
        if "$ref" in schema:
            schema = _resolved(document, str(schema["$ref"]))
        elif len(_list(schema, "allOf")) == 1:
            schema = {**_dereferenced(document, schema["allOf"][0]), **_without(schema, "allOf")}
        elif any(_is_null(option) for option in _list(schema, "anyOf")):
            null = True
            options = [option for option in schema["anyOf"] if not _is_null(option)]
            rest = _without(schema, "anyOf")
            is_single = len(options) == 1 and isinstance(options[0], Mapping)
            schema = {**rest, **options[0]} if is_single else {**rest, "anyOf": options}
        else:
            break
    plain = dict(schema)
    if isinstance(kinds := plain.get("type"), list):
        null = null or "null" in kinds
        types = [kind for kind in kinds if kind != "null"]
        plain["type"] = types[0] if len(types) == 1 else types
    _modernize(plain)
    return plain, null


def _modernize(plain: dict[str, Any]) -> None:
    """Rewrite older notations of OpenAPI and FastAPI to current ones."""
    if "const" in plain:
        plain["enum"] = [plain.pop("const")]
    if "contentMediaType" in plain:
        plain["format"] = "binary"
    plain["format"] = _FORMATS.get(str(plain.get("format")), plain.get("format"))
    if plain["format"] == "password":  # only a hint for user interfaces
        plain["format"] = None
    plain["pattern"] = _GRANT.get(str(plain.get("pattern")), plain.get("pattern"))
    for bound, other in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if plain.get(bound) is True:
            plain[bound] = plain.pop(other, None)
        elif plain.get(bound) is False:
            del plain[bound]


def _is_null(schema: Any) -> bool:
    return isinstance(schema, Mapping) and schema.get("type") == "null"


def _without(schema: Json, name: str) -> Json:
    return {key: value for key, value in schema.items() if key != name}


def _dereferenced(document: Json, part: Any) -> Json:
    """Return a part of a document, or what it refers to; an empty table if it is not a table."""
    if not isinstance(part, Mapping):
        return {}
    reference = part.get("$ref")  # a table if a property has this name
    return _resolved(document, reference) if isinstance(reference, str) else part


def _resolved(document: Json, reference: str) -> Json:
    node: Any = document
    for part in reference.removeprefix("#/").split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        node = node.get(key) if isinstance(node, Mapping) else None
    return node if isinstance(node, Mapping) else {}
