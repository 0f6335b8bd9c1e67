"""What the parts of a kind of file mean: every module in this package is one profile.

It is said once, for two that share no code. Readers (`documents`) tell the items of lists apart as
profiles say, so that parts can be merged. The audit (`merging/audit/invariants.py`) holds every
merge to them, whatever made it: an invariant that holds in ours and in theirs holds in the result,
or it is a conflict. What no profile names is ordered and atomic to the audit: two additions in one
place of a list, and two additions under one name that are not the same, are conflicts.

To add a kind of file, add a module here and triples for it; nothing else changes:

1. `PROFILE = Profile(files=r"…")`, a pattern that is searched for in the path from the top of the
   repository. Files that are told by their content, as Kubernetes manifests are, name the `keys`
   that they have at the top. Several profiles may hold for one file. The module's docstring is the
   tool's name and the page that describes its file.
2. A `List` for each list whose items are known by something (`known_by`: then an identity occurs
   once, so leave out what the tool lets occur twice), or whose order means nothing (`unordered`:
   the address of the page that says so; no page, no claim). An order that means something in some
   cases only, as with `!` in a pattern, is `ordered_if`. Where two of them fit one list, the first
   in the profile counts.
3. An `Exclusive` for each choice of keys of which an object has one.
4. A `Reference` for each name that must be there (`uses`, `defines`). A name that the file need
   not define, as one of an included file, is kept out by the pattern `named` or is `known`.
5. `unique`, for scalars outside of lists that identify something in the whole file;
   `independent`, for what both sides may add parts of under one name, with the page that says so;
   `ordered`, for objects in which the order of keys means something; `one_or_several`, where one
   item may stand without a list.
6. Triples in the module of `tests/merging/triples` that fits, each below the page it follows: one
   for each thing that the profile says, with the outcome that the tool's documentation asks for.
   Without the profile some must fail: `pytest tests/merging/test_triples.py -k NAME`.

A place is written as its keys with dots between, `[]` for the items of a list and `*` for any key
or section; it is found at any depth, unless it begins with `^`. A dot in a key is DOT. In an INI
file the section is the first key, and a value of several lines is a list.
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
"""By what an item of a list is known where no profile says it; `uses` without the version."""
PACKAGE = "package"
"""In `known_by`: the name of the package that a requirement (PEP 508) is for."""
DOT = "\u2024"
"""What stands in places for a dot in a key: a one-dot leader."""


@dataclass(frozen=True)
class List:
    """What the items of the lists at a place are to each other."""

    at: str
    known_by: Sequence[str] = ()
    """By what an item is known: keys of it, or a pattern for what an item that is a text says.

    Several are each unique by themselves; `a+b` is one of two keys. A pattern has the group `id`;
    PACKAGE is for requirements.
    """
    unordered: str = ""
    """The page that says that order means nothing."""
    ordered_if: str = ""
    """A pattern for an item with which it does."""
    shown: str = ""
    """The key of an item's name, where that is only shown: nothing refers to it.

    Then an item that gets another name, in its place, is the same item.
    """
    movable: bool = False
    """Whether an ordered item is found by what it is known by, wherever it stands.

    Then a side may move or remove items while the other adds some; what both add in one place is
    a conflict still, where there is a base.
    """

    def is_unordered(self, texts: Iterable[str]) -> bool:
        """Tell whether the order of items that are, or hold, these texts means nothing."""
        matters = self.ordered_if and any(re.search(self.ordered_if, text) for text in texts)
        return bool(self.unordered) and not matters


@dataclass(frozen=True)
class Exclusive:
    """Of these keys an object at a place has one."""

    at: str
    keys: frozenset[str] = frozenset()
    """Empty: of all keys."""
    besides: frozenset[str] = frozenset()
    """Keys that are no part of the choice."""


@dataclass(frozen=True)
class Reference:
    """A name that is used is defined."""

    uses: Sequence[str]
    """Places of scalars; with ` keys` behind, of the keys of an object."""
    defines: Sequence[str]
    named: str = r"(?P<id>.+)"
    """A pattern for the name in what uses it, or for several with commas.

    In it, `<key.key>` is what is said at that place.
    """
    known: frozenset[str] = frozenset()
    """Names that are there without being defined."""


@dataclass(frozen=True)
class Profile:
    """What the parts of a kind of file mean."""

    files: str
    keys: frozenset[str] = frozenset()
    """Keys at the top, by which a file of this kind is told from others of its name."""
    lists: Sequence[List] = ()
    exclusive: Sequence[Exclusive] = ()
    references: Sequence[Reference] = ()
    independent: Mapping[str, str] = field(default_factory=dict)
    """Places of what both sides may add parts of, with the page that says so."""
    unique: Sequence[str] = ()
    """Places of scalars of which no two in the file are the same."""
    one_or_several: Mapping[str, str] = field(default_factory=dict)
    """Places where one item may be written without a list, with the page that says so."""
    ordered: Sequence[str] = ()
    """Places of objects in which the order of keys means something."""


@cache
def all_profiles() -> Sequence[Profile]:
    """Return every profile there is."""
    names = [module.name for module in iter_modules(__path__)]
    return [cast(Profile, import_module(f"{__name__}.{name}").PROFILE) for name in names]


def of(path: str, keys: frozenset[str]) -> Iterator[Profile]:
    """Yield the profiles of the file at `path`, whose documents have these keys at the top."""
    for profile in all_profiles():
        if re.search(profile.files, path) and profile.keys <= keys:
            yield profile


def declared(at: str, lists: Sequence[List]) -> List | None:
    """Return what is declared of the list at a place."""
    return next((one for one in lists if place(one.at).fullmatch(f"{at}[]")), None)


def named(known_by: str, text: str) -> str | None:
    """Return by what an item that is a text is known, if `known_by` is a pattern for such."""
    matched = re.fullmatch(known_by, text) if "(?P<id>" in known_by else None
    return matched["id"] if matched else None


@cache
def place(written: str) -> re.Pattern[str]:
    """Return the pattern for a place as a profile writes it."""
    anchored = written.startswith("^")
    text = re.escape(written.removeprefix("^")).replace(r"\*", r"[^.\[\]]+")
    return re.compile(text if anchored else rf"(?:.*(?:\.|\[\]))?{text}")
