"""What Markdown says where."""

from collections import Counter


def units(text: str) -> Counter[tuple[str, str]]:
    """Return the lines below each heading, or right above it."""
    found, heading = Counter[tuple[str, str]](), ""
    block: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line.startswith("#"):
            heading = " ".join(line.split())
        elif line.strip():
            block.append(line.strip())
            continue
        found.update((heading, held) for held in [*block, line.strip()] if held)
        block = []
    return found
