"""Lines merged by their words, and scripts by their lines."""

import pytest
from drydock.merging import words

OLD, NEW = "pip install -e .[dev]\n", "uv pip install -e .[dev]\n"


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        ("echo a b c", "echo x b c", "echo a b z", "echo x b z"),
        ("echo a b c", "echo x b c", "echo x b z", "echo x b z"),
        (OLD, NEW.replace("dev", "dev,full"), NEW, NEW.replace("dev", "dev,full")),
    ],
)
def test_words_that_do_not_touch_are_merged(base: str, ours: str, theirs: str, merged: str) -> None:
    assert words.line(base, ours, theirs) == merged


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [("echo a b", "echo x b", "echo y b"), ("echo a b", "echo x b", "echo a y")],
)
def test_same_words_and_neighbours_are_not_certain(base: str, ours: str, theirs: str) -> None:
    assert words.line(base, ours, theirs) is None


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        # Both replace the same lines, and one of them adds to that.
        (OLD, f"{NEW}nox\n", NEW, f"{NEW}nox\n"),
        (OLD, NEW, f"{NEW}nox\n", f"{NEW}nox\n"),
        (f"cd a\n{OLD}nox\n", f"cd a\n{NEW}nox\n", f"cd a\n{NEW}b\nnox\n", f"cd a\n{NEW}b\nnox\n"),
        # A line by its words, though both drop another one beside it.
        (f"update\n{OLD}", NEW.replace("dev", "dev,full"), NEW, NEW.replace("dev", "dev,full")),
    ],
)
def test_scripts_of_which_one_does_what_the_other_does_are_merged(
    base: str, ours: str, theirs: str, merged: str
) -> None:
    assert words.script(base, ours, theirs) == merged


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        (OLD, "", NEW),  # deleted here, replaced there
        (f"a\n{OLD}b\n", "a\nb\n", f"a\n{NEW}b\n"),
        (OLD, "make\n", NEW),
        (f"{OLD}{OLD}", NEW.replace("dev", "full"), NEW),  # which line was it?
    ],
)
def test_scripts_that_each_side_rewrites_are_not_certain(base: str, ours: str, theirs: str) -> None:
    assert words.script(base, ours, theirs) is None


HEAD, ALIKE = "def report(out: bytes) -> List[str]:\n", "def report(out: bytes) -> list[str]:\n"
DOC, BODY = '    """Print what came."""\n', "    return out.split()\n"
FURTHERED = {
    "one of them documents it": (HEAD + BODY, ALIKE + BODY, ALIKE + DOC + BODY, ALIKE + DOC + BODY),
    "each of them more, elsewhere": (
        f"{HEAD}{BODY}a b\nread it all at once\n",
        f"{ALIKE}{DOC}{BODY}a b\nfor line in file:\n",
        f"{ALIKE}{BODY}a b\nfor line in file:\nlog.info(1)\n",
        f"{ALIKE}{DOC}{BODY}a b\nfor line in file:\nlog.info(1)\n",
    ),
    "not alike": (HEAD + BODY, HEAD.replace("out", "o") + BODY, ALIKE + DOC + BODY, None),
    "what is more may be what was, changed": (
        "import List\nimport Dict\n",
        "import list\n",
        "import list\nimport Dict as D\n",
        None,
    ),
    "what is more may stand for all that was": (
        "import Dict\n", "import Other\n", "import Other\nimport Dicts\n", None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FURTHERED)
def test_the_same_change_and_more(name: str) -> None:
    base, ours, theirs, merged = FURTHERED[name]
    assert words.furthered(base, ours, theirs) == merged
    assert words.furthered(base, theirs, ours) == merged
