"""The README: the service's title and description."""

import re
from collections.abc import Iterator

from drydock.adoption.facts import HINTS, Fact, Files

_NOISE = re.compile(r"^([!<#]|\[[!\]]|```|[-*|>=+]|\d+[.)]|\[[^\]]*\]:)")
_SHORTEST = 3  # words; what is not longer is no sentence
_HEADING = re.compile(r"^(#+\s|(=+|-{3,})\s*$)|<h\d")
_ORDERS = re.compile(
    r"^(you|to|please|see|run|install|clone|follow|make sure|note|first)\b", re.IGNORECASE
)


def find(files: Files) -> Iterator[Fact]:
    """Yield the title, and the first sentence before the second heading."""
    path = next((p for p in files if p.lower() in {"readme.md", "readme.rst", "readme"}), None)
    if path is None:
        return
    headings, in_code = 0, False
    lines = files[path].splitlines()
    body = _front_matter(lines)
    for number, line in enumerate(lines[body:], body + 1):
        text = line.strip()
        in_code ^= text.startswith("```")
        if in_code or not text:
            continue
        if _HEADING.search(text):
            headings += 1
            if headings == 1:
                title = text.lstrip("# ") if text[0] == "#" else lines[number - 2].strip()
                yield Fact("title", re.sub(r"<[^>]+>", "", title).strip(), path, number, HINTS)
            if headings == 2:
                return
        elif not _NOISE.match(text) and not _ORDERS.match(text):
            if number < len(lines) and _HEADING.match(lines[number].strip()):
                continue  # an underlined title
            paragraph = " ".join(_paragraph(lines[number - 1 :]))
            if len(paragraph.split()) <= _SHORTEST:
                continue
            linked = re.sub(r"!?\[([^\]]*)\](\([^)]*\))?", r"\1", paragraph)
            plain = re.sub(r"[*`]+|(?<!\w)_|_(?!\w)", "", linked)
            yield Fact("description", re.split(r"(?<=[.!?])\s", plain)[0], path, number, HINTS)
            return


def _front_matter(lines: list[str]) -> int:
    """Return how many lines at the top are settings of the platform that shows the README."""
    if not lines or lines[0].rstrip() != "---":
        return 0
    return next((n for n, line in enumerate(lines[1:], 2) if line.rstrip() == "---"), 0)


def _paragraph(lines: list[str]) -> Iterator[str]:
    for line in map(str.strip, lines):
        if not line or _NOISE.match(line):
            return
        yield line
