"""Without the check of one kind of invariant, triples of that kind silently merge wrongly."""

import pytest
from drydock.git import Repository
from drydock.merging.audit import invariants

from tests.merging.test_triples import TRIPLES, Merges, repository

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
    merges = Merges(repository)
    names = [name for name, one in TRIPLES.items() if one.about == about and one.is_conflict]
    return {name for name in names if merges.result(name).conflict}


@pytest.mark.slow
@pytest.mark.parametrize("about", CHECKS)
def test_triples_fail_without_the_check_of_their_invariant(
    about: str, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = conflicts(repository, about)
    monkeypatch.setattr(invariants, CHECKS[about], lambda *_: None)
    assert conflicts(repository, about) < expected
