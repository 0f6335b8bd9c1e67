"""One where another side has several: `needs: dist` is `needs: [dist]`, where a profile says so."""

import re

from drydock import profiles
from drydock.documents.formats import yaml
from drydock.profiles import place

_ONE = re.compile(r"(?P<key>[\w-]+:[ \t]+)(?P<one>[\w.-]+)(?=[ \t]*(?:#|\n|\Z))")
Texts = tuple[str, str, str]


def alike(path: str, texts: Texts) -> Texts | None:
    """Return texts in which one is written as a list of one, where a side has a list.

    None where nothing has to be written so, or where that cannot be told.
    """
    written = [one for known in profiles.of(path, frozenset()) for one in known.one_or_several]
    if not written or not yaml.handles(path):
        return None
    try:
        ones, lists = zip(*(_places(text, written) for text in texts), strict=True)
    except (ValueError, RecursionError):
        return None
    several = set[str]().union(*lists)
    result = [
        _listed(text, sorted(at for name, at in one.items() if name in several))
        for text, one in zip(texts, ones, strict=True)
    ]
    base, ours, theirs = result
    return (base, ours, theirs) if result != [*texts] else None


def _places(text: str, written: list[str]) -> tuple[dict[str, int], set[str]]:
    """Return where there is one, by its place, and the places where there are several."""
    ones, several = dict[str, int](), set[str]()
    for names, said, at in yaml.locations(text):
        name = ".".join(names)
        if not any(place(one).fullmatch(name) for one in written):
            continue
        if said and name not in several:
            ones[name] = at
        else:
            several.add(name)
    return ones, several


def _listed(text: str, places: list[int]) -> str:
    for at in reversed(places):
        if found := _ONE.match(text, at):
            text = f"{text[:at]}{found['key']}[{found['one']}]{text[found.end() :]}"
    return text
