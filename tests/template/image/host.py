"""Prepares this machine to build and run images: tools, their settings, a base image.

The machine's own images and settings stay untouched: everything is in the user's cache folder.
"""

import os
import resource
import shutil
import signal
import ssl
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests import debian

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "drydock/image"
TOOLS = ("buildah", "podman", "runc", "debootstrap")
# Debian's Python replaces the official image, which no package registry has.
SUITE, PYTHON = "bookworm", "3.11"
BASE = f"docker.io/library/python:{PYTHON}-slim"
# Change this to rebuild the base image.
RECIPE = "1"
PATIENCE_SECONDS = 600
PACKAGES = "python3,python3-venv,python3-pip,ca-certificates"

STORAGE_CONF = """\
[storage]
driver = "overlay"
graphroot = "{cache}/storage"
runroot = "{cache}/run"
"""
CONTAINERS_CONF = """\
[containers]
default_ulimits = ["nofile={files}:{files}", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
"""


class MissingError(Exception):
    """This machine lacks something that cannot be installed here; the message says what."""


class FailedError(Exception):
    """A check failed; the message says which."""


def provide_tools() -> str:
    """Install missing tools; return what was done."""
    if os.name != "posix" or not Path("/proc/self").exists():
        raise MissingError("containers need Linux")
    if os.geteuid() != 0:
        raise MissingError("building and running containers here needs root")
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if not missing:
        return "all there"
    try:
        debian.install(*missing)
    except debian.PackageError as error:
        raise MissingError(str(error)) from error
    return f"installed {', '.join(missing)}"


def configure() -> None:
    """Configure buildah and podman: data in the cache, limits that this user may have."""
    CACHE.mkdir(parents=True, exist_ok=True)
    files = min(20_000, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    (CACHE / "storage.conf").write_text(STORAGE_CONF.format(cache=CACHE))
    (CACHE / "containers.conf").write_text(CONTAINERS_CONF.format(files=files))
    os.environ |= {
        "CONTAINERS_STORAGE_CONF": str(CACHE / "storage.conf"),
        "CONTAINERS_CONF": str(CACHE / "containers.conf"),
        "BUILDAH_ISOLATION": "chroot",
        "CONTAINER_TOOL": "buildah",
    }


def provide_base() -> str:
    """Build the base image, unless an earlier run has; return what was done."""
    label = '{{index .OCIv1.Config.Labels "recipe"}}'
    found = run("buildah", "inspect", "--type=image", f"--format={label}", BASE, check=False)
    if found.strip() == RECIPE:
        return "from the cache"
    with tempfile.TemporaryDirectory(prefix="drydock-base.") as folder:
        root = Path(folder, "root")
        try:
            run(
                *("debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, str(root)),
                env=debian.NO_SYNC,
            )
            _finish(root)
            archive = Path(folder, "root.tar")
            run("tar", "--one-file-system", "-C", str(root), "-cf", str(archive), ".")
        finally:
            subprocess.run(["umount", "--quiet", str(root / "proc")], check=False)
        container = run("buildah", "from", "scratch").strip()
        run("buildah", "add", "--quiet", container, str(archive), "/")
        bundle = "/etc/ssl/certs/ca-certificates.crt"
        run(
            *("buildah", "config", f"--label=recipe={RECIPE}", f"--env=SSL_CERT_FILE={bundle}"),
            *("--env=PATH=/usr/local/bin:/usr/bin:/bin", container),
        )
        run("buildah", "commit", "--quiet", "--rm", container, BASE)
    return "made"


def _finish(root: Path) -> None:
    """Set up Debian's Python as in the official image."""
    for marker in root.glob("usr/lib/python3*/EXTERNALLY-MANAGED"):
        marker.unlink()
    for name in ("python", "python3"):
        (root / "usr/local/bin" / name).symlink_to("/usr/bin/python3")
    for folder in ("var/cache/apt/archives", "var/lib/apt/lists"):
        shutil.rmtree(root / folder)
        (root / folder).mkdir()
    # The machine's trusted certificates, perhaps of its proxy.
    paths = ssl.get_default_verify_paths()
    trusted = Path(os.environ.get("SSL_CERT_FILE") or paths.cafile or paths.openssl_cafile)
    if trusted.exists():
        shutil.copyfile(trusted, root / "etc/ssl/certs/ca-certificates.crt")


def run(
    *command: str,
    folder: Path | None = None,
    env: Mapping[str, str] | None = None,
    check: bool = True,
) -> str:
    """Run a command and return its output; raise FailedError with the end of the output."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | dict(env or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    except BaseException as error:
        # Its children, too: a hanging build holds the lock of all images.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if isinstance(error, subprocess.TimeoutExpired):
            raise FailedError(f"{_shown(command)}: no end after {PATIENCE_SECONDS} s") from None
        raise
    if process.returncode and check:
        message = (out + err)[-3000:].strip()
        raise FailedError(f"{_shown(command)}: ended with {process.returncode}\n{message}")
    return out


def _shown(command: Sequence[str]) -> str:
    return " ".join(command[:4])
