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
    for path, item in before.get("paths", {}).items():
        now = after.get("paths", {}).get(path, {})
        for method in _METHODS:
            if method not in item:
                continue
            label = f"{method.upper()} {path}"
            if method not in now:
                yield label, "the operation is gone"
                continue
            told = comparison.operation(item[method], now[method])
            yield from ((label, one) for one in dict.fromkeys(told))


class _Comparison:
    def __init__(self, before: Json, after: Json) -> None:
        self.before, self.after = before, after
        self.open: set[tuple[str, str, bool]] = set()

    def operation(self, before: Json, after: Json) -> Iterator[str]:
        old = {(one["in"], one["name"]): one for one in before.get("parameters", [])}
        for one in after.get("parameters", []):
            was = old.pop((one["in"], one["name"]), None)
            where = f"parameter {one['name']}"
            if one.get("required") and not (was and was.get("required")):
                yield f"{where} became required"
            if was:
                yield from self.schema(where, was.get("schema", {}), one.get("schema", {}), True)
        yield from (f"parameter {name} is gone" for _, name in old)
        yield from self._request(before.get("requestBody", {}), after.get("requestBody", {}))
        for status, said in before.get("responses", {}).items():
            now = after.get("responses", {}).get(status)
            if now is None and status.startswith(("2", "3")):
                yield f"response {status} is gone"
            elif now is not None and not (_is_validation(said) and _is_validation(now)):
                yield from self._contents(f"response {status}", said, now, asked=False)

    def _request(self, before: Json, after: Json) -> Iterator[str]:
        if after.get("required") and not before.get("required"):
            yield "the body became required"
        if before and not after:
            yield "the body is gone"
        elif before:
            yield from self._contents("body", before, after, asked=True)

    def _contents(self, where: str, before: Json, after: Json, *, asked: bool) -> Iterator[str]:
        for media_type, held in before.get("content", {}).items():
            now = after.get("content", {}).get(media_type)
            if now is None:
                yield f"{where} is no longer {media_type}"
            else:
                yield from self.schema(where, held.get("schema", {}), now.get("schema", {}), asked)

    def schema(self, where: str, old: Json, new: Json, asked: bool) -> Iterator[str]:
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
        allowed, allows = before.get("enum"), after.get("enum")
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
        old, new = before.get("properties", {}), after.get("properties", {})
        for name, schema in old.items():
            if name in new:
                yield from self.schema(f"{where}.{name}", schema, new[name], asked)
            elif new or after.get("type") == "object":
                yield f"{where}.{name} is gone"
        had, has = set(before.get("required", [])), set(after.get("required", []))
        if asked:
            yield from (f"{where}.{name} became required" for name in sorted(has - had))
        # What an old document does not require although it is always there cannot be told.


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
        elif len(schema.get("allOf", ())) == 1:
            schema = {**_resolvable(document, schema["allOf"][0]), **_less(schema, "allOf")}
        elif any(_is_null(one) for one in schema.get("anyOf", ())):
            null = True
            left = [one for one in schema["anyOf"] if not _is_null(one)]
            rest = _less(schema, "anyOf")
            schema = {**rest, **left[0]} if len(left) == 1 else {**rest, "anyOf": left}
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


def _resolvable(document: Json, schema: Json) -> Json:
    return _resolved(document, schema["$ref"]) if "$ref" in schema else schema


def _resolved(document: Json, reference: str) -> Json:
    node: Any = document
    for part in reference.removeprefix("#/").split("/"):
        node = node.get(part.replace("~1", "/").replace("~0", "~"), {})
    return node if isinstance(node, Mapping) else {}
