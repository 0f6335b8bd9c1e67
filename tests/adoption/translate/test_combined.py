"""Requirements of the same package, combined into one."""

from collections.abc import Sequence

import pytest
from drydock.adoption.translate import Demand
from drydock.adoption.translate.combined import one_each
from packaging.requirements import Requirement

BOTH: dict[str, tuple[Sequence[str], str]] = {
    "exact version in a long range": (["SQLAlchemy>=1.0.0,<3.0.0", "SQLAlchemy==1.4.1"],
                                      "SQLAlchemy==1.4.1"),
    "exact version first": (["a==1.4.1", "a>=1.0.0,<3.0.0"], "a==1.4.1"),
    "exact version of a build": (["torch==2.1+cu118", "torch==2.1"], "torch==2.1+cu118"),
    "prerelease": (["a==1.0b2", "a>=0.9"], "a==1.0b2"),
    "no range": (["a", "a>=2"], "a>=2"),
    "same": (["a>=2", "a>=2"], "a>=2"),
    "two ranges": (["a>=1,<3", "a>=2,!=2.5"], "a>=2,<3,!=2.5"),
    "three ranges": (["a>=1", "a<3", "a>=1.5"], "a>=1.5,<3"),
    "compatible release": (["a~=1.4", "a<1.6"], "a~=1.4,<1.6"),
    "wildcard": (["a==1.4.*", "a>=1.4.2"], "a>=1.4.2,==1.4.*"),
    "excluded series at a bound": (["a>=2.1", "a!=2.1.*"], "a>=2.1,!=2.1.*"),
    "narrow range": (["a>1.0", "a<1.0.1"], "a>1.0,<1.0.1"),
    "extras": (["a[x]>=1", "a[y]"], "a[x,y]>=1"),
    "extras of an exact version": (["a[x]", "a==1"], "a[x]==1"),
    "marker": (["a>=1; os_name == 'nt'", "a<2; os_name == 'nt'"], "a>=1,<2; os_name == \"nt\""),
    "address": (["a", "a @ https://x.example/a.whl"], "a @ https://x.example/a.whl"),
    "address with an extra": (
        ["a[x]; os_name == 'nt'", "a @ https://x.example/a.whl ; os_name == 'nt'"],
        "a[x] @ https://x.example/a.whl ; os_name == \"nt\"",
    ),
    "arbitrary equality": (["a===1.0-old", "a"], "a===1.0-old"),
}  # fmt: skip


def required(*texts: str, group: str = "") -> list[Demand]:
    return [Demand(text, group, f"list-{line}", line) for line, text in enumerate(texts, 1)]


@pytest.mark.parametrize("case", BOTH)
def test_requirements_that_hold_together_are_combined(case: str) -> None:
    texts, expected = BOTH[case]
    (demand,), todo = one_each(required(*texts))
    assert (Requirement(demand.text), todo) == (Requirement(expected), [])
    assert str(demand.text).replace("'", '"') == expected


CONTRADICTING: dict[str, tuple[Sequence[str], str, str]] = {
    # The requirements, the one that is kept, and the one that is listed.
    "two versions": (["a==1", "a==2"], "a==2", "a==1"),
    "exact version outside a later range": (["a==1", "a>=2"], "a==1", "a>=2"),
    "ranges": (["a<2", "a>=2"], "a>=2", "a<2"),
    "address and version": (["a @ https://x.example/a.whl", "a>=1"],
                            "a @ https://x.example/a.whl", "a>=1"),
    "addresses": (["a @ https://x.example/1", "a @ https://x.example/2"],
                  "a @ https://x.example/2", "a @ https://x.example/1"),
    "one of three": (["a>=3", "a[x]", "a==2"], "a[x]==2", "a>=3"),
}  # fmt: skip


@pytest.mark.parametrize("case", CONTRADICTING)
def test_requirement_that_contradicts_another_is_listed(case: str) -> None:
    texts, kept, dropped = CONTRADICTING[case]
    (demand,), (todo,) = one_each(required(*texts))
    line = texts.index(dropped) + 1
    assert (demand.text, todo.path, todo.line) == (kept, f"list-{line}", line)
    assert todo.why.startswith(f"not carried over: {dropped}, because list-{demand.line}:")


def test_git_repository_of_a_package_is_kept_with_a_version() -> None:
    source = '{ git = "https://x.example/a" }'
    (demand,), todo = one_each([Demand("a", "", "Pipfile", 1, source), *required("a==1")])
    assert (demand.text, demand.source, todo) == ("a==1", source, [])


def test_two_repositories_of_a_package_are_listed() -> None:
    one, two = (Demand("a", "", "Pipfile", line, f'{{ git = "{line}" }}') for line in (1, 2))
    assert [todo.line for todo in one_each([one, two])[1]] == [1]


DEV: dict[str, tuple[str, str, list[str], list[str]]] = {
    # The service's requirement, the one for development, what is kept of it, and what is listed.
    "no range": ("a>=1", "a", [], []),
    "same": ("a[x]==1", "a==1", [], []),
    "range that the exact version meets": ("a==1", "a<2", [], []),
    "upper bound": ("a", "a<2", ["a<2"], []),
    "extra": ("a", "a[x]", ["a[x]"], []),
    "another marker": ("a; os_name == 'nt'", "a", ["a"], []),
    "marker": ("a", "a; os_name == 'nt'", [], []),
    "contradiction": ("a==1", "a>=2", [], ["a>=2"]),
}


@pytest.mark.parametrize("case", DEV)
def test_dev_group_keeps_what_it_adds_to_the_service(case: str) -> None:
    own, other, kept, listed = DEV[case]
    demands, todo = one_each([*required(own), *required(other, group="dev")])
    assert [one.text for one in demands] == [own, *kept]
    assert [one.why.partition(",")[0] for one in todo] == [
        f"not carried over: {one}" for one in listed
    ]


def test_each_line_of_the_dev_group_that_contradicts_the_service_is_listed() -> None:
    dev = required("a>=2", "a[x]>=3", "a<2", group="dev")
    demands, todo = one_each([*required("a==1"), *dev])
    assert [one.text for one in demands] == ["a==1"]
    assert [one.line for one in todo] == [1, 2]
