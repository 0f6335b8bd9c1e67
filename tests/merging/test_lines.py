"""A clean merge by lines holds what both sides did; a line is counted where one side left it be."""

import pytest
from drydock.merging import lines

ONE, TWO = b"import one\n", b"import two\n"


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        pytest.param(ONE + TWO, ONE + TWO + b"mine\n", TWO, TWO + b"mine\n", id="both edited"),
        pytest.param(ONE, ONE + TWO, ONE + TWO, ONE + TWO, id="both added the same"),
        pytest.param(ONE + TWO, TWO, TWO, TWO, id="both removed the same"),
        pytest.param(ONE + TWO, TWO + ONE, ONE + TWO, TWO + ONE, id="moved by one side"),
        pytest.param(b"a\n}\n", b"a\nb\n}\n", b"}\n", b"b\n}\n}\n", id="brackets tell nothing"),
    ],
)
def test_right_merges(base: bytes, ours: bytes, theirs: bytes, merged: bytes) -> None:
    assert lines.problem(base, ours, theirs, merged) is None


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged", "said"),
    [
        pytest.param(ONE + TWO, TWO + ONE, TWO, TWO + ONE, "once in it, not nowhere: import one"),
        pytest.param(ONE, ONE, ONE + TWO, ONE, "nowhere in it, not once: import two"),
        pytest.param(ONE, ONE + TWO, ONE, ONE, "nowhere in it, not once: import two"),
        pytest.param(ONE + TWO, ONE, ONE + TWO, ONE + TWO, "once in it, not nowhere: import two"),
        pytest.param(ONE, ONE, ONE + TWO, ONE + TWO + TWO, "twice in it, not once: import two"),
    ],
)
def test_wrong_merges(base: bytes, ours: bytes, theirs: bytes, merged: bytes, said: str) -> None:
    assert said in str(lines.problem(base, ours, theirs, merged))
