"""Run all sessions on a machine where nothing is installed; `nox -s fresh` calls it.

The machine is an empty root file system that debootstrap creates: Debian with Python, pip and git.
It shares this machine's package indexes, the settings needed to reach them, and this repository's
commits, but not its home, caches, tools or uncommitted files. Creating it requires root and Debian.

With `nox -s fresh -- fetch`, each session only downloads its parts and starts each of them once.
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
CLONE = "/srv/the clone"  # a path with a space
PYTHON = ".venv/bin/python"
HOME = "/root"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
BUNDLE = "etc/ssl/certs/ca-certificates.crt"
# A path in a configuration file, with the scheme if it is an index.
NAMED = re.compile(r"(?<![\w./:])(file://)?(/[\w./+-]+)")
OF_THIS_MACHINE = re.compile("CACHE|TMP|TEMP|PROJECT_ENVIRONMENT|UV_PYTHON")
# A separate root with separate processes, which end with the first of them. A chroot is not enough:
# podman cannot remount its `/`.
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
    """Run the sessions; return 1 if a command failed, else 0."""
    if reason := _obstacle():
        print(f"fresh: skipped: {reason}", file=sys.stderr)
        return 1 if IN_CI else 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # ends the machine and removes it
    with tempfile.TemporaryDirectory(prefix="drydock-fresh-") as folder:
        root = Path(folder, "root")
        _create(root)
        binds = list(configuration(root))
        commands = _fetch_commands() if "fetch" in arguments else _all_commands()
        return run_all(commands, lambda command: _run(root, binds, command))


def run_all(commands: Sequence[str], run: Callable[[str], int]) -> int:
    """Run commands, even after a failure; print their results; return 1 if one failed, else 0."""
    results, failed = [], 0
    for command in commands:
        print(f"$ {command}", flush=True)
        begin = time.monotonic()
        code = run(command)
        failed |= code != 0
        results.append(f"fresh: {code} after {time.monotonic() - begin:.0f} s: {command}")
    print("\n".join(results), file=sys.stderr)
    return int(failed)


def _obstacle() -> str:
    """Return why no such root can be created here; empty if it can."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return "creating an empty root requires Debian and root"
    try:
        if not shutil.which("debootstrap"):
            debian.install("debootstrap")
    except debian.PackageError as error:
        return str(error)
    return ""


def _all_commands() -> Sequence[str]:
    """Return the README's commands, and one for the sessions of CI that they do not run."""
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    first, second = re.findall(r"^```sh\n(.+?)\n```", text, re.MULTILINE | re.DOTALL)[:2]
    covered = {"demo", *(nox.options.sessions or ()), "fresh"}
    others = [name for name, *_ in ci.SESSIONS if name not in covered]
    return first, second, f"{PYTHON} -m tools.ci {' '.join(others)}"


def _fetch_commands() -> Sequence[str]:
    """Return commands that download and start the parts of every session."""
    install = "python3 -m venv .venv && .venv/bin/pip install --quiet nox"
    return install, f"{PYTHON} -m tools.ci parts"


def _create(root: Path) -> None:
    """Create an empty machine with a clone of this repository."""
    suite, *mirror = _suite()
    print(f"creating a machine with Debian {suite}", flush=True)
    options = ["--variant=minbase", f"--include={PACKAGES}"]
    # In a separate namespace, so that its mounts disappear with it.
    bootstrap = ["unshare", "--mount", "debootstrap", *options, suite, str(root), *mirror]
    done = subprocess.run(
        bootstrap, env=os.environ | debian.NO_SYNC, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"fresh: debootstrap failed with {done.returncode}\n{done.stdout[-3000:]}")
    for name in ("resolv.conf", "hosts"):
        shutil.copyfile(f"/etc/{name}", root / "etc" / name)
    paths = ssl.get_default_verify_paths()
    trusted = Path(os.environ.get("SSL_CERT_FILE") or paths.cafile or paths.openssl_cafile)
    if trusted.exists():
        shutil.copyfile(trusted, root / BUNDLE)
    clone = ["git", "clone", "--quiet", "--no-hardlinks", str(REPOSITORY), f"{root}{CLONE}"]
    subprocess.run(clone, check=True)


def _suite() -> list[str]:
    """Return this machine's Debian release and mirror; a fixed release on other systems."""
    system = platform.freedesktop_os_release()
    if system.get("ID") != "debian":
        return ["bookworm"]
    done = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    mirrors = [line for line in done.stdout.splitlines() if "security" not in line]
    return [system["VERSION_CODENAME"], *mirrors[:1]]


def _run(root: Path, binds: Sequence[tuple[Path, str]], command: str) -> int:
    script = ENTER.format(
        binds="\n".join(_bind(root, *pair) for pair in binds),
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
    """Yield the variables about package indexes, except caches and other local paths."""
    for name, value in os.environ.items():
        if KEPT.fullmatch(name) and not OF_THIS_MACHINE.search(name):
            yield name, value


def configuration(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield the configuration of package managers, each with its path on the empty machine."""
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
        parts = [path] if path.is_file() else [part for part in path.rglob("*") if part.is_file()]
        texts += [part.read_text(encoding="utf-8", errors="replace") for part in parts]
    # Folders of wheels, local indexes and certificates that these files name.
    for kind, name in sorted({found for text in texts for found in NAMED.findall(text)}):
        path = Path(name).parent if kind else Path(name)  # an index's files are next to it
        if path.exists() and not Path(f"{root}{path}").exists():
            yield path, str(path)


def _bind(root: Path, source: Path, target: str) -> str:
    """Return the commands that mount a path of this machine at `target`, read-only."""
    path = Path(f"{root}{target}")
    if source.is_dir():
        path.mkdir(parents=True, exist_ok=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    quoted = shlex.quote(str(path))
    return f"mount --bind {shlex.quote(str(source))} {quoted}\nmount -o remount,bind,ro {quoted}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
