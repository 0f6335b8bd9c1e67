"""Lines are merged by words, and scripts by lines."""

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
def test_separate_words_merge(base: str, ours: str, theirs: str, merged: str) -> None:
    assert words.line(base, ours, theirs) == merged


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [("echo a b", "echo x b", "echo y b"), ("echo a b", "echo x b", "echo a y")],
)
def test_same_and_adjacent_words_conflict(base: str, ours: str, theirs: str) -> None:
    assert words.line(base, ours, theirs) is None


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        # Both replace the same lines, and one side adds more.
        (OLD, f"{NEW}nox\n", NEW, f"{NEW}nox\n"),
        (OLD, NEW, f"{NEW}nox\n", f"{NEW}nox\n"),
        (f"cd a\n{OLD}nox\n", f"cd a\n{NEW}nox\n", f"cd a\n{NEW}b\nnox\n", f"cd a\n{NEW}b\nnox\n"),
        # A line is merged by words although both remove the line next to it.
        (f"update\n{OLD}", NEW.replace("dev", "dev,full"), NEW, NEW.replace("dev", "dev,full")),
    ],
)
def test_script_with_same_changes_and_more_merges(
    base: str, ours: str, theirs: str, merged: str
) -> None:
    assert words.script(base, ours, theirs) == merged


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        (OLD, "", NEW),  # ours removes it, theirs replaces it
        (f"a\n{OLD}b\n", "a\nb\n", f"a\n{NEW}b\n"),
        (OLD, "make\n", NEW),
        (f"{OLD}{OLD}", NEW.replace("dev", "full"), NEW),  # either line can be the origin
        # Each side removes the line that the other one keeps.
        (
            "    uv sync --dev --frozen\n    uv run task generate_keys",
            "    uv sync --dev --frozen",
            "    uv run task generate_keys",
        ),
    ],
)
def test_scripts_that_both_sides_rewrite_conflict(base: str, ours: str, theirs: str) -> None:
    assert words.script(base, ours, theirs) is None


HEAD, ALIKE = "def report(out: bytes) -> List[str]:\n", "def report(out: bytes) -> list[str]:\n"
DOC, BODY = '    """Print what came."""\n', "    return out.split()\n"
FURTHERED = {
    "both_sides_make_same_change_theirs_documents_it": (
        HEAD + BODY,
        ALIKE + BODY,
        ALIKE + DOC + BODY,
        ALIKE + DOC + BODY,
    ),
    "both_sides_make_same_changes_each_more_in_different_places": (
        f"{HEAD}{BODY}a b\nread it all at once\n",
        f"{ALIKE}{DOC}{BODY}a b\nfor line in file:\n",
        f"{ALIKE}{BODY}a b\nfor line in file:\nlog.info(1)\n",
        f"{ALIKE}{DOC}{BODY}a b\nfor line in file:\nlog.info(1)\n",
    ),
    "sides_make_different_changes_conflicts": (
        HEAD + BODY,
        HEAD.replace("out", "o") + BODY,
        ALIKE + DOC + BODY,
        None,
    ),
    "addition_may_be_changed_line_conflicts": (
        "import List\nimport Dict\n",
        "import list\n",
        "import list\nimport Dict as D\n",
        None,
    ),
    "addition_may_replace_everything_conflicts": (
        "import Dict\n",
        "import Other\n",
        "import Other\nimport Dicts\n",
        None,
    ),
}


@pytest.mark.parametrize("name", FURTHERED)
def test_same_change_and_more(name: str) -> None:
    base, ours, theirs, merged = FURTHERED[name]
    assert words.furthered(base, ours, theirs) == merged
    assert words.furthered(base, theirs, ours) == merged
