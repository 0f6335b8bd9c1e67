"""Folders as a user names them."""

from pathlib import Path

from drydock.errors import BadInput


def expanded(path: Path) -> Path:
    """Return `path` with its `~` filled in; raise BadInput where there is no such home."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise BadInput(f"{path}: there is no such home") from error
