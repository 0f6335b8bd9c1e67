"""What is said of a file, by what base, ours and theirs hold at its path."""

import pytest
from drydock.git import Entry, Tree
from drydock.merging.trees import Conflict, Merge
from drydock.report.files import FileReport, files_of

ONE, TWO, THREE, FOUR = (Entry("100644", str(number) * 40) for number in range(1, 5))


def say(
    base: Entry | None, ours: Entry | None, theirs: Entry | None, result: Entry | None
) -> list[tuple[str, str]]:
    """Return outcome and reason for one file whose merge comes to `result`."""
    sides = [{"a": entry} if entry else {} for entry in (base, ours, theirs)]
    merge = Merge({} if result == ours else {"a": result})
    return [
        (f.outcome, f.reason) for f in files_of("", (sides[0], sides[1], sides[2]), merge, set())
    ]


@pytest.mark.parametrize(
    ("entries", "said"),
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
            ("kept", "your version has the release's changes already"),
            id="kept, nothing new in theirs",
        ),
        pytest.param((ONE, ONE, None, None), ("removed", "removed in the release"), id="removed"),
        pytest.param((ONE, None, TWO, None), ("declined", "you deleted it"), id="deleted here"),
    ],
)
def test_a_file_has_one_outcome(
    entries: tuple[Entry | None, Entry | None, Entry | None, Entry | None], said: tuple[str, str]
) -> None:
    assert say(*entries) == [said]


@pytest.mark.parametrize(
    "entries", [(ONE, ONE, ONE, ONE), (ONE, TWO, TWO, TWO), (None, ONE, ONE, ONE)]
)
def test_nothing_is_said_where_the_release_could_not_have_its_way(
    entries: tuple[Entry | None, Entry | None, Entry | None, Entry | None],
) -> None:
    assert say(*entries) == []


def test_a_conflict_says_its_reason() -> None:
    merge = Merge({"a": FOUR}, conflicts={"a": Conflict({2: TWO, 3: THREE}, "both added it")})
    sides: tuple[Tree, Tree, Tree] = ({}, {"a": TWO}, {"a": THREE})
    assert files_of("", sides, merge, set()) == [FileReport("a", "conflict", "both added it")]


def test_a_file_that_moved_is_told_once_at_its_new_place() -> None:
    merge = Merge({"old": None, "new": TWO}, moved={"new": "old"})
    sides: tuple[Tree, Tree, Tree] = ({"old": ONE}, {"old": ONE}, {"new": TWO})
    assert files_of("", sides, merge, set()) == [FileReport("new", "updated", "moved from old")]


def test_only_the_services_folder_is_told_without_what_the_template_leaves_to_it() -> None:
    theirs = {"shop/a": ONE, "shop/README.md": ONE, "other/a": ONE}
    merge = Merge(dict(theirs))
    told = files_of("shop/", ({}, {}, theirs), merge, {"shop/README.md"})
    assert [file.path for file in told] == ["a"]
