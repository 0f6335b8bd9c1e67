"""Writes a single item as a list if another side has a list, if a profile allows both.

An example is `needs: dist`, which is the same as `needs: [dist]`.
"""

import re

from drydock import profiles
from drydock.documents.formats import yaml
from drydock.profiles import place

_ONE = re.compile(r"(?P<key>[\w-]+:[ \t]+)(?P<one>[\w.-]+)(?=[ \t]*(?:#|\n|\Z))")
Texts = tuple[str, str, str]


def alike(path: str, texts: Texts) -> Texts | None:
    """Return the texts with single items written as lists where another side has a list.

    None if that changes nothing, or a text cannot be parsed.
    """
    declared = [
        written for profile in profiles.of(path, frozenset()) for written in profile.one_or_several
    ]
    if not declared or not yaml.handles(path):
        return None
    try:
        singles, lists = zip(*(_singles_and_lists(text, declared) for text in texts), strict=True)
    except (ValueError, RecursionError):
        return None
    listed = set[str]().union(*lists)
    result = [
        _with_lists(text, sorted(at for name, at in offsets.items() if name in listed))
        for text, offsets in zip(texts, singles, strict=True)
    ]
    base, ours, theirs = result
    return (base, ours, theirs) if result != [*texts] else None


def _singles_and_lists(text: str, declared: list[str]) -> tuple[dict[str, int], set[str]]:
    """Return the offsets of the single items by place, and the places of the lists."""
    singles, lists = dict[str, int](), set[str]()
    for names, scalar, offset in yaml.locations(text):
        name = ".".join(names)
        if not any(place(written).fullmatch(name) for written in declared):
            continue
        if scalar and name not in lists:
            singles[name] = offset
        else:
            lists.add(name)
    return singles, lists


def _with_lists(text: str, offsets: list[int]) -> str:
    """Return a text in which the single items at these offsets are lists."""
    for offset in reversed(offsets):
        if match := _ONE.match(text, offset):
            text = f"{text[:offset]}{match['key']}[{match['one']}]{text[match.end() :]}"
    return text
