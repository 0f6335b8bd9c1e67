"""What an existing service tells about itself, each fact with its evidence.

Every module in this package is one source of evidence. Nothing of the service is run or imported:
its files are read as text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

Files = Mapping[str, str]
"""The text files of a service by their path in it."""

_TELLS_A_NAME = re.compile(r"(?<!\.py)$|(^|/)setup\.py$|/chassis/(identity|application)\.py$")
RECORDED, SAYS, IMPLIES, HINTS = 4, 3, 2, 1
"""How sure a fact is: an answer of old; written down; how the service is run; merely likely."""


@dataclass(frozen=True)
class Fact:
    """One thing that one line of the service says."""

    about: str
    """An answer of the template, or what else `derive` and others ask for."""
    value: str
    """As those who ask read it: a port's digits, an `app` as `[folder/]module:attribute`."""
    path: str
    line: int
    """From 1; 0: the file as a whole."""
    weight: int

    @property
    def where(self) -> str:
        """Where it is said."""
        return f"{self.path}:{self.line}" if self.line else self.path


class Source(Protocol):
    """One source of evidence."""

    def find(self, files: Files) -> Iterator[Fact]:
        """Yield what `files` say; raise nothing, whatever is in them."""


@cache
def all_sources() -> Sequence[Source]:
    """Return every source there is."""
    names = [module.name for module in iter_modules(__path__)]
    return [cast(Source, import_module(f"{__name__}.{name}")) for name in names]


def gather(files: Files) -> list[Fact]:
    """Return every fact that the files of a service tell."""
    clients = _clients(files)
    own = {p: text for p, text in files.items() if p.partition("/")[0] not in clients}
    return [fact for source in all_sources() for fact in source.find(own)]


def _clients(files: Files) -> set[str]:
    """Return the folders of clients in JavaScript beside a service, which have no Python."""
    found = {path.partition("/")[0] for path in files if path.endswith("/package.json")}
    return found - {path.partition("/")[0] for path in files if path.endswith(".py")}


def names_of(files: Files) -> list[str]:
    """Return what a service calls itself: its code, which takes longest to read, does not tell."""
    telling = {path: text for path, text in files.items() if _TELLS_A_NAME.search(path)}
    return [fact.value for fact in gather(telling) if fact.about == "service_name"]


def named(files: Files, *names: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of the files with one of these names, wherever they lie."""
    for path, text in sorted(files.items(), key=lambda item: (item[0].count("/"), item[0])):
        if path.rpartition("/")[2] in names:
            yield path, text
