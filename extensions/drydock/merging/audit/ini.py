"""What INI files say where."""

import re
from collections import Counter
from configparser import RawConfigParser

_REMARK = re.compile(r"\s*[#;]")


def units(text: str) -> Counter[tuple[str, str]]:
    """Return the lines of each value by section and key, and the comments."""
    parser = RawConfigParser(allow_no_value=True, default_section="")
    parser.read_string(text)
    found = Counter(("", f"[{name}]") for name in parser.sections())
    for name in parser.sections():
        for key, value in parser.items(name):
            lines = filter(None, (line.strip() for line in (value or "").split("\n")))
            found.update([(f"[{name}]", key), *((f"[{name}] {key}", line) for line in lines)])
    found.update(("#", line.strip()) for line in text.split("\n") if _REMARK.match(line))
    return found
