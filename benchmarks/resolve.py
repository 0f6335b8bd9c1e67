"""Time `drydock retrofit --resolve` on a service with 150 pinned requirements.

    python benchmarks/resolve.py [--ref REF] [--requirements N]

The pins are in resolve.txt, like the output of `pip freeze`. Some packages have no wheels, and some
pins conflict with the standard's requirements. uv reads the index during the first run, so later
runs are faster.
"""

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PINS = Path(__file__).with_suffix(".txt")
RESOLVE = """
import sys
from pathlib import Path
from drydock.adoption.pins import resolve
for obstacle in resolve(Path(sys.argv[1]), "3.11", lambda text: print(text, file=sys.stderr)):
    print(obstacle.pin, "->", obstacle.replacement or "no version works")
"""


def write_service(folder: Path, pins: list[str]) -> None:
    """Write the standard's pyproject.toml, with the pins as the service's dependencies."""
    template = (ROOT / "template/pyproject.toml.jinja").read_text("utf-8")
    listed = re.findall(r'(?m)^    "[^"]+",$', template.replace("tritonclient", "'"))
    standard = [line for line in listed if not re.search(r"opentelemetry|numpy|'", line)]
    own = "".join(f'    "{pin}",\n' for pin in pins)
    dependencies = "\n".join(standard)
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\n'
        f"dependencies = [\n{dependencies}\n    # The service's own:\n{own}]\n",
        "utf-8",
    )


def main() -> None:
    """Print the changes to pins, and the elapsed and CPU seconds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ref", help="a commit of this repository [the work tree]")
    parser.add_argument("--requirements", type=int, default=150, metavar="N")
    options = parser.parse_args()
    pins = PINS.read_text("utf-8").split()[: options.requirements]
    with tempfile.TemporaryDirectory(prefix="resolve.") as scratch:
        folder, engine = Path(scratch, "service"), ROOT
        folder.mkdir()
        write_service(folder, pins)
        if options.ref:
            engine = Path(scratch, "engine")
            clone = ["git", "clone", "--quiet", "--no-checkout", str(ROOT), str(engine)]
            subprocess.run(clone, check=True)
            checkout = ["git", "checkout", "--quiet", "--detach", options.ref]
            subprocess.run(checkout, cwd=engine, check=True)
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", RESOLVE, str(folder)],
            check=True,
            text=True,
            capture_output=True,
            env={**os.environ, "PYTHONPATH": str(engine / "extensions")},
        )
        seconds = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(done.stdout, end="")
    print(
        f"{len(pins)} requirements, {len(done.stdout.splitlines())} to change: {seconds:.1f} s, "
        f"{used.ru_utime + used.ru_stime:.1f} s of CPU time, "
        f"{done.stderr.count('Locking, attempt')} attempts"
    )


if __name__ == "__main__":
    main()
