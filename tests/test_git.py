"""The calls of git that others build on."""

import os
from pathlib import Path

import pytest
from drydock import git
from drydock.git import Entry, Repository

from tests.support import commit, snapshot, write
from tests.support import git as real_git


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    folder = tmp_path / "repository"
    folder.mkdir()
    real_git(folder, "init", "--quiet", "--initial-branch=main")
    write(folder, {"a.txt": "a\n"})
    commit(folder, "start")
    return Repository.at(folder)


def test_what_git_refuses_is_told_on_one_line(tmp_path: Path) -> None:
    with pytest.raises(git.GitError, match=r"^fatal: not a git repository") as refused:
        git.run("rev-parse", "--git-dir", cwd=tmp_path)
    assert "\n" not in str(refused.value)


def test_a_quarantine_reads_the_repository_and_leaves_it_alone(repository: Repository) -> None:
    before = snapshot(repository.git_dir)
    with repository.quarantined() as quarantined:
        (oid,) = quarantined.write_blobs([b"new\n"])
        known = quarantined.tracked()[0]["a.txt"].oid
        assert quarantined.read_blobs([oid, known]) == {oid: b"new\n", known: b"a\n"}
    assert snapshot(repository.git_dir) == before


def test_what_is_kept_of_a_quarantine_is_in_the_repository(repository: Repository) -> None:
    with repository.quarantined() as quarantined:
        wanted, unwanted = quarantined.write_blobs([b"wanted\n", b"unwanted\n"])
        quarantined.keep([wanted])
    assert repository.read_blobs([wanted]) == {wanted: b"wanted\n"}
    assert repository.git("cat-file", "-t", unwanted, accept=(128,)) == b""


@pytest.mark.parametrize("content", [b"", b"\n", b"no end", b"\0\xff" * 1000, b"x blob 5\nhello\n"])
def test_blobs_come_back_as_they_were(repository: Repository, content: bytes) -> None:
    first, second = repository.write_blobs([content, b"other"])
    assert repository.read_blobs([first, second, first]) == {first: content, second: b"other"}


def test_trees_are_written_and_compared(repository: Repository) -> None:
    one, two = (Entry("100644", oid) for oid in repository.write_blobs([b"1", b"2"]))
    trees = [
        {"a": one, "d/e": one, "x": one},
        {"a": two, "d/e": one, "x/y": one},
        {},
    ]
    oids = repository.write_trees(*trees)
    assert repository.differences(oids[0], oids[1]) == {"a": two, "x": None, "x/y": one}
    assert repository.differences(oids[2], oids[0]) == trees[0]
    assert repository.differences(oids[0], oids[0]) == {}


def test_files_are_stored_as_git_would_add_them(repository: Repository, tmp_path: Path) -> None:
    write(repository.top, {".gitattributes": "*.txt text\n", ".gitignore": "*.log\n"})
    names = ["sub/crlf.txt", "sub/b.log", "sub/run.sh", "sub/link", '"odd" name', "sub/new\nline"]
    for folder in (repository.top, tmp_path / "render"):
        write(folder, {"sub/crlf.txt": "a\r\n", "sub/b.log": "b\r\n", "sub/run.sh": "#!/bin/sh\n"})
        write(folder, {'"odd" name': "odd\n", "sub/new\nline": "odd\n"})
        (folder / "sub/link").symlink_to("nowhere")
    write(tmp_path / "render", {".gitattributes": "*.txt -text\n"})
    commit(repository.top, "as git does")
    stored = repository.store(tmp_path / "render", [*names, ".gitattributes"], [".gitattributes"])
    expected, _ = repository.tracked()
    assert {name: stored[name] for name in names} == {name: expected[name] for name in names}
    content = repository.read_blobs([stored[".gitattributes"].oid])
    assert content == {stored[".gitattributes"].oid: b"*.txt -text\n"}


def test_identity(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    assert git.has_identity(repository.top)
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text("")
    assert not git.has_identity(repository.top)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "me@example.invalid")
    assert git.has_identity(repository.top)


def test_texts_are_merged_or_marked() -> None:
    assert git.merge_texts(b"a\nb\nc\n", b"A\nb\nc\n", b"a\nb\nC\n") == b"A\nb\nC\n"
    assert git.merge_texts(b"a\n", b"b\n", b"c\n") is None
    marked = git.mark_differences(b"same\nb\n", b"same\nc\n", ("yours", "release v1"))
    assert marked == b"same\n<<<<<<< yours\nb\n=======\nc\n>>>>>>> release v1\n"
