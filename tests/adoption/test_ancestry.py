"""The text that each file of a service was copied from."""

from pathlib import Path

import pytest
from drydock.adoption import ancestry
from drydock.adoption.ancestry import Candidate, Substitution, find, is_copy
from drydock.errors import BadInput

from tests.support import commit, git, write

LINES = "".join(f"line {number}\n" for number in range(20)).encode()
OTHER = "".join(f"other {number}\n" for number in range(20)).encode()


def edited(content: bytes, count: int) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join([b"edited %d\n" % n for n in range(count)] + lines[count:])


def test_closest_version_is_the_ancestor() -> None:
    versions = [Candidate("a.py", edited(LINES, n), f"commit{n}") for n in (9, 3, 0)]
    found = find({"a.py": edited(LINES, 4)}, versions)["a.py"]
    assert (found.origin, found.content) == ("commit3", edited(LINES, 3))
    assert 0.9 < found.similarity < 1


def test_identical_file_is_found_at_any_path() -> None:
    found = find({"new/b.txt": LINES}, [Candidate("a.txt", LINES, "x")])["new/b.txt"]
    assert (found.similarity, found.origin) == (1, "x")


@pytest.mark.parametrize(
    ("path", "content", "candidate"),
    [
        ("a.py", edited(LINES, 11), Candidate("a.py", LINES, "x")),  # more than half is new
        ("a.py", edited(LINES, 1), Candidate("b.py", LINES, "x")),  # another file
        ("a.py", b"{\n}\n", Candidate("a.py", b"{\n}\n)\n", "x")),  # brackets are in every file
        ("a.py", b"", Candidate("a.py", b"", "x")),
        ("a.bin", b"\0" + edited(LINES, 1), Candidate("a.bin", LINES, "x")),
    ],
)
def test_dissimilar_file_has_no_ancestor(path: str, content: bytes, candidate: Candidate) -> None:
    assert find({path: content}, [candidate]) == {}


def test_only_unchanged_files_of_a_template_are_obsolete() -> None:
    rendered = Candidate("a.py", LINES, "v1", of_template=True)
    copied = Candidate("b.py", OTHER, "commit")
    found = find({"a.py": LINES, "b.py": OTHER}, [rendered, copied])
    assert (found["a.py"].is_obsolete, found["b.py"].is_obsolete) == (True, False)
    assert not find({"a.py": edited(LINES, 1)}, [rendered])["a.py"].is_obsolete


def test_files_of_a_similar_template_are_not_copies() -> None:
    rendered = [
        Candidate(name, LINES, "v1", of_template=True) for name in ("a", "b", "c", "d", "e")
    ]
    assert is_copy({"a": LINES, "b": LINES, "c": LINES, "d": OTHER}, rendered)
    assert not is_copy({"a": LINES, "b": LINES, "c": OTHER, "d": OTHER, "e": OTHER}, rendered)
    assert not is_copy({"a": LINES}, rendered)


def test_names_are_replaced_in_every_spelling() -> None:
    rename = Substitution({"example_template_service": "face-recognition"})
    text = b"example_template_service example-template-service"
    text += b" ExampleTemplateService EXAMPLE_TEMPLATE_SERVICE"
    assert rename(text) == b"face_recognition face-recognition FaceRecognition FACE_RECOGNITION"
    assert rename(b"\0example_template_service") == b"\0example_template_service"


def test_every_commit_of_an_ancestor_is_a_candidate(tmp_path: Path) -> None:
    write(tmp_path, {"demo/pyproject.toml": '[project]\nname = "demo-app"\n', "demo/a.txt": LINES})
    git(tmp_path, "init", "--quiet")
    commit(tmp_path, "one")
    write(tmp_path, {"demo/a.txt": OTHER.replace(b"other 1\n", b"demo_app 1\n")})
    commit(tmp_path, "two")
    own = {"pyproject.toml": b'[project]\nname = "shop"\n', "a.txt": LINES}
    found = ancestry.of_repository(str(tmp_path), own)
    texts = [one.content for one in found if one.path == "a.txt"]
    assert texts == [OTHER.replace(b"other 1\n", b"shop 1\n"), LINES]
    old = ancestry.of_repository(f"{tmp_path}@HEAD~1", own)
    assert [one.content for one in old if one.path == "a.txt"] == [LINES]
    git(tmp_path, "branch", "feature/x", "HEAD~1")
    branch = ancestry.of_repository(f"{tmp_path}@feature/x", own)
    assert [one.content for one in branch if one.path == "a.txt"] == [LINES]
    with pytest.raises(BadInput, match="has no branch, tag or commit 'nowhere'"):
        ancestry.of_repository(f"{tmp_path}@nowhere", own)


def test_folder_of_an_ancestor_can_contain_an_at_sign(tmp_path: Path) -> None:
    folder = tmp_path / "team@home" / "shop"
    write(folder, {"a.txt": LINES})
    git(folder, "init", "--quiet")
    commit(folder, "one")
    assert [one.path for one in ancestry.of_repository(str(folder), {})] == ["a.txt"]


@pytest.mark.parametrize("address", ["ssh://git@[", "git@host.invalid:a/b", "~nobody-here/a"])
def test_unreadable_address_is_bad_input(address: str) -> None:
    with pytest.raises(BadInput):
        ancestry.of_repository(address, {})
