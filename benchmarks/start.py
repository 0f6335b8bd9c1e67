"""How long a service takes until it is ready, and what of it is FastAPI's own.

    python benchmarks/start.py

Whole processes, in turns, from their start to `import` done, to the first answer (bare FastAPI
with one route and uvicorn), or to 200 at `/readyz` (the service with default answers). The table
has the median and the quickest of them, and the median ratio to bare FastAPI within a round.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

import serve

IMPORTS = "import fastapi, uvicorn, uvloop"


def main() -> int:
    """Generate a service, and measure in its environment."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="drydock-start-") as work:
        service = serve.generate(Path(work), "none")
        seconds: dict[str, list[float]] = {"imports": [], "bare": [], "service": []}
        for number in range(rounds + 1):
            for name, times in seconds.items():
                taken = _start(service, name)
                if number:  # the first round writes the byte code
                    times.append(taken)
    for name, times in seconds.items():
        ratio = statistics.median(a / b for a, b in zip(times, seconds["bare"], strict=True))
        print(f"{name:10}{statistics.median(times):8.2f} s{min(times):8.2f} s{ratio:8.2f}x")
    return 0


def _start(service: Path, name: str) -> float:
    """Return the seconds until a process has done what it is measured for."""
    python, port = str(service / ".venv/bin/python"), serve.free_port()
    commands = {
        "imports": [python, "-c", IMPORTS],
        "bare": [python, "-m", "contestants.bare", str(port)],
        "service": [str(service / ".venv/bin/my-service"), "serve"],
    }
    environment = os.environ | {"PYTHONPATH": str(serve.HERE), "APP__SERVER__PORT": "0"}
    environment |= {"APP__MANAGEMENT__PORT": str(port)}
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
            time.sleep(0.005)
        if not path:
            process.wait()
        return time.perf_counter() - start
    finally:
        process.kill()
        process.wait()


def _answers(url: str) -> bool:
    try:
        return urlopen(url, timeout=5).status == 200  # type: ignore[no-any-return]
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
