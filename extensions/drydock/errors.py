"""The errors that a user is meant to see."""

import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NO_TERMINAL = "there is no terminal to ask on: give --defaults, or --data NAME=VALUE"


class BadInput(Exception):  # noqa: N818 - it names what happened, as click's BadParameter does
    """Something the user gave cannot be used: one clear line, exit code 2, nothing changed."""

    def __init__(self, message: object) -> None:
        super().__init__(one_line(message))


class Fault(Exception):  # noqa: N818 - as BadInput
    """A fault of Drydock's own: one line, exit code 3; `left` says in which state."""

    def __init__(self, error: BaseException, left: str) -> None:
        self.error, self.left = error, left
        super().__init__(f"a fault of Drydock's own: {one_line(repr(error))[:200]}")

    def kept(self) -> Path:
        """Write what a report of the fault needs into a file; return its path."""
        with tempfile.NamedTemporaryFile(
            "w", prefix="drydock-fault-", suffix=".txt", delete=False
        ) as stream:
            stream.writelines(traceback.format_exception(self.error))
        return Path(stream.name)


class Refused(Exception):  # noqa: N818 - as BadInput
    """A program refused what it was asked; the text is what it said, on one line."""


@contextmanager
def undone_by(command: str) -> Iterator[None]:
    """Say of what fails in this block that something was written, and what takes it back.

    What a program refuses (a hook, a signature) and what the machine does is BadInput; all else is
    a Fault.
    """
    try:
        yield
    except BadInput:
        raise
    except Exception as error:
        left = f"{command} undoes what was written"
        if isinstance(error, Refused):
            raise BadInput(f"git: {error}; {left}") from error
        if isinstance(error, OSError):
            said = f"{error.filename}: {error.strerror}" if error.filename else str(error)
            raise BadInput(f"{said}; {left}") from error
        raise Fault(error, left) from error


def one_line(message: object) -> str:
    """Return the text of `message` on one line, without control characters."""
    text = " ".join(str(message).split())
    return "".join(c for c in text if c.isprintable())
