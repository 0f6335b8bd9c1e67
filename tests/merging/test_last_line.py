"""The line end at the end of a file is merged by itself."""

import pytest
from drydock.merging import last_line

CASES: dict[str, tuple[bytes, bytes, bytes, bytes | None]] = {
    "the release adds it": (b"a\n}", b"a\nmine\n}", b"new\na\n}\n", b"new\na\nmine\n}\n"),
    "the user adds it": (b"{\na\n}", b"{\na\n}\n", b"{\nb\nc\n}", b"{\nb\nc\n}\n"),
    "the release drops it": (b"{\na\n}\n", b"mine\n{\na\n}\n", b"{\na\n}", b"mine\n{\na\n}"),
    "both add it": (b"{\na\n}", b"{\na\nmine\n}\n", b"{\na\n}\n", b"{\na\nmine\n}\n"),
    "on Windows": (b"a\r\n}", b"mine\r\na\r\n}", b"a\r\n}\r\n", b"mine\r\na\r\n}\r\n"),
    "a true conflict": (b"a", b"b\n", b"c", None),
    "not about the end": (b"a\n", b"b\n", b"c\n", None),
}


@pytest.mark.parametrize("name", CASES)
def test_last_line(name: str) -> None:
    base, ours, theirs, merged = CASES[name]
    assert last_line.merge(base, ours, theirs) == merged
