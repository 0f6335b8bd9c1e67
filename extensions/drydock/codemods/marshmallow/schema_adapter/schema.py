"""`load`, `dump` and `validate` with Pydantic models."""

import copy
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any, ClassVar

from pydantic import BaseModel, GetCoreSchemaHandler, SerializationInfo, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from . import hooks, members
from .coercion import HOOKS_GET_UNKNOWN
from .errors import SCHEMA, ValidationError, invalid, merge
from .members import MISSING, Member
from .types import is_collection

RAISE, EXCLUDE, INCLUDE = "raise", "exclude", "include"
_UNKNOWN = {"forbid": RAISE, "ignore": EXCLUDE, "allow": INCLUDE}
Names = Iterable[str]
_by_name: dict[str, type["Schema"]] = {}


class Schema:
    """Loads dictionaries, validated and converted, and dumps objects as dictionaries.

    `load_model` declares the input of `load`, `dump_model` the output of `dump`.
    """

    load_model: ClassVar[type[BaseModel]] = members.Model
    dump_model: ClassVar[type[BaseModel]] = members.Model
    error_messages: ClassVar[dict[str, str]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "load_model" in vars(cls) and "dump_model" not in vars(cls):
            cls.dump_model = cls.load_model
        _by_name[cls.__name__] = _by_name[f"{cls.__module__}.{cls.__name__}"] = cls

    def __init__(
        self,
        *,
        only: Names | None = None,
        exclude: Names = (),
        many: bool | None = None,
        load_only: Names = (),
        dump_only: Names = (),
        partial: bool | Names | None = None,
        unknown: str | None = None,
    ) -> None:
        self.many = bool(many)
        self.partial = partial
        self.unknown = unknown or _UNKNOWN[self.load_model.model_config.get("extra") or "ignore"]
        self.load_only, self.dump_only = set(load_only), set(dump_only)
        self.only = None if only is None else list(only)
        self.exclude = list(exclude)
        self._choose_members()

    def _choose_members(self) -> None:
        loaded, dumped = members.of(self.load_model), members.of(self.dump_model)
        every = {**loaded, **dumped}
        chosen = set(every) if self.only is None else {each.split(".")[0] for each in self.only}
        dropped = {each for each in self.exclude if "." not in each}
        if unknown := (chosen | dropped) - set(every):
            raise ValueError(f"Invalid fields for {self}: {unknown}.")
        chosen -= dropped
        self._all = every
        self._chosen = chosen
        self._loaded = [each for each in loaded.values() if each.name in chosen - self.dump_only]
        self._dumped = [each for each in dumped.values() if each.name in chosen - self.load_only]

    def narrowed(self, only: Names | None, exclude: Names) -> "Schema":
        """Return this schema with fewer fields."""
        if only is None and not exclude:
            return self
        schema = copy.copy(self)
        if only is not None:
            kept = self._chosen if self.only is None else set(self.only)
            schema.only = [each for each in only if each in kept or each.split(".")[0] in kept]
        schema.exclude = [*self.exclude, *exclude]
        schema._choose_members()
        return schema

    def __repr__(self) -> str:
        return f"<{type(self).__name__}(many={self.many})>"

    def load(
        self,
        data: Any,
        *,
        many: bool | None = None,
        partial: bool | Names | None = None,
        unknown: str | None = None,
    ) -> Any:
        """Load a dictionary, or with `many` a list of them; raise ValidationError."""
        return self._load(data, many, partial, unknown, finish=True)

    def loads(self, json_data: str, *, many: bool | None = None, **options: Any) -> Any:
        """Load JSON; options that `load` does not have are passed to `json.loads`."""
        own = {name: options.pop(name, None) for name in ("partial", "unknown")}
        return self.load(json.loads(json_data, **options), many=many, **own)

    def validate(
        self, data: Any, *, many: bool | None = None, partial: bool | Names | None = None
    ) -> Any:
        """Return the messages that `load` would raise; empty for valid input."""
        try:
            self._load(data, many, partial, None, finish=False)
        except ValidationError as error:
            return error.messages
        return {}

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """Dump an object or a dictionary, or with `many` a list of them."""
        many = self.many if many is None else bool(many)
        ready = self._run("pre_dump", obj, many, obj)
        written = self._dump(ready, many)
        return self._run("post_dump", written, many, obj)

    def dumps(self, obj: Any, *args: Any, many: bool | None = None, **options: Any) -> str:
        """Dump as JSON; further arguments are passed to `json.dumps`."""
        return json.dumps(self.dump(obj, many=many), *args, **options)

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        """Return the attribute of an object or the entry of a dictionary; dots separate a path."""
        for name in attr.split("."):
            try:
                obj = obj[name]
            except (KeyError, IndexError, TypeError, AttributeError):
                obj = getattr(obj, name, default)
        return obj

    def handle_error(self, error: ValidationError, data: Any, **kwargs: Any) -> None:
        """Handle an error before it is raised; override this method to do something."""

    def _load(
        self,
        data: Any,
        many: bool | None,
        partial: bool | Names | None,
        unknown: str | None,
        *,
        finish: bool,
    ) -> Any:
        many = self.many if many is None else bool(many)
        partial = self.partial if partial is None else partial
        unknown = unknown or self.unknown
        options = {"partial": partial, **({"unknown": unknown} if HOOKS_GET_UNKNOWN else {})}
        failures = _Failures()
        result: Any = None
        try:
            ready = self._run("pre_load", data, many, data, **options)
        except ValidationError as error:
            failures.tree = error.normalized_messages()
        else:
            result = self._read(ready, many, partial, unknown, failures)
            self._check_fields(result, many, failures)
            self._check_whole(result, data, many, options, failures)
            if not failures.tree and finish:
                try:
                    result = self._run("post_load", result, many, data, **options)
                except ValidationError as error:
                    failures.tree = error.normalized_messages()
        if failures.tree:
            failed = ValidationError(failures.tree, data=data, valid_data=result)
            self.handle_error(failed, data, many=many, partial=partial)
            raise failed
        return result

    def _read(
        self, data: Any, many: bool, partial: Any, unknown: str, failures: "_Failures"
    ) -> Any:
        if not many:
            return self._read_one(data, partial, unknown, failures, None)
        if not is_collection(data):
            failures.add(self._text("type", "Invalid input type."))
            return []
        return [
            self._read_one(each, partial, unknown, failures, index)
            for index, each in enumerate(data)
        ]

    def _read_one(
        self, data: Any, partial: Any, unknown: str, failures: "_Failures", index: int | None
    ) -> dict[str, Any]:
        result: dict[str, Any] = {}
        if not isinstance(data, Mapping):
            failures.add(self._text("type", "Invalid input type."), index=index)
            return result
        listed = is_collection(partial)
        for member in self._loaded:
            value = data.get(member.key, MISSING)
            if value is MISSING and (partial is True or (listed and member.name in partial)):
                continue
            context = self._context(member, _below(partial, member.key) if listed else partial)
            try:
                loaded = member.load(self, value, context)
            except ValidationError as error:
                failures.add(error.messages, member.key, index)
                loaded = error.valid_data or MISSING
            if loaded is not MISSING:
                _put(result, member.attribute, loaded)
        if unknown != EXCLUDE:
            for key in data.keys() - {member.key for member in self._loaded}:
                if unknown == INCLUDE:
                    result[key] = data[key]
                else:
                    failures.add(self._text("unknown", "Unknown field."), key, index)
        return result

    def _check_fields(self, result: Any, many: bool, failures: "_Failures") -> None:
        for hook in self._hooks("validates"):
            for name in hook.fields:
                if name not in self._all:
                    raise ValueError(f'"{name}" field does not exist.')
                if name in self._chosen:
                    self._check_field(hook, self._all[name], result, many, failures)

    def _check_field(
        self, hook: hooks.Hook, member: Member, result: Any, many: bool, failures: "_Failures"
    ) -> None:
        for index, item in enumerate(result) if many else [(None, result)]:
            if member.attribute not in item:
                continue
            try:
                getattr(self, hook.method)(item[member.attribute])
            except ValidationError as error:
                failures.add(error.messages, member.key, index)
                item.pop(member.name, None)

    def _check_whole(
        self,
        result: Any,
        data: Any,
        many: bool,
        options: dict[str, Any],
        failures: "_Failures",
    ) -> None:
        failed = bool(failures.tree)
        found = self._hooks("validates_schema")
        for hook in [each for each in found if each.whole] + [
            each for each in found if not each.whole
        ]:
            if failed and hook.skip_on_field_errors:
                continue
            separate = many and not hook.whole
            pairs = zip(result, data, strict=False) if separate else [(result, data)]
            for index, (item, original) in enumerate(pairs):
                arguments = (item, original) if hook.original else (item,)
                try:
                    getattr(self, hook.method)(*arguments, many=many, **options)
                except ValidationError as error:
                    member = self._all.get(error.field_name)
                    key = member.key if member else error.field_name
                    failures.add(error.messages, key, index if separate else None)

    def _dump(self, obj: Any, many: bool) -> Any:
        if many and obj is not None:
            return [self._dump(each, False) for each in obj]
        result = {}
        for member in self._dumped:
            value = member.dump(self, obj, self._context(member, None))
            if value is not MISSING:
                result[member.key] = value
        return result

    def _run(self, kind: str, data: Any, many: bool, original: Any, **options: Any) -> Any:
        """Run hooks; those for the whole collection run first on load, last on dump."""
        found = self._hooks(kind)
        whole_first = kind.endswith("load")
        for hook in sorted(found, key=lambda hook: hook.whole is not whole_first):
            method: Callable[..., Any] = getattr(self, hook.method)
            if many and not hook.whole:
                pairs = zip_longest(data, original) if hook.original else ((each,) for each in data)
                data = [method(*pair, many=many, **options) for pair in pairs]
            elif hook.original:
                data = method(data, original, many=many, **options)
            else:
                data = method(data, many=many, **options)
        return data

    def _hooks(self, kind: str) -> Sequence[hooks.Hook]:
        schema: Any = type(self)
        return hooks.of(schema, kind)

    def _context(self, member: Member, partial: Any) -> dict[str, Any]:
        only = None if self.only is None else _below(self.only, member.name)
        return {
            "partial": partial,
            "only": only or None,
            "exclude": _below(self.exclude, member.name),
        }

    def _text(self, reason: str, default: str) -> list[str]:
        return [self.error_messages.get(reason, default)]


class Nested:
    """A field that another schema loads and dumps: `Annotated[AuthorIn, Nested(AuthorSchema)]`."""

    def __init__(
        self,
        schema: Any,
        *,
        only: Names | None = None,
        exclude: Names = (),
        many: bool = False,
        unknown: str | None = None,
    ) -> None:
        self.schema = schema
        self.only = only
        self.exclude = exclude
        self.many = many
        self.unknown = unknown

    def load(self, value: Any, read: Callable[[Any], Any], info: ValidationInfo) -> Any:
        """Load a value with the schema, or with the model if no schema is loading."""
        if value is None:
            raise invalid("null", "Field may not be null.")
        if info.context is None:
            return read(value)
        schema = self._schema(info.context)
        if (schema.many or self.many) and not is_collection(value):
            raise invalid("type", "Invalid type.", input=value, type=type(value).__name__)
        return schema.load(value, unknown=self.unknown, partial=info.context["partial"])

    def dump(self, value: Any, info: SerializationInfo) -> Any:
        """Dump a value with the schema."""
        if value is None:
            return None
        schema = self._schema(info.context or {})
        return schema.dump(value, many=schema.many or self.many)

    def _schema(self, context: dict[str, Any]) -> Schema:
        schema = self.schema
        if callable(schema) and not isinstance(schema, type):
            schema = schema()
        if isinstance(schema, str):
            schema = _by_name[schema]
        if isinstance(schema, type):
            schema = schema(many=self.many)
        narrowed: Schema = schema.narrowed(self.only, self.exclude)
        return narrowed.narrowed(context.get("only"), context.get("exclude", ()))

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_wrap_validator_function(
            self.load,
            handler(source),
            serialization=core_schema.plain_serializer_function_ser_schema(
                self.dump, info_arg=True
            ),
        )


class Pluck(Nested):
    """A field that loads and dumps a single field of another schema."""

    def __init__(
        self, schema: Any, field: str, *, many: bool = False, unknown: str | None = None
    ) -> None:
        super().__init__(schema, only=(field,), many=many, unknown=unknown)
        self.field = field

    def load(self, value: Any, read: Callable[[Any], Any], info: ValidationInfo) -> Any:
        """Load a value as that field."""
        if value is None:
            raise invalid("null", "Field may not be null.")
        context = info.context or {"partial": None}
        schema = self._schema(context)
        key = schema._all[self.field].key
        if self.many and not is_collection(value):
            raise invalid("type", "Invalid type.", input=value, type=type(value).__name__)
        whole: Any = [{key: each} for each in value] if self.many else {key: value}
        return schema.load(whole, unknown=self.unknown, partial=context["partial"])

    def dump(self, value: Any, info: SerializationInfo) -> Any:
        """Dump only that field."""
        whole = super().dump(value, info)
        if whole is None:
            return None
        key = self._schema(info.context or {})._all[self.field].key
        return [each[key] for each in whole] if self.many else whole[key]


class _Failures:
    """Collects the messages of one `load`."""

    def __init__(self) -> None:
        self.tree: Any = {}

    def add(self, messages: Any, key: str = SCHEMA, index: int | None = None) -> None:
        tree = messages if key == SCHEMA and isinstance(messages, dict) else {key: messages}
        self.tree = merge(self.tree, tree if index is None else {index: tree})


def _below(names: Any, parent: str) -> list[str]:
    """Return the names below a parent, without its name and the dot."""
    return [name[len(parent) + 1 :] for name in names if name.startswith(f"{parent}.")]


def _put(target: dict[str, Any], path: str, value: Any) -> None:
    """Set a value; dots in its path create nested dictionaries."""
    *parents, last = path.split(".")
    for parent in parents:
        target = target.setdefault(parent, {})
    target[last] = value
