"""Copier's source distribution, which carries its tests; and what changed between two of them."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from packaging.version import Version

from tests.template import matrix

PARTS = Path(os.environ.get("DRYDOCK_PARTS") or matrix.REPOSITORY / ".nox/parts")


def fetch(version: str) -> Path:
    """Return the folder of Copier's source at `version`, fetched by pip where it is missing."""
    folder = PARTS / f"copier-{version}"
    if folder.exists():
        return folder
    PARTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=PARTS) as scratch:
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", scratch]
        only = ["--no-deps", "--no-binary=copier", f"copier=={version}"]
        subprocess.run([*download, *only], check=True)
        (archive,) = Path(scratch).glob("*.tar.gz")
        # Not tarfile, whose filters Debian's Python 3.11.2 lacks; this refuses what leads outside.
        shutil.unpack_archive(archive, scratch)
        Path(scratch, f"copier-{version}").rename(folder)
    return folder


def changes(old: Path, new: Path, since: str) -> Iterator[str]:
    """Yield what Copier's changelog says after release `since`, and which tests are others."""
    text = (new / "CHANGELOG.md").read_text(encoding="utf-8")
    for section in re.split(r"^(?=## )", text, flags=re.MULTILINE):
        named = re.match(r"## v?(\d[\w.]*)", section)
        if named and Version(named[1]) > Version(since):
            yield section.strip()
    before, now = _tests(old), _tests(new)
    for name in sorted(before.keys() | now.keys()):
        if name not in before:
            yield f"new test: {name}"
        elif name not in now:
            yield f"removed test: {name}"
        elif before[name] != now[name]:
            yield f"changed test: {name}"


def _tests(source: Path) -> dict[str, str]:
    """Return the code of each test, with its parameters and without comments and layout."""
    return {
        f"{file.name}::{node.name}": ast.unparse(node)
        for file in sorted((source / "tests").glob("test_*.py"))
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
