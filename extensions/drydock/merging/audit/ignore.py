"""The units of lists of patterns."""

from collections import Counter


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
