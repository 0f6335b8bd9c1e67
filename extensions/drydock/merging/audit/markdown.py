"""What Markdown says where."""

from collections import Counter

from drydock.merging.audit import prose


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


def broken(_base: str | None, ours: str, theirs: str, merged: str) -> str | None:
    """Return the paragraph that is there twice, where each side has it once."""
    return prose.repeated(ours, theirs, merged)
