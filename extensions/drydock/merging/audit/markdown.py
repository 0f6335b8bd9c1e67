"""The units of Markdown."""

from collections import Counter

from drydock.merging.audit import prose


def units(text: str) -> Counter[tuple[str, str]]:
    """Return the lines below each heading or right above it."""
    counts, heading = Counter[tuple[str, str]](), ""
    block: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line.startswith("#"):
            heading = " ".join(line.split())
        elif line.strip():
            block.append(line.strip())
            continue
        counts.update((heading, content) for content in [*block, line.strip()] if content)
        block = []
    return counts


def broken(_base: str | None, ours: str, theirs: str, merged: str) -> str | None:
    """Return a paragraph that the merge repeats although each side has it once."""
    return prose.repeated(ours, theirs, merged)
