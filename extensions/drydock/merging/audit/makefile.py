"""What Makefiles say where: recipes by their targets."""

from collections import Counter


def units(text: str) -> Counter[tuple[str, str]]:
    """Return the lines of each rule by its targets, all others, and what make builds by default."""
    found: Counter[tuple[str, str]] = Counter()
    above, goal = "", ""
    for line in text.replace("\\\n", " ").split("\n"):
        said = " ".join(line.split())
        if not said:
            continue
        if said.startswith("#"):
            found["#", said] += 1
        elif line.startswith("\t"):
            found[above, said] += 1
        else:
            above = said.partition(":")[0]
            if ":" in said and "=" not in said and not said.startswith("."):
                goal = goal or above
            if said.startswith(".PHONY:"):
                found.update((".PHONY", word) for word in said.split()[1:])
            else:
                found["", said] += 1
    found["default goal", goal] += 1
    return found
