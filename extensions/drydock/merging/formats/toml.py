"""Entries of TOML that one side moved to another table, and the other side changed."""

from drydock.documents.formats import toml
from drydock.documents.nodes import source
from drydock.merging import moves
from drydock.merging.audit import invariants
from drydock.merging.certainty import read
from drydock.merging.formats import Restated


def restated(path: str, base: str | None, ours: str, theirs: str) -> Restated | None:
    """Return the texts with all entries where the side that moved them has them."""
    if base is None:
        return None
    file_profiles = invariants.profiles_of(path, theirs)
    base_part, our_part, their_part = (
        read(toml, side, file_profiles) for side in (base, ours, theirs)
    )
    by_ours = [*moves.of(base_part, our_part, their_part)]
    by_theirs = [*moves.of(base_part, their_part, our_part)]
    for move in (*by_ours, *by_theirs):
        base_part = moves.carried(base_part, move)
    for move in by_theirs:
        our_part = moves.carried(our_part, move)
    for move in by_ours:
        their_part = moves.carried(their_part, move)
    done = [f"you moved {move}" for move in by_ours]
    done += [f"the release moved {move}" for move in by_theirs]
    texts = source(base_part), source(our_part), source(their_part)
    return Restated(texts, tuple(done), is_moved=True) if done else None
