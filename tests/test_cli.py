"""The command line itself."""

import fcntl
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from drydock.commands import update
from drydock.errors import BadInput, Fault, undone_by

from tests.support import Outcome, Service, Template

Drydock = Callable[..., Outcome]
MAIN = "from drydock.cli import main; main()"


@pytest.fixture
def occupied(tmp_path: Path) -> Path:
    """A folder that is not empty, so that no service can be created there."""
    (tmp_path / "file").touch()
    return tmp_path


@pytest.mark.parametrize("arguments", [("--help",), ()])
def test_help_names_every_command(drydock: Drydock, arguments: tuple[str, ...]) -> None:
    outcome = drydock(*arguments)
    for command in ("new", "update"):
        assert command in outcome.out + outcome.err


@pytest.mark.parametrize("command", ["new", "update"])
def test_help_of_a_command_shows_defaults(drydock: Drydock, command: str) -> None:
    outcome = drydock(command, "--help")
    assert outcome.code == 0
    words = " ".join(outcome.out.split())
    assert {
        "new": "[default: the one drydock was installed from; with --template, the newest]",
        "update": "[default: the newest]",
    }[command] in words
    assert "--defaults" in outcome.out


@pytest.mark.parametrize(
    "command", ["", "new", "update", "retrofit", "modernize", "questions", "shim"]
)
def test_help_fits_80_columns_and_ends_with_an_example(
    drydock: Drydock, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = drydock(*filter(None, [command]), "--help").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert not [line for line in lines if line.endswith("...") and "Usage:" not in line]
    assert f"drydock {command}" in lines[-1]


@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}])
def test_no_color_is_respected(occupied: Path, variables: dict[str, str]) -> None:
    """In the terminal of `script`."""
    command = shlex.join([sys.executable, "-c", MAIN, "new", str(occupied), "--defaults"])
    done = subprocess.run(
        ["script", "--quiet", "--return", "--command", command, "/dev/null"],
        capture_output=True, check=False, stdin=subprocess.DEVNULL,
        env={k: v for k, v in os.environ.items() if k != "NO_COLOR"} | variables,
    )  # fmt: skip
    assert done.returncode == 2
    assert (b"\x1b[" in done.stdout) is not bool(variables)


def in_terminal(columns: int, *arguments: str | Path, **variables: str) -> str:
    """Run the command line in a terminal with this many columns; return its output."""
    main, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    names = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}
    with subprocess.Popen(
        [sys.executable, "-c", MAIN, *map(str, arguments)],
        stdin=terminal, stdout=terminal, stderr=terminal,
        env=names | {"TERM": "xterm-256color"} | variables,
    ):  # fmt: skip
        os.close(terminal)
        output = b""
        with suppress(OSError):  # raised when the process has closed the terminal
            while chunk := os.read(main, 65536):
                output += chunk
    os.close(main)
    return output.decode()


LONG = "tests/of-the-shop/that-has-a-long-name/test_all_that_the_shop_does_on_a_sunday.py"


@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}])
def test_output_is_a_table_in_a_terminal_and_plain_lines_in_a_pipe(
    drydock: Drydock, template: Template, tmp_path: Path, variables: dict[str, str]
) -> None:
    template.release("v1.0.0", {LONG: "1\n2\n3\n", "a [red]b.txt": "1\n"})
    service = Service.make(template, tmp_path / "service")
    service.change({LONG: None, "mine.txt": "mine\n"})
    template.release("v1.1.0", {LONG: "1\n2\n4\n", "a [red]b.txt": "2\n", "new.txt": "new\n"})

    output = in_terminal(80, "update", service.path, "--dry-run", **variables)

    assert ("\x1b[32m" in output) is not bool(variables)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", output).splitlines()
    (updated,) = (line for line in lines if "a [red]b.txt" in line)
    column = updated.index("taken from the release")
    (skipped,) = (line for line in lines if line.startswith("  skipped"))
    assert skipped[column:].strip() == "you deleted it"
    folded = "".join(line[11 : column - 1].strip() for line in lines[lines.index(skipped) :][:3])
    assert folded.startswith(LONG)
    assert max(len(line) for line in lines if str(tmp_path) not in line) <= 80

    plain = drydock("update", service.path, "--dry-run").out
    assert f"  skipped   {LONG}  you deleted it\n" in plain
    assert "  added     new.txt  new in the release\n" in plain


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completes_commands_and_options(shell: str) -> None:
    """With the variables that the script of `--show-completion` sets."""
    words = {"_TYPER_COMPLETE_ARGS": "drydock up", "_DRYDOCK_COMPLETE": f"complete_{shell}"}
    words |= {"COMP_WORDS": "drydock up", "COMP_CWORD": "1"}
    words |= {"_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    program = Path(sys.executable).with_name("drydock")
    done = subprocess.run(
        [program], env=os.environ | words, capture_output=True, text=True, check=False
    )
    assert "update" in done.stdout
    assert "retrofit" not in done.stdout


@pytest.mark.parametrize("arguments", [("--nonsense",), ("sail",), ("new",), ("new", "a", "b")])
def test_wrong_usage_exits_with_2(drydock: Drydock, arguments: tuple[str, ...]) -> None:
    assert drydock(*arguments).code == 2


@pytest.mark.parametrize(
    "command", ["check", "fleet status", "modernize", "new", "prove", "retrofit", "update"]
)
@pytest.mark.parametrize(("name", "reason"), [("a" * 300, "File name too long"), ("loop", "loop")])
def test_invalid_folder_is_bad_input(
    drydock: Drydock, command: str, name: str, reason: str, tmp_path: Path
) -> None:
    (tmp_path / "loop").symlink_to("loop")
    outcome = drydock(*command.split(), tmp_path / name)
    assert (outcome.code, outcome.out) == (2, "")
    assert reason in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_version(drydock: Drydock) -> None:
    outcome = drydock("--version")
    assert outcome.code == 0
    assert outcome.out.startswith("drydock ")


@pytest.mark.parametrize(
    ("error", "left"),
    [
        (SyntaxError("duplicate argument"), "nothing was changed"),
        (KeyError("x"), "nothing was changed"),
        (RecursionError("too\ndeep"), "nothing was changed"),
        (Fault(ValueError("later"), "drydock update --abort undoes what was written"),
         "drydock update --abort undoes what was written"),
    ],
)  # fmt: skip
def test_internal_error_exits_with_3_and_one_line(
    drydock: Drydock, monkeypatch: pytest.MonkeyPatch, error: Exception, left: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(update, "update", fail)
    outcome = drydock("update")
    assert (outcome.code, outcome.out) == (3, "")
    (line,) = outcome.err.splitlines()
    assert "internal error" in line
    assert f"; {left}; please report it to " in line
    kept = Path(line.rpartition(" with ")[2])
    assert type(error).__name__ in kept.read_text() or "later" in kept.read_text()
    kept.unlink()


def test_internal_error_after_writing_names_the_command_that_undoes_it() -> None:
    with pytest.raises(Fault, match="KeyError") as raised, undone_by("drydock update --abort"):
        raise KeyError("x")
    assert raised.value.left == "drydock update --abort undoes what was written"


def test_bad_input_after_writing_stays_bad_input() -> None:
    with pytest.raises(BadInput), undone_by("drydock update --abort"):
        raise BadInput("x")


@pytest.mark.parametrize(("error", "code"), [(EOFError(), 2), (KeyboardInterrupt(), 130)])
def test_unanswered_question_does_not_exit_like_a_conflict(
    drydock: Drydock, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    def ask(*_: object) -> None:
        raise error

    monkeypatch.setattr(update, "update", ask)
    assert drydock("update").code == code


def test_closed_pipe_does_not_exit_like_a_conflict() -> None:
    command = shlex.join([sys.executable, "-c", MAIN, "--help"])
    ran = subprocess.run(
        f"({command}; echo $? >&2) | true",
        shell=True, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ran.stderr.split()[-1:] in (["0"], ["141"])
