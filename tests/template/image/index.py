"""Package indexes: a company's with a password, and a public one."""

import base64
import hashlib
import os
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.template.image.serving import serving

USER = "builder"


@dataclass(frozen=True)
class Index:
    """An index's address and login."""

    address: str
    password: str
    netrc: Path
    packages: Path


@contextmanager
def private(folder: Path, *, alone: bool = False) -> Iterator[Index]:
    """Run pypiserver, which redirects users to the public index for packages that it lacks.

    It does not if it is `alone`.
    """
    folder.mkdir()
    password = secrets.token_hex(16)
    passwords, netrc = folder / "htpasswd", folder / "netrc"
    passwords.write_text(f"{USER}:{_hashed(password)}\n")
    netrc.write_text(f"machine 127.0.0.1 login {USER} password {password}\n")
    netrc.chmod(0o600)
    options = ["--authenticate=update,download,list", f"--passwords={passwords}"]
    options += ["--disable-fallback"] if alone else []
    with _serving(folder / "packages", options, 401) as address:
        yield Index(address, password, netrc, folder / "packages")


@contextmanager
def public(packages: Path) -> Iterator[str]:
    """Serve the public index with additional packages; yield the address."""
    with _serving(packages, ["--authenticate=.", "--passwords=."], 200) as address:
        yield address


@contextmanager
def _serving(packages: Path, options: list[str], expected: int) -> Iterator[str]:
    packages.mkdir(exist_ok=True)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    # This machine's public index, if it is not the usual one.
    names = (os.environ.get(name) for name in ("UV_DEFAULT_INDEX", "PIP_INDEX_URL"))
    options += [f"--fallback-url={name}" for name in names if name][:1]
    command = [sys.executable, "-m", "pypiserver", "run", "--interface=127.0.0.1"]
    command += [f"--port={port}", *options, str(packages)]
    address = f"http://127.0.0.1:{port}/simple/"
    with serving(command, address, expected, packages.with_name(f"{packages.name}.log")):
        yield address


def _hashed(password: str) -> str:
    """Return a password hash of htpasswd; a slow one would be computed for every package."""
    return "{SHA}" + base64.b64encode(hashlib.sha1(password.encode()).digest()).decode()
