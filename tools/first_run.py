"""Run the README's first command as a stranger would; `nox -s first_run` calls it.

It runs in a clean clone in a folder with a space, with an empty home, no git identity, the system's
own Python (if it is 3.11 or newer; Debian's refuses `pip install` outside a virtual environment),
and no helpful variables. Afterwards the clone must still be clean.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
SYSTEM_PYTHON = Path("/usr/bin/python3")
# Variables that name package indexes, and what a locked-down network needs to reach them.
KEPT = re.compile(
    r"LANG|LC_.*|PIP_.*|UV_.*|(?i:npm_config)_.*|.*_CERT.*|.*_CA_.*|.*_SSL_.*|.*_proxy|.*_PROXY"
    r"|SYSTEMROOT|TEMP|TMP"
)


def main() -> int:
    """Run the steps; return the exit code of the first that fails, or 0."""
    command = _first_command()
    with tempfile.TemporaryDirectory(prefix="a first run ") as folder:
        home = Path(folder, "home")
        home.mkdir()
        environment = {name: value for name, value in os.environ.items() if KEPT.fullmatch(name)}
        environment |= {
            "HOME": str(home),
            "PATH": f"{_python_folder(Path(folder))}:/usr/bin:/bin",
            "GIT_CONFIG_NOSYSTEM": "1",
            # Caches change nothing but the time.
            "PIP_CACHE_DIR": str(Path.home() / ".cache/pip"),
            "UV_CACHE_DIR": str(Path.home() / ".cache/uv"),
        }
        clone = Path(folder, "the clone")
        for step in (
            f"git clone --quiet {shlex.quote(str(REPOSITORY))} {shlex.quote(str(clone))}",
            command,
            'test -z "$(git status --porcelain)"',
        ):
            print(f"$ {step}", flush=True)
            where = clone if clone.exists() else Path(folder)
            done = subprocess.run(["bash", "-c", step], cwd=where, env=environment, check=False)
            if done.returncode:
                print(f"first run: failed with {done.returncode}: {step}", file=sys.stderr)
                return done.returncode
    return 0


def _first_command() -> str:
    """Return the first command of the README."""
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    block = re.search(r"^```sh\n(.+?)^```", text, re.MULTILINE | re.DOTALL)
    if block is None:
        raise SystemExit("first run: the README does not contain a command")
    return block[1].splitlines()[0]


def _python_folder(folder: Path) -> Path:
    """Return a folder that contains only `python3`."""
    python = sys.executable
    suitable = "import ensurepip, sys; print(sys.version_info >= (3, 11))"
    if SYSTEM_PYTHON.exists():
        done = subprocess.run(
            [SYSTEM_PYTHON, "-c", suitable], capture_output=True, text=True, check=False
        )
        if done.stdout.strip() == "True":
            python = str(SYSTEM_PYTHON)
        else:
            print(f"{SYSTEM_PYTHON} is too old or has no venv: using {python}")
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    (bin_folder / "python3").symlink_to(python)
    return bin_folder


if __name__ == "__main__":
    raise SystemExit(main())
