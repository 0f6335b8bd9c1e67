"""Downloads Copier's source distribution with its tests, and compares two of them."""

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
    """Return the folder of Copier's source at `version`, downloaded with pip if missing."""
    folder = PARTS / f"copier-{version}"
    if folder.exists():
        return folder
    PARTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=PARTS) as scratch:
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", scratch]
        only = ["--no-deps", "--no-binary=copier", f"copier=={version}"]
        subprocess.run([*download, *only], check=True)
        (archive,) = Path(scratch).glob("*.tar.gz")
        # Not tarfile, whose filters Debian's Python 3.11.2 lacks; this rejects paths outside.
        shutil.unpack_archive(archive, scratch)
        Path(scratch, f"copier-{version}").rename(folder)
    return folder


def changes(old: Path, new: Path, since: str) -> Iterator[str]:
    """Yield Copier's changelog after release `since`, and new, removed and changed tests."""
    text = (new / "CHANGELOG.md").read_text(encoding="utf-8")
    for section in re.split(r"^(?=## )", text, flags=re.MULTILINE):
        heading = re.match(r"## v?(\d[\w.]*)", section)
        if heading and Version(heading[1]) > Version(since):
            yield section.strip()
    before, after = _tests(old), _tests(new)
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            yield f"new test: {name}"
        elif name not in after:
            yield f"removed test: {name}"
        elif before[name] != after[name]:
            yield f"changed test: {name}"


def _tests(source: Path) -> dict[str, str]:
    """Return the code of each test with its parameters, without comments and layout."""
    return {
        f"{file.name}::{node.name}": ast.unparse(node)
        for file in sorted((source / "tests").glob("test_*.py"))
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
