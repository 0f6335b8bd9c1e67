"""The units of Makefiles, recipes by their targets, and the rules of each target."""

import re
from collections import Counter

from drydock.merging import audit

_RULE = re.compile(r"(?P<targets>[^\s#:=][^#:=]*?)\s*:(?![:=])(?P<rest>.*)")


def units(text: str) -> Counter[tuple[str, str]]:
    """Return the recipe lines of each rule by its targets, other lines, and the default goal."""
    counts: Counter[tuple[str, str]] = Counter()
    targets, goal = "", ""
    for line in text.replace("\\\n", " ").split("\n"):
        content = " ".join(line.split())
        if not content:
            continue
        if content.startswith("#"):
            counts["#", content] += 1
        elif line.startswith("\t"):
            counts[targets, content] += 1
        else:
            targets = content.partition(":")[0]
            if ":" in content and "=" not in content and not content.startswith("."):
                goal = goal or targets
            if content.startswith(".PHONY:"):
                counts.update((".PHONY", word) for word in content.split()[1:])
            else:
                counts["", content] += 1
    counts["default goal", goal] += 1
    return counts


def broken(base: str | None, ours: str, theirs: str, merged: str) -> str | None:
    """Return a target with two recipes, or an added command that the merge has in another recipe.

    make takes the last recipe of a target.
    """
    in_base, in_ours, in_theirs, in_merged = (
        _Recipes(t or "") for t in (base, ours, theirs, merged)
    )
    counts = (side.counts for side in (in_base, in_ours, in_theirs, in_merged))
    if repeated := audit.new_faults(*counts):
        return f"`{min(repeated)}` would have two recipes"
    for owner, side, other in (
        ("your version", in_ours, in_theirs),
        ("the release", in_theirs, in_ours),
    ):
        for targets, command in side.commands - in_base.commands - in_merged.commands:
            if targets in in_base.counts and targets in other.counts:
                now = {at for at, what in in_merged.commands - in_ours.commands - in_theirs.commands
                       if what == command}  # fmt: skip
                if now:
                    return f"`{command}` is part of `{targets}` in {owner}, not of `{min(now)}`"
    return None


class _Recipes:
    """The commands of each rule, and how often each target has a recipe beyond the first."""

    def __init__(self, text: str) -> None:
        self.commands: set[tuple[str, str]] = set()
        self.counts: Counter[str] = Counter()
        recipes: Counter[str] = Counter()
        targets, is_first = "", False
        for line in text.replace("\\\n", " ").split("\n"):
            if line.startswith("\t") and targets:
                self.commands.add((targets, " ".join(line.split())))
                if is_first:
                    recipes.update(targets.split())
                is_first = False
            elif match := _RULE.match(line):
                targets, is_first = " ".join(match["targets"].split()), True
                self.counts[targets] += 0
            elif line.strip() and not line.startswith("#"):
                targets = ""
        for target, count in recipes.items():
            self.counts[target] = count - 1
