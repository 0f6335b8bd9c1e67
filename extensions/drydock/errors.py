"""The errors that users see."""

import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NO_TERMINAL = "there is no terminal to ask on: give --defaults, or --data NAME=VALUE"


class UserError(Exception):
    """A problem that the user can fix: one clear line, exit code 2, nothing changed."""

    def __init__(self, message: object) -> None:
        super().__init__(one_line(message))


class BadInput(UserError):  # noqa: N818 - named like click's BadParameter
    """Something that the user gave cannot be used."""


class Fault(Exception):  # noqa: N818 - as BadInput
    """An internal error of Drydock: one line, exit code 3. `left` describes the state it leaves."""

    def __init__(self, error: BaseException, left: str) -> None:
        self.error, self.left = error, left
        super().__init__(f"internal error: {one_line(repr(error))[:200]}")

    def write_report(self) -> Path:
        """Write the traceback to a file that a bug report can include; return its path."""
        with tempfile.NamedTemporaryFile(
            "w", prefix="drydock-fault-", suffix=".txt", delete=False
        ) as stream:
            stream.writelines(traceback.format_exception(self.error))
        return Path(stream.name)


class Refused(Exception):  # noqa: N818 - as BadInput
    """A program failed; the text is its error message, on one line."""


@contextmanager
def undone_by(command: str) -> Iterator[None]:
    """Add to any error in this block that files were written, and the command that undoes it.

    A program that fails (a hook, a signature) and an error of the machine become BadInput; any
    other error becomes a Fault.
    """
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        left = f"{command} undoes what was written"
        if isinstance(error, Refused):
            raise BadInput(f"git: {error}; {left}") from error
        if isinstance(error, OSError):
            raise BadInput(f"{reason_of(error)}; {left}") from error
        raise Fault(error, left) from error


def reason_of(error: OSError) -> str:
    """Return what failed, after the file if it is known: a full disk names none."""
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else reason


def one_line(message: object) -> str:
    """Return the text of `message` on one line, without control characters."""
    text = " ".join(str(message).split())
    return "".join(c for c in text if c.isprintable())
