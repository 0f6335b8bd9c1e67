"""What both sides keep, the merge keeps: each triple comes out as it was written down by hand."""

import re
from collections.abc import Iterator

import pytest
from drydock.git import Entry, Repository
from drydock.merging.trees import Labels, three_way

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


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    folder = tmp_path_factory.mktemp("repository")
    git(folder, "init", "--quiet")
    with Repository.at(folder).quarantined() as quarantined:
        yield quarantined


@pytest.mark.parametrize("name", TRIPLES)
def test_outcome(name: str, repository: Repository) -> None:
    triple = TRIPLES[name]
    oids = repository.write_blobs([triple.side(letter).encode() for letter in "bot"])
    base, ours, theirs = ({triple.path: Entry("100644", oid)} for oid in oids)
    labels = Labels(base="release v1", ours="yours", theirs="release v2")
    merge = three_way(repository, base, ours, theirs, labels)
    entry = {**ours, **merge.changes}[triple.path]
    assert entry is not None
    content = repository.read_blobs([entry.oid])[entry.oid].decode()
    conflict = merge.conflicts.get(triple.path)
    if triple.is_conflict:
        assert conflict, content
        missing = [name for name in triple.names if name not in conflict.reason]
        assert not missing, conflict.reason
        assert re.search("^<{7} ", content, re.MULTILINE)
    else:
        assert not conflict, conflict and conflict.reason
        assert content == triple.side("m")


def test_the_table_is_as_wide_as_it_must_be() -> None:
    merged = [triple for triple in TRIPLES.values() if not triple.is_conflict]
    assert len(TRIPLES) >= 80
    assert len(merged) >= 25
