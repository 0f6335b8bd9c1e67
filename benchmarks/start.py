"""How long a service takes until it is ready, and what of it is FastAPI's own.

    python benchmarks/start.py

Whole processes, in turns, from their start to `import` done, to the first answer (bare FastAPI
with one route and uvicorn), or to 200 at `/readyz` (the service without a model). The table has the
median of the seconds and the median ratio to bare FastAPI within a round, the processor time, least
and median, and the memory of a process by then (on Linux).
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
    """What a process has taken until it was ready."""

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
            for name, taken in starts.items():
                start = _start(service, name)
                if number:  # the first round writes the byte code
                    taken.append(start)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print("           seconds  of bare  CPU s, least  CPU s, median     MB")
    for name, taken in starts.items():
        pairs = zip(taken, starts["bare"], strict=True)
        ratio = statistics.median(own.seconds / bare.seconds for own, bare in pairs)
        cpu = [start.cpu_seconds for start in taken]
        line = f"{name:10}{statistics.median(start.seconds for start in taken):8.2f}{ratio:8.2f}x"
        line += f"{min(cpu):14.3f}{statistics.median(cpu):15.3f}"
        print(f"{line}{statistics.median(start.megabytes for start in taken):7.1f}")
    return 0


def _start(service: Path, name: str) -> Start:
    """Start a process, and end it once it has done what it is measured for."""
    python, port = str(service / ".venv/bin/python"), serve.free_port()
    commands = {
        "imports": [python, "-c", IMPORTS],
        "bare": [python, "-m", "contestants.bare", str(port)],
        "service": [str(service / ".venv/bin/my-service"), "serve"],
    }
    environment = os.environ | {"PYTHONPATH": str(serve.HERE), "APP__SERVER__PORT": "0"}
    environment |= {"APP__MANAGEMENT__PORT": str(port)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as in an image, where byte code is there
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
        while path and not _answers(f"http://127.0.0.1:{port}{path}"):
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


def _answers(url: str) -> bool:
    try:
        return urlopen(url, timeout=5).status == 200  # type: ignore[no-any-return]
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
