"""Which text each file of a service came from."""

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


def test_the_closest_version_is_the_one() -> None:
    versions = [Candidate("a.py", edited(LINES, n), f"commit{n}") for n in (9, 3, 0)]
    found = find({"a.py": edited(LINES, 4)}, versions)["a.py"]
    assert (found.origin, found.content) == ("commit3", edited(LINES, 3))
    assert 0.9 < found.similarity < 1


def test_the_same_bytes_are_found_wherever_they_were() -> None:
    found = find({"new/b.txt": LINES}, [Candidate("a.txt", LINES, "x")])["new/b.txt"]
    assert (found.similarity, found.origin) == (1, "x")


@pytest.mark.parametrize(
    ("path", "content", "candidate"),
    [
        ("a.py", edited(LINES, 11), Candidate("a.py", LINES, "x")),  # more than half is new
        ("a.py", edited(LINES, 1), Candidate("b.py", LINES, "x")),  # another file
        ("a.py", b"{\n}\n", Candidate("a.py", b"{\n}\n)\n", "x")),  # brackets tell nothing
        ("a.py", b"", Candidate("a.py", b"", "x")),
        ("a.bin", b"\0" + edited(LINES, 1), Candidate("a.bin", LINES, "x")),
    ],
)
def test_no_base_is_invented(path: str, content: bytes, candidate: Candidate) -> None:
    assert find({path: content}, [candidate]) == {}


def test_only_what_a_template_made_and_nobody_changed_is_obsolete() -> None:
    made = Candidate("a.py", LINES, "v1", of_template=True)
    copied = Candidate("b.py", OTHER, "commit")
    found = find({"a.py": LINES, "b.py": OTHER}, [made, copied])
    assert (found["a.py"].is_obsolete, found["b.py"].is_obsolete) == (True, False)
    assert not find({"a.py": edited(LINES, 1)}, [made])["a.py"].is_obsolete


def test_templates_that_resemble_each_other_make_no_copies() -> None:
    made = [Candidate(name, LINES, "v1", of_template=True) for name in ("a", "b", "c", "d", "e")]
    assert is_copy({"a": LINES, "b": LINES, "c": LINES, "d": OTHER}, made)
    assert not is_copy({"a": LINES, "b": LINES, "c": OTHER, "d": OTHER, "e": OTHER}, made)
    assert not is_copy({"a": LINES}, made)


def test_names_in_every_spelling() -> None:
    rename = Substitution({"example_template_service": "face-recognition"})
    said = b"example_template_service example-template-service"
    said += b" ExampleTemplateService EXAMPLE_TEMPLATE_SERVICE"
    assert rename(said) == b"face_recognition face-recognition FaceRecognition FACE_RECOGNITION"
    assert rename(b"\0example_template_service") == b"\0example_template_service"


def test_every_commit_of_an_ancestor_counts(tmp_path: Path) -> None:
    write(tmp_path, {"demo/pyproject.toml": '[project]\nname = "demo-app"\n', "demo/a.txt": LINES})
    git(tmp_path, "init", "--quiet")
    commit(tmp_path, "one")
    write(tmp_path, {"demo/a.txt": OTHER.replace(b"other 1\n", b"demo_app 1\n")})
    commit(tmp_path, "two")
    mine = {"pyproject.toml": b'[project]\nname = "shop"\n', "a.txt": LINES}
    found = ancestry.of_repository(str(tmp_path), mine)
    texts = [one.content for one in found if one.path == "a.txt"]
    assert texts == [OTHER.replace(b"other 1\n", b"shop 1\n"), LINES]
    old = ancestry.of_repository(f"{tmp_path}@HEAD~1", mine)
    assert [one.content for one in old if one.path == "a.txt"] == [LINES]
    git(tmp_path, "branch", "feature/x", "HEAD~1")
    branch = ancestry.of_repository(f"{tmp_path}@feature/x", mine)
    assert [one.content for one in branch if one.path == "a.txt"] == [LINES]
    with pytest.raises(BadInput, match="has no branch, tag or commit 'nowhere'"):
        ancestry.of_repository(f"{tmp_path}@nowhere", mine)


def test_a_folder_with_an_at_sign_in_its_name_is_an_ancestor(tmp_path: Path) -> None:
    folder = tmp_path / "team@home" / "shop"
    write(folder, {"a.txt": LINES})
    git(folder, "init", "--quiet")
    commit(folder, "one")
    assert [one.path for one in ancestry.of_repository(str(folder), {})] == ["a.txt"]


@pytest.mark.parametrize("address", ["ssh://git@[", "git@host.invalid:a/b", "~nobody-here/a"])
def test_an_address_that_cannot_be_read_is_bad_input(address: str) -> None:
    with pytest.raises(BadInput):
        ancestry.of_repository(address, {})
