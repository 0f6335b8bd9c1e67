"""Judges a merge by what the parts of a file mean: what holds in both sides holds in the result.

Profiles say what that is (`profiles`). Five kinds of invariant are held: an identity occurs
once, an object has one of the keys that exclude each other, what both sides add under one name is
equal, two additions in one place of a list are none that could be in either order, and what is
used is there.
"""

import json
import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from drydock import profiles
from drydock.merging.audit import unread
from drydock.merging.audit.data import Data, is_unread, load
from drydock.merging.rules import versions
from drydock.profiles import (
    DOT,
    IDENTITIES,
    PACKAGE,
    List,
    Profile,
    Reference,
    declared,
    named,
    place,
)

_SIDES = ("your version", "the release")


@dataclass
class _Said:
    """What one text says, by place."""

    values: dict[str, Data] = field(default_factory=dict)
    """Everything by where it is, items of lists by what they are known by."""
    places: dict[str, str] = field(default_factory=dict)
    """Of each of these, the place as profiles write it."""
    parents: dict[str, str] = field(default_factory=dict)
    titles: Counter[str] = field(default_factory=Counter)
    """What the documents are known by."""

    def at(self, written: str) -> Iterator[tuple[str, Data]]:
        """Yield what is at a place, as a profile writes it."""
        every = written == "**"
        for where, value in self.values.items():
            if every or place(written).fullmatch(self.places[where]):
                yield where, value


def disputed(path: str, base: str, ours: str, theirs: str) -> str | None:
    """Return what both sides add, each in its way, on one line: no merge of it is certain."""
    if (meant := _meant(path, base, ours, theirs)) is None:
        return None
    known, lists, (was, mine, new) = meant
    return _atomic(known, lists, was, mine, new) or _ordered(known, lists, was, mine, new)


def broken(path: str, base: str | None, ours: str, theirs: str, merged: str) -> str | None:
    """Return which invariant of ours and theirs the merge breaks, on one line; None: none known."""
    if is_unread(path):
        return unread.broken(path, ours, theirs, merged)
    if (meant := _meant(path, ours, theirs, merged)) is None:
        return None
    known, lists, (mine, new, now) = meant
    found = _documents(mine, new, now) or _scalars(known, mine, new, now)
    found = found or _unique(lists, mine, new, now) or _exclusive(known, mine, new, now)
    found = found or _references(known, mine, new, now)
    return found or (disputed(path, base, ours, theirs) if base is not None else None)


def dangling(path: str, ours: str, theirs: str, merged: str) -> str | None:
    """Return which name the merge uses and lacks, though each side has what it uses; or None."""
    if (meant := _meant(path, ours, theirs, merged)) is None:
        return None
    known, _, (mine, new, now) = meant
    return _references(known, mine, new, now)


def _meant(
    path: str, *texts: str
) -> tuple[Sequence[Profile], Sequence[List], Sequence[_Said]] | None:
    """Return the profiles of a file, their lists, and what each text says; None: one is unread.

    The last text tells which profiles the file has.
    """
    documents = [load(path, text) for text in texts]
    if documents[-1] is None:
        return None
    known = _profiles(path, documents[-1])
    lists = _lists(known)
    said = [_said(one, lists) for one in documents if one is not None]
    return (known, lists, said) if len(said) == len(texts) else None


def profiles_of(path: str, text: str) -> Sequence[Profile]:
    """Return the profiles that the file at `path` has, if it says `text`."""
    documents = load(path, text)
    return _profiles(path, documents) if documents is not None else []


def lists_of(path: str, text: str) -> Sequence[List]:
    """Return what is declared of the lists of the file at `path`, if it says `text`."""
    return _lists(profiles_of(path, text))


def _profiles(path: str, documents: Sequence[Data]) -> Sequence[Profile]:
    keys = frozenset(key for one in documents if isinstance(one, dict) for key in one)
    return list(profiles.of(path, keys))


def _lists(known: Sequence[Profile]) -> Sequence[List]:
    return [one for profile in known for one in profile.lists]


def _said(documents: Sequence[Data], lists: Sequence[List]) -> _Said:
    said = _Said()
    for number, document in enumerate(documents):
        title = _title(document, number)
        said.titles[title] += 1
        where = f"{title}: " if len(documents) > 1 else ""
        _add(said, lists, document, where, "", None)
    return said


def _title(document: Data, number: int) -> str:
    """Return what tells a document from others in its file, as Kubernetes does."""
    kind, about = (
        document.get(k) if isinstance(document, dict) else None for k in ("kind", "metadata")
    )
    if not isinstance(about, dict) or "name" not in about:
        return f"{kind} {number}"
    return f"{kind} {'/'.join(str(about[key]) for key in ('namespace', 'name') if key in about)}"


def _add(  # noqa: PLR0917 - it is called here only
    said: _Said, lists: Sequence[List], value: Data, where: str, at: str, parent: str | None
) -> None:
    said.values[where], said.places[where] = value, at
    if parent is not None:
        said.parents[where] = parent
    if isinstance(value, dict):
        for key, held in value.items():
            inner = f"{at}.{key}" if at else key
            _add(said, lists, held, f"{where}.{key}" if at else f"{where}{key}", inner, where)
    elif isinstance(value, list):
        for known, held in zip(_known(value, at, lists), value, strict=True):
            _add(said, lists, held, f"{where}[{known}]", f"{at}[]", where)


def _known(items: Sequence[Data], at: str, lists: Sequence[List]) -> list[str]:
    """Return what each item of a list is known by.

    What recurs is known by what it holds as well, and then by its number.
    """
    found = declared(at, lists)
    names = [str(_identity(item, found)) for item in items]
    often = Counter(names)
    for number, item in enumerate(items):
        if often[names[number]] > 1 and (held := list(_held(item, f"{at}[]", lists))):
            names[number] = f"{names[number]} {', '.join(held)}"
    seen: Counter[str] = Counter()
    for number, name in enumerate(names):
        seen[name] += 1
        names[number] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return names


def _held(item: Data, at: str, lists: Sequence[List]) -> Iterator[str]:
    """Yield what the items of the lists in an item are known by."""
    for key, held in item.items() if isinstance(item, dict) else ():
        for one in held if isinstance(held, list) else ():
            if isinstance(one, dict):
                yield str(_identity(one, declared(f"{at}.{key}", lists)))


def _identity(item: Data, found: List | None) -> Hashable:
    for known_by in found.known_by if found else ():
        if (known := _by(item, known_by)) is not None:
            return known
    if isinstance(item, dict):
        for key in IDENTITIES:
            if isinstance(said := item.get(key), str) and said:
                return said.partition("@")[0] if key == "uses" else said
    return item if isinstance(item, str) else json.dumps(item, sort_keys=True)


def _by(item: Data, known_by: str) -> str | None:
    """Return what an item is known by, in one way; None if it has nothing of that."""
    if isinstance(item, dict):
        names = [item[key] for key in known_by.split("+") if isinstance(item.get(key), str)]
        return " ".join(map(str, names)) or None
    if not isinstance(item, str):
        return None
    if known_by == PACKAGE:
        try:
            found = Requirement(item)
        except InvalidRequirement:
            return None
        return " ".join(filter(None, [canonicalize_name(found.name), str(found.marker or "")]))
    return named(known_by, item)


def _documents(mine: _Said, new: _Said, now: _Said) -> str | None:
    for title, often in now.titles.items():
        if often > max(1, mine.titles[title], new.titles[title]):
            return f"{title} would be {often} times in the file, each side has it once"
    return None


def _scalars(known: Sequence[Profile], mine: _Said, new: _Said, now: _Said) -> str | None:
    for written in (one for profile in known for one in profile.unique):
        counted = [Counter(_texts(said, written)) for said in (mine, new, now)]
        for name, often in counted[2].items():
            if often > max(1, counted[0][name], counted[1][name]):
                return f"{name} would be {often} times in the file, each side has it once"
    return None


def _unique(lists: Sequence[List], mine: _Said, new: _Said, now: _Said) -> str | None:
    for one in lists:
        for known_by in one.known_by:
            counted = [_counted(said, one, known_by) for said in (mine, new, now)]
            for (where, known), often in counted[2].items():
                if often > max(1, counted[0][where, known], counted[1][where, known]):
                    listed = where or "the file"
                    return f"{known} would be {often} times in {listed}, each side has it once"
    return None


def _counted(said: _Said, one: List, known_by: str) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for where, value in said.at(one.at):
        if (known := _by(value, known_by)) is not None:
            found[said.parents[where], known] += 1
    return found


def _exclusive(known: Sequence[Profile], mine: _Said, new: _Said, now: _Said) -> str | None:
    for one in (choice for profile in known for choice in profile.exclusive):
        for where, value in now.at(one.at):
            chosen = [
                _choices(side.values.get(where), one.keys, one.besides) for side in (mine, new)
            ]
            both = _choices(value, one.keys, one.besides)
            if len(both) > max(1, *map(len, chosen)):
                listed = [f"{side} has {', '.join(sorted(keys))}" for side, keys in
                        zip(_SIDES, chosen, strict=True) if keys]  # fmt: skip
                return f"{where} can have one of {', '.join(sorted(both))}: {'; '.join(listed)}"
    return None


def _choices(value: "Data | None", keys: frozenset[str], besides: frozenset[str]) -> set[str]:
    if not isinstance(value, dict):
        return set()
    listed = {f"{key}: {item}" for key, held in value.items() if isinstance(held, list)
              for item in held if isinstance(item, str)}  # fmt: skip
    present = {*value} | (listed if keys else set())
    return (present & keys if keys else present) - besides


def _references(known: Sequence[Profile], mine: _Said, new: _Said, now: _Said) -> str | None:
    for one in (reference for profile in known for reference in profile.references):
        lacking = [_used(said, one) - _defined(said, one) for said in (mine, new, now)]
        for name in sorted(lacking[2] - lacking[0] - lacking[1]):
            removed = "your version" if name not in _defined(mine, one) else "the release"
            other = "the release" if removed == "your version" else "your version"
            return f"{removed} removes {name}, {other} uses it"
    return None


def _used(said: _Said, one: Reference) -> set[str]:
    named = re.sub(
        r"<([\w-]+\.[\w.-]+)>", lambda found: re.escape(_scalar(said, found[1])), one.named
    )
    found = set()
    for written in one.uses:
        for text in _texts(said, written):
            if written == "**":
                listed = [match["id"] for match in re.finditer(named, text)]
            else:
                listed = [match["id"]] if (match := re.match(named, text)) else []
            found |= {name.strip() for one in listed for name in one.split(",")}
    return found


def _scalar(said: _Said, written: str) -> str:
    return next((value for _, value in said.at(f"^{written}") if isinstance(value, str)), "\0")


def _defined(said: _Said, one: Reference) -> set[str]:
    return {*one.known, *(text for written in one.defines for text in _texts(said, written))}


def _texts(said: _Said, written: str) -> Iterator[str]:
    """Yield the scalars at a place, or the keys of the objects there."""
    at, keys, _ = written.partition(" keys")
    for _, value in said.at(at):
        if keys and isinstance(value, dict):
            yield from (key.replace(DOT, ".") for key in value)
        elif not keys and isinstance(value, str):
            yield value


def _atomic(
    known: Sequence[Profile], lists: Sequence[List], was: _Said, mine: _Said, new: _Said
) -> str | None:
    independent = [written for profile in known for written in profile.independent]
    reached = {*was.values}
    for where, value in mine.values.items():
        is_added = where not in was.values and where in new.values
        if not is_added or mine.parents.get(where) not in reached:
            continue
        at = mine.places[where]
        if any(place(written).fullmatch(at) for written in independent):
            reached.add(where)
            continue
        if isinstance(value, list) and (one := declared(at, lists)) and one.unordered:
            continue
        if not isinstance(value, str) and not _alike(value, new.values[where]):
            return f"both sides add {_apart(where, mine, new)}, and not the same"
    return None


def _alike(ours: Data, theirs: Data) -> bool:
    """Tell whether two say the same, but for versions of which one is the higher."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(_alike(ours[k], theirs[k]) for k in ours)
    if isinstance(ours, list) and isinstance(theirs, list):
        return ours == theirs
    if isinstance(ours, str) and isinstance(theirs, str):
        return ours == theirs or versions.higher(None, ours, theirs) is not None
    return False


def _apart(where: str, mine: _Said, new: _Said) -> str:
    """Return the one thing in which two differ, if there is one; else where both are."""
    inner = [one for one, parent in mine.parents.items() if parent == where]
    differing = [one for one in inner if mine.values[one] != new.values.get(one)]
    if len(differing) == 1 and not isinstance(mine.values[differing[0]], str):
        return _apart(differing[0], mine, new)
    return where


def _ordered(
    known: Sequence[Profile], lists: Sequence[List], was: _Said, mine: _Said, new: _Said
) -> str | None:
    in_order = [written for profile in known for written in profile.ordered]
    for where, value in was.values.items():
        sides = [said.values.get(where) for said in (was, mine, new)]
        at = was.places[where]
        if isinstance(value, list):
            found = declared(at, lists)
            keys = [_known(side, at, lists) for side in sides if isinstance(side, list)]
            if found and not _holds_order(found, sides):
                continue
        elif isinstance(value, dict) and any(place(w).fullmatch(at) for w in in_order):
            keys = [list(side) for side in sides if isinstance(side, dict)]
        else:
            continue
        if len(keys) == 3 and not _in_one_order(*keys):
            listed = [f"{side} {', '.join(one for one in held if one not in keys[0]) or 'others'}"
                    for side, held in zip(_SIDES, keys[1:], strict=True)]  # fmt: skip
            return f"both sides change {where or 'the list'} in one place: {'; '.join(listed)}"
    return None


def _holds_order(declared: List, sides: "Sequence[Data | None]") -> bool:
    texts = [item if isinstance(item, str) else json.dumps(item)
             for side in sides[1:] if isinstance(side, list) for item in side]  # fmt: skip
    return not declared.is_unordered(texts)


def _in_one_order(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Tell whether the order that both sides make of a list follows from what each did.

    Between two items that all have, only one side may change anything; unless one of them adds what
    the other adds, and more.
    """
    if ours in (base, theirs) or theirs == base:
        return True
    every = {*base} & {*ours} & {*theirs}
    kept = [[item for item in side if item in every] for side in (base, ours, theirs)]
    if kept[1] != kept[2]:
        return kept[0] in kept[1:]
    if kept[0] != kept[1]:
        return True
    segments = [_segments(side, every) for side in (base, ours, theirs)]
    return all(
        mine in (was, new) or new == was or _more(was, mine, new)
        for was, mine, new in zip(*segments, strict=True)
    )


def _segments(items: Sequence[str], every: set[str]) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for item in items:
        if item in every:
            found.append([])
        else:
            found[-1].append(item)
    return found


def _more(base: list[str], ours: list[str], theirs: list[str]) -> bool:
    less, more = sorted((ours, theirs), key=len)
    return _within(base, less) and _within(less, more)


def _within(some: list[str], others: list[str]) -> bool:
    left = iter(others)
    return all(one in left for one in some)
