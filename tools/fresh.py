"""Runs everything on a machine where nobody has installed anything; `nox -s fresh` runs it.

The machine is an empty root file system: Debian with Python, pip and git, made by debootstrap. It
sees of this one where packages come from, what reaching them takes, and this repository's commits:
not its home, caches, tools, or what is not committed. Making it takes root and Debian.

`nox -s fresh -- fetch` only lets each session fetch its parts, and start each of them once.
"""

import os
import platform
import re
import shlex
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import nox

import noxfile  # noqa: F401 - names the sessions that `nox` runs
from tests import debian
from tests.support import IN_CI
from tools import ci
from tools.first_run import KEPT, REPOSITORY

PACKAGES = "python3,python3-venv,git,ca-certificates"
CLONE = "/srv/the clone"  # with a blank
PYTHON = ".venv/bin/python"
HOME = "/root"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
BUNDLE = "etc/ssl/certs/ca-certificates.crt"
# A path in a configuration, with what comes before that of an index.
NAMED = re.compile(r"(?<![\w./:])(file://)?(/[\w./+-]+)")
OF_THIS_MACHINE = re.compile("CACHE|TMP|TEMP|PROJECT_ENVIRONMENT|UV_PYTHON")
# A root of its own, with processes of its own, which end with the first of them. A chroot would not
# do: podman cannot remount its `/`.
ENTER = """\
mount --make-rprivate /
mount --bind "$ROOT" "$ROOT"
mount -t proc proc "$ROOT/proc"
mount --rbind /sys "$ROOT/sys"
mount --rbind /dev "$ROOT/dev"
{binds}
cd "$ROOT"
mkdir -p .outside
pivot_root . .outside
umount -l /.outside
cd {clone}
exec env -i {environment} bash -c {command}
"""


def main(arguments: Sequence[str]) -> int:
    """Run it; return 1 where a command failed, else 0."""
    if reason := _impossible():
        print(f"fresh: skipped: {reason}", file=sys.stderr)
        return 1 if IN_CI else 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # which ends the machine, and removes it
    with tempfile.TemporaryDirectory(prefix="drydock-fresh-") as folder:
        root = Path(folder, "root")
        _make(root)
        shown = list(configuration(root))
        commands = _fetching() if "fetch" in arguments else _everything()
        return run_all(commands, lambda command: _run(root, shown, command))


def run_all(commands: Sequence[str], run: Callable[[str], int]) -> int:
    """Run commands, those after one that failed, too; say what came of each; return 1 or 0."""
    said, failed = [], 0
    for command in commands:
        print(f"$ {command}", flush=True)
        begin = time.monotonic()
        code = run(command)
        failed |= code != 0
        said.append(f"fresh: {code} after {time.monotonic() - begin:.0f} s: {command}")
    print("\n".join(said), file=sys.stderr)
    return int(failed)


def _impossible() -> str:
    """Return why there can be no such root here, or nothing."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return "an empty root needs Debian, and root"
    try:
        if not shutil.which("debootstrap"):
            debian.install("debootstrap")
    except debian.PackageError as error:
        return str(error)
    return ""


def _everything() -> Sequence[str]:
    """Return the README's commands, and those sessions of CI that are not among them."""
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    first, second = re.findall(r"^```sh\n(.+?)\n```", text, re.MULTILINE | re.DOTALL)[:2]
    among = {"demo", *(nox.options.sessions or ()), "fresh"}
    others = [name for name, *_ in ci.SESSIONS if name not in among]
    return first, second, f"{PYTHON} -m tools.ci {' '.join(others)}"


def _fetching() -> Sequence[str]:
    """Return commands in which every session that fetches something fetches and starts it."""
    install = "python3 -m venv .venv && .venv/bin/pip install --quiet nox"
    return install, f"{PYTHON} -m tools.ci parts"


def _make(root: Path) -> None:
    """Make an empty machine, with this repository's commits beside it."""
    suite, *mirror = _suite()
    print(f"making a machine of Debian {suite}", flush=True)
    options = ["--variant=minbase", f"--include={PACKAGES}"]
    # In a namespace of its own, so that what it mounts is gone with it.
    bootstrap = ["unshare", "--mount", "debootstrap", *options, suite, str(root), *mirror]
    done = subprocess.run(
        bootstrap, env=os.environ | debian.NO_SYNC, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"fresh: debootstrap ended with {done.returncode}\n{done.stdout[-3000:]}")
    for name in ("resolv.conf", "hosts"):
        shutil.copyfile(f"/etc/{name}", root / "etc" / name)
    paths = ssl.get_default_verify_paths()
    trusted = Path(os.environ.get("SSL_CERT_FILE") or paths.cafile or paths.openssl_cafile)
    if trusted.exists():
        shutil.copyfile(trusted, root / BUNDLE)
    clone = ["git", "clone", "--quiet", "--no-hardlinks", str(REPOSITORY), f"{root}{CLONE}"]
    subprocess.run(clone, check=True)


def _suite() -> list[str]:
    """Return this machine's release of Debian with its mirror, or only a release for others."""
    system = platform.freedesktop_os_release()
    if system.get("ID") != "debian":
        return ["bookworm"]
    done = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    mirrors = [line for line in done.stdout.splitlines() if "security" not in line]
    return [system["VERSION_CODENAME"], *mirrors[:1]]


def _run(root: Path, shown: Sequence[tuple[Path, str]], command: str) -> int:
    script = ENTER.format(
        binds="\n".join(_bind(root, *pair) for pair in shown),
        clone=shlex.quote(CLONE),
        environment=shlex.join(f"{name}={value}" for name, value in _environment().items()),
        command=shlex.quote(command),
    )
    unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    return subprocess.run(
        [*unshare, "sh", "-euc", script], env=os.environ | {"ROOT": str(root)}, check=False
    ).returncode


def _environment() -> dict[str, str]:
    own = {"HOME": HOME, "PATH": PATH, "LANG": "C.UTF-8", "DRYDOCK_CI": "1"}
    return dict(kept()) | own | debian.NO_SYNC


def kept() -> Iterator[tuple[str, str]]:
    """Yield what the environment says of where packages come from, but for caches and the like."""
    for name, value in os.environ.items():
        if KEPT.fullmatch(name) and not OF_THIS_MACHINE.search(name):
            yield name, value


def configuration(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield what says where packages come from, and where it is to lie on the empty machine."""
    home = Path.home()
    files = [
        *map(Path, ("/etc/pip.conf", "/etc/xdg/pip", "/etc/uv")),
        *map(Path, ("/etc/npmrc", "/usr/etc/npmrc", "/usr/local/etc/npmrc")),
        *(home / name for name in (".config/pip", ".pip", ".npmrc", ".config/uv", ".netrc")),
    ]
    for path in map(Path, ("/etc/apt", "/usr/share/keyrings")):
        yield path, str(path)
    texts = [value for _, value in kept()]
    for path in (path for path in files if path.exists()):
        inside = HOME / path.relative_to(home) if path.is_relative_to(home) else path
        yield path, str(inside)
        found = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
        texts += [one.read_text(encoding="utf-8", errors="replace") for one in found]
    # Folders of wheels, indexes on the disk and certificates that these name.
    for kind, name in sorted({found for text in texts for found in NAMED.findall(text)}):
        path = Path(name).parent if kind else Path(name)  # an index's files lie beside it
        if path.exists() and not Path(f"{root}{path}").exists():
            yield path, str(path)


def _bind(root: Path, source: Path, target: str) -> str:
    """Return the commands that show something of this machine there, read-only."""
    place = Path(f"{root}{target}")
    if source.is_dir():
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    there = shlex.quote(str(place))
    return f"mount --bind {shlex.quote(str(source))} {there}\nmount -o remount,bind,ro {there}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
