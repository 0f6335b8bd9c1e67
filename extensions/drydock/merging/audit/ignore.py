"""The units and the order of lists of patterns."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache


def units(text: str) -> Counter[tuple[str, str]]:
    """Return patterns, comments, and the patterns above and below each exception."""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    counts = Counter(("#" if line.startswith("#") else "", line) for line in lines if line)
    patterns = [line for line in lines if line and not line.startswith("#")]
    for index, line in enumerate(patterns):
        if line.startswith("!"):
            counts.update((f"above {line}", pattern) for pattern in {*patterns[:index]})
            counts.update((f"below {line}", pattern) for pattern in {*patterns[index + 1 :]})
    return counts


def broken(_base: str | None, ours: str, theirs: str, merged: str) -> str | None:
    """Return a line that has no effect in `merged`, because of one of the other side below it.

    The last pattern that matches decides. A line has no effect if a line below it matches all that
    it matches, and does something else with it.
    """
    in_ours, in_theirs = ({line: at for at, line in enumerate(_rules(t))} for t in (ours, theirs))
    rules = [*_rules(merged)]
    for index, lower in enumerate(rules):
        for upper in rules[:index]:
            known = [side for side in (in_ours, in_theirs) if upper in side and lower in side]
            if any(side[upper] < side[lower] for side in known):
                continue
            if _contradict(upper, lower) and _covers(lower, upper):
                return f"`{lower}` would be below `{upper}`, which then has no effect"
    return None


def _rules(text: str) -> Iterator[str]:
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return (line for line in lines if line and not line.startswith("#"))


def _contradict(rule: str, other: str) -> bool:
    """Tell whether two lines do something else with what they match."""
    (_, *effects), (_, *other_effects) = rule.split(" "), other.split(" ")
    if not effects and not other_effects:
        return rule.startswith("!") != other.startswith("!")
    if any("@" in effect for effect in (*effects, *other_effects)):
        return effects != other_effects  # owners
    settings, other_settings = _attributes(effects), _attributes(other_effects)
    return any(settings[name] != other_settings[name] for name in settings.keys() & other_settings)


def _attributes(effects: list[str]) -> dict[str, str]:
    return {effect.lstrip("-!").partition("=")[0]: effect for effect in effects}


def _covers(rule: str, other: str) -> bool:
    """Tell whether a pattern matches all that the other one matches."""
    pattern, sample = (text.split(" ")[0].lstrip("!").rstrip("/") for text in (rule, other))
    if "/" not in sample:
        sample = f"0/0/{sample}"  # in any directory
    sample = sample.lstrip("/").replace("**", "0/0").replace("*", "0").replace("?", "0")
    return bool(_pattern(pattern).match(sample))


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    """Return the pattern of the paths that a glob matches, and of those below them."""
    start = "" if "/" in glob else "(?:.*/)?"
    tokens = re.split(r"(\*\*/?|\*|\?)", glob.lstrip("/"))
    wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile(f"{start}{''.join(wild.get(t, re.escape(t)) for t in tokens)}(?:/|$)")
