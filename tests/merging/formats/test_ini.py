"""INI files are merged by sections and keys, lists in them line by line."""

import pytest
from drydock.documents import formats, nodes
from drydock.documents.formats import ini

from tests.merging.formats.examples import Examples, check

EXAMPLES: Examples = {
    "keys of a section": (
        "[flake8]\nmax-line-length = 88\nextend-ignore = E203\n",
        "[flake8]\nmax-line-length = 100\nextend-ignore = E203\n",
        "[flake8]\nmax-line-length = 88\nextend-ignore = W503\nmax-complexity = 9\n",
        "[flake8]\nmax-line-length = 100\nextend-ignore = W503\nmax-complexity = 9\n",
    ),
    "sections": (
        "[a]\nx = 1\n\n[b]\ny = 1\n",
        "[a]\nx = 1\n\n# mine\n[mypy-mine.*]\nz = 1\n\n[b]\ny = 1\n",
        "[b]\ny = 2\n\n[a]\nx = 1\n\n[new]\nw = 1\n",
        "[b]\ny = 2\n\n[a]\nx = 1\n\n[new]\nw = 1\n\n# mine\n[mypy-mine.*]\nz = 1\n",
    ),
    "packages": (
        "[options]\ninstall_requires =\n    a>=1\n    b\n",
        "[options]\ninstall_requires =\n    a>=2\n    b\n    mine\n",
        "[options]\ninstall_requires =\n    A>=1.5\n    b\n\n    # what for\n    new\n",
        "[options]\ninstall_requires =\n    a>=2\n    b\n    mine\n\n    # what for\n    new\n",
    ),
    "words that stand in any order": (
        "[coverage:run]\nomit =\n    a\n    b\n",
        "[coverage:run]\nomit =\n    a\n    b\n    mine\n",
        "[coverage:run]\nomit =\n    new\n    b\n",
        "[coverage:run]\nomit =\n    new\n    b\n    mine\n",
    ),
    "commands in different places": (
        "[testenv]\ncommands =\n    a\n    b\n",
        "[testenv]\ncommands =\n    mine\n    a\n    b\n",
        "[testenv]\ncommands =\n    a\n    b\n    new\n",
        "[testenv]\ncommands =\n    mine\n    a\n    b\n    new\n",
    ),
    "commands in one place": (
        "[testenv]\ncommands =\n    a\n",
        "[testenv]\ncommands =\n    a\n    mine\n",
        "[testenv]\ncommands =\n    a\n    new\n",
        None,
    ),
    "a key that one side writes in another way": (
        "[a]\nx=1\ny=1\n",
        "[a]\nx = 1\ny = 1\n",
        "[a]\nx=1\ny=2\n",
        "[a]\nx = 1\ny=2\n",
    ),
    "remarks on different keys": (
        "[a]\nx = 1\ny = 1\n",
        "[a]\n# why\nx = 1\ny = 1\n",
        "[a]\nx = 1\n\n; so\ny = 1\n",
        "[a]\n# why\nx = 1\n\n; so\ny = 1\n",
    ),
    "a list with commas, by lines": (
        "[a]\nnotes=X,\n      Y,\n      Z\n",
        "[a]\nnotes=X,\n      M,\n      Y,\n      Z\n",
        "[a]\nnotes=X,\n      Y,\n      Z,\n      N\n",
        "[a]\nnotes=X,\n      M,\n      Y,\n      Z,\n      N\n",
    ),
    "one value, differently": ("[a]\nx = 1\n", "[a]\nx = 2\n", "[a]\nx = 3\n", None),
    "a section that one side removes and the other changes": (
        "[a]\nx = 1\n[b]\ny = 1\n",
        "[b]\ny = 1\n",
        "[a]\nx = 2\n[b]\ny = 1\n",
        None,
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("path", ["setup.cfg", "a/tox.ini", ".pylintrc"])
def test_merge(path: str, name: str) -> None:
    check(path, *EXAMPLES[name])


READABLE = [
    "",
    "# nothing\n",
    "[a]\n\n[b c]\nX: 1\ny\nz =\n",
    "[a]\nx =\n  1\n\n  # so\n  2\n\ny = 1\n  2\n# end\n",
    "[DEFAULT]\na = %(b)s\n\n[b]\na =\n\n    [c]\n",
]


@pytest.mark.parametrize("text", READABLE)
def test_nothing_is_lost_by_reading(text: str) -> None:
    assert nodes.source(ini.read(text)) == text


@pytest.mark.parametrize("text", ["[a]\nx = 1\nX = 2\n", "[a]\n[b]\n[a]\n", "x = 1\n"])
def test_what_is_not_valid(text: str) -> None:
    assert formats.problem("setup.cfg", text.encode())


@pytest.mark.parametrize("text", ["[a]\n  x = 1\n", " [a]\nx = 1\n"])
def test_what_is_indented_in_an_unusual_way_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="unusual"):
        ini.read(text)
