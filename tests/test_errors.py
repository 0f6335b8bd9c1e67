"""Messages are one line, and an internal error names the command that undoes what was written."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import pytest
from drydock.commands import modernize, retrofit, update
from drydock.errors import BadInput, Fault, one_line, undone_by
from drydock.git import GitError

from tests.support import Outcome


def test_message_is_one_line_without_control_characters() -> None:
    assert one_line("a\n  b\t\x1b[31mc\x00") == "a b [31mc"
    assert str(BadInput("first\nsecond")) == "first second"


def test_internal_error_after_writing_names_the_command_that_undoes_it() -> None:
    with pytest.raises(Fault) as caught, undone_by("drydock update --abort"):
        raise KeyError("lost\nkey")
    assert str(caught.value) == r"internal error: KeyError('lost\nkey')"
    assert caught.value.left == "drydock update --abort undoes what was written"


def test_bad_input_is_passed_on_unchanged() -> None:
    error = BadInput("no")
    with pytest.raises(BadInput) as caught, undone_by("drydock update --abort"):
        raise error
    assert caught.value is error


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (GitError("gpg failed\nto sign"), "git: gpg failed to sign"),
        (OSError(28, "No space left", "a.py"), "a.py: No space left"),
        (OSError(28, "No space left"), "No space left"),
        (OSError("full"), "full"),
    ],
)
def test_errors_of_git_and_the_system_are_bad_input_that_can_be_undone(
    error: Exception, message: str
) -> None:
    with pytest.raises(BadInput) as caught, undone_by("drydock update --abort"):
        raise error
    assert str(caught.value) == f"{message}; drydock update --abort undoes what was written"


@pytest.mark.parametrize(
    ("command", "module", "step"),
    [
        ("update", update, "find"),
        ("retrofit", retrofit, "place_of"),
        ("modernize", modernize, "repository_of"),
    ],
)
def test_full_disk_is_reported_without_a_file_name(
    drydock: Callable[..., Outcome],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    module: ModuleType,
    step: str,
) -> None:
    def full(*_arguments: object, **_options: object) -> NoReturn:
        raise OSError(28, "No space left on device")  # as writing to an open file does

    monkeypatch.setattr(module, step, full)
    outcome = drydock(command, tmp_path)
    assert (outcome.code, outcome.err) == (2, "drydock: No space left on device\n")


def test_report_of_an_internal_error_contains_the_traceback() -> None:
    with pytest.raises(Fault) as caught, undone_by("drydock update --abort"):
        raise KeyError("lost")
    report = caught.value.write_report()
    try:
        text = report.read_text()
    finally:
        report.unlink()
    assert "Traceback" in text
    assert "test_report_of_an_internal_error_contains_the_traceback" in text
