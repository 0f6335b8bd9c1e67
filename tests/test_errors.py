"""What a user is meant to see is one line, and a fault of Drydock's own says how it is undone."""

import pytest
from drydock.errors import BadInput, Fault, one_line, undone_by
from drydock.git import GitError


def test_a_message_is_one_line_without_control_characters() -> None:
    assert one_line("a\n  b\t\x1b[31mc\x00") == "a b [31mc"
    assert str(BadInput("first\nsecond")) == "first second"


def test_a_fault_after_something_was_written_says_what_takes_it_back() -> None:
    with pytest.raises(Fault) as caught, undone_by("drydock update --abort"):
        raise KeyError("lost\nkey")
    assert str(caught.value) == r"a fault of Drydock's own: KeyError('lost\nkey')"
    assert caught.value.left == "drydock update --abort undoes what was written"


def test_bad_input_stays_what_it_is() -> None:
    error = BadInput("no")
    with pytest.raises(BadInput) as caught, undone_by("drydock update --abort"):
        raise error
    assert caught.value is error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (GitError("gpg failed\nto sign"), "git: gpg failed to sign"),
        (OSError(28, "No space left", "a.py"), "a.py: No space left"),
        (OSError("full"), "full"),
    ],
)
def test_what_git_or_the_machine_refuses_is_no_fault_and_is_undone(
    error: Exception, said: str
) -> None:
    with pytest.raises(BadInput) as caught, undone_by("drydock update --abort"):
        raise error
    assert str(caught.value) == f"{said}; drydock update --abort undoes what was written"


def test_a_report_of_a_fault_has_the_way_to_it() -> None:
    with pytest.raises(Fault) as caught, undone_by("drydock update --abort"):
        raise KeyError("lost")
    kept = caught.value.write_report()
    try:
        text = kept.read_text()
    finally:
        kept.unlink()
    assert "Traceback" in text
    assert "test_a_report_of_a_fault_has_the_way_to_it" in text
