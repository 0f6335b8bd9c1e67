"""Markdown is merged by section."""

import pytest
from drydock.documents import nodes
from drydock.documents.formats import markdown

from tests.merging.formats.examples import Examples, check

EXAMPLES: Examples = {
    "a section that one side moves": (
        "# A\n\na\n\n## B\n\nb\n\n## C\n\nc\n",
        "# A\n\na\n\n## C\n\nc\n\n## B\n\nb\n",
        "# A\n\na\n\n## B\n\nb\nnew\n\n## C\n\nc\n",
        "# A\n\na\n\n## C\n\nc\n\n## B\n\nb\nnew\n",
    ),
    "a section below, beside what changed above": (
        "# A\n\na\n",
        "# A\n\nmine\n",
        "# A\n\na\n\n## New\n\nnew\n",
        "# A\n\nmine\n\n## New\n\nnew\n",
    ),
    "lines of one section": (
        "# A\n\na\n\nb\n\nc\n",
        "# A\n\nmine\n\nb\n\nc\n",
        "# A\n\na\n\nb\n\nnew\n",
        "# A\n\nmine\n\nb\n\nnew\n",
    ),
    "one paragraph removed, the next changed": (
        "# A\n\na\n\n| b |\n|---|\n| c |\n",
        "# A\n\n| b |\n|---|\n| c |\n",
        "# A\n\na\n\n| new |\n|---|\n| b |\n| c |\n",
        "# A\n\n| new |\n|---|\n| b |\n| c |\n",
    ),
    "an anchor goes with its heading": (
        "# A\n\na\n\n[](){#z}\n## Z\n\nz\n",
        "# A\n\nmine\n\n[](){#z}\n## Z\n\nz\n",
        "# A\n\na\n\n[](){#n}\n## New\n\nn\n\n[](){#z}\n## Z\n\nz\n",
        "# A\n\nmine\n\n[](){#n}\n## New\n\nn\n\n[](){#z}\n## Z\n\nz\n",
    ),
    "one section, differently": ("# A\n\na\n", "# A\n\nb\n", "# A\n\nc\n", None),
    "a heading that one side changes, and the text": (
        "# A\n\na\n",
        "# B\n\na\n",
        "# A\n\nc\n",
        None,
    ),
    "sections in one place": (
        "# A\n\na\n",
        "# A\n\na\n\n## Mine\n\nm\n",
        "# A\n\na\n\n## New\n\nn\n",
        None,
    ),
    "code whose blanks mean something": (
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
def test_nothing_is_lost_by_reading(text: str) -> None:
    assert nodes.source(markdown.read(text)) == text


def test_headings() -> None:
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
def test_what_does_not_end_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="does not end"):
        markdown.read(text)
