"""An image registry that wants a password."""

import base64
import json
import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import bcrypt

from tests.template.image.container import status
from tests.template.image.host import CACHE, FailedError, run

USER = "pusher"


@dataclass(frozen=True)
class Registry:
    """Where it is, and what it asks for."""

    address: str
    password: str

    def tags(self, name: str) -> list[str]:
        """Return what was pushed under a name."""
        token = base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        request = Request(f"http://{self.address}/v2/{name}/tags/list")
        request.add_header("authorization", f"Basic {token}")
        with urlopen(request, timeout=10) as response:
            return list(json.load(response)["tags"])


@contextmanager
def private(folder: Path) -> Iterator[Registry]:
    """Run Debian's registry, unpacked beside our images: installing it would start a service."""
    program = CACHE / "registry/usr/bin/docker-registry"
    if not program.exists():
        with tempfile.TemporaryDirectory() as place:
            run("apt-get", "update", "--quiet")
            run("apt-get", "download", "--quiet", "docker-registry", folder=Path(place))
            (package,) = Path(place).glob("*.deb")
            run("dpkg", "--extract", str(package), str(CACHE / "registry"))
    folder.mkdir()
    password = secrets.token_hex(16)
    hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()
    (folder / "htpasswd").write_text(f"{USER}:{hashed}\n")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    config = {
        "version": 0.1,
        "storage": {"filesystem": {"rootdirectory": str(folder / "images")}},
        "http": {"addr": address},
        "auth": {"htpasswd": {"realm": "images", "path": str(folder / "htpasswd")}},
    }
    (folder / "config.yml").write_text(json.dumps(config))
    process = subprocess.Popen(
        [program, "serve", folder / "config.yml"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 90
        while (answer := status(f"http://{address}/v2/")) != 401:
            if answer or process.poll() is not None or time.monotonic() > deadline:
                raise FailedError(f"the registry answers {answer} without a password")
            time.sleep(0.05)
        yield Registry(address, password)
    finally:
        process.terminate()
        process.wait()
