"""Addresses of templates: how they are read, recorded and shown."""

import re
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from drydock.errors import BadInput
from drydock.paths import expanded

_SHORTCUTS = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
_LOGIN = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)(?P<login>[^\s/?#'\"]+)@", re.IGNORECASE)


def without_credentials(address: str) -> str:
    """Return the `address` of a template fit to be recorded: without password or token.

    The user of an SSH address stays: it is part of the way, no secret. Raises BadInput for what is
    no address.
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
    """Return the folder or bundle at `address` on this machine, a relative one from `base`."""
    path = base / expanded(Path(address.removeprefix("file://")))
    return path if path.exists() else None


def absolute(address: str, base: Path) -> str:
    """Return `address` as it can be recorded: a folder on this machine by its whole path."""
    folder = local_folder(address, base)
    return str(folder.resolve()) if folder else address


def expand(address: str) -> str:
    """Return the address that git knows for one with a shortcut (`gh:`, `gl:`), as Copier does.

    Settings of git for an address (insteadOf) then work for both.
    """
    address = address.removeprefix("git+")
    for shortcut, host in _SHORTCUTS.items():
        if address.startswith(shortcut):
            address = host + address.removeprefix(shortcut).strip("/")
    if address.startswith(tuple(_SHORTCUTS.values())) and not address.endswith(".git"):
        address += ".git"
    return address
