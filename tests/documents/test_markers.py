"""Conflict markers are refused; what only looks like them is not."""

import pytest
from drydock.documents import markers


@pytest.mark.parametrize("line", ["<<<<<<< yours", "=======", ">>>>>>> release v1.1.0", "<<<<<<<<"])
def test_marker_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="conflict markers"):
        markers.refuse(f"a\n{line}\nb\n")


@pytest.mark.parametrize("line", ["# <<<<<<< yours", "========", "a=======", "<<<<<<"])
def test_other_line_is_accepted(line: str) -> None:
    markers.refuse(f"a\n{line}\nb\n")
