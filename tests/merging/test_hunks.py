"""Conflicts of git are resolved if lines differ only in a version or in separate words."""

import random

import pytest
from drydock.merging import hunks

# path, base, ours, theirs, merged; None: a conflict
LINES = {
    "both_sides_raise_version_higher_wins": (
        "a.py",
        'v = "1.2.0"\n',
        'v = "1.3.0"\n',
        'v = "1.10.0"\n',
        'v = "1.10.0"\n',
    ),
    "both_sides_raise_release_in_link_higher_wins": (
        "README.md",
        "See [it](https://a.b/c/releases/tag/1.2.0).\n",
        "See [it](https://a.b/c/releases/tag/1.4.0).\n",
        "See [it](https://a.b/c/releases/tag/1.3.0).\n",
        "See [it](https://a.b/c/releases/tag/1.4.0).\n",
    ),
    "both_sides_change_address_conflicts": (
        "a.sh",
        "curl http://10.0.0.1/\n",
        "curl http://10.0.0.2/\n",
        "curl http://10.0.0.3/\n",
        None,
    ),
    "ours_lowers_theirs_raises_version_conflicts": (
        "a.py",
        'v = "1.2.0"\n',
        'v = "1.1.0"\n',
        'v = "1.3.0"\n',
        None,
    ),
    "sides_change_separate_words": (
        "README.md",
        "A small service that answers questions quickly.\n",
        "A tiny service that answers questions quickly.\n",
        "A small service that answers questions at once.\n",
        "A tiny service that answers questions at once.\n",
    ),
    "sides_change_separate_words_of_script": (
        "run.sh",
        "api --port 80 --workers 1\n",
        "api --port 81 --workers 1\n",
        "api --port 80 --workers 2\n",
        "api --port 81 --workers 2\n",
    ),
    "sides_change_separate_words_of_workflow_step": (
        "ci.yml",
        "- run: api --port 80 --workers 1\n",
        "- run: api --port 81 --workers 1\n",
        "- run: api --port 80 --workers 2\n",
        "- run: api --port 81 --workers 2\n",
    ),
    "sides_change_adjacent_words_conflicts": (
        "README.md",
        "a small service\n",
        "a tiny service\n",
        "a small server\n",
        None,
    ),
    "both_sides_change_word_conflicts": (
        "README.md",
        "a small service\n",
        "a tiny service\n",
        "a big service\n",
        None,
    ),
    "sides_change_separate_words_of_code_conflicts": (
        "a.py",
        "f(a, 1, b)\n",
        "f(c, 1, b)\n",
        "f(a, 1, d)\n",
        None,
    ),
    "both_sides_change_word_theirs_another": (
        "a.txt",
        "a b c d e\n",
        "x b c d e\n",
        "x b c d y\n",
        "x b c d y\n",
    ),
    "ours_removes_word_theirs_adds_one": (
        "a.txt",
        "a b c d e\n",
        "b c d e\n",
        "a b c d e f\n",
        "b c d e f\n",
    ),
    "ours_adds_line_conflicts": ("a.md", "a b c\n", "x b c\ny\n", "a b z\n", None),
}


@pytest.mark.parametrize("name", LINES)
def test_resolution(name: str) -> None:
    path, *texts, merged = LINES[name]
    base, ours, theirs = (text.encode() for text in texts)
    for one, other in ((ours, theirs), (theirs, ours)):
        found = hunks.resolve(path, (base, one, other), ("yours", "new"))
        assert found.left == (merged is None)
        if merged is not None:
            assert found.text.decode() == merged
        else:
            assert found.text.startswith(b"<<<<<<< yours\n" + one + b"=======\n" + other)


def test_certain_hunk_is_resolved_next_to_conflict() -> None:
    between = "".join(f"line {number}\n" for number in range(9))
    base, ours, theirs = (
        f'v = "{version}"\n{between}f({word})\n'.encode()
        for version, word in (("1.0.0", "a"), ("1.1.0", "b"), ("1.2.0", "c"))
    )
    found = hunks.resolve("a.py", (base, ours, theirs), ("yours", "release v2"))
    assert found.left == 1
    assert found.done == ('the higher version, from the release: v = "1.2.0"',)
    assert found.text.decode() == (
        f'v = "1.2.0"\n{between}<<<<<<< yours\nf(b)\n=======\nf(c)\n>>>>>>> release v2\n'
    )


MINE = b"import os\n\n\ndef mine():\n    return os\n\n\nx = 1\ny = 1\n"


def test_markers_surround_the_change_named_in_reason() -> None:
    merged = MINE.replace(b"import os\n", b"").replace(b"y = 1", b"y = 2")
    reason = "the release removes `import os`, your code still uses it"
    assert hunks.mark(MINE, merged, reason, ("yours", "release v2")) == MINE.replace(
        b"import os\n", b"<<<<<<< yours\nimport os\n=======\n>>>>>>> release v2\n"
    ).replace(b"y = 1", b"y = 2")


def test_markers_surround_all_changes_if_reason_names_none() -> None:
    merged = MINE.replace(b"import os\n", b"").replace(b"y = 1\n", b"y = 2")
    marked = hunks.mark(MINE, merged, "it is not valid", ("yours", "new"))
    assert marked is not None
    assert marked.count(b"<<<<<<< yours\n") == marked.count(b">>>>>>> new\n") == 2
    assert marked.endswith(b"<<<<<<< yours\ny = 1\n=======\ny = 2\n>>>>>>> new\n")


def test_unchanged_text_gets_no_markers() -> None:
    assert hunks.mark(MINE, MINE, "it would be nowhere in it", ("yours", "new")) is None


LIKE_MARKERS = {
    "=======": "#######",
    "========": "########",
    "=========": "#########",
    "<<<<<<< HEAD": "~~~~~~~ HEAD",
    "<<<<<<<< a": "~~~~~~~~ a",
    "||||||| base": "!!!!!!! base",
    "|||||||||": "!!!!!!!!!",
    ">>>>>>> yours": "+++++++ yours",
    ">>>>>>>>": "++++++++",
}
"""Lines that look like conflict markers, each with one that does not, but is otherwise like it."""


def without_likeness(text: bytes) -> str:
    """Return a text without lines that look like markers; its own markers get the usual length."""
    lines = text.decode().splitlines()
    sizes = {line.count("<") for line in lines if line.endswith(" our version")} or {7}
    size = sizes.pop()
    assert not sizes
    marks = {"<" * size + " our version", "=" * size, ">" * size + " their version"}
    return "".join(
        f"{line[size - 7 :] if line in marks else LIKE_MARKERS.get(line, line)}\n" for line in lines
    )


@pytest.mark.parametrize("seed", range(100))
def test_lines_like_markers_are_merged_like_any_other_line(seed: int) -> None:
    choice = random.Random(seed)
    lines = [*choice.sample([*LIKE_MARKERS], 3), "install", "use", "v/1.0", "v/1.1", "v/1.2"]
    sides = [
        "".join(f"{choice.choice(lines)}\n" for _ in range(choice.randint(1, 7))).encode()
        for _ in range(3)
    ]
    plain_sides = [
        "".join(f"{LIKE_MARKERS.get(line, line)}\n" for line in side.decode().splitlines()).encode()
        for side in sides
    ]
    labels = "our version", "their version"

    found = hunks.resolve("a.md", (sides[0], sides[1], sides[2]), labels)
    plain = hunks.resolve("a.md", (plain_sides[0], plain_sides[1], plain_sides[2]), labels)

    assert (found.left, len(found.done)) == (plain.left, len(plain.done))
    assert without_likeness(found.text) == plain.text.decode()


def test_longer_markers_surround_text_with_heading_underline() -> None:
    title = b"Install\n=======\n"
    marked = hunks.mark(title + b"x = 1\n", title + b"x = 2\n", "", ("yours", "new"))
    assert marked == title + b"<<<<<<<< yours\nx = 1\n========\nx = 2\n>>>>>>>> new\n"
