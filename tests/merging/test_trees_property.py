"""For any changes of user and release, a clean merge has all of them, and no line is lost.

Every line has a unique name, so the expected result is known without merging: all lines of base and
those that a side added, without those that a side removed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from drydock.git import Entry, Repository, Tree
from drydock.merging.trees import Labels, Merge, three_way
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.support import git

pytestmark = pytest.mark.slow

LABELS = Labels(base="release v1", ours="yours", theirs="release v2")
COMMON = ["import this", "", "[section]", "# the same in many files"]
LIKE_MARKERS = ["=======", "<<<<<<< HEAD", "|||||||", ">>>>>>>", "========"]


@dataclass(frozen=True)
class File:
    lines: tuple[str, ...]
    executable: bool = False
    binary: bool = False
    ended: bool = True
    """Whether the last line has a line end."""

    def content(self) -> bytes:
        text = "\n".join([*self.lines, ""] if self.ended else self.lines).encode()
        return b"\0" + text if self.binary else text


Files = dict[str, File]
PATHS = ["a.txt", "b.txt", "lib/a.txt", "lib/b.txt", "lib/deep/c.txt", "etc/d.txt"]

CASES = 500  # in each half
ACTS = ["edit", "edit", "insert", "cut", "add", "drop", "move", "mode", "end"]


@st.composite
def bases(draw: st.DrawFn) -> Files:
    files: Files = {}
    for number, path in enumerate(draw(st.lists(st.sampled_from(PATHS), min_size=1, unique=True))):
        own = [f"base-{number}-{n}" for n in range(draw(st.integers(1, 12)))]
        for line in draw(st.lists(st.sampled_from(LIKE_MARKERS), max_size=3)):
            own.insert(draw(st.integers(0, len(own))), line)
        head = COMMON[: draw(st.integers(0, len(COMMON)))]
        binary = draw(st.integers(0, 9)) == 0
        files[path] = File((*head, *own), draw(st.booleans()), binary)
    return files


@st.composite
def histories(draw: st.DrawFn, base: Files, side: str) -> Files:
    """Return `base` after random edits of a side."""
    files = dict(base)
    for step in range(draw(st.integers(0, 5))):
        name = f"{side}-{step}"
        act = draw(st.sampled_from(ACTS))
        if act == "add" or not files:
            path = draw(st.sampled_from([*PATHS, f"new/{side}.txt"]))
            if path not in files:
                lines = tuple(f"{name}-{n}" for n in range(draw(st.integers(1, 8))))
                files[path] = File(lines, draw(st.booleans()))
            continue
        path = draw(st.sampled_from(sorted(files)))
        file = files[path]
        at = draw(st.integers(0, max(0, len(file.lines) - 1)))
        before, line, after = file.lines[:at], file.lines[at : at + 1], file.lines[at + 1 :]
        if act == "edit":
            files[path] = replace(file, lines=(*before, name, *after))
        elif act == "insert":
            files[path] = replace(file, lines=(*before, name, *line, *after))
        elif act == "cut":
            files[path] = replace(file, lines=(*before, *after))
        elif act == "drop":
            del files[path]
        elif act == "mode":
            files[path] = replace(file, executable=not file.executable)
        elif act == "end":
            files[path] = replace(file, ended=not file.ended)
        else:
            target = draw(st.sampled_from([*PATHS, f"moved/{side}.txt"]))
            if target not in files:
                files[target] = files.pop(path)
    return files


def names(content: bytes) -> set[bytes]:
    return set(re.findall(rb"(?:base|ours|theirs)-[\d-]+", content))


def all_names(files: Files) -> set[bytes]:
    return {name for file in files.values() for name in names(file.content())}


def rewritten(base: Files, side: Files, moved: dict[str, str]) -> set[bytes]:
    """Return the lines of base that a side has in new files that git does not see as moved.

    Git sees a file as moved if half of it is (gitdiffcore, "break and rename"). Otherwise one file
    is removed and another added, which can have lines that the other side removed from the first.
    """
    new = side.keys() - base.keys() - moved.keys()
    return {name for path in new for name in names(side[path].content())} & all_names(base)


def reuses(base: Files, side: Files) -> bool:
    """Tell whether a side put another file at a path of base: for git it is the same file."""
    shared = base.keys() & side.keys()
    return any(not names(base[p].content()) & names(side[p].content()) for p in shared)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    folder = tmp_path_factory.mktemp("repository")
    git(folder, "init", "--quiet")
    with Repository.at(folder).quarantined() as quarantined:
        yield quarantined
    assert not list(Path(folder, ".git/objects").glob("??"))  # all objects were in quarantine


def stored(repository: Repository, *sides: Files) -> list[Tree]:
    contents = list({file.content() for side in sides for file in side.values()})
    oids = dict(zip(contents, repository.write_blobs(contents), strict=True))
    return [
        {
            path: Entry("100755" if file.executable else "100644", oids[file.content()])
            for path, file in side.items()
        }
        for side in sides
    ]


def result(ours: Tree, merge: Merge) -> Tree:
    after = {**ours, **merge.changes}
    return {path: entry for path, entry in after.items() if entry is not None}


@pytest.mark.parametrize("half", [1, 2])
def test_clean_merge_has_every_change_of_both_sides(repository: Repository, half: int) -> None:
    @settings(
        max_examples=CASES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.data())
    def check(data: st.DataObject) -> None:
        base = data.draw(bases(), "base")
        ours = data.draw(histories(base, "ours"), "ours")
        theirs = data.draw(histories(base, "theirs"), "theirs")
        check_merge(repository, base, ours, theirs)

    check()


def check_merge(repository: Repository, base: Files, ours: Files, theirs: Files) -> None:
    trees = stored(repository, base, ours, theirs)
    merge = three_way(repository, trees[0], trees[1], trees[2], LABELS)
    after = result(trees[1], merge)
    contents = repository.read_blobs(entry.oid for entry in after.values()) if after else {}
    present = {name for entry in after.values() for name in names(contents[entry.oid])}
    in_base, in_ours, in_theirs = (all_names(side) for side in (base, ours, theirs))

    # Clean or not: every line of the user is in the result, or in the index of a conflict.
    staged = [entry.oid for c in merge.conflicts.values() for entry in c.stages.values()]
    texts = repository.read_blobs(staged).values() if staged else []
    unresolved = {name for text in texts for name in names(text)}
    assert in_ours - in_base <= present | unresolved
    if merge.conflicts:
        event("conflicts")
        return
    event("clean")

    # Every line of the release is in the result, except in files that the user deleted.
    declined = {
        name
        for path in merge.declined
        for name in names(theirs[path].content() if path in theirs else b"")
    }
    assert in_theirs - in_base - declined <= present
    assert present <= in_base | in_ours | in_theirs
    if not (reuses(base, ours) or reuses(base, theirs)):
        # Lines that a side removed are gone, lines that both kept are present.
        assert not present & (in_base - in_ours - rewritten(base, theirs, merge.moved))
        assert not present & (in_base - in_theirs - rewritten(base, ours, merge.moved))
        assert in_base & in_ours & in_theirs <= present

    for path, entry in after.items():
        modes = [side[path].mode if path in side else None for side in trees]
        if None not in modes:
            assert entry.mode == (modes[2] if modes[1] == modes[0] else modes[1])

    again = three_way(repository, trees[2], after, trees[2], LABELS)
    assert (again.changes, again.conflicts) == ({}, {})
