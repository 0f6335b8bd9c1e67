"""What git leaves in conflict is settled where lines differ in a version, or in words apart."""

import pytest
from drydock import git
from drydock.merging import hunks

# path, base, ours, theirs, merged; None: it stays a conflict
LINES = {
    "a version": ("a.py", 'v = "1.2.0"\n', 'v = "1.3.0"\n', 'v = "1.10.0"\n', 'v = "1.10.0"\n'),
    "a link's release": (
        "README.md",
        "See [it](https://a.b/c/releases/tag/1.2.0).\n",
        "See [it](https://a.b/c/releases/tag/1.4.0).\n",
        "See [it](https://a.b/c/releases/tag/1.3.0).\n",
        "See [it](https://a.b/c/releases/tag/1.4.0).\n",
    ),
    "an address": ("a.sh", "curl http://10.0.0.1/\n", "curl http://10.0.0.2/\n",
                   "curl http://10.0.0.3/\n", None),
    "a version that one side lowered": ("a.py", 'v = "1.2.0"\n', 'v = "1.1.0"\n', 'v = "1.3.0"\n',
                                        None),
    "words apart": (
        "README.md",
        "A small service that answers questions quickly.\n",
        "A tiny service that answers questions quickly.\n",
        "A small service that answers questions at once.\n",
        "A tiny service that answers questions at once.\n",
    ),
    "words of a script": ("run.sh", "api --port 80 --workers 1\n", "api --port 81 --workers 1\n",
                          "api --port 80 --workers 2\n", "api --port 81 --workers 2\n"),
    "words of a step": ("ci.yml", "- run: api --port 80 --workers 1\n",
                        "- run: api --port 81 --workers 1\n", "- run: api --port 80 --workers 2\n",
                        "- run: api --port 81 --workers 2\n"),
    "words that touch": ("README.md", "a small service\n", "a tiny service\n", "a small server\n",
                         None),
    "one word": ("README.md", "a small service\n", "a tiny service\n", "a big service\n", None),
    "words of code": ("a.py", "f(a, 1, b)\n", "f(c, 1, b)\n", "f(a, 1, d)\n", None),
    "the same word, and another": ("a.txt", "a b c d e\n", "x b c d e\n", "x b c d y\n",
                                   "x b c d y\n"),
    "a word removed here and one added there": ("a.txt", "a b c d e\n", "b c d e\n",
                                                "a b c d e f\n", "b c d e f\n"),
    "another number of lines": ("a.md", "a b c\n", "x b c\ny\n", "a b z\n", None),
}  # fmt: skip


@pytest.mark.parametrize("name", LINES)
def test_settled(name: str) -> None:
    path, *texts, merged = LINES[name]
    base, ours, theirs = (text.encode() for text in texts)
    for one, other in ((ours, theirs), (theirs, ours)):
        found = hunks.settle(path, git.mark_conflicts(base, one, other, ("yours", "new")))
        assert found.left == (merged is None)
        if merged is not None:
            assert found.text.decode() == merged
        else:
            assert found.text.startswith(b"<<<<<<< yours\n" + one + b"=======\n" + other)


def test_what_is_certain_is_settled_beside_what_is_not() -> None:
    between = "".join(f"line {number}\n" for number in range(9))
    base, ours, theirs = (
        f'v = "{version}"\n{between}f({word})\n'.encode()
        for version, word in (("1.0.0", "a"), ("1.1.0", "b"), ("1.2.0", "c"))
    )
    found = hunks.settle("a.py", git.mark_conflicts(base, ours, theirs, ("yours", "release v2")))
    assert found.left == 1
    assert found.done == ('the higher version, from the release: v = "1.2.0"',)
    assert found.text.decode() == (
        f'v = "1.2.0"\n{between}<<<<<<< yours\nf(b)\n=======\nf(c)\n>>>>>>> release v2\n'
    )


MINE = b"import os\n\n\ndef mine():\n    return os\n\n\nx = 1\ny = 1\n"


def test_markers_surround_what_the_reason_names() -> None:
    merged = MINE.replace(b"import os\n", b"").replace(b"y = 1", b"y = 2")
    told = "the release removes `import os`, your code still uses it"
    assert hunks.mark(MINE, merged, told, ("yours", "release v2")) == MINE.replace(
        b"import os\n", b"<<<<<<< yours\nimport os\n=======\n>>>>>>> release v2\n"
    ).replace(b"y = 1", b"y = 2")


def test_markers_surround_all_changes_where_the_reason_names_none() -> None:
    merged = MINE.replace(b"import os\n", b"").replace(b"y = 1\n", b"y = 2")
    marked = hunks.mark(MINE, merged, "it is not valid", ("yours", "new"))
    assert marked is not None
    assert marked.count(b"<<<<<<< yours\n") == marked.count(b">>>>>>> new\n") == 2
    assert marked.endswith(b"<<<<<<< yours\ny = 1\n=======\ny = 2\n>>>>>>> new\n")


def test_nothing_is_marked_where_nothing_changed() -> None:
    assert hunks.mark(MINE, MINE, "it would be nowhere in it", ("yours", "new")) is None
