"""The reported outcome of a file, depending on its entries in base, ours and theirs."""

import pytest
from drydock.git import Entry, Tree
from drydock.merging.results import FileReport, files_of
from drydock.merging.trees import Conflict, Merge

ONE, TWO, THREE, FOUR = (Entry("100644", str(number) * 40) for number in range(1, 5))


def outcomes(
    base: Entry | None, ours: Entry | None, theirs: Entry | None, result: Entry | None
) -> list[tuple[str, str]]:
    """Return outcome and reason for a file that is merged to `result`."""
    sides = [{"a": entry} if entry else {} for entry in (base, ours, theirs)]
    merge = Merge({} if result == ours else {"a": result})
    return [
        (f.outcome, f.reason) for f in files_of("", (sides[0], sides[1], sides[2]), merge, set())
    ]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param((None, None, ONE, ONE), ("added", "new in the release"), id="added"),
        pytest.param((ONE, ONE, TWO, TWO), ("updated", "taken from the release"), id="updated"),
        pytest.param(
            (ONE, TWO, THREE, FOUR),
            ("merged", "your changes and those of the release"),
            id="merged",
        ),
        pytest.param((ONE, TWO, ONE, TWO), ("kept", "changed by you only"), id="kept"),
        pytest.param(
            (ONE, TWO, THREE, TWO),
            ("kept", "your version already has the release's changes"),
            id="kept, ours has the release's changes",
        ),
        pytest.param((ONE, ONE, None, None), ("removed", "removed in the release"), id="removed"),
        pytest.param((ONE, None, TWO, None), ("declined", "you deleted it"), id="deleted in ours"),
    ],
)
def test_each_file_has_one_outcome(
    entries: tuple[Entry | None, Entry | None, Entry | None, Entry | None],
    expected: tuple[str, str],
) -> None:
    assert outcomes(*entries) == [expected]


@pytest.mark.parametrize(
    "entries", [(ONE, ONE, ONE, ONE), (ONE, TWO, TWO, TWO), (None, ONE, ONE, ONE)]
)
def test_files_that_the_release_could_not_change_are_not_reported(
    entries: tuple[Entry | None, Entry | None, Entry | None, Entry | None],
) -> None:
    assert outcomes(*entries) == []


def test_conflict_is_reported_with_its_reason() -> None:
    merge = Merge({"a": FOUR}, conflicts={"a": Conflict({2: TWO, 3: THREE}, "both added it")})
    sides: tuple[Tree, Tree, Tree] = ({}, {"a": TWO}, {"a": THREE})
    assert files_of("", sides, merge, set()) == [FileReport("a", "conflict", "both added it")]


def test_moved_file_is_reported_once_at_its_new_path() -> None:
    merge = Merge({"old": None, "new": TWO}, moved={"new": "old"})
    sides: tuple[Tree, Tree, Tree] = ({"old": ONE}, {"old": ONE}, {"new": TWO})
    assert files_of("", sides, merge, set()) == [FileReport("new", "updated", "moved from old")]


def test_other_folders_and_excluded_files_are_not_reported() -> None:
    theirs = {"shop/a": ONE, "shop/README.md": ONE, "other/a": ONE}
    merge = Merge(dict(theirs))
    reports = files_of("shop/", ({}, {}, theirs), merge, {"shop/README.md"})
    assert [report.path for report in reports] == ["a"]


def test_structural_merge_is_told_from_one_by_lines() -> None:
    sides: tuple[Tree, Tree, Tree] = ({"a": ONE, "b": ONE}, {"a": TWO, "b": TWO}, {"a": THREE})
    sides[2]["b"] = THREE
    merge = Merge({"a": FOUR, "b": FOUR}, rules={"a": ("took the higher version",)})
    found = files_of("", sides, merge, set())
    assert [(one.path, one.is_structural) for one in found] == [("a", True), ("b", False)]
