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
    """A folder that is not empty, so that no service can be made there."""
    (tmp_path / "file").touch()
    return tmp_path


@pytest.mark.parametrize("arguments", [("--help",), ()])
def test_help_names_every_command(drydock: Drydock, arguments: tuple[str, ...]) -> None:
    said = drydock(*arguments)
    for command in ("new", "update"):
        assert command in said.out + said.err


@pytest.mark.parametrize("command", ["new", "update"])
def test_help_of_a_command_says_what_is_taken_without_an_option(
    drydock: Drydock, command: str
) -> None:
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
def test_help_is_whole_at_80_columns_and_ends_with_an_example(
    drydock: Drydock, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = drydock(*filter(None, [command]), "--help").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert not [line for line in lines if line.endswith("...") and "Usage:" not in line]
    assert f"drydock {command}" in lines[-1]


@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}])
def test_no_color_is_respected(occupied: Path, variables: dict[str, str]) -> None:
    """In a terminal, which `script` makes."""
    command = shlex.join([sys.executable, "-c", MAIN, "new", str(occupied), "--defaults"])
    done = subprocess.run(
        ["script", "--quiet", "--return", "--command", command, "/dev/null"],
        capture_output=True, check=False, stdin=subprocess.DEVNULL,
        env={k: v for k, v in os.environ.items() if k != "NO_COLOR"} | variables,
    )  # fmt: skip
    assert done.returncode == 2
    assert (b"\x1b[" in done.stdout) is not bool(variables)


def in_terminal(columns: int, *arguments: str | Path, **variables: str) -> str:
    """Run the command line in a terminal of so many columns; return what is on it."""
    main, here = pty.openpty()
    fcntl.ioctl(here, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    names = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}
    with subprocess.Popen(
        [sys.executable, "-c", MAIN, *map(str, arguments)],
        stdin=here, stdout=here, stderr=here, env=names | {"TERM": "xterm-256color"} | variables,
    ):  # fmt: skip
        os.close(here)
        said = b""
        with suppress(OSError):  # it ends so, where nothing holds the other end any more
            while read := os.read(main, 65536):
                said += read
    os.close(main)
    return said.decode()


LONG = "tests/of-the-shop/that-has-a-long-name/test_all_that_the_shop_does_on_a_sunday.py"


@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}])
def test_a_terminal_gets_a_table_and_a_pipe_plain_lines(
    drydock: Drydock, template: Template, tmp_path: Path, variables: dict[str, str]
) -> None:
    template.release("v1.0.0", {LONG: "1\n2\n3\n", "a [red]b.txt": "1\n"})
    service = Service.make(template, tmp_path / "service")
    service.change({LONG: None, "mine.txt": "mine\n"})
    template.release("v1.1.0", {LONG: "1\n2\n4\n", "a [red]b.txt": "2\n", "new.txt": "new\n"})

    said = in_terminal(80, "update", service.path, "--dry-run", **variables)

    assert ("\x1b[32m" in said) is not bool(variables)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", said).splitlines()
    (updated,) = (line for line in lines if "a [red]b.txt" in line)
    why = updated.index("taken from the release")
    (skipped,) = (line for line in lines if line.startswith("  skipped"))
    assert skipped[why:].strip() == "you deleted it"
    folded = "".join(line[11 : why - 1].strip() for line in lines[lines.index(skipped) :][:3])
    assert folded.startswith(LONG)
    assert max(len(line) for line in lines if str(tmp_path) not in line) <= 80

    plain = drydock("update", service.path, "--dry-run").out
    assert f"  skipped   {LONG}  you deleted it\n" in plain
    assert "  added     new.txt  new in the release\n" in plain


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands_and_options(shell: str) -> None:
    """As the script does that `--show-completion` prints."""
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
def test_wrong_usage_ends_with_2(drydock: Drydock, arguments: tuple[str, ...]) -> None:
    assert drydock(*arguments).code == 2


@pytest.mark.parametrize(
    "command", ["check", "fleet status", "modernize", "new", "prove", "retrofit", "update"]
)
@pytest.mark.parametrize(("name", "said"), [("a" * 300, "File name too long"), ("loop", "loop")])
def test_a_folder_that_cannot_be_is_bad_input(
    drydock: Drydock, command: str, name: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "loop").symlink_to("loop")
    outcome = drydock(*command.split(), tmp_path / name)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
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
def test_a_fault_of_drydock_is_one_line_and_3(
    drydock: Drydock, monkeypatch: pytest.MonkeyPatch, error: Exception, left: str
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(update, "update", fails)
    outcome = drydock("update")
    assert (outcome.code, outcome.out) == (3, "")
    (line,) = outcome.err.splitlines()
    assert "a fault of Drydock's own" in line
    assert f"; {left}; please report it to " in line
    kept = Path(line.rpartition(" with ")[2])
    assert type(error).__name__ in kept.read_text() or "later" in kept.read_text()
    kept.unlink()


def test_a_fault_after_writing_says_what_undoes_it() -> None:
    with pytest.raises(Fault, match="KeyError") as raised, undone_by("drydock update --abort"):
        raise KeyError("x")
    assert raised.value.left == "drydock update --abort undoes what was written"


def test_bad_input_after_writing_stays_bad_input() -> None:
    with pytest.raises(BadInput), undone_by("drydock update --abort"):
        raise BadInput("x")


@pytest.mark.parametrize(("error", "code"), [(EOFError(), 2), (KeyboardInterrupt(), 130)])
def test_a_question_without_an_answer_is_no_conflict(
    drydock: Drydock, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    def asks(*_: object) -> None:
        raise error

    monkeypatch.setattr(update, "update", asks)
    assert drydock("update").code == code


def test_a_reader_that_is_gone_is_no_conflict() -> None:
    command = shlex.join([sys.executable, "-c", MAIN, "--help"])
    ran = subprocess.run(
        f"({command}; echo $? >&2) | true",
        shell=True, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ran.stderr.split()[-1:] in (["0"], ["141"])
