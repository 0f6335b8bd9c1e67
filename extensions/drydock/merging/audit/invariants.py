"""Checks a merge against the invariants of its file: those of both sides hold in the result.

The profiles declare the invariants. There are five kinds: an identity is unique, an object has only
one of several exclusive keys, additions of both sides under one name are equal, additions of both
sides in one place of an ordered list conflict, and a name that is used is defined.
"""

import json
import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

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
class _Content:
    """The content of one text. Values are keyed by their path, with identities for list items."""

    values: dict[str, Data] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    """The place of each value, as profiles write places."""
    parents: dict[str, str] = field(default_factory=dict)
    titles: Counter[str] = field(default_factory=Counter)
    """The identities of the documents."""

    def at(self, written: str) -> Iterator[tuple[str, Data]]:
        """Yield the paths and values at a place written as in a profile."""
        every = written == "**"
        for where, value in self.values.items():
            if every or place(written).fullmatch(self.places[where]):
                yield where, value


def disputed(path: str, base: str, ours: str, theirs: str) -> str | None:
    """Return, on one line, an addition of both sides that cannot be merged; None if there is none.

    It needs no merge: the sides add different things under one name, or in one place of a list.
    """
    if (parsed := _parsed(path, base, ours, theirs)) is None:
        return None
    file_profiles, lists, sides = parsed
    return _atomic(file_profiles, lists, *sides) or _ordered(file_profiles, lists, *sides)


def broken(path: str, base: str | None, ours: str, theirs: str, merged: str) -> str | None:
    """Return, on one line, an invariant of ours and theirs that the merge breaks; None: none."""
    if is_unread(path):
        return unread.broken(path, ours, theirs, merged)
    if (parsed := _parsed(path, ours, theirs, merged)) is None:
        return None
    file_profiles, lists, sides = parsed
    problem = _documents(*sides) or _scalars(file_profiles, *sides)
    problem = problem or _normalized(file_profiles, *sides)
    problem = problem or _unique(lists, *sides) or _exclusive(file_profiles, *sides)
    problem = problem or _references(file_profiles, *sides)
    if problem or base is None or (before := _parsed(path, base, ours, theirs)) is None:
        return problem
    return _displaced(before[2][0], *sides) or disputed(path, base, ours, theirs)


def dangling(path: str, ours: str, theirs: str, merged: str) -> str | None:
    """Return a name that the merge uses without defining it, though each side does; or None."""
    if (parsed := _parsed(path, ours, theirs, merged)) is None:
        return None
    file_profiles, _, sides = parsed
    return _references(file_profiles, *sides)


def _parsed(
    path: str, *texts: str
) -> tuple[Sequence[Profile], Sequence[List], Sequence[_Content]] | None:
    """Return the profiles of a file, their lists, and the content of each text.

    The last text determines the profiles. None if a text cannot be parsed.
    """
    documents = [load(path, text) for text in texts]
    if documents[-1] is None:
        return None
    file_profiles = _profiles(path, documents[-1])
    lists = _lists(file_profiles)
    contents = [_content(parsed, lists) for parsed in documents if parsed is not None]
    return (file_profiles, lists, contents) if len(contents) == len(texts) else None


def profiles_of(path: str, text: str) -> Sequence[Profile]:
    """Return the profiles of the file at `path` with the content `text`."""
    documents = load(path, text)
    return _profiles(path, documents) if documents is not None else []


def lists_of(path: str, text: str) -> Sequence[List]:
    """Return the list declarations for the file at `path` with the content `text`."""
    return _lists(profiles_of(path, text))


def _profiles(path: str, documents: Sequence[Data]) -> Sequence[Profile]:
    keys = frozenset(
        key for document in documents if isinstance(document, dict) for key in document
    )
    return list(profiles.of(path, keys))


def _lists(file_profiles: Sequence[Profile]) -> Sequence[List]:
    return [declared for profile in file_profiles for declared in profile.lists]


def _content(documents: Sequence[Data], lists: Sequence[List]) -> _Content:
    content = _Content()
    for number, document in enumerate(documents):
        title = _title(document, number)
        content.titles[title] += 1
        where = f"{title}: " if len(documents) > 1 else ""
        _add(content, lists, document, where, "", None)
    return content


def _title(document: Data, number: int) -> str:
    """Return the identity of a document: its kind and name, as in Kubernetes, or its number."""
    kind, about = (
        document.get(k) if isinstance(document, dict) else None for k in ("kind", "metadata")
    )
    if not isinstance(about, dict) or "name" not in about:
        return f"{kind} {number}"
    return f"{kind} {'/'.join(str(about[key]) for key in ('namespace', 'name') if key in about)}"


def _add(  # noqa: PLR0917 - recursive, and called in one place
    content: _Content, lists: Sequence[List], value: Data, where: str, at: str, parent: str | None
) -> None:
    content.values[where], content.places[where] = value, at
    if parent is not None:
        content.parents[where] = parent
    if isinstance(value, dict):
        for key, child in value.items():
            inner = f"{at}.{key}" if at else key
            _add(content, lists, child, f"{where}.{key}" if at else f"{where}{key}", inner, where)
    elif isinstance(value, list):
        for identity, item in zip(_identities(value, at, lists), value, strict=True):
            _add(content, lists, item, f"{where}[{identity}]", f"{at}[]", where)


def _identities(items: Sequence[Data], at: str, lists: Sequence[List]) -> list[str]:
    """Return the identity of each item of a list.

    Repeated identities are extended by those of the items within the item, and then by a number.
    """
    declaration = declared(at, lists)
    names = [str(_identity(item, declaration)) for item in items]
    counts = Counter(names)
    for index, item in enumerate(items):
        is_repeated = counts[names[index]] > 1
        if is_repeated and (inner := list(_inner_identities(item, f"{at}[]", lists))):
            names[index] = f"{names[index]} {', '.join(inner)}"
    seen: Counter[str] = Counter()
    for index, name in enumerate(names):
        seen[name] += 1
        names[index] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return names


def _inner_identities(item: Data, at: str, lists: Sequence[List]) -> Iterator[str]:
    """Yield the identities of the mappings in the lists of an item."""
    for key, value in item.items() if isinstance(item, dict) else ():
        for inner in value if isinstance(value, list) else ():
            if isinstance(inner, dict):
                yield str(_identity(inner, declared(f"{at}.{key}", lists)))


def _identity(item: Data, declaration: List | None) -> Hashable:
    for known_by in declaration.known_by if declaration else ():
        if (identity := _declared_identity(item, known_by)) is not None:
            return identity
    if isinstance(item, dict):
        for key in IDENTITIES:
            if isinstance(value := item.get(key), str) and value:
                return value.partition("@")[0] if key == "uses" else value
    return item if isinstance(item, str) else json.dumps(item, sort_keys=True)


def _declared_identity(item: Data, known_by: str) -> str | None:
    """Return the identity of an item by one `known_by` of a profile; None if it has none."""
    if isinstance(item, dict):
        names = [item[key] for key in known_by.split("+") if isinstance(item.get(key), str)]
        return " ".join(map(str, names)) or None
    if not isinstance(item, str):
        return None
    if known_by == PACKAGE:
        try:
            parsed = Requirement(item)
        except InvalidRequirement:
            egg = re.search(r"[#&]egg=(?P<name>[\w.-]+)", item)  # of a package by its address
            return canonicalize_name(egg["name"]) if egg else None
        return " ".join(filter(None, [canonicalize_name(parsed.name), str(parsed.marker or "")]))
    return named(known_by, item)


def _documents(ours: _Content, theirs: _Content, merged: _Content) -> str | None:
    """Return a document that the merge repeats."""
    for title, count in merged.titles.items():
        if count > max(1, ours.titles[title], theirs.titles[title]):
            return f"{title} would occur {count} times in the file, each version has it once"
    return None


def _scalars(
    file_profiles: Sequence[Profile], ours: _Content, theirs: _Content, merged: _Content
) -> str | None:
    """Return a unique scalar, or a unique part of scalars, that the merge repeats."""
    patterns: list[Mapping[str, str]] = [
        {scalar: r"(?P<id>.+)"} for profile in file_profiles for scalar in profile.unique
    ]
    patterns += [profile.unique_part for profile in file_profiles]
    for places in patterns:
        in_ours, in_theirs, in_merged = (
            Counter(
                match["id"]
                for written, pattern in places.items()
                for text in _scalars_at(content, written)
                if (match := re.fullmatch(pattern, text))
            )
            for content in (ours, theirs, merged)
        )
        for name, count in in_merged.items():
            if count > max(1, in_ours[name], in_theirs[name]):
                return f"{name} would occur {count} times in the file, each version has it once"
    return None


def _normalized(
    file_profiles: Sequence[Profile], ours: _Content, theirs: _Content, merged: _Content
) -> str | None:
    """Return a key that the merge repeats in another spelling."""
    for written in (written for profile in file_profiles for written in profile.normalized):
        for where, value in merged.at(written):
            spellings: dict[str, set[str]] = {}
            for key in value if isinstance(value, dict) else ():
                spellings.setdefault(canonicalize_name(key.replace(DOT, ".")), set()).add(key)
            for keys in spellings.values():
                sides = [keys & {*_keys(side, where)} for side in (ours, theirs)]
                if len(keys) > max(1, *map(len, sides)):
                    shown = " and ".join(_shown(key) for key in sorted(keys))
                    return f"{shown} are the same key in {where}"
    return None


def _keys(content: _Content, where: str) -> Sequence[str]:
    value = content.values.get(where)
    return [*value] if isinstance(value, dict) else []


def _unique(
    lists: Sequence[List], ours: _Content, theirs: _Content, merged: _Content
) -> str | None:
    """Return an identity that the merge repeats in a list."""
    for declaration in lists:
        for known_by in declaration.known_by:
            in_ours, in_theirs, in_merged = (
                _counts(content, declaration, known_by) for content in (ours, theirs, merged)
            )
            for (where, identity), count in in_merged.items():
                if count > max(1, in_ours[where, identity], in_theirs[where, identity]):
                    owner = where or "the file"
                    return (
                        f"{identity} would occur {count} times in {owner}, each version has it once"
                    )
    return None


def _counts(content: _Content, declaration: List, known_by: str) -> Counter[tuple[str, str]]:
    """Return the number of items by list and identity."""
    counts: Counter[tuple[str, str]] = Counter()
    for where, value in content.at(declaration.at):
        if (identity := _declared_identity(value, known_by)) is not None:
            counts[content.parents[where], identity] += 1
    return counts


def _displaced(base: _Content, ours: _Content, theirs: _Content, merged: _Content) -> str | None:
    """Return an addition of one side that the merge has in another object or list.

    If the other side inserts a key or a header above an addition, lines below it get another
    parent. The addition only moves along with a parent that the other side no longer has.
    """
    new = merged.values.keys() - base.values.keys() - ours.values.keys() - theirs.values.keys()
    places = {where: _unnumbered(where) for where in new}
    for owner, side, other in (("your", ours, theirs), ("the release's", theirs, ours)):
        for where in side.values.keys() - base.values.keys() - merged.values.keys():
            parent = side.parents.get(where, "")
            kinds = {type(content.values.get(parent)) for content in (base, side, other)}
            if len(kinds) > 1 or where in other.values:
                continue
            name = _unnumbered(where.removeprefix(parent))
            now = [
                at
                for at, known_as in places.items()
                if known_as != _unnumbered(where)
                and merged.values[at] == side.values[where]
                and _unnumbered(at.removeprefix(merged.parents.get(at, ""))).lstrip(".")
                == name.lstrip(".")
            ]
            if len(now) == 1:
                return f"{owner} {_shown(where)} would become {_shown(now[0])}"
    return None


def _unnumbered(where: str) -> str:
    """Return a path without the numbers of documents and repeated items: additions change them."""
    return re.sub(r" \(\d+\)(?=\])|(?<=\w) \d+(?=: )", "", where)


def _shown(where: str) -> str:
    return where.replace(DOT, ".")


def _exclusive(
    file_profiles: Sequence[Profile], ours: _Content, theirs: _Content, merged: _Content
) -> str | None:
    """Return an object for which the merge has more than one of several exclusive keys."""
    for choice in (choice for profile in file_profiles for choice in profile.exclusive):
        for where, value in merged.at(choice.at):
            chosen = [
                _choices(side.values.get(where), choice.keys, choice.besides)
                for side in (ours, theirs)
            ]
            both = _choices(value, choice.keys, choice.besides)
            if len(both) > max(1, *map(len, chosen)):
                listed = [f"{side} has {', '.join(sorted(keys))}" for side, keys in
                        zip(_SIDES, chosen, strict=True) if keys]  # fmt: skip
                return f"{where} can have one of {', '.join(sorted(both))}: {'; '.join(listed)}"
    return None


def _choices(value: "Data | None", keys: frozenset[str], besides: frozenset[str]) -> set[str]:
    """Return the exclusive keys that an object has; an item of a list counts as `key: item`."""
    if not isinstance(value, dict):
        return set()
    listed = {f"{key}: {item}" for key, items in value.items() if isinstance(items, list)
              for item in items if isinstance(item, str)}  # fmt: skip
    present = {*value} | (listed if keys else set())
    return (present & keys if keys else present) - besides


def _references(
    file_profiles: Sequence[Profile], ours: _Content, theirs: _Content, merged: _Content
) -> str | None:
    """Return a name that the merge uses without defining it."""
    for reference in (reference for profile in file_profiles for reference in profile.references):
        undefined = [
            _used(content, reference) - _defined(content, reference)
            for content in (ours, theirs, merged)
        ]
        for name in sorted(undefined[2] - undefined[0] - undefined[1]):
            remover, user = "the release", "your version"
            if name not in _defined(ours, reference):
                remover, user = user, remover
            return f"{remover} removes {name}, {user} uses it"
    return None


def _used(content: _Content, reference: Reference) -> set[str]:
    named = re.sub(
        r"<([\w-]+\.[\w.-]+)>", lambda match: re.escape(_scalar(content, match[1])), reference.named
    )
    used = set()
    for written in reference.uses:
        for text in _scalars_at(content, written):
            if written == "**":
                matches = [match["id"] for match in re.finditer(named, text)]
            else:
                matches = [match["id"]] if (match := re.match(named, text)) else []
            used |= {name.strip() for names in matches for name in names.split(",")}
    return used


def _scalar(content: _Content, written: str) -> str:
    return next((value for _, value in content.at(f"^{written}") if isinstance(value, str)), "\0")


def _defined(content: _Content, reference: Reference) -> set[str]:
    defined = (name for written in reference.defines for name in _scalars_at(content, written))
    return {*reference.known, *defined}


def _scalars_at(content: _Content, written: str) -> Iterator[str]:
    """Yield the scalars at a place, or with ` keys` after it, the keys of the objects there."""
    at, keys, _ = written.partition(" keys")
    for _, value in content.at(at):
        if keys and isinstance(value, dict):
            yield from (key.replace(DOT, ".") for key in value)
        elif not keys and isinstance(value, str):
            yield value


def _atomic(
    file_profiles: Sequence[Profile],
    lists: Sequence[List],
    base: _Content,
    ours: _Content,
    theirs: _Content,
) -> str | None:
    """Return an object or list that both sides add with different content."""
    independent = [written for profile in file_profiles for written in profile.independent]
    reached = {*base.values}
    for where, value in ours.values.items():
        is_added = where not in base.values and where in theirs.values
        if not is_added or ours.parents.get(where) not in reached:
            continue
        at = ours.places[where]
        if any(place(written).fullmatch(at) for written in independent):
            reached.add(where)
            continue
        if isinstance(value, list) and (found := declared(at, lists)) and found.unordered:
            continue
        if not isinstance(value, str) and not _alike(value, theirs.values[where]):
            differing = _difference(where, ours, theirs)
            return f"both versions add {differing}, with different content"
    return None


def _alike(ours: Data, theirs: Data) -> bool:
    """Tell whether two values are equal, except for versions of which the higher one wins."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(_alike(ours[k], theirs[k]) for k in ours)
    if isinstance(ours, list) and isinstance(theirs, list):
        return ours == theirs
    if isinstance(ours, str) and isinstance(theirs, str):
        return ours == theirs or versions.higher(None, ours, theirs) is not None
    return False


def _difference(where: str, ours: _Content, theirs: _Content) -> str:
    """Return the path of the only difference between two values, or else that of the values."""
    inner = [path for path, parent in ours.parents.items() if parent == where]
    differing = [path for path in inner if ours.values[path] != theirs.values.get(path)]
    if len(differing) == 1 and not isinstance(ours.values[differing[0]], str):
        return _difference(differing[0], ours, theirs)
    return where


def _ordered(
    file_profiles: Sequence[Profile],
    lists: Sequence[List],
    base: _Content,
    ours: _Content,
    theirs: _Content,
) -> str | None:
    """Return an ordered list or object that both sides change in one place."""
    in_order = [written for profile in file_profiles for written in profile.ordered]
    for where, value in base.values.items():
        sides = [content.values.get(where) for content in (base, ours, theirs)]
        at = base.places[where]
        if isinstance(value, list):
            declaration = declared(at, lists)
            keys = [_identities(side, at, lists) for side in sides if isinstance(side, list)]
            if declaration and not _is_ordered(declaration, sides):
                continue
        elif isinstance(value, dict) and any(place(w).fullmatch(at) for w in in_order):
            keys = [list(side) for side in sides if isinstance(side, dict)]
        else:
            continue
        if len(keys) == 3 and not _in_one_order(*keys) and not _changed_apart(sides):
            listed = [f"{side} {', '.join(key for key in new if key not in keys[0]) or 'others'}"
                    for side, new in zip(_SIDES, keys[1:], strict=True)]  # fmt: skip
            return f"both versions change {where or 'the list'} in one place: {'; '.join(listed)}"
    return None


def _is_ordered(declared: List, sides: "Sequence[Data | None]") -> bool:
    texts = [item if isinstance(item, str) else json.dumps(item)
             for side in sides[1:] if isinstance(side, list) for item in side]  # fmt: skip
    return not declared.is_unordered(texts)


def _in_one_order(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Tell whether the merged order of a list follows from both sides.

    Between two common items only one side can make changes, unless it makes all additions of the
    other side and more.
    """
    if ours in (base, theirs) or theirs == base:
        return True
    common = {*base} & {*ours} & {*theirs}
    kept = [[item for item in side if item in common] for side in (base, ours, theirs)]
    if kept[1] != kept[2]:
        return kept[0] in kept[1:]
    if kept[0] != kept[1]:
        return True
    segments = [_segments(side, common) for side in (base, ours, theirs)]
    return all(
        our in (old, their) or their == old or _is_superset(old, our, their)
        for old, our, their in zip(*segments, strict=True)
    )


def _changed_apart(sides: "Sequence[Data | None]") -> bool:
    """Tell whether the sides only change different objects of a list, or different lines of one.

    No side adds, removes or moves any, so each object is still in the position that it has in base.
    """
    lists = [side for side in sides if isinstance(side, list)]
    if len(lists) < 3 or len({len(side) for side in lists}) > 1:
        return False
    for old, our, their in zip(*lists, strict=True):
        if our in (old, their) or their == old:
            changed = [item for item in (our, their) if item != old]
            if changed and not _is_changed(old, changed[0]):
                return False
            continue
        if not all(_is_changed(old, item) for item in (our, their)):
            return False
        if not _in_different_lines(*(_lines_of(item).split("\n") for item in (old, our, their))):
            return False
    return True


def _is_changed(old: Data, new: Data) -> bool:
    """Tell whether an object is a changed version of another one, and not another object."""
    if not (isinstance(old, dict) and isinstance(new, dict)) or not old.keys() & new.keys():
        return False
    first, second = _lines_of(old), _lines_of(new)
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= _ALIKE


def _in_different_lines(old: Sequence[str], our: Sequence[str], their: Sequence[str]) -> bool:
    """Tell whether there is an unchanged line between the changes of both sides."""
    by_ours, by_theirs = (
        [
            (start, end)
            for kind, start, end, _, _ in SequenceMatcher(
                None, old, side, autojunk=False
            ).get_opcodes()
            if kind != "equal"
        ]
        for side in (our, their)
    )
    return all(end < first or last < start for start, end in by_ours for first, last in by_theirs)


_ALIKE = 0.6
"""The similarity from which one object counts as a changed version of another."""


def _lines_of(item: Data) -> str:
    return json.dumps(item, indent=1).replace("\\n", "\n") + "\n"


def _segments(items: Sequence[str], common: set[str]) -> list[list[str]]:
    """Return the items between the common ones."""
    segments: list[list[str]] = [[]]
    for item in items:
        if item in common:
            segments.append([])
        else:
            segments[-1].append(item)
    return segments


def _is_superset(base: list[str], ours: list[str], theirs: list[str]) -> bool:
    less, more = sorted((ours, theirs), key=len)
    return _within(base, less) and _within(less, more)


def _within(items: list[str], others: list[str]) -> bool:
    rest = iter(others)
    return all(item in rest for item in items)
