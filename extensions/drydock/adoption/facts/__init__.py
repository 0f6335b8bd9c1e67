"""What the files of an existing service say about it, each fact with its evidence.

Every module in this package is one source of facts. The service is neither run nor imported: its
files are read as text.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

Files = Mapping[str, str]
"""The text files of a service, by path."""

SHOWN = 12
"""How many names a line of a report lists."""
_NAMES_THE_SERVICE = re.compile(r"(?<!\.py)$|(^|/)setup\.py$|/chassis/(identity|application)\.py$")
RECORDED, SAYS, IMPLIES, HINTS = 4, 3, 2, 1
"""How certain a fact is: a recorded answer; written down; from how the service runs; likely."""
GIVEN = 100
"""The weight of an answer that is given or prompted for: it decides."""


@dataclass(frozen=True)
class Fact:
    """What one line of the service says."""

    about: str
    """An answer of the template, or another subject that `derive` or a caller reads."""
    value: str
    """In the form that readers expect: digits of a port, `[folder/]module:attribute` of an app."""
    path: str
    line: int
    """From 1; 0: the file as a whole."""
    weight: int

    @property
    def where(self) -> str:
        """File and line, as reports write them."""
        return f"{self.path}:{self.line}" if self.line else self.path


class Source(Protocol):
    """A source of facts."""

    def find(self, files: Files) -> Iterator[Fact]:
        """Yield the facts in `files`; never raise, whatever they contain."""


@cache
def all_sources() -> Sequence[Source]:
    """Return all sources."""
    names = [module.name for module in iter_modules(__path__)]
    return [cast(Source, import_module(f"{__name__}.{name}")) for name in names]


def gather(files: Files) -> list[Fact]:
    """Return all facts in the files of a service."""
    clients = _clients(files)
    own = {path: text for path, text in files.items() if path.partition("/")[0] not in clients}
    return [fact for source in all_sources() for fact in source.find(own)]


def _clients(files: Files) -> set[str]:
    """Return the folders of JavaScript clients, which contain no Python."""
    folders = {path.partition("/")[0] for path in files if path.endswith("/package.json")}
    return folders - {path.partition("/")[0] for path in files if path.endswith(".py")}


def names_of(files: Files) -> list[str]:
    """Return the names that a service has in its files. Code is skipped: it is slow to read."""
    naming = {path: text for path, text in files.items() if _NAMES_THE_SERVICE.search(path)}
    return [fact.value for fact in gather(naming) if fact.about == "service_name"]


def listed(names: Collection[str]) -> str:
    """Return the first few of `names` as one line, and how many more there are."""
    shown = list(names)[:SHOWN]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(shown)}{more}"


def named(files: Files, *names: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of the files with one of these names, in any folder, top first."""
    for path, text in sorted(files.items(), key=lambda item: (item[0].count("/"), item[0])):
        if path.rpartition("/")[2] in names:
            yield path, text
