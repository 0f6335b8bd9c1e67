"""TOML is merged by tables and keys, lists of packages by package."""

import pytest
from drydock.documents import formats, nodes

from tests.merging.formats.examples import Examples, check

EXAMPLES: Examples = {
    "dependencies": (
        '[project]\ndependencies = [\n    "a>=1",\n    "b",\n]\n',
        '[project]\ndependencies = [\n    "a>=2",  # why\n    "b",\n    "mine",\n]\n',
        '[project]\ndependencies = [\n    "A>=1.5",\n    "new[x]>=3",  # what for\n]\n',
        '[project]\ndependencies = [\n    "a>=2",  # why\n    "mine",\n'
        '    "new[x]>=3",  # what for\n]\n',
    ),
    "on one line, and broken by the release": (
        'x = ["a", "b"]\n',
        'x = ["mine", "a", "b"]\n',
        'x = [\n  "a",\n  "b",\n  "new",\n]\n',
        'x = [\n  "mine",\n  "a",\n  "b",\n  "new",\n]\n',
    ),
    "broken by the user": (
        'x = ["a", "b"]\n',
        'x = [\n  "a", # why\n  "b"\n]\n',
        'x = ["new", "a", "b"]\n',
        'x = [\n  "new",\n  "a", # why\n  "b"\n]\n',
    ),
    "one package of both, with a remark of each": (
        'x = [\n  "a",\n]\n',
        'x = [\n  "a",\n  "b>=2", # why I need it\n]\n',
        'x = [\n  "a",\n  "b>=2", # what it is for\n]\n',
        'x = [\n  "a",\n  # what it is for\n  "b>=2", # why I need it\n]\n',
    ),
    "one item of both, with remarks that may speak to a tool": (
        'x = [\n  "a",\n]\n',
        'x = [\n  "a",\n  "b", # noqa because of mine\n]\n',
        'x = [\n  "a",\n  "b", # what it is for\n]\n',
        None,
    ),
    "a remark that both change": (
        'x = [\n  "a", # what it was\n]\n',
        'x = [\n  "a", # why I need it\n]\n',
        'x = [\n  "a", # what it is for\n]\n',
        None,
    ),
    "several packages of a name": (
        'dependency-groups.dev = ["t<2; python_version < \'3\'", "t"]\n',
        'dependency-groups.dev = ["t<2; python_version < \'3\'", "t>=3"]\n',
        'dependency-groups.dev = ["t<1; python_version < \'3\'", "t"]\n',
        'dependency-groups.dev = ["t<1; python_version < \'3\'", "t>=3"]\n',
    ),
    "keys and tables": (
        "[tool.a]\nx = 1\n\n[tool.b]\ny = 1\n",
        "[tool.a]\nx = 1\nmine = 2\n\n# mine\n[tool.c]\nz = 3\n\n[tool.b]\ny = 1\n",
        "# about b\n[tool.b]\ny = 2 # more\n\n[tool.a]\nnew = 1\nx = 1\n",
        "# about b\n[tool.b]\ny = 2 # more\n\n[tool.a]\nnew = 1\nx = 1\nmine = 2\n"
        "\n# mine\n[tool.c]\nz = 3\n",
    ),
    "only another layout gives way": (
        "x = 'a'\nn = 1000\n",
        'x = "a"\nn = 2000\n',
        "x   = 'a'\nn   = 1_000\n",
        'x = "a"\nn = 2000\n',
    ),
    "items of arrays of tables": (
        '[[tool.i]]\nname = "a"\nu = 1\n[[tool.i]]\nname = "b"\nu = 1\n',
        '[[tool.i]]\nname = "a"\nu = 2\n[[tool.i]]\nname = "b"\nu = 1\n',
        '[[tool.i]]\nname = "a"\nu = 1\n[[tool.i]]\nname = "b"\nu = 3\n[tool.i.below]\nv = 1\n',
        '[[tool.i]]\nname = "a"\nu = 2\n[[tool.i]]\nname = "b"\nu = 3\n[tool.i.below]\nv = 1\n',
    ),
    "inline tables": (
        'a = {x = 1, y = "1"}\n',
        'a = {x = 2, y = "1"}\n',
        'a = {y = "1", x = 1, z = 3}\n',
        'a = {y = "1", x = 2, z = 3}\n',
    ),
    "lines of a long string": (
        'x = """\na\nb\nc\n"""\n',
        'x = """\nmine\na\nb\nc\n"""\n',
        'x = """\na\nb\nc\nnew\n"""\n',
        'x = """\nmine\na\nb\nc\nnew\n"""\n',
    ),
    "what both added, and one of them more": (
        'x = """\na\n"""\n',
        'x = """\na\nboth\n"""\n',
        'x = """\na\nboth\nnew\n"""\n',
        'x = """\na\nboth\nnew\n"""\n',
    ),
    "a remark dropped from what the release removes": (
        "# why\na = 1\nb = 1\n",
        "a = 1\nb = 2\n",
        "b = 1\n",
        "b = 2\n",
    ),
    "an edit of what the release removes": ("a = 1\nb = 1\n", "a = 2\nb = 1\n", "b = 1\n", None),
    "a table that the release renames": (
        "[a]\nx = 1\ny = 1\n",
        "[a]\nx = 1\ny = 2\n",
        "[b]\nx = 1\ny = 1\n",
        None,
    ),
    "another value on both sides": ("x = 'a'\n", "x = 'b'\n", "x = 'c'\n", None),
    "another remark on both sides": ("x = 1\n", "x = 1 # a\n", "x = 1 # b\n", None),
    "another kind": ("x = 1\n", "x = [1]\n", "x = {a = 1}\n", None),
    "numbers are one thing": ("x = [1, 2, 3]\n", "x = [0, 2, 3]\n", "x = [1, 2, 4]\n", None),
    "a command is in order": (
        'cmd = ["a", "b"]\n',
        'cmd = ["a", "b", "mine"]\n',
        'cmd = ["a", "b", "new"]\n',
        None,
    ),
    "a command, in different places": (
        'cmd = ["a", "b", "c"]\n',
        'cmd = ["mine", "a", "b", "c"]\n',
        'cmd = ["a", "b", "c", "new"]\n',
        'cmd = ["mine", "a", "b", "c", "new"]\n',
    ),
    "options are in order": (
        'x = ["-f", "b"]\n',
        'x = ["-f", "b", "mine"]\n',
        'x = ["-f", "b", "new"]\n',
        None,
    ),
    "a value removed that the other side replaced": (
        'cmd = ["run", "-a", "1", "-b"]\n',
        'cmd = ["run", "-a", "2", "-b"]\n',
        'cmd = ["run", "-b"]\n',
        None,
    ),
    "a remark does not fit on one line": (
        'x = ["a", "b"]\n',
        'x = ["a"]\n',
        'x = ["a", "b", "c"# why\n]\n',
        None,
    ),
    "a lock file": ("a = 1\n", "a = 1\nb = 1\n", "a = 2\n", "a = 2\nb = 1\n"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_merge(name: str) -> None:
    check("pyproject.toml", *EXAMPLES[name])


READABLE = [
    "",
    "# only a remark\n",
    "a = 1",
    "\"a b\".'c' . d = 1979-05-27 07:32:00 # x\n",
    "a = '''\n'it''s'''' # no\n",
    'a = """\\"""q"""""\nb = [[1, 2], [], [{}, {x.y = "]"}]]\n',
    "a = [ # first\n  # above\n  'b' , 'c' , # d\n  # last\n] # e\n",
    "[ a . 'b' ] # c\n\n\t[[x]]\n[x.y]\n[[x.z]]\n[[x]]\nb=1\n[x.y]\n# the end",
]


@pytest.mark.parametrize("text", READABLE)
def test_nothing_is_lost_by_reading(text: str) -> None:
    known = formats.of("a.toml")
    assert known
    text = f"{text}\n" if text and not text.endswith("\n") else text
    assert nodes.source(known.read(text)) == text


@pytest.mark.parametrize(
    "text",
    ["a = 1\na = 2\n", "a = ['b'\n, 'c']\n", "[[a]]\n[b]\n[a.c]\n", "[[a]]\nx=1\n[[a]]\nx=1\n"],
)
def test_what_is_doubtful_is_not_read(text: str) -> None:
    known = formats.of("a.toml")
    assert known
    with pytest.raises(ValueError, match=r"\w"):
        known.read(text)
