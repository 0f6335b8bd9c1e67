"""Checks of a converted value: `Annotated[String, Length(max=50)]`."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from .coercion import (
    DOMAIN,
    FALSE_IS_INVALID,
    IDNA_DOMAINS,
    URL_HOST,
    URL_PATH,
    URL_SCHEMES_AS_GIVEN,
    USER,
)
from .errors import ValidationError


class Check:
    """A check with a function that raises ValidationError."""

    text = "Invalid value."

    def __init__(self, function: Callable[[Any], Any], error: str | None = None) -> None:
        self.function = function
        self.text = error or self.text

    def __call__(self, value: Any) -> Any:
        """Return the value, or raise ValidationError."""
        if self.function(value) is False and FALSE_IS_INVALID:
            raise ValidationError(self.text)
        return value

    def keywords(self, kind: str) -> dict[str, Any]:
        """Return the keywords for the JSON Schema of a type such as `string`."""
        return {}

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        inner = handler(schema)
        return {**inner, **self.keywords(inner.get("type", ""))}


class All(Check):
    """Several checks that all run; their messages are joined.

    `error` is the message for functions that return False.
    """

    def __init__(self, *checks: Callable[[Any], Any], error: str | None = None) -> None:
        self.checks = [
            check if isinstance(check, Check) else Check(check, error) for check in checks
        ]

    def __call__(self, value: Any) -> Any:
        messages: list[Any] = []
        for check in self.checks:
            try:
                check(value)
            except ValidationError as error:
                # Functions may raise a text, a list or a tree.
                several = isinstance(error.messages, list)
                messages += error.messages if several else [error.messages]
        if messages:
            raise ValidationError(messages)
        return value

    def keywords(self, kind: str) -> dict[str, Any]:
        joined: dict[str, Any] = {}
        for check in self.checks:
            joined |= check.keywords(kind)
        return joined


class _Worded(Check):
    """A check with its own text or `error`, with placeholders such as `{input}`."""

    def __init__(self, error: str | None) -> None:
        self.error = error

    def refuse(self, value: Any, text: str | None = None, **values: Any) -> ValidationError:
        return ValidationError((self.error or text or self.text).format(input=value, **values))


class Length(_Worded):
    """The number of characters or items."""

    def __init__(
        self,
        min: int | None = None,
        max: int | None = None,
        *,
        equal: int | None = None,
        error: str | None = None,
    ) -> None:
        super().__init__(error)
        self.min, self.max, self.equal = min, max, equal

    def __call__(self, value: Any) -> Any:
        length = len(value)
        if self.equal is not None:
            if length != self.equal:
                raise self._refuse(value, "Length must be {equal}.")
        elif self.min is not None and length < self.min:
            short = "Shorter than minimum length {min}."
            raise self._refuse(value, short if self.max is None else self._between)
        elif self.max is not None and length > self.max:
            long = "Longer than maximum length {max}."
            raise self._refuse(value, long if self.min is None else self._between)
        return value

    _between = "Length must be between {min} and {max}."

    def _refuse(self, value: Any, text: str) -> ValidationError:
        return self.refuse(value, text, min=self.min, max=self.max, equal=self.equal)

    def keywords(self, kind: str) -> dict[str, Any]:
        noun = {"array": "Items", "object": "Properties"}.get(kind, "Length")
        low = self.min if self.equal is None else self.equal
        high = self.max if self.equal is None else self.equal
        bounds = {f"min{noun}": low, f"max{noun}": high}
        return {key: bound for key, bound in bounds.items() if bound is not None}


class Range(_Worded):
    """The range of values; both ends are included by default."""

    def __init__(
        self,
        min: Any = None,
        max: Any = None,
        *,
        min_inclusive: bool = True,
        max_inclusive: bool = True,
        error: str | None = None,
    ) -> None:
        super().__init__(error)
        self.min, self.max = min, max
        self.min_inclusive, self.max_inclusive = min_inclusive, max_inclusive

    def __call__(self, value: Any) -> Any:
        low, high = self.min, self.max
        if low is not None and (value < low if self.min_inclusive else value <= low):
            raise self._refuse(value)
        if high is not None and (value > high if self.max_inclusive else value >= high):
            raise self._refuse(value)
        return value

    def _refuse(self, value: Any) -> ValidationError:
        low = "greater than or equal to {min}" if self.min_inclusive else "greater than {min}"
        high = "less than or equal to {max}" if self.max_inclusive else "less than {max}"
        bounds = [text for text, bound in ((low, self.min), (high, self.max)) if bound is not None]
        text = f"Must be {' and '.join(bounds)}."
        return self.refuse(value, text, min=self.min, max=self.max)

    def keywords(self, kind: str) -> dict[str, Any]:
        low = "minimum" if self.min_inclusive else "exclusiveMinimum"
        high = "maximum" if self.max_inclusive else "exclusiveMaximum"
        bounds = {low: self.min, high: self.max}
        return {key: value for key, value in bounds.items() if isinstance(value, int | float)}


class Equal(_Worded):
    """The only accepted value."""

    text = "Must be equal to {other}."

    def __init__(self, comparable: Any, *, error: str | None = None) -> None:
        super().__init__(error)
        self.comparable = comparable

    def __call__(self, value: Any) -> Any:
        if value != self.comparable:
            raise self.refuse(value, other=self.comparable)
        return value


class Regexp(_Worded):
    """A pattern that the start of a string must match."""

    text = "String does not match expected pattern."

    def __init__(
        self, regex: str | re.Pattern[str], flags: int = 0, *, error: str | None = None
    ) -> None:
        super().__init__(error)
        self.regex = re.compile(regex, flags) if isinstance(regex, str) else regex

    def __call__(self, value: Any) -> Any:
        if self.regex.match(value) is None:
            raise self.refuse(value, regex=self.regex.pattern)
        return value


class Predicate(_Worded):
    """A method of the value that must return a true value."""

    text = "Invalid input."

    def __init__(self, method: str, *, error: str | None = None, **kwargs: Any) -> None:
        super().__init__(error)
        self.method, self.kwargs = method, kwargs

    def __call__(self, value: Any) -> Any:
        if not getattr(value, self.method)(**self.kwargs):
            raise self.refuse(value, method=self.method)
        return value


class OneOf(_Worded):
    """The accepted values."""

    text = "Must be one of: {choices}."

    def __init__(
        self,
        choices: Iterable[Any],
        labels: Iterable[str] | None = None,
        *,
        error: str | None = None,
    ) -> None:
        super().__init__(error)
        self.choices: Any = choices
        self.choices_text = _joined(choices)
        self.labels_text = _joined(labels or ())

    def __call__(self, value: Any) -> Any:
        try:
            accepted = value in self.choices
        except TypeError:  # not hashable
            accepted = False
        if not accepted:
            raise self._refuse(value)
        return value

    def _refuse(self, value: Any) -> ValidationError:
        return self.refuse(value, choices=self.choices_text, labels=self.labels_text)

    def keywords(self, kind: str) -> dict[str, Any]:
        plain = all(isinstance(choice, str | int | float) for choice in self.choices)
        return {"enum": list(self.choices)} if plain else {}


class ContainsOnly(OneOf):
    """The accepted values for the items of a list."""

    text = "One or more of the choices you made was not in: {choices}."

    def __call__(self, value: Any) -> Any:
        for item in value:
            if item not in self.choices:
                raise self._refuse(_joined(value))
        return value

    def keywords(self, kind: str) -> dict[str, Any]:
        return {}


class NoneOf(_Worded):
    """The rejected values."""

    text = "Invalid input."

    def __init__(self, iterable: Iterable[Any], *, error: str | None = None) -> None:
        super().__init__(error)
        self.iterable: Any = iterable
        self.values_text = _joined(iterable)

    def __call__(self, value: Any) -> Any:
        try:
            refused = value in self.iterable
        except TypeError:  # not hashable
            refused = False
        if refused:
            raise self.refuse(value, values=self.values_text)
        return value


class ContainsNoneOf(NoneOf):
    """The rejected values for the items of a list."""

    text = "One or more of the choices you made was in: {values}."

    def __call__(self, value: Any) -> Any:
        for item in value:
            if item in self.iterable:
                raise self.refuse(_joined(value), values=self.values_text)
        return value


class EmailAddress(_Worded):
    """An email address; only its format is checked."""

    text = "Not a valid email address."

    def __init__(self, *, error: str | None = None) -> None:
        super().__init__(error)

    def __call__(self, value: Any) -> Any:
        user, at, domain = (value or "").rpartition("@")
        if not at or not USER.match(user) or not self._is_domain(domain):
            raise self.refuse(value)
        return value

    def _is_domain(self, domain: str) -> bool:
        if domain == "localhost" or DOMAIN.match(domain):
            return True
        if not IDNA_DOMAINS:
            return False
        try:
            return bool(DOMAIN.match(domain.encode("idna").decode("ascii")))
        except UnicodeError:
            return False

    def keywords(self, kind: str) -> dict[str, Any]:
        return {"format": "email"}


class UrlAddress(_Worded):
    """A URL; only its format is checked."""

    text = "Not a valid URL."

    def __init__(
        self,
        *,
        relative: bool = False,
        absolute: bool = True,
        schemes: Iterable[str] | None = None,
        require_tld: bool = True,
        error: str | None = None,
    ) -> None:
        super().__init__(error)
        given: Any = schemes or {"http", "https", "ftp", "ftps"}
        self.schemes = given if URL_SCHEMES_AS_GIVEN else {each.lower() for each in given}
        hosts = URL_HOST["names"] + ("" if require_tld else "|" + URL_HOST["dotless"])
        login = r"(?:(?:[a-z0-9\-._~!$&'()*+,;=:]|%[0-9a-f]{2})*@)?"
        origin = rf"(?:[a-z0-9\.\-\+]*)://{login}(?:{hosts})(?::\d+)?"
        before = (f"({origin})?" if absolute else "") if relative else origin
        self.regex = re.compile(f"^{before}{URL_PATH}", re.IGNORECASE)

    def __call__(self, value: Any) -> Any:
        if not value:
            raise self.refuse(value)
        scheme = value.split("://")[0].lower() if "://" in value else None
        if scheme is not None and scheme not in self.schemes:
            raise self.refuse(value)
        # The host of a file URL is optional; it defaults to localhost.
        local = scheme == "file" and value.startswith("file:///")
        whole = value.replace("file:///", "file://localhost/", 1) if local else value
        if not self.regex.search(whole):
            raise self.refuse(value)
        return value

    def keywords(self, kind: str) -> dict[str, Any]:
        return {"format": "uri"}


def _joined(values: Iterable[Any]) -> str:
    return ", ".join(str(value) for value in values)
