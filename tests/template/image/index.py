"""A private package index that wants a password, in front of the public one."""

import base64
import hashlib
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.template.image.container import status
from tests.template.image.host import FailedError

USER = "builder"


@dataclass(frozen=True)
class Index:
    """Where it is, and what it asks for."""

    address: str
    password: str
    netrc: Path
    packages: Path


@contextmanager
def private(folder: Path) -> Iterator[Index]:
    """Run pypiserver, which sends who logs in on to the public index for what it does not have."""
    folder.mkdir()
    (folder / "packages").mkdir()
    password = secrets.token_hex(16)
    (folder / "htpasswd").write_text(f"{USER}:{_hashed(password)}\n")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    netrc = folder / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login {USER} password {password}\n")
    netrc.chmod(0o600)
    process = subprocess.Popen(
        [sys.executable, "-m", "pypiserver", "run", "--interface=127.0.0.1", f"--port={port}",
         "--authenticate=update,download,list", f"--passwords={folder / 'htpasswd'}",
         str(folder / "packages")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}/simple/"
        deadline = time.monotonic() + 90
        while (answer := status(address)) != 401:
            if answer or process.poll() is not None or time.monotonic() > deadline:
                raise FailedError(f"the private index answers {answer} without a password")
            time.sleep(0.05)
        yield Index(address, password, netrc, folder / "packages")
    finally:
        process.terminate()
        process.wait()


def _hashed(password: str) -> str:
    """Return what Apache's htpasswd writes; a slow hash would be asked for every package."""
    return "{SHA}" + base64.b64encode(hashlib.sha1(password.encode()).digest()).decode()
