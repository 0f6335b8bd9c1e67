"""Git's conflict markers, in formats where any other line can be valid."""

import re

_MARKER = re.compile(r"^(?:<{7,}|>{7,}|={7})(?:\s|$)", re.MULTILINE)


def refuse(text: str) -> None:
    """Raise ValueError if `text` has conflict markers."""
    if _MARKER.search(text):
        raise ValueError("contains conflict markers")
