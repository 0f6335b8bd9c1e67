"""Measure how a service responds to far more clients than it accepts, which retry immediately.

    python benchmarks/overload.py
    python benchmarks/overload.py --connections 1000 --seconds 10

A service generated from this checkout accepts 200 concurrent requests; its model takes 50 ms for a
batch of up to 32. wrk uses ever more connections, and repeats rejected requests immediately, as no
polite client would. Once wrk has connected, 20 connections of this program do the same and record
the time of each response by status, which wrk does not. The goodput is that of both. Since this
program shares the cores with the others, it also reports its own scheduling delay, from timers of
5 ms. As root, it runs with higher priority.
"""

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import serve

PROBES = 20
CONNECTING_SECONDS = 1
TIMER_SECONDS = 0.005
LATER = ("nice", "-n", "5")  # than this program
HEADINGS = "connections   good/s     rejected/s  200: p50, p99 ms  503: p50, p99 ms"
HEADINGS += "  own delay, p99   lost"
WRK = """
wrk.method, wrk.body = "POST", [=[%s]=]
wrk.headers["content-type"] = "application/json"
done = function(summary, latency, requests)
  local e = summary.errors
  print(string.format('\\n{"good": %%d, "turned_away": %%d, "seconds": %%f, "lost": %%d}',
    summary.requests - e.status, e.status, summary.duration / 1e6,
    e.connect + e.read + e.write + e.timeout))
end
"""


async def _probe(port: int, end: float, seen: dict[int, list[float]]) -> None:
    """Send requests until the time `end`; record the seconds of each response by status."""
    body = json.dumps(serve.FLOWER)
    request = f"POST {serve.PREDICT} HTTP/1.1\r\nhost: localhost\r\n"
    request += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < end:
        start = time.perf_counter()
        writer.write(request.encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = head.partition("content-length: ")[2].partition("\r\n")[0]
        await reader.readexactly(int(length))
        seen.setdefault(int(head.split()[1]), []).append(time.perf_counter() - start)
    writer.close()


async def _wake(end: float, late: list[float]) -> None:
    """Record the scheduling delay of this program, in seconds, until the time `end`."""
    while (start := time.perf_counter()) < end:
        await asyncio.sleep(TIMER_SECONDS)
        late.append(time.perf_counter() - start - TIMER_SECONDS)


async def _measure(port: int, connections: int, seconds: int, script: Path) -> str:
    """Measure with this many connections; return a row of the table."""
    url = f"http://127.0.0.1:{port}{serve.PREDICT}"
    wrk = await asyncio.create_subprocess_exec(
        *(*LATER, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s"),
        *("-s", str(script), url),
        stdout=asyncio.subprocess.PIPE,
    )
    seen: dict[int, list[float]] = {}
    await asyncio.sleep(CONNECTING_SECONDS)
    probed = seconds - CONNECTING_SECONDS
    end = time.perf_counter() + probed
    late: list[float] = []
    await asyncio.gather(_wake(end, late), *(_probe(port, end, seen) for _ in range(PROBES)))
    output, _ = await wrk.communicate()
    report = json.loads(output.splitlines()[-1])
    good = report["good"] / report["seconds"] + len(seen.get(200, ())) / probed
    away = report["turned_away"] / report["seconds"] + len(seen.get(503, ())) / probed
    line = f"{connections:11}{good:9.0f}{away:13.0f}"
    for status in (200, 503):
        times = sorted(seen.get(status, [float("nan")]))
        for share in (0.5, 0.99):
            line += f"{times[int(share * len(times))] * 1000:9.0f}"
    return f"{line}{sorted(late)[int(0.99 * len(late))] * 1000:16.1f}{report['lost']:7}"


@contextlib.contextmanager
def _serving(service: Path) -> Iterator[int]:
    """Start the service; yield its port once it responds."""
    port = serve.free_port()
    settings = {
        "APP__MANAGEMENT__PORT": "0",
        "APP__LOGGING__FORMAT": "json",
        "APP__LIMITS__MAX_REQUESTS": "200",
        "APP__INFERENCE__MODEL": "contestants.models:Slow",
        "PYTHONPATH": str(serve.HERE),
    }
    command = [*LATER, str(service / ".venv/bin/my-service"), "serve", "--port", str(port)]
    with Path(service, "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=service, env=os.environ | settings, stdout=log)
    try:
        serve.wait_for(f"http://127.0.0.1:{port}{serve.PREDICT}", json.dumps(serve.FLOWER))
        yield port
    finally:
        process.kill()
        process.wait()


def main() -> int:
    """Generate a service, overload it, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--connections", type=int, action="append")
    parser.add_argument("--seconds", type=int, default=6)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="drydock-overload-") as work:
        script = Path(work, "wrk.lua")
        script.write_text(WRK % json.dumps(serve.FLOWER))
        service = serve.generate(Path(work), "local")
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        print(HEADINGS)
        with _serving(service) as port:
            for connections in options.connections or (64, 200, 1000, 2000):
                line = asyncio.run(_measure(port, connections, options.seconds, script))
                print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
