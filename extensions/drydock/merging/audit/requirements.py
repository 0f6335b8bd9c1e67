"""The units of requirements files."""

from collections import Counter


def units(text: str) -> Counter[tuple[str, str]]:
    """Return each line and each comment, without regard to blanks."""
    counts: Counter[tuple[str, str]] = Counter()
    for line in text.splitlines():
        content, mark, comment = f" {line}".partition(" #")
        counts["", "".join(content.split())] += 1
        counts["#", " ".join(comment.split())] += bool(mark)
    del counts["", ""]
    return +counts
