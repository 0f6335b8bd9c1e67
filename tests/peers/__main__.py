"""Run Copier's own update tests against `drydock update`; `nox -s peers` calls it.

They are the tests of the installed Copier, except those marked `impure`, which use the network.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from tests.peers import differences, source

FILES = (
    "updatediff", "dirty_local", "subdirectory", "symlinks", "answersfile", "context", "tmpdir",
    "conditional_file_name", "complex_questions", "migrations", "legacy_migration", "output",
    "unsafe", "vcs", "cli",
)  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Run the tests, with `arguments` for pytest; return its exit code."""
    installed, known = version("copier"), differences.made_with()
    suite = source.fetch(installed)
    if installed != known:
        print(f"{differences.FILE.name} was written for Copier {known}. Changes up to {installed}:")
        for change in source.changes(source.fetch(known), suite, known):
            print(change)
    plugins = Path(__file__).parent
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--quiet", "--tb=short", "-rfE", "-p", "differences"),
            *("-m", "not impure", "-p", "no:cacheprovider", *arguments),
            *(f"tests/test_{name}.py" for name in FILES),
        ],
        cwd=suite,
        env=os.environ | {"PYTHONPATH": str(plugins)},
        check=False,
    )
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
