"""An image registry with a password."""

import base64
import json
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import bcrypt

from tests import debian
from tests.template.image.host import CACHE, FailedError
from tests.template.image.serving import serving

USER = "pusher"


@dataclass(frozen=True)
class Registry:
    """A registry's address and login."""

    address: str
    password: str

    def tags(self, name: str) -> list[str]:
        """Return the tags that were pushed under a name."""
        return list(json.loads(self.get(f"{name}/tags/list"))["tags"])

    def get(self, path: str) -> bytes:
        """Return the content of a path: a manifest, or a blob that one names."""
        token = base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        request = Request(f"http://{self.address}/v2/{path}")
        request.add_header("authorization", f"Basic {token}")
        request.add_header("accept", "application/vnd.oci.image.manifest.v1+json")
        with urlopen(request, timeout=10) as response:
            return bytes(response.read())


@contextmanager
def private(folder: Path) -> Iterator[Registry]:
    """Run Debian's registry, unpacked next to our images: installing it would start a service."""
    unpacked = CACHE / "registry"
    program = unpacked / "usr/bin/docker-registry"
    if not program.exists():
        try:
            debian.unpack("docker-registry", unpacked)
        except debian.PackageError as error:
            raise FailedError(str(error)) from error
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
    command = [str(program), "serve", str(folder / "config.yml")]
    # Without a password it responds with 401.
    with serving(command, f"http://{address}/v2/", 401, folder / "log"):
        yield Registry(address, password)
