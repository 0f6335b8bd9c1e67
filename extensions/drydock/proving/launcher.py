"""Starts one program in isolation, and relays connections to it; run as a separate process.

Usage: `python launcher.py SPECIFICATION`, a JSON file with `command`, `folder`, `environment`,
`log`, `result` (the file for the program's exit), `relays` (ports on loopback by the path of a Unix
socket, because a network namespace can only be entered through files), and whether the network is
`isolated`.

SIGTERM is forwarded. When standard input ends, all processes that were started here are killed,
also those that daemonized if this is Linux. It imports nothing of Drydock, so that it starts fast.
"""

import asyncio
import contextlib
import ctypes
import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1
_PR_SET_CHILD_SUBREAPER = 36
_POLL = 0.01  # seconds between two attempts to kill what is left


def _bring_loopback_up() -> None:
    """Bring up the loopback interface, which is down in a new network namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(probe, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(probe, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()


async def _relay(port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError), contextlib.closing(writer):
        inner, outer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.closing(outer):
            back = asyncio.create_task(_forward(inner, writer))
            forth = asyncio.create_task(_forward(reader, outer))
            await back
            forth.cancel()


async def _run(specification: dict[str, Any]) -> None:
    loop = asyncio.get_running_loop()
    # asyncio's messages about connections closed at the end do not belong in the service's log.
    loop.set_exception_handler(lambda _loop, _context: None)
    for path, port in specification["relays"].items():
        await asyncio.start_unix_server(partial(_relay, port), path)
    with Path(specification["log"]).open("ab") as log:
        process = subprocess.Popen(
            specification["command"], cwd=specification["folder"], env=specification["environment"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    loop.add_signal_handler(signal.SIGTERM, process.terminate)
    # The parent process decides about Ctrl-C in a terminal.
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    loop.add_reader(0, _check_input)
    _, status, usage = await loop.run_in_executor(None, os.wait4, process.pid, 0)
    exit_ = {
        "code": os.waitstatus_to_exitcode(status),
        # In kibibytes on Linux, in bytes on macOS.
        "bytes": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
    }
    result = Path(specification["result"])
    result.with_suffix(".new").write_text(json.dumps(exit_), "utf-8")
    result.with_suffix(".new").replace(result)
    await loop.create_future()  # what the process left running ends with standard input


def _check_input() -> None:
    if not os.read(0, 1024):
        _kill_all()


def _kill_all() -> None:
    """Kill all processes that were started here, and this one."""
    if sys.platform == "linux":
        with contextlib.suppress(ChildProcessError):
            while True:  # the children of a killed process become children of this one
                for pid in _children():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                if os.waitpid(-1, os.WNOHANG) == (0, 0):  # `_run` waits in another thread, too
                    time.sleep(_POLL)
    os.killpg(0, signal.SIGKILL)


def _children() -> Iterator[int]:
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            parent = (process / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1]
            if int(parent) == os.getpid():
                yield int(process.name)


if __name__ == "__main__":
    specification = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    if sys.platform == "linux":  # processes that daemonize become children of this one
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    if specification["isolated"]:
        _bring_loopback_up()
    try:
        asyncio.run(_run(specification))
    finally:
        _kill_all()
