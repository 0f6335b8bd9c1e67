"""Import Copier without modules that a render rarely needs; they are imported on first use.

Copier imports questionary, and with it prompt_toolkit and Pygments, at start-up: a fifth of the
start-up time, although most updates ask no questions. It also imports dunamai to describe commits,
which Drydock does itself. Stand-ins replace these modules until they are used.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

_MODULES = (
    "prompt_toolkit.lexers",
    "pygments.lexers.data",
    "questionary",
    "questionary.prompts.common",
    "dunamai",
)
"""What Copier 9.19 imports to ask questions and to describe commits."""
_PLUGINS = "PYDANTIC_DISABLE_PLUGINS"


@contextmanager
def imports() -> Iterator[None]:
    """Replace these modules with stand-ins while Copier is imported, unless they are loaded."""
    absent = [name for name in _MODULES if name not in sys.modules]
    sys.modules.update((name, _StandIn(name)) for name in absent)
    plugins = os.environ.get(_PLUGINS)
    # To find plugins, pydantic reads the metadata of every installed distribution.
    os.environ[_PLUGINS] = "__all__"
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
        del os.environ[_PLUGINS]
        if plugins is not None:
            os.environ[_PLUGINS] = plugins


class _StandIn(ModuleType):
    """A module whose names import the real module when they are called."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return {"Choice": Choice, "unsafe_prompt": _ask}.get(name) or _Name(self.__name__, name)


@dataclass(frozen=True)
class _Name:
    """A function or class of a module that is not loaded yet, also usable as an argument."""

    module: str
    name: str

    def __call__(self, *arguments: object) -> Any:
        loaded = [value._loaded() if isinstance(value, _Name) else value for value in arguments]
        return self._loaded()(*loaded)

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return getattr(self._loaded(), attribute)

    def _loaded(self) -> Any:
        return getattr(import_module(self.module), self.name)


@dataclass(eq=False)
class Choice:
    """The fields of questionary's Choice; Copier also creates them to validate answers."""

    title: str
    value: Any = None
    disabled: str | None = None
    checked: bool = False

    def __post_init__(self) -> None:
        if self.value is None:
            self.value = self.title


def _ask(questions: Iterable[Mapping[str, Any]], **options: Any) -> dict[str, Any]:
    """Ask questions as `questionary.unsafe_prompt` does."""
    questionary = import_module("questionary")
    converted = [_with_choices(question, questionary.Choice) for question in questions]
    answers: dict[str, Any] = questionary.unsafe_prompt(converted, **options)
    return answers


def _with_choices(question: Mapping[str, Any], kind: type) -> dict[str, Any]:
    """Return a question with its choices converted to questionary's own `kind`."""
    choices = {
        id(choice): kind(choice.title, choice.value, choice.disabled, choice.checked)
        for choice in question.get("choices", ())
    }
    converted = {**question}
    if choices:
        converted["choices"] = list(choices.values())
        converted["default"] = choices.get(id(question.get("default")), question.get("default"))
    return converted
