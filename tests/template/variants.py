"""Proves the variants of the template; `nox -s variants` runs it.

First, variants that cover all combinations of any four answers are rendered, and their files
checked. Then, variants that cover all pairs of the answers that affect an installation are really
installed (one of them with Poetry), and the service's own `nox` runs there; Pythons and layouts
take turns. The chassis' full tests, which take most of the time, run in three of them.

    nox -s variants                        any four together are rendered, any two installed
    nox -s variants -- strength=3          any five, and any three
    nox -s variants -- inference=local     only these (layout, inference, adopted, …)
    nox -s variants -- every               all are rendered, none installed
"""

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table

from tests.template import matrix, tidiness
from tests.template.image import index
from tools import proof

CORES = os.cpu_count() or 2
PYTEST = ("-q", "-p", "no:cacheprovider", "--confcutdir", "tests/template")
# The adopted service's own code: the template adds no starters.
ADOPTED_APP = '''\
"""An application that was there before the chassis."""

from fastapi import FastAPI

app = FastAPI()


class Model:
    """A model that is as simple as can be."""

    def load(self) -> None:
        """Do nothing."""

    def predict(self, batch: list[float]) -> list[float]:
        """Return the doubles."""
        return [2 * item for item in batch]


@app.get("/hello")
def hello() -> dict[str, str]:
    """Greet."""
    return {"hello": "world"}
'''
ADOPTED_CONFIG = {
    "local": "inference:\n  model: {module}:Model\n",
    "triton": "triton:\n  url: grpc://localhost:8001\n  model: iris\n",
}
# Additional dependencies of the chassis' tests.
TOOLS = ("copier", "hypothesis", "python-multipart", "schemathesis", "trustme")
OTHER_PYTHONS = ("3.12", "3.13")
# Variants for the chassis' tests, which together cover the chassis, each on another Python.
OF_THE_CHASSIS = (
    {
        "layout": "app",
        "inference": "none",
        "adopted": "false",
        "config_server": "false",
        "tracing": "false",
    },
    {
        "layout": "flat",
        "inference": "local",
        "adopted": "false",
        "config_server": "true",
        "tracing": "true",
    },
    {
        "layout": "package",
        "inference": "triton",
        "adopted": "true",
        "config_server": "false",
        "tracing": "true",
    },
)

console = Console()


Job = tuple[matrix.Variant, str, tuple[str, ...]]
"""A variant to install, its Python, and the folders of tests to run there."""


@dataclass(frozen=True)
class Result:
    """The result of one variant: the seconds of each step, and its failure."""

    name: str
    steps: Mapping[str, float]
    failure: str = ""


def main(arguments: Sequence[str]) -> int:
    """Run both parts; return 1 if anything failed."""
    if arguments[:1] == ["every"]:
        return _every(dict(argument.split("=", 1) for argument in arguments[1:]))
    narrowed = dict(argument.split("=", 1) for argument in arguments)
    strength = int(narrowed.pop("strength", "2"))
    with tempfile.TemporaryDirectory(prefix="variants ") as folder:
        variants = list(matrix.covering(strength + 2, narrowed))
        if not narrowed:
            variants += [matrix.Variant(name, answers) for name, answers in matrix.EDGES.items()]
        rendered = list(_rendered(variants, Path(folder)))
        if any(result.failure for result in rendered):
            return _report(rendered, [])
        with index.public(Path(folder, "packages")) as public:
            installed = list(_installed(strength, narrowed, Path(folder), public))
    return _report(rendered, installed)


def _every(narrowed: Mapping[str, str]) -> int:
    with (
        proof.proving(matrix.REPOSITORY, proof.EVERY) as run,
        tempfile.TemporaryDirectory(prefix="variants ") as folder,
    ):
        variants = list(matrix.every(narrowed))
        if not narrowed:
            variants += [matrix.Variant(name, answers) for name, answers in matrix.EDGES.items()]
        code = _report(list(_rendered(variants, Path(folder))), [])
        run.passed = code == 0 and not narrowed
    return code


def _rendered(variants: list[matrix.Variant], folder: Path) -> Iterator[Result]:
    jobs = [(variant, folder / f"rendered-{number}") for number, variant in enumerate(variants)]
    with ProcessPoolExecutor(CORES) as pool, _progress() as progress:
        task = progress.add_task("rendering", total=len(jobs))
        for future in as_completed([pool.submit(_render_and_check, *job) for job in jobs]):
            progress.advance(task)
            yield future.result()


def _render_and_check(variant: matrix.Variant, folder: Path) -> Result:
    start = time.perf_counter()
    rendering = variant.render(folder)
    rendered = time.perf_counter()
    problems = tidiness.problems(folder, dict(rendering.answers))
    steps = {"render": rendered - start, "check": time.perf_counter() - rendered}
    shutil.rmtree(folder)  # thousands of them would fill a disk
    return Result(variant.name, steps, "\n".join(problems))


def _installed(
    strength: int, narrowed: Mapping[str, str], folder: Path, public: str
) -> Iterator[Result]:
    names = matrix.OF_AN_INSTALLATION
    for_chassis = [
        one for fixed in OF_THE_CHASSIS for one in matrix.covering(1, {**fixed, **narrowed}, names)
    ]
    others = [one for one in matrix.covering(strength, narrowed, names) if one not in for_chassis]
    if not narrowed:
        others.append(matrix.Variant("Poetry", {"packaging": "poetry"}))
    # Tests of adoption render services of their own, so once is enough.
    adopted = next((one for one in for_chassis if one.adopted), None)
    jobs: list[Job] = []
    # Variants for the chassis first: they take longest.
    for variant, python in zip([*for_chassis, *others], itertools.cycle(_pythons()), strict=False):
        suites = ("chassis",) if variant in for_chassis else ()
        jobs.append((variant, python, (*suites, "adopted") if variant is adopted else suites))
    # One more than the cores: the chassis' tests wait for a third of their time.
    with ThreadPoolExecutor(CORES + 1) as pool, _progress() as progress:
        task = progress.add_task("installing and testing", total=len(jobs))
        futures = [
            pool.submit(_install_and_test, job, folder / f"installed {number}", public)
            for number, job in enumerate(jobs)
        ]
        for future in as_completed(futures):
            progress.advance(task)
            result = future.result()
            mark = "[red]failed" if result.failure else "[green]passed"
            progress.console.print(f"{mark}[/]  {result.name}")
            yield result


def _install_and_test(job: Job, folder: Path, public: str) -> Result:
    variant, python, suites = job
    name = variant.name if python == sys.executable else f"{variant.name}, on Python {python}"
    steps: dict[str, float] = {}
    answers = variant.render(folder).answers
    if variant.adopted:
        add_own_files(folder, answers)
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    environment |= {"DRYDOCK_SERVICE": str(folder), "UV_PYTHON": python}
    # Compiled once, and not next to the tests, which all variants share.
    environment["PYTHONPYCACHEPREFIX"] = str(folder.with_name(f"{folder.name} bytecode"))
    bin_folder = folder / ".venv" / ("Scripts" if os.name == "nt" else "bin")
    lock, sync = ["uv", "lock", "--quiet"], ["uv", "sync", "--quiet", "--locked"]
    if answers["packaging"] == "poetry":
        # Poetry uses an API of the public index that not every mirror of it has.
        source = f'\n[[tool.poetry.source]]\nname = "public"\nurl = "{public}"\n'
        with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
            file.write(source)
        environment["POETRY_VIRTUALENVS_IN_PROJECT"] = "1"
        subprocess.run(["uv", "venv", "--quiet"], cwd=folder, env=environment, check=True)
        lock, sync = ["poetry", "lock"], ["poetry", "sync", "--no-interaction"]
    todo: dict[str, list[str]] = {
        "lock": lock,
        "install": sync,
        "own nox": [str(bin_folder / "nox"), "--error-on-missing-interpreters"],
    }
    if suites:
        todo["tools"] = ["uv", "pip", "install", "--quiet", "--python", ".venv", *TOOLS]
    for suite in suites:
        todo[suite] = [str(bin_folder / "pytest"), *PYTEST, f"tests/template/{suite}"]
    for step, command in todo.items():
        start = time.perf_counter()
        where = matrix.REPOSITORY if step in suites else folder
        done = subprocess.run(
            command, cwd=where, env=environment, capture_output=True, text=True, check=False
        )
        steps[step] = time.perf_counter() - start
        if done.returncode:
            output = (done.stdout + done.stderr)[-6000:]
            return Result(name, steps, f"{step}: {' '.join(command)}\n{output}")
    return Result(name, steps)


def add_own_files(folder: Path, answers: Mapping[str, object]) -> None:
    """Write the adopted service's own application and configuration."""
    module = str(answers["app"]).partition(":")[0]
    root = folder / str(answers["package_path"]).rpartition("/")[0]
    app_file = root / f"{module.replace('.', '/')}.py"
    app_file.parent.mkdir(parents=True, exist_ok=True)
    app_file.write_text(ADOPTED_APP, encoding="utf-8")
    (folder / "README.md").write_text("# A service from before\n", encoding="utf-8")
    if content := ADOPTED_CONFIG.get(str(answers["inference"])):
        config = folder / "config/application.yml"
        config.parent.mkdir()
        config.write_text(content.format(module=module), encoding="utf-8")


def _pythons() -> list[str]:
    """Return this Python, and the others that are installed."""
    pythons = [sys.executable]
    for version in OTHER_PYTHONS:
        find = ["uv", "python", "find", "--no-python-downloads", version]
        if subprocess.run(find, capture_output=True, check=False).returncode:
            console.print(f"[yellow]skipped: no Python {version} on this machine")
        else:
            pythons.append(version)
    return pythons


def _progress() -> Progress:
    bar = (*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn())
    # Without a terminal it would only repeat the report.
    return Progress(*bar, console=console, transient=True)


def _report(rendered: list[Result], installed: list[Result]) -> int:
    for result in [*rendered, *installed]:
        if result.failure:
            console.rule(f"[red]{result.name}")
            console.print(result.failure, markup=False, highlight=False)
    seconds = sum(sum(result.steps.values()) for result in rendered)
    console.print(f"{len(rendered)} variants rendered and checked, {seconds:.0f} s of work")
    columns = list(dict.fromkeys(step for result in installed for step in result.steps))
    table = Table("installed variant", *columns, "sum", title="seconds a step")
    for result in installed:
        cells = [f"{result.steps[step]:.1f}" if step in result.steps else "" for step in columns]
        table.add_row(result.name, *cells, f"{sum(result.steps.values()):.1f}")
    if installed:
        console.print(table)
    failed = [result.name for result in [*rendered, *installed] if result.failure]
    console.print(f"{len(rendered) + len(installed) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
