"""What a client of the old API document would trip over in the new one.

The two may come from different releases of FastAPI and Pydantic, which say the same in different
ways: `nullable`, `anyOf` with null, `allOf` with one entry, bounds as booleans, files.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]
_VALIDATION = "#/components/schemas/HTTPValidationError"
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_BOUNDS = ("pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
           "minLength", "maxLength", "minItems", "maxItems", "multipleOf")  # fmt: skip
# How FastAPI's own form of a login says its grant type, before and now.
_GRANT = {"password": "^password$"}
# Formats that say how a value is written; others, such as `uuid4`, say it in other words only.
_SAME = {
    "uuid1": "uuid",
    "uuid3": "uuid",
    "uuid4": "uuid",
    "uuid5": "uuid",
    "time-delta": "duration",
}


def breaks(before: Json, after: Json) -> Iterator[tuple[str, str]]:
    """Yield each breaking change: the operation, and what is broken."""
    comparison = _Comparison(before, after)
    paths, still = _table(before, before, "paths"), _table(after, after, "paths")
    for path in paths:
        item, now = _table(before, paths, path), _table(after, still, path)
        for method in _METHODS:
            if method not in item:
                continue
            label = f"{method.upper()} {path}"
            if method not in now:
                yield label, "the operation is gone"
                continue
            changes = comparison.operation(_table(before, item, method), _table(after, now, method))
            yield from ((label, one) for one in dict.fromkeys(changes))


class _Comparison:
    def __init__(self, before: Json, after: Json) -> None:
        self.before, self.after = before, after
        self.open: set[tuple[str, str, bool]] = set()

    def operation(self, before: Json, after: Json) -> Iterator[str]:
        old = _parameters(self.before, before)
        for key, one in _parameters(self.after, after).items():
            was = old.pop(key, None)
            where = f"parameter {key[1]}"
            if one.get("required") and not (was and was.get("required")):
                yield f"{where} became required"
            if was:
                yield from self.schema(where, was.get("schema"), one.get("schema"), True)
        yield from (f"parameter {name} is gone" for _, name in old)
        bodies = (_table(self.before, before, "requestBody"),
                  _table(self.after, after, "requestBody"))  # fmt: skip
        yield from self._request(*bodies)
        responses = _table(self.before, before, "responses")
        now_responses = _table(self.after, after, "responses")
        for status in responses:
            if status not in now_responses:
                if status.startswith(("2", "3")):
                    yield f"response {status} is gone"
                continue
            said = _table(self.before, responses, status)
            now = _table(self.after, now_responses, status)
            if not (_is_validation(said) and _is_validation(now)):
                yield from self._contents(f"response {status}", said, now, asked=False)

    def _request(self, before: Json, after: Json) -> Iterator[str]:
        if after.get("required") and not before.get("required"):
            yield "the body became required"
        if before and not after:
            yield "the body is gone"
        elif before:
            yield from self._contents("body", before, after, asked=True)

    def _contents(self, where: str, before: Json, after: Json, *, asked: bool) -> Iterator[str]:
        held = _table(self.before, before, "content")
        now = _table(self.after, after, "content")
        for media_type in held:
            if media_type not in now:
                yield f"{where} is no longer {media_type}"
                continue
            one = _table(self.before, held, media_type)
            other = _table(self.after, now, media_type)
            yield from self.schema(where, one.get("schema"), other.get("schema"), asked)

    def schema(self, where: str, old: Any, new: Any, asked: bool) -> Iterator[str]:
        """Compare two schemas of what is `asked` for in a request, or of what a response has."""
        pair = (repr(old), repr(new), asked)
        if pair in self.open:
            return
        self.open.add(pair)
        before, may_be_null = _plain(self.before, old)
        after, may_be_null_now = _plain(self.after, new)
        if asked and may_be_null and not may_be_null_now and after:
            yield f"{where} may no longer be null"
        yield from self._kind(where, before, after, asked)
        yield from self._properties(where, before, after, asked)
        if "items" in before and "items" in after:
            yield from self.schema(f"{where}[]", before["items"], after["items"], asked)
        self.open.discard(pair)

    def _kind(self, where: str, before: Json, after: Json, asked: bool) -> Iterator[str]:
        kinds, now = before.get("type"), after.get("type")
        wider = asked and (now is None or (kinds, now) == ("integer", "number"))
        if kinds != now and kinds is not None and not wider:
            yield f"{where}: type was {kinds}, is {now or 'anything'}"
            return
        allowed, allows = _list(before, "enum"), _list(after, "enum")
        if allowed and allows:
            lost = [one for one in allowed if one not in allows] if asked else []
            new = [one for one in allows if one not in allowed] if not asked else []
            yield from (f"{where}: {one!r} is no longer possible" for one in lost)
            yield from (f"{where}: {one!r} is now possible" for one in new)
        elif asked and allows:
            yield f"{where}: only {allows} are possible now"
        elif not asked and allowed:
            yield f"{where}: no longer one of {allowed}"
        for bound in _BOUNDS:
            was, is_now = before.get(bound), after.get(bound)
            if was != is_now and (is_now if asked else was) is not None:
                yield f"{where}: {bound} was {was}, is {is_now}"

    def _properties(self, where: str, before: Json, after: Json, asked: bool) -> Iterator[str]:
        old = _table(self.before, before, "properties")
        new = _table(self.after, after, "properties")
        for name, schema in old.items():
            if name in new:
                yield from self.schema(f"{where}.{name}", schema, new[name], asked)
            elif new or after.get("type") == "object":
                yield f"{where}.{name} is gone"
        had, has = _list(before, "required"), _list(after, "required")
        if asked:
            new_ones = {str(one) for one in has} - {str(one) for one in had}
            yield from (f"{where}.{name} became required" for name in sorted(new_ones))
        # What an old document does not require although it is always there cannot be told.


def _table(document: Json, held: Json, key: str) -> Json:
    """Return the table at `key`, by reference or not; an empty one where there is none.

    What a service calls its OpenAPI document may be anything.
    """
    return _resolvable(document, held.get(key))


def _list(held: Json, key: str) -> list[Any]:
    found = held.get(key)
    return found if isinstance(found, list) else []


def _parameters(document: Json, operation: Json) -> dict[tuple[str, str], Json]:
    """Return the parameters of an operation by where they stand, and their name."""
    parameters = [_resolvable(document, one) for one in _list(operation, "parameters")]
    return {(str(one.get("in")), str(one.get("name"))): one for one in parameters}


def _is_validation(response: Json) -> bool:
    """Tell whether a response is FastAPI's own on input that is not valid, told in any release."""
    return _VALIDATION in repr(response.get("content"))


def _plain(document: Json, schema: Any) -> tuple[Json, bool]:
    """Return a schema without references and without the ways to say null; and if null may be."""
    null = False
    for _ in range(50):  # references that go in a circle end nowhere
        if not isinstance(schema, Mapping):
            return {}, null
        null = null or bool(schema.get("nullable"))
        if "$ref" in schema:
            schema = _resolved(document, str(schema["$ref"]))
        elif len(_list(schema, "allOf")) == 1:
            schema = {**_resolvable(document, schema["allOf"][0]), **_less(schema, "allOf")}
        elif any(_is_null(one) for one in _list(schema, "anyOf")):
            null = True
            left = [one for one in schema["anyOf"] if not _is_null(one)]
            rest = _less(schema, "anyOf")
            one = len(left) == 1 and isinstance(left[0], Mapping)
            schema = {**rest, **left[0]} if one else {**rest, "anyOf": left}
        else:
            break
    plain = dict(schema)
    if isinstance(kinds := plain.get("type"), list):
        null = null or "null" in kinds
        left = [one for one in kinds if one != "null"]
        plain["type"] = left[0] if len(left) == 1 else left
    _reword(plain)
    return plain, null


def _reword(plain: dict[str, Any]) -> None:
    """Say in the words of today what older releases of OpenAPI and FastAPI say otherwise."""
    if "const" in plain:
        plain["enum"] = [plain.pop("const")]
    if "contentMediaType" in plain:
        plain["format"] = "binary"
    plain["format"] = _SAME.get(str(plain.get("format")), plain.get("format"))
    if plain["format"] == "password":  # a hint for pages that show a form
        plain["format"] = None
    plain["pattern"] = _GRANT.get(str(plain.get("pattern")), plain.get("pattern"))
    for bound, other in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if plain.get(bound) is True:
            plain[bound] = plain.pop(other, None)
        elif plain.get(bound) is False:
            del plain[bound]


def _is_null(schema: Any) -> bool:
    return isinstance(schema, Mapping) and schema.get("type") == "null"


def _less(schema: Json, name: str) -> Json:
    return {key: value for key, value in schema.items() if key != name}


def _resolvable(document: Json, part: Any) -> Json:
    """Return a part of a document, or what it refers to; an empty one where it is no table."""
    if not isinstance(part, Mapping):
        return {}
    reference = part.get("$ref")  # a table where a property has this name
    return _resolved(document, reference) if isinstance(reference, str) else part


def _resolved(document: Json, reference: str) -> Json:
    node: Any = document
    for part in reference.removeprefix("#/").split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        node = node.get(key) if isinstance(node, Mapping) else None
    return node if isinstance(node, Mapping) else {}
