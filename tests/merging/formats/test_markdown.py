"""Markdown is merged by section."""

import pytest
from drydock.documents import nodes
from drydock.documents.formats import markdown

from tests.merging.formats.examples import Examples, check

EXAMPLES: Examples = {
    "ours_moves_section_theirs_changes_it": (
        "# A\n\na\n\n## B\n\nb\n\n## C\n\nc\n",
        "# A\n\na\n\n## C\n\nc\n\n## B\n\nb\n",
        "# A\n\na\n\n## B\n\nb\nnew\n\n## C\n\nc\n",
        "# A\n\na\n\n## C\n\nc\n\n## B\n\nb\nnew\n",
    ),
    "ours_changes_text_theirs_adds_section_below": (
        "# A\n\na\n",
        "# A\n\nmine\n",
        "# A\n\na\n\n## New\n\nnew\n",
        "# A\n\nmine\n\n## New\n\nnew\n",
    ),
    "sides_change_different_paragraphs": (
        "# A\n\na\n\nb\n\nc\n",
        "# A\n\nmine\n\nb\n\nc\n",
        "# A\n\na\n\nb\n\nnew\n",
        "# A\n\nmine\n\nb\n\nnew\n",
    ),
    "ours_removes_paragraph_theirs_changes_next": (
        "# A\n\na\n\n| b |\n|---|\n| c |\n",
        "# A\n\n| b |\n|---|\n| c |\n",
        "# A\n\na\n\n| new |\n|---|\n| b |\n| c |\n",
        "# A\n\n| new |\n|---|\n| b |\n| c |\n",
    ),
    "theirs_inserts_section_before_anchor_of_next": (
        "# A\n\na\n\n[](){#z}\n## Z\n\nz\n",
        "# A\n\nmine\n\n[](){#z}\n## Z\n\nz\n",
        "# A\n\na\n\n[](){#n}\n## New\n\nn\n\n[](){#z}\n## Z\n\nz\n",
        "# A\n\nmine\n\n[](){#n}\n## New\n\nn\n\n[](){#z}\n## Z\n\nz\n",
    ),
    "both_sides_change_section_conflicts": ("# A\n\na\n", "# A\n\nb\n", "# A\n\nc\n", None),
    "ours_renames_heading_theirs_changes_text_conflicts": (
        "# A\n\na\n",
        "# B\n\na\n",
        "# A\n\nc\n",
        None,
    ),
    "both_sides_append_section_conflicts": (
        "# A\n\na\n",
        "# A\n\na\n\n## Mine\n\nm\n",
        "# A\n\na\n\n## New\n\nn\n",
        None,
    ),
    "both_sides_change_indentation_in_code_block_conflicts": (
        "# A\n\n```\na:\n  b\n```\n",
        "# A\n\n```\na:\n    b\n```\n",
        "# A\n\n```\na:\nb\n```\n",
        None,
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_merge(name: str) -> None:
    check("README.md", *EXAMPLES[name])


TEXTS = [
    "",
    "text\nmore\n",
    "---\ntitle: x\n---\n\n# A\n",
    "A\n=\n\nB b\n---\n\n- c\n---\n| d |\n---\n",
    "```sh\n# no\n~~~\n# no\n```\n~~~~\n# no\n```\n~~~~\n# A\n",
    "<!-- # no\n# no\n-->\n# A #\n#\n#no\n    # no\n",
    "a ```b``` c\n```d```\n# A\n## A\n## A\n",
    "> ```\n> # no\n> ```\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_reading_preserves_source(text: str) -> None:
    assert nodes.source(markdown.read(text)) == text


def test_headings_open_sections() -> None:
    titles = [
        [part.key for part in body.parts[1:]]
        for text in TEXTS
        if (body := markdown.read(text).body)
    ]
    assert titles == [
        [],
        [],
        ["# A"],
        ["# A"],
        ["# A"],
        ["# A", "# "],
        ["# A"],
        [],
    ]


@pytest.mark.parametrize("text", ["# A\n```\nb\n", "<!-- a\n"])
def test_unclosed_block_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="not closed"):
        markdown.read(text)
