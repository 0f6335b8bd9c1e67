"""The blank lines around a text and its last line end are merged separately."""

import pytest
from drydock.merging import ends

CASES: dict[str, tuple[bytes | None, bytes, bytes, bytes | None]] = {
    "theirs_adds_final_newline": (b"a\n}", b"a\nmine\n}", b"new\na\n}\n", b"new\na\nmine\n}\n"),
    "ours_adds_final_newline": (b"{\na\n}", b"{\na\n}\n", b"{\nb\nc\n}", b"{\nb\nc\n}\n"),
    "theirs_removes_final_newline": (
        b"{\na\n}\n",
        b"mine\n{\na\n}\n",
        b"{\nb\n}",
        b"mine\n{\nb\n}",
    ),
    "both_sides_add_final_newline": (
        b"{\na\n}",
        b"{\na\nmine\n}\n",
        b"{\na\n}\n",
        b"{\na\nmine\n}\n",
    ),
    "theirs_adds_final_crlf": (
        b"a\r\nb",
        b"mine\r\na\r\nb",
        b"a\r\nb\r\nc\r\n",
        b"mine\r\na\r\nb\r\nc\r\n",
    ),
    "theirs_adds_blank_line_above": (b"a\nb\n", b"mine\n", b"\na\nb\n", b"\nmine\n"),
    "ours_adds_blank_line_above_theirs_adds_line": (b"a\n", b"\na\n", b"new\na\n", b"\nnew\na\n"),
    "theirs_replaces_final_blank_line_ours_removes_it": (
        b"b\na\n  \n",
        b"mine\na",
        b"b\na\nnew\n",
        b"mine\na\nnew",
    ),
    "ours_is_blank_conflicts": (b"a\n\n", b"", b"a\nb\n", None),
    "both_sides_add_text_with_different_ends": (None, b"a\nb\n", b"\na\nb", b"a\nb\n"),
    "both_sides_add_different_texts_conflicts": (None, b"a\nb\n", b"a\nc\n", None),
    "both_sides_add_text_with_different_blank_lines_within_conflicts": (
        None,
        b"a\nb\n",
        b"a\n\nb\n",
        None,
    ),
    "both_sides_change_line_conflicts": (b"a", b"b\n", b"c", None),
    "same_ends_conflicts": (b"a\n", b"b\n", b"c\n", None),
}


@pytest.mark.parametrize("name", CASES)
def test_merge(name: str) -> None:
    base, ours, theirs, merged = CASES[name]
    assert ends.merge(base, ours, theirs) == merged
