"""Folders as a user names them."""

from pathlib import Path

from drydock.errors import BadInput


def expanded(path: Path) -> Path:
    """Return `path` with its `~` filled in.

    Raises BadInput where there is no such home, or no file may have that name.
    """
    try:
        filled = path.expanduser()
    except RuntimeError as error:
        raise BadInput(f"{path}: there is no such home") from error
    try:
        filled.exists()
    except OSError as error:
        raise BadInput(f"{str(path)[:100]}…: {error.strerror}") from error
    return filled


def resolved(path: Path) -> Path:
    """Return `path` from the root, without links; raise BadInput as `expanded` does, or for a loop.

    It need not be there.
    """
    try:
        return expanded(path).resolve()
    except RuntimeError as error:
        raise BadInput(f"{path}: its links lead in a circle") from error
