"""Starts one program, kept to itself, and passes connections on to it; a program of its own.

Run as `python launcher.py SPECIFICATION`, a JSON file: `command`, `folder`, `environment`, `log`,
`result` (the file that says how the program ended), `relays` (a port on loopback by the path of a
Unix socket: a network namespace is entered by files only), and whether the network is `alone`.

SIGTERM is passed on. When standard input ends, whoever started this is gone: everything ends.
It imports nothing of Drydock, so that it starts fast.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1


def _bring_loopback_up() -> None:
    """Bring up the loopback of a new network namespace, which is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(probe, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(probe, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()


async def _relay(port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError), contextlib.closing(writer):
        inner, outer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.closing(outer):
            back = asyncio.create_task(_pass_on(inner, writer))
            forth = asyncio.create_task(_pass_on(reader, outer))
            await back
            forth.cancel()


async def _run(said: dict[str, Any]) -> None:
    loop = asyncio.get_running_loop()
    # What asyncio says of connections that are cut at the end is no word of the service's.
    loop.set_exception_handler(lambda _loop, _context: None)
    for path, port in said["relays"].items():
        await asyncio.start_unix_server(partial(_relay, port), path)
    with Path(said["log"]).open("ab") as log:
        process = subprocess.Popen(
            said["command"], cwd=said["folder"], env=said["environment"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    loop.add_signal_handler(signal.SIGTERM, process.terminate)
    loop.add_signal_handler(signal.SIGINT, lambda: None)  # a terminal's: who started this decides
    loop.add_reader(0, partial(_look_at_input, process))
    _, status, usage = await loop.run_in_executor(None, os.wait4, process.pid, 0)
    ended = {
        "code": os.waitstatus_to_exitcode(status),
        "at": time.monotonic(),
        # In kibibytes on Linux, in bytes on macOS.
        "bytes": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
    }
    result = Path(said["result"])
    result.with_suffix(".new").write_text(json.dumps(ended), "utf-8")
    result.with_suffix(".new").replace(result)


def _look_at_input(process: "subprocess.Popen[bytes]") -> None:
    if not os.read(0, 1024):
        _end_all()


def _end_all() -> None:
    """Leave none of the processes that were started here."""
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    specification = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    if specification["alone"]:
        _bring_loopback_up()
    try:
        asyncio.run(_run(specification))
    finally:
        _end_all()
