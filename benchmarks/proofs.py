"""Adopt and modernize real services, and report whether each behaves as before.

The services are listed in services.txt. `drydock retrofit --modernize` adopts each, `--resolve
--apply` relaxes the pins that prevent a lock file, and `drydock prove` compares the result with the
original service. proofs.yaml lists what a service needs to run; `{postgres}` and `{redis}` in it
are the ports of real databases, started for the benchmark.

    python benchmarks/proofs.py --clones DIR --save proofs.json
    python benchmarks/proofs.py --table proofs.json

This runs the services' code. Use a machine where that does no harm.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table
from services import MINUTE, Service, Trial, free_port, parser, released, run, services

NEEDS = Path(__file__).with_suffix(".yaml")
PROVING = 30 * MINUTE
_STARTING = 30
"""Seconds that a database has to start."""


@dataclass
class Outcome:
    """The results of one service."""

    name: str
    retrofit: str = ""
    """`adopted`, `conflicts`, or why it was refused."""
    modernized: list[int] = field(default_factory=list)
    """How many places were changed, and how many are left to do by hand."""
    resolved: list[str] = field(default_factory=list)
    """What `--resolve --apply` changed."""
    by_hand: list[str] = field(default_factory=list)
    """Commands that a maintainer must run after that."""
    code: int | None = None
    """The exit code of `drydock prove`; None if it did not run."""
    verdict: str = ""
    ran_before: bool = False
    python: list[str] = field(default_factory=list)
    """Before and after."""
    rows: dict[str, int] = field(default_factory=dict)
    """The number of operations by outcome."""
    intended: list[str] = field(default_factory=list)
    """The reasons of intended differences."""
    tests: list[str] = field(default_factory=list)
    """Before and after."""
    seconds: float = 0


def needs_of(service: Service) -> dict[str, Any]:
    """Return what a service needs: env, setup, requests, options, packages to build."""
    needs: dict[str, dict[str, Any]] = yaml.safe_load(NEEDS.read_text("utf-8"))
    return needs.get(service.name, {})


class Proof:
    """The proof of one service."""

    def __init__(self, service: Service, engine: Path, scratch: Path) -> None:
        self.trial = Trial(service, engine, scratch)
        self.service, self.engine, self.scratch = service, engine, scratch
        self.outcome = Outcome(service.name)
        self.needs = needs_of(service)

    def run(self, clones: Path, ports: Mapping[str, int]) -> Outcome:
        """Adopt it, modernize it, relax its pins, and prove it."""
        outcome = self.outcome
        self.trial.copy(clones)
        if not self.trial.folder.is_dir():
            outcome.retrofit = "its folder does not exist"
            return outcome
        before = self._head()
        code, out, err = self.trial.drydock(
            "retrofit", "--defaults", "--modernize", "--json", f"--template={self.engine}",
            *(f"--data={answer}" for answer in self.needs.get("data", ())),
        )  # fmt: skip
        if code not in {0, 1} or "Traceback" in err:
            outcome.retrofit = (err.strip().splitlines() or [f"ended with {code}"])[-1]
            return outcome
        outcome.retrofit = "conflicts" if code else "adopted"
        outcome.modernized = list(_modernized(json.loads(out)))
        if code:
            return outcome
        self._relax()
        self._by_hand()
        self._prove(before, ports)
        return outcome

    def _head(self) -> str:
        return run(["git", "rev-parse", "HEAD"], self.trial.top, MINUTE)[1].strip()

    def _relax(self) -> None:
        head = self._head()
        builds = [f"--build={package}" for package in self.needs.get("builds", ())]
        self.trial.drydock("retrofit", "--resolve", "--apply", *builds)
        bodies = run(["git", "log", "--format=%b", f"{head}..HEAD"], self.trial.top, MINUTE)[1]
        self.outcome.resolved = [line for line in bodies.splitlines() if line.strip()]

    def _by_hand(self) -> None:
        for command in self.needs.get("by_hand", ()):
            code, _, err = run(["sh", "-c", command], self.trial.folder, PROVING)
            if code:
                raise SystemExit(f"{self.service.name}: {command}: {err.strip()}")
            run(["git", "add", "--all"], self.trial.top, MINUTE)
            run(["git", "commit", "--quiet", f"--message={command}"], self.trial.top, MINUTE)
            self.outcome.by_hand.append(command)

    def _prove(self, before: str, ports: Mapping[str, int]) -> None:
        outcome, needs = self.outcome, self.needs
        variables = {**self.service.variables, **needs.get("env", {})}
        options = [f"--env={name}={_filled(value, ports)}" for name, value in variables.items()]
        options += [f"--setup={_filled(command, ports)}" for command in needs.get("setup", ())]
        options += needs.get("options", ())
        if requests := needs.get("requests"):
            recorded = self.scratch / "requests.json"
            recorded.write_text(json.dumps(requests), "utf-8")
            options.append(f"--requests={recorded}")
        begin = time.perf_counter()
        code, out, err = run(
            ["drydock", "prove", "--json", f"--before={before}", *options], self.trial.folder,
            PROVING, PYTHONPATH=str(self.engine / "extensions"),
        )  # fmt: skip
        outcome.seconds = round(time.perf_counter() - begin)
        outcome.code = code
        try:
            proof = json.loads(out)
        except ValueError:
            outcome.verdict = (err.strip().splitlines() or ["no output"])[-1]
            return
        (self.scratch.parent / f"{self.scratch.name}.json").write_text(out, "utf-8")
        sides = proof["before"], proof["after"]
        outcome.verdict = proof["verdict"]
        outcome.ran_before = bool(sides[0]["runs"])
        outcome.python = [side["python"] for side in sides]
        outcome.tests = [_tests(side["tests"]) for side in sides]
        for row in proof["rows"]:
            outcome.rows[row["outcome"]] = outcome.rows.get(row["outcome"], 0) + 1
            for difference in row["found"]:
                reason = difference["intended"]
                if reason and reason not in outcome.intended:
                    outcome.intended.append(reason)


def _modernized(report: Mapping[str, Any]) -> Iterator[int]:
    findings = (report.get("modernized") or {}).get("findings", ())
    for certainties in ({"changed"}, {"left", "unsafe"}):
        yield sum(finding["certainty"] in certainties for finding in findings)


def _filled(text: object, ports: Mapping[str, int]) -> str:
    filled = str(text)
    for name, port in ports.items():
        filled = filled.replace(f"{{{name}}}", str(port))
    return filled


def _tests(run_of_tests: Mapping[str, Any]) -> str:
    if run_of_tests["problem"]:
        return str(run_of_tests["problem"])
    ends = list(run_of_tests["ends"].values())
    return ", ".join(f"{ends.count(end)} {end}" for end in dict.fromkeys(sorted(ends)))


@contextmanager
def postgres(folder: Path) -> Iterator[int]:
    """Run a Postgres whose user `postgres` needs no password; yield its port."""
    newest = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    data, port = folder / "data", free_port()
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    folder.mkdir()
    if user:
        shutil.chown(folder, user)
    create: list[str | Path] = [
        newest / "initdb",
        "--auth=trust",
        "--username=postgres",
        f"--pgdata={data}",
    ]
    subprocess.run(create, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)
    command: list[str | Path] = [newest / "postgres", "-D", data, "-p", str(port), "-k", folder]
    with serving([*command, "-c", "fsync=off"], port, folder, user):
        yield port


@contextmanager
def redis(folder: Path) -> Iterator[int]:
    """Run a Redis that stores nothing; yield its port."""
    folder.mkdir()
    port = free_port()
    with serving(["redis-server", "--port", str(port), "--save", ""], port, folder):
        yield port


@contextmanager
def serving(
    command: Sequence[str | Path], port: int, folder: Path, user: str | None = None
) -> Iterator[None]:
    """Run a server until the body ends; it also ends with this process, even if that is killed."""
    # SIGINT lets Postgres end at once; SIGTERM would wait for its clients. A background job of a
    # shell ignores SIGINT, and so would the server.
    guarded = ["env", "--default-signal=INT", "setpriv", "--pdeathsig=INT", "--", *command]
    with subprocess.Popen(
        guarded, cwd=folder, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait(port)
            yield
        finally:
            process.send_signal(signal.SIGINT)


def _wait(port: int) -> None:
    deadline = time.monotonic() + _STARTING
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise SystemExit(f"nothing listens on {port}")


def table(outcomes: Sequence[Outcome]) -> Table:
    """Return the results of the services, one row each."""
    rows = Table(box=MARKDOWN)
    for column in (
        "service", "before runs", "retrofit", "modernized", "pins", "prove", "operations",
        "own tests", "intended differences, or why not proved",
    ):  # fmt: skip
        rows.add_column(column)
    for outcome in outcomes:
        modernized = " changed, ".join(map(str, outcome.modernized))
        rows.add_row(
            outcome.name,
            f"yes ({outcome.python[0]})" if outcome.ran_before else "no",
            outcome.retrofit.removeprefix("drydock: ").partition(" (")[0][:60],
            f"{modernized} left" if modernized else "",
            str(len(outcome.resolved)) if outcome.resolved else "",
            "" if outcome.code is None else str(outcome.code),
            ", ".join(f"{count} {name}" for name, count in outcome.rows.items()),
            " → ".join(outcome.tests),
            "; ".join(outcome.intended) if outcome.code == 0 else outcome.verdict[:300],
        )
    return rows


def main() -> None:
    """Prove the services, or print the table of a run."""
    command_line = parser(__doc__)
    command_line.add_argument("--proofs", type=Path, help="keep each complete proof in this folder")
    command_line.add_argument("--table", type=Path, metavar="FILE")
    options = command_line.parse_args()
    if options.table:
        outcomes = [Outcome(**record) for record in json.loads(options.table.read_text())]
        Console(width=400).print(table(outcomes))
        return
    if not options.clones:
        command_line.error("--clones is required")
    outcomes = []
    if options.save and options.save.exists():
        outcomes = [Outcome(**record) for record in json.loads(options.save.read_text())]
    known = {outcome.name for outcome in outcomes}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # removes the scratch folder
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="proofs.")))
        scratch.chmod(0o755)  # Postgres may run as another user
        ports = {
            "postgres": stack.enter_context(postgres(scratch / "postgres")),
            "redis": stack.enter_context(redis(scratch / "redis")),
        }
        engine = scratch / "engine"
        released(options.ref, engine)
        for service in services(options.only):
            if service.name in known:
                continue
            folder = scratch / re.sub(r"[/:]", "+", service.name)
            folder.mkdir()
            new = Proof(service, engine, folder).run(options.clones, ports)
            proof = folder.with_name(f"{folder.name}.json")
            if options.proofs and proof.exists():
                options.proofs.mkdir(exist_ok=True)
                shutil.copy(proof, options.proofs)
            shutil.rmtree(folder, ignore_errors=True)
            outcomes.append(new)
            print(f"{new.name}: {new.retrofit}, {new.code}: {new.verdict}", flush=True)
            if options.save:
                records = [asdict(outcome) for outcome in outcomes]
                options.save.write_text(json.dumps(records, indent=1))
    Console(width=400).print(table(outcomes))


if __name__ == "__main__":
    main()
