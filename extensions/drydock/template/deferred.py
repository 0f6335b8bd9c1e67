"""Loads Copier without what a render seldom needs; that loads when it is used.

Copier imports questionary, and with it prompt_toolkit and Pygments, when it starts: a fifth of what
starting costs, though most updates ask nothing. So it does with what describes a commit by git's
tags, which is known here. Stand-ins take their places until then.
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
"""What Copier 9.19 imports to ask, and to describe commits."""
_PLUGINS = "PYDANTIC_DISABLE_PLUGINS"


@contextmanager
def imports() -> Iterator[None]:
    """Let what imports Copier get stand-ins for these modules; those loaded already stay."""
    absent = [name for name in _MODULES if name not in sys.modules]
    sys.modules.update((name, _StandIn(name)) for name in absent)
    plugins = os.environ.get(_PLUGINS)
    # To find plugins, pydantic reads the metadata of every distribution that is installed.
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
    """A module whose names load the real one when they are called."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return {"Choice": Choice, "unsafe_prompt": _ask}.get(name) or _Name(self.__name__, name)


@dataclass(frozen=True)
class _Name:
    """A function or class of a module that is not loaded yet; it may be handed to another."""

    module: str
    name: str

    def __call__(self, *arguments: object) -> Any:
        real = [one._loaded() if isinstance(one, _Name) else one for one in arguments]
        return self._loaded()(*real)

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return getattr(self._loaded(), attribute)

    def _loaded(self) -> Any:
        return getattr(import_module(self.module), self.name)


@dataclass(eq=False)
class Choice:
    """What questionary's class of that name holds; Copier makes them to judge answers, too."""

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
    asked = [_with_choices(question, questionary.Choice) for question in questions]
    answers: dict[str, Any] = questionary.unsafe_prompt(asked, **options)
    return answers


def _with_choices(question: Mapping[str, Any], kind: type) -> dict[str, Any]:
    """Return a question whose choices are of questionary's own `kind`."""
    real = {
        id(one): kind(one.title, one.value, one.disabled, one.checked)
        for one in question.get("choices", ())
    }
    asked = {**question}
    if real:
        asked["choices"] = list(real.values())
        asked["default"] = real.get(id(question.get("default")), question.get("default"))
    return asked
