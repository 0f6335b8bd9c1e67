"""Measure how long a service takes until it is ready, compared with bare FastAPI.

    python benchmarks/start.py

It measures whole processes, in turns, from their start to the end of their imports, to the first
response (bare FastAPI with one route and uvicorn), or to 200 from `/readyz` (the service without a
model). The table shows the median seconds, the median ratio to bare FastAPI within a round, the
least and the median CPU time, and the memory of the process at that point (on Linux).
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

import serve

IMPORTS = "import fastapi, uvicorn, uvloop"


class Start(NamedTuple):
    """What a process used until it was ready."""

    seconds: float
    cpu_seconds: float
    megabytes: float


def main() -> int:
    """Generate a service, and measure in its environment."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="drydock-start-") as work:
        service = serve.generate(Path(work), "none")
        starts: dict[str, list[Start]] = {"imports": [], "bare": [], "service": []}
        for number in range(rounds + 1):
            for name, measured in starts.items():
                start = _start(service, name)
                if number:  # the first round writes bytecode
                    measured.append(start)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print("           seconds  of bare  CPU s, least  CPU s, median     MB")
    for name, measured in starts.items():
        pairs = zip(measured, starts["bare"], strict=True)
        ratio = statistics.median(own.seconds / bare.seconds for own, bare in pairs)
        cpu = [start.cpu_seconds for start in measured]
        line = (
            f"{name:10}{statistics.median(start.seconds for start in measured):8.2f}{ratio:8.2f}x"
        )
        line += f"{min(cpu):14.3f}{statistics.median(cpu):15.3f}"
        print(f"{line}{statistics.median(start.megabytes for start in measured):7.1f}")
    return 0


def _start(service: Path, name: str) -> Start:
    """Start a process, wait until it is ready, end it, and return what it used."""
    python, port = str(service / ".venv/bin/python"), serve.free_port()
    commands = {
        "imports": [python, "-c", IMPORTS],
        "bare": [python, "-m", "contestants.bare", str(port)],
        "service": [str(service / ".venv/bin/my-service"), "serve"],
    }
    environment = os.environ | {"PYTHONPATH": str(serve.HERE), "APP__SERVER__PORT": "0"}
    environment |= {"APP__MANAGEMENT__PORT": str(port)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # images contain bytecode
    path = {"bare": "/api/v1/greeting?name=Ada", "service": "/readyz"}.get(name)
    start = time.perf_counter()
    process = subprocess.Popen(
        commands[name],
        cwd=service,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while path and not _is_up(f"http://127.0.0.1:{port}{path}"):
            if process.poll() is not None:
                raise RuntimeError(f"{name} did not start")
            time.sleep(0.02)
        memory = serve.megabytes(process.pid) if path else float("nan")
    finally:
        if path:
            process.kill()
        _, code, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(code)
    seconds = time.perf_counter() - start
    return Start(seconds, usage.ru_utime + usage.ru_stime, memory)


def _is_up(url: str) -> bool:
    try:
        return urlopen(url, timeout=5).status == 200  # type: ignore[no-any-return]
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
