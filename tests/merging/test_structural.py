"""A file is merged structurally as a whole, or not at all."""

import pytest
from drydock.merging import structural
from drydock.merging.certainty import NotCertain

A = b'a = 1\nb = "x"\n'
MINE, NEW, BOTH = b'a = 2\nb = "x"\n', b'a = 1\nb = "y"\n', b'a = 2\nb = "y"\n'
MARK = b"\xef\xbb\xbf"


def crlf(text: bytes) -> bytes:
    return text.replace(b"\n", b"\r\n")


CASES = {
    "sides_change_different_keys": (A, MINE, NEW, BOTH),
    "ours_has_crlf": (A, crlf(MINE), NEW, crlf(BOTH)),
    "theirs_has_crlf": (A, MINE, crlf(NEW), BOTH),
    "all_have_byte_order_mark": (MARK + A, MARK + MINE, MARK + NEW, MARK + BOTH),
    "no_side_has_final_newline": (A[:-1], MINE[:-1], NEW[:-1], BOTH[:-1]),
    "ours_adds_final_newline": (A[:-1], MINE, NEW[:-1], BOTH),
    "theirs_adds_final_newline": (A[:-1], MINE[:-1], NEW, BOTH),
    "both_sides_add_file": (None, b"a = 1\nc = 1\n", b"a = 1\nb = 1\n", b"a = 1\nc = 1\nb = 1\n"),
    "ours_empties_file_theirs_adds_key": (b"a = 1\n", b"", b"a = 1\nb = 1\n", b"b = 1\n"),
}


@pytest.mark.parametrize("name", CASES)
def test_merge(name: str) -> None:
    base, ours, theirs, merged = CASES[name]
    assert structural.merge("a.toml", base, ours, theirs) == structural.Resolution(merged, ())


NOT_CERTAIN = {
    "unknown_format": ("a.bin", A, MINE, NEW, "merged by lines only"),
    "lock_file_of_uv": ("uv.lock", A, MINE, NEW, "generates it"),
    "lock_file_of_npm": ("x/package-lock.json", b"{}", b'{"a": 1}', b'{"b": 1}', "generates it"),
    "ours_is_not_utf8": ("a.toml", A, b'a = 2\nb = "\xff"\n', NEW, "not UTF-8"),
    "ours_has_mixed_line_ends": ("a.toml", A, b'a = 2\r\nb = "x"\n', NEW, "mixed line ends"),
    "theirs_is_not_valid": ("a.toml", A, MINE, b"a = 1\na = 2\n", "can be parsed"),
    "result_is_not_valid": (
        "a.toml",
        b"a = 1\n",
        b"a = 1\nb = {}\n",
        b"a = 1\nb.c = 1\n",
        "both versions add b",
    ),
    "nested_too_deeply": (
        "a.json",
        b"1",
        b"[" * 9999 + b"]" * 9999,
        b"[" * 9998 + b"]" * 9998,
        "can be parsed",
    ),
    "both_sides_change_value": (
        "a.toml",
        b"a = 1\n",
        b"a = 2\n",
        b"a = 3\n",
        "both versions change a",
    ),
}


@pytest.mark.parametrize("name", NOT_CERTAIN)
def test_conflicts(name: str) -> None:
    path, base, ours, theirs, reason = NOT_CERTAIN[name]
    with pytest.raises(NotCertain, match=reason):
        structural.merge(path, base, ours, theirs)


@pytest.mark.parametrize("depth", [10, 100, 200, 1000])
def test_deep_nesting_merges_or_conflicts(depth: int) -> None:
    base, ours, theirs, merged = (
        b'{"a": ' * depth + inner + b"}" * depth
        for inner in (b'{"x":1,"y":1}', b'{"x":2,"y":1}', b'{"x":1,"y":2}', b'{"x":2,"y":2}')
    )
    try:
        text = structural.merge("a.json", base, ours, theirs).text
    except NotCertain:
        assert depth > 50
    else:
        assert text.replace(b" ", b"") == merged.replace(b" ", b"")


def test_used_rule_is_reported() -> None:
    merged = structural.merge("a.toml", b'v = "1.0.0"\n', b'v = "1.2.0"\n', b'v = "1.10.0"\n')
    assert merged.rules == ('the higher version, from the release: v = "1.10.0"',)


BROKEN, FIXED, EDITED = b'a = [\n"b"\n', b'a = [\n"b",\n]\n', b'a = [\n"c"\n]\n'


@pytest.mark.parametrize(
    ("ours", "theirs", "merged", "rule"),
    [
        (
            EDITED,
            FIXED,
            EDITED,
            "the release only fixes the syntax; your version is valid",
        ),
        (FIXED, EDITED, EDITED, "you only fixed the syntax; the release is valid"),
        (
            FIXED,
            FIXED + b"\n",
            FIXED,
            "the release only fixes the syntax; your version is valid",
        ),
    ],
)
def test_side_that_only_fixes_syntax_is_ignored(
    ours: bytes, theirs: bytes, merged: bytes, rule: str
) -> None:
    assert structural.merge("a.toml", BROKEN, ours, theirs) == structural.Resolution(
        merged, (rule,)
    )


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        (BROKEN, EDITED, FIXED + b"new = 1\n"),
        (BROKEN, EDITED, BROKEN + b"\n"),
        (BROKEN, b"a = \n", FIXED),
        (b"a = 1\n", b"a = 2\n", b"a = '1'\n"),
    ],
)
def test_more_than_syntax_fix_conflicts(base: bytes, ours: bytes, theirs: bytes) -> None:
    with pytest.raises(NotCertain):
        structural.merge("a.toml", base, ours, theirs)


def test_thousands_of_keys_merge_quickly() -> None:
    lines = [f"k{number} = {number}" for number in range(3000)]
    base = "\n".join(lines).encode() + b"\n"
    ours = base.replace(b"= 1500\n", b"= 0\n") + b"mine = 1\n"
    theirs = b"new = 1\n" + base.replace(b"= 1501\n", b"= 0\n")
    merged = structural.merge("a.toml", base, ours, theirs).text
    assert merged == b"new = 1\n" + ours.replace(b"= 1501\n", b"= 0\n")


@pytest.mark.parametrize(
    ("merged", "is_right"),
    [
        (b"a = 2\nb = 2\n", True),
        (b"a = 2\nb = 1\n", False),
        (b"a = 1\nb = 2\n", False),
        (b"a = 2\n", False),
        (b"a = 2\nb = 2\nc = 3\n", False),
        (b"a = 2\nb = 2 # x\n", False),
    ],
)
def test_result_must_have_changes_of_both_sides(
    merged: bytes, is_right: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(structural, "source", lambda _part: merged.decode())
    base, ours, theirs = b"a = 1\nb = 1\n", b"a = 2\nb = 1\n", b"a = 1\nb = 2\n"
    if is_right:
        assert structural.merge("a.toml", base, ours, theirs).text == merged
    else:
        with pytest.raises(NotCertain, match="lose or repeat"):
            structural.merge("a.toml", base, ours, theirs)
