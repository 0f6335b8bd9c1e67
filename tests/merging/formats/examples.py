"""The check for the tables of examples of every format."""

from collections.abc import Mapping

import pytest
from drydock.merging import structural
from drydock.merging.certainty import NotCertain

Examples = Mapping[str, tuple[str, str, str, str | None]]
"""Base, ours, theirs, merged; None: a conflict."""


def check(path: str, base: str, ours: str, theirs: str, merged: str | None) -> None:
    """Assert that base, ours and theirs merge to `merged`, or conflict if it is None."""
    texts = [text.encode() for text in (base, ours, theirs)]
    if merged is None:
        with pytest.raises(NotCertain):
            structural.merge(path, *texts)
    else:
        assert structural.merge(path, *texts).text.decode() == merged
