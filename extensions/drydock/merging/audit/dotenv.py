"""The units of files of environment variables."""

import re
from collections import Counter


def units(text: str) -> Counter[tuple[str, str]]:
    """Return variables, comments, and the variables above each line that refers to others."""
    counts: Counter[tuple[str, str]] = Counter()
    above: list[str] = []
    for line in filter(None, (" ".join(line.split()) for line in text.split("\n"))):
        if line.startswith("#"):
            counts["#", line] += 1
            continue
        name = line.removeprefix("export ").partition("=")[0].strip()
        counts[name, line] += 1
        used = set(re.findall(r"\$\{?(\w+)", line))
        counts.update((f"above {line}", known) for known in above if known in used)
        above.append(name)
    return counts
