"""Paths as users type them."""

from pathlib import Path

from drydock.errors import BadInput


def expanded(path: Path) -> Path:
    """Return `path` with `~` expanded.

    Raises BadInput when the home directory does not exist or the name is not usable.
    """
    try:
        filled = path.expanduser()
    except RuntimeError as error:
        raise BadInput(f"{path}: there is no such home directory") from error
    try:
        filled.exists()
    except OSError as error:
        raise BadInput(f"{str(path)[:100]}…: {error.strerror}") from error
    return filled


def resolved(path: Path) -> Path:
    """Return `path` as an absolute path without symbolic links; it need not exist.

    Raises BadInput as `expanded` does, and for a loop of symbolic links.
    """
    try:
        return expanded(path).resolve()
    except RuntimeError as error:
        raise BadInput(f"{path}: its symbolic links form a loop") from error
