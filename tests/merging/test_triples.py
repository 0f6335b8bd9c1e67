"""What both sides keep, the merge keeps: each triple has the outcome written by hand."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from drydock.git import Entry, Repository, Tree
from drydock.merging.trees import Conflict, Labels, three_way

from tests.merging.triples import (
    Triple,
    code,
    containers,
    once,
    packages,
    pipelines,
    prose,
    settings,
)  # fmt: skip
from tests.support import git

TRIPLES = {
    name: triple
    for module in (containers, pipelines, packages, code, settings, prose, once)
    for group in vars(module).values()
    if isinstance(group, dict)
    for name, triple in group.items()
    if isinstance(triple, Triple)
}


def _batches() -> list[list[str]]:
    """Return the names of all triples, in batches in which no two have the same path."""
    batches: list[dict[str, str]] = []
    for name, triple in TRIPLES.items():
        free = next((batch for batch in batches if triple.path not in batch), None)
        if free is None:
            batches.append(free := {})
        free[triple.path] = name
    return [list(batch.values()) for batch in batches]


@dataclass(frozen=True)
class Result:
    """The result of the merge of one file."""

    content: str
    conflict: Conflict | None


class Merges:
    """Merges each batch once, when it is first needed: git merges many files as fast as one."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._batches = {name: batch for batch in _batches() for name in batch}
        self._results: dict[str, Result] = {}

    def result(self, name: str) -> Result:
        """Return the result of the triple `name`."""
        if name not in self._results:
            self._merge([(one, TRIPLES[one]) for one in self._batches[name]])
        return self._results[name]

    def _merge(self, batch: Sequence[tuple[str, Triple]]) -> None:
        base, ours, theirs = (self._tree(batch, letter) for letter in "bot")
        labels = Labels(base="release v1", ours="yours", theirs="release v2")
        merge = three_way(self._repository, base, ours, theirs, labels)
        merged = ours | merge.changes
        entries = {name: merged[triple.path] for name, triple in batch}
        blobs = self._repository.read_blobs(entry.oid for entry in entries.values() if entry)
        for name, triple in batch:
            entry = entries[name]
            assert entry is not None, name
            content = blobs[entry.oid].decode()
            self._results[name] = Result(content, merge.conflicts.get(triple.path))

    def _tree(self, batch: Sequence[tuple[str, Triple]], letter: str) -> Tree:
        oids = self._repository.write_blobs([triple.side(letter).encode() for _, triple in batch])
        paths = [triple.path for _, triple in batch]
        return {path: Entry("100644", oid) for path, oid in zip(paths, oids, strict=True)}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    folder = tmp_path_factory.mktemp("repository")
    git(folder, "init", "--quiet")
    with Repository.at(folder).quarantined() as quarantined:
        yield quarantined


@pytest.fixture(scope="module")
def merges(repository: Repository) -> Merges:
    return Merges(repository)


@pytest.mark.parametrize("name", TRIPLES)
def test_outcome(name: str, merges: Merges) -> None:
    triple, result = TRIPLES[name], merges.result(name)
    content, conflict = result.content, result.conflict
    if triple.is_conflict:
        assert conflict, content
        missing = [name for name in triple.names if name not in conflict.reason]
        assert not missing, conflict.reason
        assert re.search("^<{7,} yours$", content, re.MULTILINE)
    else:
        assert not conflict, conflict and conflict.reason
        assert content == triple.side("m")


def test_there_are_enough_triples() -> None:
    merged = [triple for triple in TRIPLES.values() if not triple.is_conflict]
    assert len(TRIPLES) >= 80
    assert len(merged) >= 25
