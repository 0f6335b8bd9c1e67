"""The fields of a model, loaded and dumped by a schema."""

from collections.abc import Callable
from functools import cache, cached_property
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic import ValidationError as PydanticError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticSerializationError

from .errors import from_pydantic, invalid
from .types import Messages

MISSING: Any = object()


class Model(BaseModel):
    """A model that rejects unknown keys and can be created with the names of its fields."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, arbitrary_types_allowed=True)


def optional(**options: Any) -> Any:
    """Declare a field that may be missing; it is then missing in the loaded data as well."""
    return Field(default_factory=_missing, **options)


def _missing() -> Any:
    return None


class Named:
    """The name of a field that a model cannot use, such as `_id` or `copy`."""

    def __init__(self, name: str) -> None:
        self.name = name


class Attribute:
    """The attribute of the object that holds the field; dots separate a path."""

    def __init__(self, name: str) -> None:
        self.name = name


class DumpDefault:
    """The value to dump if the object lacks the attribute, or a function that returns it."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Method:
    """A field that methods of the schema compute."""

    def __init__(self, serialize: str | None = None, deserialize: str | None = None) -> None:
        self.serialize, self.deserialize = serialize, deserialize

    def load(self, schema: Any, value: Any) -> Any:
        """Return the loaded value."""
        return getattr(schema, self.deserialize)(value) if self.deserialize else value

    def dump(self, schema: Any, obj: Any) -> Any:
        """Return the dumped value."""
        return getattr(schema, self.serialize)(obj) if self.serialize else MISSING


class Function:
    """A field that functions compute."""

    def __init__(
        self,
        serialize: Callable[[Any], Any] | None = None,
        deserialize: Callable[[Any], Any] | None = None,
    ) -> None:
        self.serialize, self.deserialize = serialize, deserialize

    def load(self, schema: Any, value: Any) -> Any:
        """Return the loaded value."""
        return self.deserialize(value) if self.deserialize else value

    def dump(self, schema: Any, obj: Any) -> Any:
        """Return the dumped value."""
        return self.serialize(obj) if self.serialize else MISSING


Kind = TypeVar("Kind")


class Member:
    """One field of a model."""

    def __init__(self, name: str, info: FieldInfo) -> None:
        self.info = info
        named, attribute = self._marked(Named), self._marked(Attribute)
        self.name = named.name if named else name
        self.key = self.name if info.alias is None else info.alias
        self.attribute = attribute.name if attribute else self.name
        self.computed = self._marked(Method) or self._marked(Function)

    def load(self, schema: Any, value: Any, context: dict[str, Any]) -> Any:
        """Load a value, or return the default if it is missing; raise ValidationError."""
        if value is MISSING:
            return self._default()
        try:
            loaded = self._adapter.validate_python(value, context=context)
        except PydanticError as error:
            raise from_pydantic(error) from error
        if self.computed and loaded is not None:
            return self.computed.load(schema, loaded)
        return loaded

    def dump(self, schema: Any, obj: Any, context: dict[str, Any]) -> Any:
        """Return the dumped value of an object, or MISSING."""
        if self.computed:
            return self.computed.dump(schema, obj)
        value = schema.get_attribute(obj, self.attribute, MISSING)
        if value is MISSING:
            default = self._marked(DumpDefault)
            if default is None:
                return MISSING
            value = _called(default.value)
        try:
            return self._adapter.dump_python(value, context=context, warnings=False)
        except PydanticSerializationError as error:
            raise _cause(error) from None

    def _default(self) -> Any:
        if self.info.is_required():
            error = invalid("required", "Missing data for required field.")
            messages = self._marked(Messages)
            raise messages.reworded(error) if messages else error
        if self.info.default_factory is _missing:
            return MISSING
        if self.info.default_factory is not None:
            return self.info.default_factory()  # type: ignore[call-arg]
        return _called(self.info.default)

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        annotation: Any = Annotated[self.info.annotation, *self.info.metadata, None]
        return TypeAdapter(annotation)

    def _marked(self, kind: type[Kind]) -> Kind | None:
        return next((each for each in self.info.metadata if isinstance(each, kind)), None)


@cache
def of(model: type[BaseModel]) -> dict[str, Member]:
    """Return the fields of a model by name."""
    model.model_rebuild()
    found = (Member(name, info) for name, info in model.model_fields.items())
    return {member.name: member for member in found}


def _called(default: Any) -> Any:
    return default() if callable(default) else default


def _cause(error: BaseException) -> BaseException:
    """Return the exception of a type that Pydantic wrapped while dumping."""
    while isinstance(error, PydanticSerializationError) and error.__cause__:
        error = error.__cause__
    return error
