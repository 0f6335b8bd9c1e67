"""The error that `load` raises, and how the messages of several failures form one tree."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError as PydanticError

SCHEMA = "_schema"
Messages = dict[Any, Any] | list[Any]


class ValidationError(ValueError):
    """Input that a schema rejects.

    `messages` is a tree: keys of fields, indexes and keys of dictionaries lead to the texts.
    """

    def __init__(
        self,
        message: str | Messages,
        field_name: str = SCHEMA,
        data: Any = None,
        valid_data: Any = None,
        *,
        reason: str = "",
        values: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Take a text, a list or a tree; with `reason` and `values`, a field can reword it."""
        self.messages: Any = [message] if isinstance(message, str | bytes) else message
        self.field_name = field_name
        self.data = data
        self.valid_data = valid_data
        self.reason = reason
        self.values = values or {}
        self.kwargs = kwargs
        super().__init__(message)

    def normalized_messages(self) -> Any:
        """Return the messages as a tree with a field at its root."""
        if self.field_name == SCHEMA and isinstance(self.messages, dict):
            return self.messages
        return {self.field_name: self.messages}

    @property
    def messages_dict(self) -> dict[str, Any]:
        """The messages if they are a tree; raise TypeError if they are a list."""
        if not isinstance(self.messages, dict):
            raise TypeError(f"'messages' is a {type(self.messages).__name__}, not a dictionary")
        return self.messages


def invalid(reason: str, text: str, **values: Any) -> ValidationError:
    """Return an error with a text that `Messages` can replace."""
    return ValidationError(text.format(**values), reason=reason, values=values)


def merge(first: Any, second: Any) -> Any:
    """Join two trees of messages; a list next to a tree is added to its `_schema`."""
    if not first or not second:
        return second or first
    if isinstance(first, dict) and isinstance(second, dict):
        merged = dict(first)
        for key, messages in second.items():
            merged[key] = merge(merged[key], messages) if key in merged else messages
        return merged
    if isinstance(first, dict):
        return {**first, SCHEMA: merge(first.get(SCHEMA), second)}
    if isinstance(second, dict):
        return {**second, SCHEMA: merge(first, second.get(SCHEMA))}
    return [*_listed(first), *_listed(second)]


def from_pydantic(error: PydanticError, *, skip: int = 0) -> ValidationError:
    """Turn Pydantic's flat list of errors into a tree, without the first parts of each path.

    Other exceptions that a function raised are raised again: they are bugs.
    """
    tree: Any = None
    valid_data = None
    first: ValidationError | None = None
    details = error.errors(include_url=False)
    for detail in details:
        cause = detail.get("ctx", {}).get("error")
        messages: Any = [detail["msg"]]
        if isinstance(cause, ValidationError):
            messages, valid_data, first = cause.messages, cause.valid_data, cause
        elif isinstance(cause, Exception):
            raise cause
        tree = merge(tree, _under(detail["loc"][skip:], messages))
    if len(details) == 1 and first and len(details[0]["loc"]) == skip:
        return first
    return ValidationError(tree, valid_data=valid_data)


def _under(path: Iterable[int | str], messages: Any) -> Any:
    for part in reversed(tuple(path)):
        messages = {part: messages}
    return messages


def _listed(messages: Any) -> list[Any]:
    return messages if isinstance(messages, list) else [messages]
