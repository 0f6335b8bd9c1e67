"""Create a service from this checkout, start it, send it a request, show its metrics, stop it.

`nox -s demo` runs it. Exits with 1 and the reason if anything goes wrong.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from rich.console import Console

REPOSITORY = Path(__file__).parents[1]
SERVICE = REPOSITORY / "demo-service"
FLOWER = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}
PATIENCE_SECONDS = 60

console = Console(highlight=False)


class DemoError(Exception):
    """Something went wrong; the message is one line."""


def main() -> int:
    """Run the demo; return its exit code."""
    begin = time.perf_counter()
    try:
        _remove_earlier_demo()
        with _step("Creating a service from the template"):
            _run("drydock", "new", str(SERVICE), "--template", str(REPOSITORY), "--ref", "HEAD",
                 "--defaults", "--data", "service_name=demo-service")  # fmt: skip
        with _step("Installing it"):
            _run("uv", "sync", "--quiet", folder=SERVICE)
        with _step("Starting it"):
            process, api, management = _start()
        try:
            with _step("Sending it a request"):
                response = _fetch(f"{api}/api/v1/predict", FLOWER)
                metrics = _fetch(f"{management}/metrics")
            _show(api, response, management, metrics)
            with _step("Stopping it"):
                process.terminate()
                if code := process.wait(PATIENCE_SECONDS):
                    raise DemoError(f"the service ended with {code}")
        finally:
            process.kill()
            process.wait()
    except DemoError as error:
        console.print(f"[red]demo: {error}", soft_wrap=True)
        return 1
    took = time.perf_counter() - begin
    console.print(f"\nDone in {took:.1f} s. The service is in\n{SERVICE}", soft_wrap=True)
    console.print("Next, in that folder:")
    uv = _command("uv")
    for command, purpose in (
        ("run demo-service serve", "start it; try http://localhost:8000/docs"),
        ("run nox", "check style and types, run its tests"),
    ):
        console.print(f"  {uv} {command:<22}  {purpose}", soft_wrap=True)
    return 0


def _remove_earlier_demo() -> None:
    """Remove the service of an earlier demo, unless it has changes."""
    if not SERVICE.exists():
        return
    changes = _run("git", "status", "--porcelain", folder=SERVICE)
    commits = _run("git", "rev-list", "--count", "HEAD", folder=SERVICE)
    if not (SERVICE / ".git").exists() or changes or commits.strip() != "1":
        raise DemoError(f"{SERVICE} has changes of yours: move it away first")
    shutil.rmtree(SERVICE)


def _start() -> tuple[subprocess.Popen[str], str, str]:
    """Start the service on free ports; return it with the addresses of its two listeners."""
    environment = os.environ | {
        "APP__LOGGING__FORMAT": "json",
        "APP__SERVER__PORT": "0",
        "APP__MANAGEMENT__PORT": "0",
        "APP__SHUTDOWN__DRAIN_SECONDS": "0.5",
    }
    script = SERVICE / ".venv" / ("Scripts" if os.name == "nt" else "bin") / "demo-service"
    log = SERVICE / ".venv" / "demo.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [script, "serve"], cwd=SERVICE, env=environment, stdout=output, text=True
        )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        for line in log.read_text().splitlines():
            entry = json.loads(line)
            if entry["event"] == "serving":
                management = f"http://127.0.0.1:{entry['management_port']}"
                if _is_ready(management):
                    return process, f"http://127.0.0.1:{entry['port']}", management
        time.sleep(0.02)
    process.kill()
    raise DemoError(f"the service did not become ready; its log is {log}")


def _is_ready(management: str) -> bool:
    try:
        with urlopen(f"{management}/readyz") as response:
            return bool(response.status == 200)
    except URLError:
        return False


def _fetch(address: str, body: dict[str, float] | None = None) -> str:
    data = None if body is None else json.dumps(body).encode()
    request = Request(address, data, {"content-type": "application/json"})
    try:
        with urlopen(request, timeout=PATIENCE_SECONDS) as response:
            return str(response.read().decode())
    except URLError as error:
        raise DemoError(f"{address} did not respond: {error}") from error


def _show(api: str, response: str, management: str, metrics: str) -> None:
    console.print(f"\nPOST {api}/api/v1/predict\n  {json.dumps(FLOWER)}", soft_wrap=True)
    console.print(f"  -> [green]{response}")
    if json.loads(response)["species"] != "setosa":
        raise DemoError("that flower is a setosa")
    console.print(f"GET {management}/metrics, a few of {len(metrics.splitlines())} lines")
    wanted = ("service_build_info{", "http_server_request_duration_seconds_count{")
    for line in metrics.splitlines():
        if line.startswith(wanted) and not line.endswith(" 0.0"):
            console.print(f"  [cyan]{line}", soft_wrap=True)
    console.print()


@contextmanager
def _step(title: str) -> Iterator[None]:
    start = time.perf_counter()
    with console.status(title):
        yield
    console.print(f"{title}: {time.perf_counter() - start:.1f} s")


def _command(name: str) -> str:
    """Return how a user can run `name`: by its name, or by its path in this environment."""
    path = shutil.which(name) or name
    is_in_environment = Path(path).parent == Path(sys.executable).parent
    return os.path.relpath(path, SERVICE) if is_in_environment else name


def _run(*command: str, folder: Path = REPOSITORY) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        output = (done.stderr or done.stdout).strip().splitlines()
        raise DemoError(f"{command[0]} failed: {output[-1] if output else done.returncode}")
    return done.stdout


if __name__ == "__main__":
    raise SystemExit(main())
