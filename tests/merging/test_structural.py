"""A file is merged by meaning as a whole, or not at all."""

from collections.abc import Callable

import pytest
from drydock.documents.nodes import Part, source
from drydock.merging import structural
from drydock.merging.certainty import NotCertain

A = b'a = 1\nb = "x"\n'
MINE, NEW, BOTH = b'a = 2\nb = "x"\n', b'a = 1\nb = "y"\n', b'a = 2\nb = "y"\n'
MARK = b"\xef\xbb\xbf"


def crlf(text: bytes) -> bytes:
    return text.replace(b"\n", b"\r\n")


CASES = {
    "plain": (A, MINE, NEW, BOTH),
    "Windows' line ends": (A, crlf(MINE), NEW, crlf(BOTH)),
    "Windows' line ends in the release": (A, MINE, crlf(NEW), BOTH),
    "a byte order mark": (MARK + A, MARK + MINE, MARK + NEW, MARK + BOTH),
    "no line end at the end": (A[:-1], MINE[:-1], NEW[:-1], BOTH[:-1]),
    "ours ends the last line": (A[:-1], MINE, NEW[:-1], BOTH),
    "the release ends the last line": (A[:-1], MINE[:-1], NEW, BOTH),
    "added by both": (None, b"a = 1\nc = 1\n", b"a = 1\nb = 1\n", b"a = 1\nc = 1\nb = 1\n"),
    "emptied by ours": (b"a = 1\n", b"", b"a = 1\nb = 1\n", b"b = 1\n"),
}


@pytest.mark.parametrize("name", CASES)
def test_settled(name: str) -> None:
    base, ours, theirs, merged = CASES[name]
    assert structural.merge("a.toml", base, ours, theirs) == structural.Settled(merged, ())


NOT_CERTAIN = {
    "an unknown format": ("a.bin", A, MINE, NEW, "merged by lines only"),
    "computed": ("uv.lock", A, MINE, NEW, "computes it"),
    "computed by npm": ("x/package-lock.json", b"{}", b'{"a": 1}', b'{"b": 1}', "computes it"),
    "no UTF-8": ("a.toml", A, b'a = 2\nb = "\xff"\n', NEW, "no UTF-8"),
    "mixed line ends": ("a.toml", A, b'a = 2\r\nb = "x"\n', NEW, "line ends are mixed"),
    "not valid": ("a.toml", A, MINE, b"a = 1\na = 2\n", "not valid"),
    "not valid when merged": ("a.toml", b"a = 1\n", b"a = 1\nb = {}\n", b"a = 1\nb.c = 1\n",
                              "both sides add b"),
    "too deep": ("a.json", b"1", b"[" * 9999 + b"]" * 9999, b"[" * 9998 + b"]" * 9998,
                 "not valid"),
    "both changed it": ("a.toml", b"a = 1\n", b"a = 2\n", b"a = 3\n", "both sides changed a"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_CERTAIN)
def test_not_certain(name: str) -> None:
    path, base, ours, theirs, said = NOT_CERTAIN[name]
    with pytest.raises(NotCertain, match=said):
        structural.merge(path, base, ours, theirs)


@pytest.mark.parametrize("depth", [10, 100, 200, 1000])
def test_what_is_too_deep_is_not_certain(depth: int) -> None:
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


def test_a_rule_is_named() -> None:
    merged = structural.merge("a.toml", b'v = "1.0.0"\n', b'v = "1.2.0"\n', b'v = "1.10.0"\n')
    assert merged.rules == ('the higher version, from the release: v = "1.10.0"',)


BROKEN, MENDED, EDITED = b'a = [\n"b"\n', b'a = [\n"b",\n]\n', b'a = [\n"c"\n]\n'


@pytest.mark.parametrize(
    ("ours", "theirs", "merged", "rule"),
    [
        (
            EDITED,
            MENDED,
            EDITED,
            "the release only fixed what was not valid; your version is valid",
        ),
        (MENDED, EDITED, EDITED, "you only fixed what was not valid; the release is valid"),
        (
            MENDED,
            MENDED + b"\n",
            MENDED,
            "the release only fixed what was not valid; your version is valid",
        ),
    ],
)
def test_what_one_side_only_mends_is_as_the_other_side_has_it(
    ours: bytes, theirs: bytes, merged: bytes, rule: str
) -> None:
    assert structural.merge("a.toml", BROKEN, ours, theirs) == structural.Settled(merged, (rule,))


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        (BROKEN, EDITED, MENDED + b"new = 1\n"),
        (BROKEN, EDITED, BROKEN + b"\n"),
        (BROKEN, b"a = \n", MENDED),
        (b"a = 1\n", b"a = 2\n", b"a = '1'\n"),
    ],
)
def test_what_is_more_than_mended_is_not_certain(base: bytes, ours: bytes, theirs: bytes) -> None:
    with pytest.raises(NotCertain):
        structural.merge("a.toml", base, ours, theirs)


DOCUMENTED = b'"""Tests."""\n\ndef test_a():\n    """It works."""\n    assert 1  # noqa: PLR2004\n'


def test_code_that_both_sides_add_with_other_docstrings_is_yours() -> None:
    theirs = DOCUMENTED.replace(b"It works.", b"One is true.")
    settled = structural.merge("tests/test_a.py", None, DOCUMENTED, theirs)
    assert settled.text == DOCUMENTED
    assert settled.rules == ("both versions add the same code; your docstrings stand",)


@pytest.mark.parametrize(
    ("before", "after"), [(b"assert 1", b"assert 2"), (b"  # noqa: PLR2004", b""), (b"_a", b"_b")]
)
def test_code_that_both_sides_add_otherwise_is_not_certain(before: bytes, after: bytes) -> None:
    with pytest.raises(NotCertain):
        structural.merge("tests/test_a.py", None, DOCUMENTED, DOCUMENTED.replace(before, after))


def test_docstrings_of_a_file_that_was_there_are_not_chosen() -> None:
    sides = [DOCUMENTED.replace(b"It works.", text) for text in (b"", b"mine", b"new")]
    with pytest.raises(NotCertain):
        structural.merge("tests/test_a.py", *sides)


def test_thousands_of_keys_are_merged_in_a_moment() -> None:
    lines = [f"k{number} = {number}" for number in range(3000)]
    base = "\n".join(lines).encode() + b"\n"
    ours = base.replace(b"= 1500\n", b"= 0\n") + b"mine = 1\n"
    theirs = b"new = 1\n" + base.replace(b"= 1501\n", b"= 0\n")
    merged = structural.merge("a.toml", base, ours, theirs).text
    assert merged == b"new = 1\n" + ours.replace(b"= 1501\n", b"= 0\n")


@pytest.mark.parametrize(
    ("merged", "held"),
    [
        (b"a = 2\nb = 2\n", True),
        (b"a = 2\nb = 1\n", False),
        (b"a = 1\nb = 2\n", False),
        (b"a = 2\n", False),
        (b"a = 2\nb = 2\nc = 3\n", False),
        (b"a = 2\nb = 2 # x\n", False),
    ],
)
def test_what_comes_out_is_held_to_both_sides(
    merged: bytes, held: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(structural, "source", _once(merged.decode(), source))
    base, ours, theirs = b"a = 1\nb = 1\n", b"a = 2\nb = 1\n", b"a = 1\nb = 2\n"
    if held:
        assert structural.merge("a.toml", base, ours, theirs).text == merged
    else:
        with pytest.raises(NotCertain, match="lose or repeat"):
            structural.merge("a.toml", base, ours, theirs)


def _once(merged: str, source: Callable[[Part], str]) -> Callable[[Part], str]:
    """Return `parts.source` as it is thrice, for what is read; then a merge as it should not be."""
    calls = iter((source, source, source))
    return lambda part: next(calls, lambda _: merged)(part)  # noqa: PLW0108 - another at each call
