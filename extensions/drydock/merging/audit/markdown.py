"""The units of Markdown."""

import re
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
    """Return a paragraph, or the label of a link or footnote, that only the merge repeats."""
    in_ours, in_theirs, in_merged = (_labels(text) for text in (ours, theirs, merged))
    for label, count in in_merged.items():
        if count > max(1, in_ours[label], in_theirs[label]):
            return f"`[{label}]` would be defined {count} times, each version defines it once"
    return prose.repeated(ours, theirs, merged)


def _labels(text: str) -> Counter[str]:
    """Return the labels of link and footnote definitions, of which the first one counts."""
    code = re.compile(r"(?ms)^[ ]{0,3}(```|~~~).*?(?:^[ ]{0,3}\1[`~]*[ ]*$|\Z)")
    found = re.findall(r"(?m)^[ ]{0,3}\[([^\]\n]+)\]:\s", code.sub("", text))
    return Counter(" ".join(label.split()).casefold() for label in found)
