"""What lists of patterns say, and in which order."""

from collections import Counter


def units(text: str) -> Counter[tuple[str, str]]:
    """Return patterns, comments, and which exception stands on which side of a pattern."""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    found = Counter(("#" if line.startswith("#") else "", line) for line in lines if line)
    patterns = [line for line in lines if line and not line.startswith("#")]
    for place, line in enumerate(patterns):
        if line.startswith("!"):
            found.update((f"above {line}", pattern) for pattern in {*patterns[:place]})
            found.update((f"below {line}", pattern) for pattern in {*patterns[place + 1 :]})
    return found
