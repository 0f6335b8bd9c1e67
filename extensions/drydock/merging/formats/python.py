"""Python that both sides added, with the same code but different docstrings."""

from drydock.documents import python_items
from drydock.merging.formats import Restated


def restated(_path: str, base: str | None, ours: str, theirs: str) -> Restated | None:
    """Return ours for all three, if ours and theirs differ only in docstrings."""
    if base is not None:
        return None
    try:
        if python_items.behavior(ours) != python_items.behavior(theirs):
            return None
    except ValueError:
        return None
    done = "both versions add the same code; kept your docstrings"
    return Restated((ours, ours, ours), (done,))
