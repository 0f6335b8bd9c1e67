"""A clean merge by lines has the changes of both sides; lines that one side changed are counted."""

import pytest
from drydock.merging import lines

ONE, TWO = b"import one\n", b"import two\n"


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        pytest.param(ONE + TWO, ONE + TWO + b"mine\n", TWO, TWO + b"mine\n", id="both_sides_edit"),
        pytest.param(ONE, ONE + TWO, ONE + TWO, ONE + TWO, id="both_sides_add_same_line"),
        pytest.param(ONE + TWO, TWO, TWO, TWO, id="both_sides_remove_same_line"),
        pytest.param(ONE + TWO, TWO + ONE, ONE + TWO, TWO + ONE, id="ours_moves_line"),
        pytest.param(
            b"a\n}\n", b"a\nb\n}\n", b"}\n", b"b\n}\n}\n", id="repeated_brackets_do_not_count"
        ),
    ],
)
def test_correct_merges_have_no_problem(
    base: bytes, ours: bytes, theirs: bytes, merged: bytes
) -> None:
    assert lines.problem(base, ours, theirs, merged) is None


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged", "expected"),
    [
        pytest.param(ONE + TWO, TWO + ONE, TWO, TWO + ONE, "once, not never: import one"),
        pytest.param(ONE, ONE, ONE + TWO, ONE, "never, not once: import two"),
        pytest.param(ONE, ONE + TWO, ONE, ONE, "never, not once: import two"),
        pytest.param(ONE + TWO, ONE, ONE + TWO, ONE + TWO, "once, not never: import two"),
        pytest.param(ONE, ONE, ONE + TWO, ONE + TWO + TWO, "twice, not once: import two"),
    ],
)
def test_missing_or_repeated_line_is_reported(
    base: bytes, ours: bytes, theirs: bytes, merged: bytes, expected: str
) -> None:
    assert expected in str(lines.problem(base, ours, theirs, merged))
