"""The rule for versions in a Dockerfile, where only some numbers are versions."""

import re

from drydock.merging.rules import versions

_VERSIONED = re.compile(r"(?i)FROM\b|(?:ARG|ENV)\s+\w*VERSION\w*\s*=|COPY\b.*--from=\S+:")


def higher(base: str | None, ours: str, theirs: str) -> tuple[str, str] | None:
    """Take the higher of two versions; other numbers, such as ports, are not resolved."""
    if not all(_VERSIONED.match(text) for text in (base, ours, theirs) if text is not None):
        return None
    return versions.higher(base, ours, theirs)


RULES = {"dockerfile": (higher,)}
