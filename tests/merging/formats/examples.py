"""What the tables of examples of every format are held to."""

from collections.abc import Mapping

import pytest
from drydock.merging import structural
from drydock.merging.certainty import NotCertain

Examples = Mapping[str, tuple[str, str, str, str | None]]
"""Base, ours, theirs, merged; None: not certain."""


def check(path: str, base: str, ours: str, theirs: str, merged: str | None) -> None:
    """Hold the merge to an example, and to lines that git could not merge."""
    texts = [text.encode() for text in (base, ours, theirs)]
    if merged is None:
        with pytest.raises(NotCertain):
            structural.merge(path, *texts)
    else:
        assert structural.merge(path, *texts).text.decode() == merged
