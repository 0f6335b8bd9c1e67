"""Calls of git."""

import os
import tempfile
from pathlib import Path

import pytest
from drydock import git
from drydock.errors import BadInput
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


def test_git_error_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(git.GitError, match=r"^fatal: not a git repository") as caught:
        git.run("rev-parse", "--git-dir", cwd=tmp_path)
    assert "\n" not in str(caught.value)


def test_quarantine_reads_the_repository_and_leaves_it_alone(repository: Repository) -> None:
    before = snapshot(repository.git_dir)
    with repository.quarantined() as quarantined:
        (oid,) = quarantined.write_blobs([b"new\n"])
        known = quarantined.tracked()[0]["a.txt"].oid
        assert quarantined.read_blobs([oid, known]) == {oid: b"new\n", known: b"a\n"}
    assert snapshot(repository.git_dir) == before


def test_kept_objects_move_into_the_repository(repository: Repository) -> None:
    with repository.quarantined() as quarantined:
        wanted, unwanted = quarantined.write_blobs([b"wanted\n", b"unwanted\n"])
        quarantined.keep([wanted])
    assert repository.read_blobs([wanted]) == {wanted: b"wanted\n"}
    assert repository.git("cat-file", "-t", unwanted, accept=(128,)) == b""


def test_objects_in_a_pack_of_the_quarantine_are_kept(repository: Repository) -> None:
    repository.git("config", "core.bigFileThreshold", "1k")  # git stores larger files in packs
    with repository.quarantined() as quarantined:
        (large,) = quarantined.write_blobs([b"large\n" * 1000])
        (known,) = (entry.oid for entry in quarantined.tracked()[0].values())
        assert quarantined.objects
        assert [*quarantined.objects.glob("pack/*.pack")]
        quarantined.keep([large, known])
    assert repository.read_blobs([large]) == {large: b"large\n" * 1000}


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="there is no second file system")
def test_objects_are_kept_across_file_systems(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as other:
        monkeypatch.setattr(tempfile, "tempdir", other)
        with repository.quarantined() as quarantined:
            (wanted,) = quarantined.write_blobs([b"wanted\n"])
            quarantined.keep([wanted, wanted])
    assert repository.read_blobs([wanted]) == {wanted: b"wanted\n"}
    assert not [*repository.git_dir.glob("objects/tmp_*")]
    repository.git("fsck", "--strict")


def test_folders_of_kept_objects_are_writable_in_a_shared_repository(
    repository: Repository,
) -> None:
    repository.git("config", "core.sharedRepository", "group")
    objects = repository.git_dir / "objects"
    objects.chmod(0o2775)
    with repository.quarantined() as quarantined:
        (wanted,) = quarantined.write_blobs([b"wanted\n"])
        quarantined.keep([wanted])
    folder = objects / wanted[:2]
    assert oct(folder.stat().st_mode & 0o7777) == oct(0o2775)
    assert oct((folder / wanted[2:]).stat().st_mode & 0o777) == oct(0o444)


def test_commits_of_returns_none_for_each_missing_commit(repository: Repository) -> None:
    head = repository.commit_of("HEAD")
    tree = repository.text("rev-parse", "HEAD^{tree}")
    names = ("HEAD", "refs/heads/none", tree, "HEAD~1", "a name", "refs/heads/main")
    assert repository.commits_of(*names) == [head, None, None, None, None, head]


@pytest.mark.parametrize("content", [b"", b"\n", b"no end", b"\0\xff" * 1000, b"x blob 5\nhello\n"])
def test_blobs_round_trip_unchanged(repository: Repository, content: bytes) -> None:
    first, second = repository.write_blobs([content, b"other"])
    assert repository.read_blobs([first, second, first]) == {first: content, second: b"other"}


def test_differences_between_written_trees(repository: Repository) -> None:
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


def test_stored_files_match_git_add(repository: Repository, tmp_path: Path) -> None:
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


def test_linked_attributes_are_stored_without_writing_through_the_link(
    repository: Repository, tmp_path: Path
) -> None:
    write(repository.top, {".gitattributes": "*.txt eol=crlf\n"})
    render = tmp_path / "render"
    write(render, {"attributes": "*.md text\n"})
    (render / ".gitattributes").symlink_to("attributes")
    stored = repository.store(render, [".gitattributes", "attributes"], [".gitattributes"])
    contents = repository.read_blobs(entry.oid for entry in stored.values())
    assert contents[stored["attributes"].oid] == b"*.md text\n"
    assert (stored[".gitattributes"].mode, contents[stored[".gitattributes"].oid]) == (
        "120000",
        b"attributes",
    )
    assert (render / "attributes").read_text() == "*.md text\n"


def test_identity_comes_from_configuration_or_environment(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert git.has_identity(repository.top)
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text("")
    assert not git.has_identity(repository.top)
    with pytest.raises(BadInput) as error:
        git.require_identity(repository.top, scope="--global", instead="give --no-commit")
    assert str(error.value) == (
        "git has no user.name and user.email: set them with git config --global user.name NAME "
        "and git config --global user.email ADDRESS, or give --no-commit"
    )
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "me@example.invalid")
    assert git.has_identity(repository.top)


@pytest.mark.parametrize("name", ["...", ""])
def test_name_that_git_rejects_is_no_identity(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", name)
    assert not git.has_identity(repository.top)
    monkeypatch.delenv("GIT_AUTHOR_NAME")
    assert git.has_identity(repository.top)
    git.run("config", "user.name", name, cwd=repository.top)
    assert not git.has_identity(repository.top)


@pytest.mark.parametrize("who", ["author", "committer", "user"])
def test_identity_needs_a_name_and_an_address(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    settings = {
        "user.useConfigOnly": "true",
        **{f"{role}.{key}": "me" for role in ("author", "committer") for key in ("name", "email")},
    }
    if who == "user":
        settings = {"user.useConfigOnly": "true", "user.name": "me", "user.email": "me"}
    for key in ("name", "email"):
        Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text("")
        for name, value in settings.items():
            git.run("config", "--global", name, value)
        assert git.has_identity(repository.top)
        git.run("config", "--global", "--unset", f"{who}.{key}")
        assert not git.has_identity(repository.top)


def test_texts_merge_or_get_conflict_markers() -> None:
    assert git.merge_texts(b"a\nb\nc\n", b"A\nb\nc\n", b"a\nb\nC\n") == b"A\nb\nC\n"
    assert git.merge_texts(b"a\n", b"b\n", b"c\n") is None
    marked = git.mark_differences(b"same\nb\n", b"same\nc\n", ("yours", "release v1"))
    assert marked == b"same\n<<<<<<< yours\nb\n=======\nc\n>>>>>>> release v1\n"
