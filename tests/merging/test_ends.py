"""The blank lines around a text, and its last line end, are merged by themselves."""

import pytest
from drydock.merging import ends

CASES: dict[str, tuple[bytes | None, bytes, bytes, bytes | None]] = {
    "the release adds it": (b"a\n}", b"a\nmine\n}", b"new\na\n}\n", b"new\na\nmine\n}\n"),
    "the user adds it": (b"{\na\n}", b"{\na\n}\n", b"{\nb\nc\n}", b"{\nb\nc\n}\n"),
    "the release drops it": (b"{\na\n}\n", b"mine\n{\na\n}\n", b"{\nb\n}", b"mine\n{\nb\n}"),
    "both add it": (b"{\na\n}", b"{\na\nmine\n}\n", b"{\na\n}\n", b"{\na\nmine\n}\n"),
    "on Windows": (b"a\r\nb", b"mine\r\na\r\nb", b"a\r\nb\r\nc\r\n", b"mine\r\na\r\nb\r\nc\r\n"),
    "the release adds an empty line above": (b"a\nb\n", b"mine\n", b"\na\nb\n", b"\nmine\n"),
    "the user adds one, and the release a line": (b"a\n", b"\na\n", b"new\na\n", b"\nnew\na\n"),
    "a line in place of a blank one": (b"b\na\n  \n", b"mine\na", b"b\na\nnew\n", b"mine\na\nnew"),
    "one side is blank": (b"a\n\n", b"", b"a\nb\n", None),
    "both added the text, with another end": (None, b"a\nb\n", b"\na\nb", b"a\nb\n"),
    "both added a text": (None, b"a\nb\n", b"a\nc\n", None),
    "both added a text, with blank lines within": (None, b"a\nb\n", b"a\n\nb\n", None),
    "a true conflict": (b"a", b"b\n", b"c", None),
    "not about the end": (b"a\n", b"b\n", b"c\n", None),
}


@pytest.mark.parametrize("name", CASES)
def test_merge(name: str) -> None:
    base, ours, theirs, merged = CASES[name]
    assert ends.merge(base, ours, theirs) == merged
