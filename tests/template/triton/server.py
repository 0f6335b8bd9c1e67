"""A real Triton server: the one in the wheel `nvidia-pytriton`, which needs no GPU.

`python -m tests.template.triton.server` fetches it.
"""

import ctypes.util
import os
import shutil
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

from tests import debian
from tests.support import IN_CI
from tests.template import matrix

FOLDER = matrix.REPOSITORY / ".nox/parts/triton"  # a virtual environment, in which models run
WHEELS = ("nvidia-pytriton==0.7.0", "numpy<2")  # the server in it needs numpy 1
VERSION = "3.11"
PYTHON = f"/usr/bin/python{VERSION}"  # Debian's: the server needs its library
PACKAGES = FOLDER / f"lib/python{VERSION}/site-packages"
HOME = PACKAGES / "pytriton/tritonserver"
PATIENCE = 60


def available() -> bool:
    """Return whether the server can be started here."""
    return _debian() and (PACKAGES / "numpy").exists()


def _debian() -> bool:
    return ctypes.util.find_library(f"python{VERSION}") is not None and Path(PYTHON).exists()


class Server:
    """A server with the models of a folder, on its own ports."""

    def __init__(self, models: Path, folder: Path, http_port: int, grpc_port: int) -> None:
        folder.mkdir()
        self.urls = {
            "http": f"http://127.0.0.1:{http_port}",
            "grpc": f"grpc://127.0.0.1:{grpc_port}",
        }
        self.log = folder / "log"
        self._http_port = http_port
        self._shared = f"drydock-{http_port}-"
        self._backends = folder / "backends"
        shutil.copytree(HOME / "backends", self._backends)
        stub = HOME / "python_backend_stubs" / VERSION / "triton_python_backend_stub"
        shutil.copy(stub, self._backends / "python")
        self._command = [
            *(str(HOME / "bin/tritonserver"), "--exit-on-error=false", "--allow-metrics=false"),
            *(f"--model-repository={models}", f"--backend-directory={self._backends}"),
            *(f"--http-port={http_port}", f"--grpc-port={grpc_port}"),
            f"--backend-config=python,shm-region-prefix-name={self._shared}",
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server, and wait until it responds."""
        environment = {
            "PATH": f"{FOLDER}/bin:/usr/bin:/bin",
            "LD_LIBRARY_PATH": str(PACKAGES / "nvidia_pytriton.libs"),
        }
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # it has a process for each model
            )
        deadline = time.monotonic() + PATIENCE
        while not self._live():
            output = self.log.read_text(errors="replace")[-3000:]
            assert self._process.poll() is None, output
            assert time.monotonic() < deadline, output
            time.sleep(0.1)

    def kill(self) -> None:
        """Kill the server, if it runs."""
        if self._process is None:
            return
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None
        for region in Path("/dev/shm").glob(f"{self._shared}*"):
            region.unlink()

    def _live(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self._http_port, timeout=PATIENCE)
        try:
            connection.request("GET", "/v2/health/live")
            return connection.getresponse().status == 200
        except ConnectionError:
            return False
        finally:
            connection.close()


def main() -> int:
    """Fetch what is missing; return 1 in CI if that fails."""
    try:
        if not _debian():
            debian.install(f"python{VERSION}", f"libpython{VERSION}")
        if not available():
            _run("uv", "venv", "--quiet", "--clear", "--python", PYTHON, str(FOLDER))
            _run("uv", "pip", "install", "--quiet", "--no-deps", "--python", str(FOLDER), *WHEELS)
    except (debian.PackageError, OSError, subprocess.CalledProcessError) as error:
        print(f"the Triton server is not available: {error}")
        return 1 if IN_CI else 0
    return 0


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    sys.exit(main())
