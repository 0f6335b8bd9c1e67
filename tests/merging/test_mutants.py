"""Without the check of one kind of invariant, triples of that kind merge silently and wrongly."""

import pytest
from drydock.git import Entry, Repository
from drydock.merging.audit import invariants
from drydock.merging.trees import Labels, three_way

from tests.merging.test_triples import TRIPLES, repository

__all__ = ["repository"]

CHECKS = {
    "unique": "_unique",
    "exclusive": "_exclusive",
    "atomic": "_atomic",
    "ordered": "_ordered",
    "reference": "_references",
}


def conflicts(repository: Repository, about: str) -> set[str]:
    """Return the triples about one kind of invariant that end in a conflict."""
    found = set()
    for name, triple in TRIPLES.items():
        if triple.about != about or not triple.is_conflict:
            continue
        oids = repository.write_blobs([triple.side(letter).encode() for letter in "bot"])
        base, ours, theirs = ({triple.path: Entry("100644", oid)} for oid in oids)
        if three_way(repository, base, ours, theirs, Labels("base", "yours", "release")).conflicts:
            found.add(name)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("about", CHECKS)
def test_without_its_check_an_invariant_is_broken(
    about: str, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = conflicts(repository, about)
    monkeypatch.setattr(invariants, CHECKS[about], lambda *_: None)
    assert conflicts(repository, about) < held
