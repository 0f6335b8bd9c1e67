"""The units of Makefiles: recipes by their targets."""

from collections import Counter


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
