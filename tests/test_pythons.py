"""Finding the Python interpreters of this machine."""

from pathlib import Path

import pytest
from drydock import pythons
from drydock.errors import BadInput

pytestmark = pytest.mark.usefixtures("shared_uv_cache")


def test_interpreters_are_sorted_from_newest_to_oldest() -> None:
    found = pythons.at_hand()
    versions = [python.version for python in found]
    assert versions == sorted(set(versions), reverse=True)
    assert all(python.path.is_absolute() for python in found)


def test_missing_home_is_named_with_its_reason_and_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "missing"))
    with pytest.raises(BadInput, match="interpreters") as caught:
        pythons.at_hand()
    assert str(caught.value) == (
        f"HOME is {tmp_path}/missing, which is not a directory; Drydock looks for Python "
        "interpreters there: create it, or set HOME to an existing directory"
    )
