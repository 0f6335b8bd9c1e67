"""What requirements files say."""

from collections import Counter


def units(text: str) -> Counter[tuple[str, str]]:
    """Return each line and each comment, whatever the blanks in it."""
    found: Counter[tuple[str, str]] = Counter()
    for line in text.splitlines():
        said, mark, remark = f" {line}".partition(" #")
        found["", "".join(said.split())] += 1
        found["#", " ".join(remark.split())] += bool(mark)
    del found["", ""]
    return +found
