"""The units of INI files."""

import re
from collections import Counter
from configparser import RawConfigParser

_COMMENT = re.compile(r"\s*[#;]")


def units(text: str) -> Counter[tuple[str, str]]:
    """Return the lines of each value by section and key, and the comments."""
    parser = RawConfigParser(allow_no_value=True, default_section="")
    parser.read_string(text)
    counts = Counter(("", f"[{name}]") for name in parser.sections())
    for name in parser.sections():
        for key, value in parser.items(name):
            lines = filter(None, (line.strip() for line in (value or "").split("\n")))
            counts.update([(f"[{name}]", key), *((f"[{name}] {key}", line) for line in lines)])
    counts.update(("#", line.strip()) for line in text.split("\n") if _COMMENT.match(line))
    return counts
