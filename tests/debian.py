"""Debian packages for tests, if the machine lacks them.

`python -m tests.debian groovy default-jre-headless` installs packages, which requires root.
Packages that need no installation are unpacked into a folder, without root or starting services.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support import IN_CI

# Several sessions install at the same time; apt waits for the lock of dpkg, not of its lists.
LOCK_SECONDS = 300
# For dpkg in a temporary root, which need not survive a crash.
NO_SYNC = {"DPKG_FORCE": "unsafe-io"}


class PackageError(Exception):
    """A package is not available; the message is one line."""


def install(*packages: str) -> None:
    """Install packages with their dependencies; raise PackageError if that is impossible."""
    if not shutil.which("apt-get"):
        raise PackageError(f"apt-get is missing: install {', '.join(packages)}")
    if os.geteuid() != 0:
        raise PackageError(f"installing {', '.join(packages)} requires root")
    with _lock():
        _apt("update")
        _apt("install", "--yes", "--no-install-recommends", *packages)


def unpack(package: str, folder: Path) -> None:
    """Unpack a package to a folder, which appears only when complete; or raise PackageError."""
    if not shutil.which("apt-get"):
        raise PackageError(f"apt-get is missing: install {package}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{folder.name}-", dir=folder.parent) as scratch:
        try:
            _apt("download", package, folder=Path(scratch))
        except PackageError:
            with _lock():
                _apt("update")  # a new machine has no lists of packages
            _apt("download", package, folder=Path(scratch))
        (archive,) = Path(scratch).glob("*.deb")
        content = Path(scratch, "content")
        _run("dpkg", "--extract", archive, content)
        if not folder.exists():  # another process may have been quicker
            content.rename(folder)


@contextmanager
def _lock() -> Iterator[None]:
    """Let only one process of the tests use the package lists."""
    import fcntl

    with Path(tempfile.gettempdir(), "drydock-apt.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _apt(command: str, *arguments: str, folder: Path | None = None) -> None:
    options = ("--quiet", "-o", f"DPkg::Lock::Timeout={LOCK_SECONDS}")
    _run("apt-get", command, *options, *arguments, folder=folder)


def _run(*command: str | Path, folder: Path | None = None) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        output = " ".join((done.stderr or done.stdout).split())[-300:]
        raise PackageError(f"{command[0]} {command[1]}: {output}")


def main(packages: Sequence[str]) -> int:
    """Install packages, or print why not; return 1 if that fails in CI."""
    try:
        print(f"installing {', '.join(packages)}", flush=True)
        install(*packages)
    except PackageError as error:
        print(error, file=sys.stderr)
        return 1 if IN_CI else 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
