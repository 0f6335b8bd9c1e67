"""Renders get the line ends that a service stores its files with."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from drydock.git import Entry, Repository
from drydock.merging import line_ends

from tests.support import git


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    git(tmp_path, "init", "--quiet")
    with Repository.at(tmp_path).quarantined() as quarantined:
        yield quarantined


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        pytest.param(b"a\r\nb\r\n", b"a\nc\n", b"a\r\nc\r\n", id="service_has_crlf"),
        pytest.param(b"a\nb\n", b"a\nc\n", b"a\nc\n", id="service_has_lf"),
        pytest.param(b"a\r\nb\nc\n", b"a\nc\n", b"a\nc\n", id="service_has_mostly_lf"),
        pytest.param(b"a\r\n", b"a\r\nc\n", b"a\r\nc\n", id="render_has_crlf"),
        pytest.param(b"a\0\r\n", b"a\n", b"a\n", id="file_of_service_is_binary"),
    ],
)
def test_render_gets_line_ends_of_service(
    ours: bytes, theirs: bytes, expected: bytes, repository: Repository
) -> None:
    oids = repository.write_blobs([ours, theirs])
    mine, render = ({"a.txt": Entry("100644", oid)} for oid in oids)
    line_ends.follow(repository, mine, render)
    oid = render["a.txt"].oid
    assert repository.read_blobs([oid])[oid] == expected
    assert mine["a.txt"].oid == oids[0]


def test_links_and_new_files_are_unchanged(repository: Repository) -> None:
    windows, plain = repository.write_blobs([b"a\r\n", b"a\n"])
    ours = {"link": Entry("100644", windows)}
    render = {"link": Entry("120000", plain), "new": Entry("100644", plain)}
    line_ends.follow(repository, ours, render)
    assert {path: entry.oid for path, entry in render.items()} == {"link": plain, "new": plain}
