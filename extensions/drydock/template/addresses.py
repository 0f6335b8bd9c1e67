"""Addresses of templates: how they are read, recorded and shown."""

import re
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from drydock.errors import BadInput
from drydock.paths import expanded

_SHORTCUTS = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
_LOGIN = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)(?P<login>[^\s/?#'\"]+)@", re.IGNORECASE)


def without_credentials(address: str) -> str:
    """Return an address without password or token, so that it can be recorded and shown.

    The user of an SSH address stays: it is needed and not a secret. Raises BadInput for an invalid
    address.
    """
    if "://" not in address:
        return address
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise BadInput(f"{redacted(address)!r} is not an address: {error}") from error
    if "@" not in parts.netloc:
        return address
    login, _, host = parts.netloc.rpartition("@")
    user = login.partition(":")[0]
    netloc = f"{user}@{host}" if parts.scheme.endswith("ssh") and user else host
    return urlunsplit(parts._replace(netloc=netloc))


def redacted(text: str) -> str:
    """Return a message without the credentials of any address in it."""
    return _LOGIN.sub(r"\g<scheme>", text)


def local_folder(address: str, base: Path) -> Path | None:
    """Return the folder or bundle at `address`, relative to `base`; None if it is not local."""
    path = base / expanded(Path(address.removeprefix("file://")))
    return path if path.exists() else None


def absolute(address: str, base: Path) -> str:
    """Return `address`; if it is a local folder or bundle, its absolute path."""
    folder = local_folder(address, base)
    return str(folder.resolve()) if folder else address


def expand(address: str) -> str:
    """Return `address` with its shortcut (`gh:`, `gl:`) expanded as Copier does.

    So git's settings for an address (insteadOf) work for both.
    """
    address = address.removeprefix("git+")
    for shortcut, host in _SHORTCUTS.items():
        if address.startswith(shortcut):
            address = host + address.removeprefix(shortcut).strip("/")
    if address.startswith(tuple(_SHORTCUTS.values())) and not address.endswith(".git"):
        address += ".git"
    return address
