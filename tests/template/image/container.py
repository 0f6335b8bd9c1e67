"""A container of the service, restricted as a cluster restricts it."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from tests.template.image.host import FailedError, run

PATIENCE_SECONDS = 30
# The "restricted" Pod Security Standard and a read-only root file system, as options.
RESTRICTIONS = (
    "--read-only",
    "--read-only-tmpfs=false",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
)


@dataclass(frozen=True)
class Container:
    """A running container."""

    name: str
    api: str
    management: str
    start_seconds: float
    start_cpu_seconds: float

    @classmethod
    def start(cls, image: str, name: str, environment: Mapping[str, str]) -> "Container":
        """Run an image and wait until it is ready; raise FailedError with its log if it ends."""
        ports = _free_port(), _free_port()
        variables = {
            "APP__SERVER__HOST": "127.0.0.1",
            "APP__SERVER__PORT": str(ports[0]),
            "APP__MANAGEMENT__HOST": "127.0.0.1",
            "APP__MANAGEMENT__PORT": str(ports[1]),
            **environment,
        }
        remove(name)
        begin = time.perf_counter()
        run(
            *("podman", "run", "--detach", f"--name={name}", "--network=host", "--pull=never"),
            *RESTRICTIONS,
            *(f"--env={key}={value}" for key, value in variables.items()),
            image,
        )
        api, management = (f"http://127.0.0.1:{port}" for port in ports)
        while time.perf_counter() < begin + PATIENCE_SECONDS:
            if status(f"{management}/readyz") == 200:
                seconds = time.perf_counter() - begin
                started = cls(name, api, management, seconds, _cpu_seconds(name))
                started.require_own_answers()
                return started
            if started_state(name)["Status"] == "exited":
                break
            time.sleep(0.01)
        raise FailedError(f"the container did not become ready:\n{logs(name)}")

    def require_own_answers(self) -> None:
        """Make sure that this container responds, and not an earlier user of its ports."""
        lines = [json.loads(line) for line in logs(self.name).splitlines() if line.startswith("{")]
        served = [line for line in lines if line.get("event") == "serving"]
        port = int(self.api.rpartition(":")[2])
        if not served or served[0]["port"] != port:
            raise FailedError(f"another process responds on port {port}:\n{logs(self.name)}")

    @property
    def process(self) -> Path:
        """The service's process, as the kernel reports it."""
        return Path("/proc", str(started_state(self.name)["Pid"]))

    def terminate(self) -> None:
        """Send SIGTERM, as the kubelet does."""
        os.kill(int(self.process.name), signal.SIGTERM)

    def wait(self, seconds: float) -> int:
        """Wait for the container's end; return its exit code."""
        try:
            done = subprocess.run(
                ["podman", "wait", self.name],
                capture_output=True,
                text=True,
                timeout=seconds,
                check=True,
            )
        except subprocess.TimeoutExpired:
            raise FailedError(f"still running {seconds} s after SIGTERM") from None
        return int(done.stdout)


def started_state(name: str) -> dict[str, object]:
    """Return podman's data about a container."""
    return dict(json.loads(run("podman", "inspect", "--format={{json .State}}", name)))


def remove(name: str) -> None:
    """Remove a container, if there is one."""
    run("podman", "rm", "--force", "--time=0", name, check=False)


def logs(name: str) -> str:
    """Return the output of a container."""
    done = subprocess.run(
        ["podman", "logs", name],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,  # a failing process reports the reason there
        text=True,
        check=False,
    )
    return done.stdout


def status(address: str) -> int:
    """Return the status of a response, 0 for none."""
    try:
        with urlopen(address, timeout=5) as response:
            return int(response.status)
    except HTTPError as error:
        return error.code
    except (URLError, OSError):
        return 0


def post(address: str, body: object) -> dict[str, object]:
    """Post JSON, and return that of the response."""
    data = json.dumps(body).encode()
    request = Request(address, data, {"content-type": "application/json"})
    with urlopen(request, timeout=PATIENCE_SECONDS) as response:
        return dict(json.load(response))


def _cpu_seconds(name: str) -> float:
    """Return the processor time of the process."""
    process = Path("/proc", str(started_state(name)["Pid"]))
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
