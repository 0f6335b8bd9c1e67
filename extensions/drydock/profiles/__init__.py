"""What the lists, keys and names in a tool's file mean: every module in this package is a profile.

Two packages that share no code use the profiles. Readers (`documents`) identify list items by them,
so that parts can be merged. The audit (`merging/audit/invariants.py`) checks every merge against
them, whether git or Drydock made it: an invariant that holds in ours and in theirs holds in the
result, or it is a conflict. For the audit, anything that no profile describes is ordered and
atomic: two additions in one place of a list, and two different additions under one name, are
conflicts.

To add a kind of file, add a module here and triples for it; nothing else changes:

1. `PROFILE = Profile(files=r"…")`, a pattern that is searched for in the path from the top of the
   repository. Files that are recognized by their content, such as Kubernetes manifests, also need
   the `keys` that they have at the top. Several profiles can match one file. The module's docstring
   is the tool's name and the page that describes its file.
2. A `List` for each list whose items have an identity (`known_by`) or that is unordered
   (`unordered`: the address of the page that says so; no page, no claim). An identity must be
   unique, so omit it if the tool allows it twice. If order matters only in some cases, as with `!`
   in a pattern, add `ordered_if`. If two declarations match a list, the first one counts.
3. An `Exclusive` for each choice of keys of which an object has one.
4. A `Reference` for each name that must be defined (`uses`, `defines`). Use the pattern `named` or
   `known` to exclude names that the file need not define, such as those of an included file.
5. `unique` for scalars outside lists that must be unique in the file; `normalized` for objects
   whose keys are names of packages, extras or groups; `independent` for tables to
   which both sides can add parts, with the page that says so; `ordered` for objects whose keys are
   ordered; `one_or_several` where a single item can be written without a list.
6. Triples in the matching module of `tests/merging/triples`, each below the page it follows: one
   for each claim of the profile, with the outcome that the tool's documentation requires. Some
   must fail without the profile: `pytest tests/merging/test_triples.py -k NAME`.

A place is written as its keys separated by dots, with `[]` for the items of a list and `*` for any
key or section. It matches at any depth, unless it begins with `^`. A dot in a key is DOT. In an INI
file, the section is the first key, and a value of several lines is a list.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import cast

IDENTITIES = ("id", "name", "repo", "uses", "key", "label", "module", "path", "url", "image",
              "job_name")  # fmt: skip
"""The keys that identify a list item if no profile does; `uses` counts without the version."""
PACKAGE = "package"
"""In `known_by`: the name of the package in a requirement (PEP 508)."""
DOT = "\u2024"
"""The replacement for a dot in a key, in places: a one-dot leader."""


@dataclass(frozen=True)
class List:
    """The identity and order of the items in the lists at a place."""

    at: str
    known_by: Sequence[str] = ()
    """The identities of an item: keys of a mapping, or a pattern for a string.

    Each of several identities is unique by itself; `a+b` is one identity made of two keys. A
    pattern has the group `id`; PACKAGE is for requirements.
    """
    unordered: str = ""
    """The page that says that the list is unordered."""
    ordered_if: str = ""
    """A pattern for the items that make the list ordered after all."""
    shown: str = ""
    """The key of an item's name, if it is only displayed: nothing refers to it.

    An item that gets another name in the same position is still the same item.
    """
    movable: bool = False
    """Whether an ordered item is matched by identity in any position.

    One side can then move or remove items while the other adds some. Two additions in one place
    are still a conflict if there is a base.
    """

    def is_unordered(self, texts: Iterable[str]) -> bool:
        """Tell whether a list whose items are or contain these strings is unordered."""
        matters = self.ordered_if and any(re.search(self.ordered_if, text) for text in texts)
        return bool(self.unordered) and not matters


@dataclass(frozen=True)
class Exclusive:
    """Keys that exclude each other in the objects at a place."""

    at: str
    keys: frozenset[str] = frozenset()
    """Empty: all keys."""
    besides: frozenset[str] = frozenset()
    """Keys that are not part of the choice."""


@dataclass(frozen=True)
class Reference:
    """Names that must be defined if they are used."""

    uses: Sequence[str]
    """Places of scalars; followed by ` keys`, places of the objects whose keys are the names."""
    defines: Sequence[str]
    named: str = r"(?P<id>.+)"
    """A pattern for the name in a scalar that uses it, or for several separated by commas.

    `<key.key>` in it is replaced by the scalar at that place.
    """
    known: frozenset[str] = frozenset()
    """Names that need no definition."""


@dataclass(frozen=True)
class Profile:
    """What the lists, keys and names in a kind of file mean."""

    files: str
    keys: frozenset[str] = frozenset()
    """Keys at the top that distinguish a file of this kind from others with its name."""
    lists: Sequence[List] = ()
    exclusive: Sequence[Exclusive] = ()
    references: Sequence[Reference] = ()
    independent: Mapping[str, str] = field(default_factory=dict)
    """Places of tables to which both sides can add parts, with the page that says so."""
    unique: Sequence[str] = ()
    """Places of scalars that must be unique in the file."""
    unique_part: Mapping[str, str] = field(default_factory=dict)
    """Places of scalars of which a part must be unique in the file, with its pattern.

    The pattern has the group `id`; all places share the names.
    """
    normalized: Sequence[str] = ()
    """Places of objects whose keys are unique in any spelling: without case, with `-` for `_`."""
    one_or_several: Mapping[str, str] = field(default_factory=dict)
    """Places where a single item can be written without a list, with the page that says so."""
    ordered: Sequence[str] = ()
    """Places of objects whose keys are ordered."""


@cache
def all_profiles() -> Sequence[Profile]:
    """Return every profile."""
    names = [module.name for module in iter_modules(__path__)]
    return [cast(Profile, import_module(f"{__name__}.{name}").PROFILE) for name in names]


def of(path: str, keys: frozenset[str]) -> Iterator[Profile]:
    """Yield the profiles of the file at `path`, which has these keys at the top."""
    for profile in all_profiles():
        if re.search(profile.files, path) and profile.keys <= keys:
            yield profile


def declared(at: str, lists: Sequence[List]) -> List | None:
    """Return the declaration for the list at a place; None if there is none."""
    return next((one for one in lists if place(one.at).fullmatch(f"{at}[]")), None)


def named(known_by: str, text: str) -> str | None:
    """Return the identity of a string item; None if `known_by` is not a pattern that matches it."""
    matched = re.fullmatch(known_by, text) if "(?P<id>" in known_by else None
    return matched["id"] if matched else None


@cache
def place(written: str) -> re.Pattern[str]:
    """Return the pattern that matches a place as written in a profile."""
    anchored = written.startswith("^")
    text = re.escape(written.removeprefix("^")).replace(r"\*", r"[^.\[\]]+")
    return re.compile(text if anchored else rf"(?:.*(?:\.|\[\]))?{text}")
