"""Takes real services to today's standard, and says of each whether it behaves as before.

The services are those of services.txt. Each is brought in by `drydock retrofit --modernize`, the
pins that keep it from being locked are relaxed by `--resolve --apply`, and `drydock prove` compares
the result with the service as it was. What a service needs to run stands in proofs.yaml;
`{postgres}` and `{redis}` there are ports of real ones, started for this.

    python benchmarks/proofs.py --clones DIR --save proofs.json
    python benchmarks/proofs.py --table proofs.json

This runs the services' code: do it on a machine where that is no harm.
"""

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
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
from services import MINUTE, Service, Trial, free_port, released, run, services

GIVEN = Path(__file__).with_suffix(".yaml")
PROVING = 30 * MINUTE
_STARTING = 30
"""Seconds that a database may take to start."""


@dataclass
class Outcome:
    """What came of one service."""

    name: str
    retrofit: str = ""
    """`brought in`, `conflicts`, or why it was refused."""
    modernized: list[int] = field(default_factory=list)
    """Places that were changed, and that were left for a person."""
    resolved: list[str] = field(default_factory=list)
    """What `--resolve --apply` changed."""
    by_hand: list[str] = field(default_factory=list)
    """Commands that a maintainer has to run after that."""
    code: int | None = None
    """The exit code of `drydock prove`; None where there was nothing to prove."""
    verdict: str = ""
    ran_before: bool = False
    python: list[str] = field(default_factory=list)
    """Before and after."""
    rows: dict[str, int] = field(default_factory=dict)
    """How many operations have which outcome."""
    intended: list[str] = field(default_factory=list)
    """The reasons of the differences that are meant."""
    tests: list[str] = field(default_factory=list)
    """Before and after."""
    seconds: float = 0


def given() -> dict[str, dict[str, Any]]:
    """Return what each service is given: env, setup, requests, options, packages to build."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(GIVEN.read_text("utf-8"))
    return found


class Proof:
    """One service, from as it was to its verdict."""

    def __init__(self, service: Service, engine: Path, scratch: Path) -> None:
        self.trial = Trial(service, engine, scratch)
        self.service, self.engine, self.scratch = service, engine, scratch
        self.outcome = Outcome(service.name)

    def run(self, clones: Path, ports: Mapping[str, int]) -> Outcome:
        """Bring it in, modernize it, relax its pins, and prove it."""
        outcome = self.outcome
        self.trial.copy(clones)
        if not self.trial.folder.is_dir():
            outcome.retrofit = "its folder is not there"
            return outcome
        before = self._head()
        code, out, err = self.trial.drydock(
            "retrofit", "--defaults", "--modernize", "--json", f"--template={self.engine}",
            *(f"--data={one}" for one in given().get(self.service.name, {}).get("data", ())),
        )  # fmt: skip
        if code not in {0, 1} or "Traceback" in err:
            outcome.retrofit = (err.strip().splitlines() or [f"ended with {code}"])[-1]
            return outcome
        outcome.retrofit = "conflicts" if code else "brought in"
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
        builds = given().get(self.service.name, {}).get("builds", ())
        self.trial.drydock(
            "retrofit", "--resolve", "--apply", *(f"--build={one}" for one in builds)
        )
        said = run(["git", "log", "--format=%b", f"{head}..HEAD"], self.trial.top, MINUTE)[1]
        self.outcome.resolved = [line for line in said.splitlines() if line.strip()]

    def _by_hand(self) -> None:
        for command in given().get(self.service.name, {}).get("by_hand", ()):
            code, _, err = run(["sh", "-c", command], self.trial.folder, PROVING)
            if code:
                raise SystemExit(f"{self.service.name}: {command}: {err.strip()}")
            run(["git", "add", "--all"], self.trial.top, MINUTE)
            run(["git", "commit", "--quiet", f"--message={command}"], self.trial.top, MINUTE)
            self.outcome.by_hand.append(command)

    def _prove(self, before: str, ports: Mapping[str, int]) -> None:
        outcome, told = self.outcome, given().get(self.service.name, {})
        variables = {**self.service.variables, **told.get("env", {})}
        options = [f"--env={name}={_filled(value, ports)}" for name, value in variables.items()]
        options += [f"--setup={_filled(one, ports)}" for one in told.get("setup", ())]
        options += told.get("options", ())
        if requests := told.get("requests"):
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
            found = json.loads(out)
        except ValueError:
            outcome.verdict = (err.strip().splitlines() or ["it said nothing"])[-1]
            return
        (self.scratch.parent / f"{self.scratch.name}.json").write_text(out, "utf-8")
        sides = found["before"], found["after"]
        outcome.verdict = found["verdict"]
        outcome.ran_before = bool(sides[0]["runs"])
        outcome.python = [side["python"] for side in sides]
        outcome.tests = [_tests(side["tests"]) for side in sides]
        for row in found["rows"]:
            outcome.rows[row["outcome"]] = outcome.rows.get(row["outcome"], 0) + 1
            for difference in row["found"]:
                if (why := difference["intended"]) and why not in outcome.intended:
                    outcome.intended.append(why)


def _modernized(report: Mapping[str, Any]) -> Iterator[int]:
    found = (report.get("modernized") or {}).get("findings", ())
    for certainties in ({"changed"}, {"left", "unsafe"}):
        yield sum(one["certainty"] in certainties for one in found)


def _filled(text: object, ports: Mapping[str, int]) -> str:
    filled = str(text)
    for name, port in ports.items():
        filled = filled.replace(f"{{{name}}}", str(port))
    return filled


def _tests(told: Mapping[str, Any]) -> str:
    if told["problem"]:
        return str(told["problem"])
    ends = list(told["ends"].values())
    return ", ".join(f"{ends.count(end)} {end}" for end in dict.fromkeys(sorted(ends)))


@contextmanager
def postgres(folder: Path) -> Iterator[int]:
    """Run a Postgres whose user `postgres` needs no password; yield its port."""
    newest = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name))
    data, port = folder / "data", free_port()
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    folder.mkdir()
    if user:
        shutil.chown(folder, user)
    made: list[str | Path] = [
        newest / "initdb",
        "--auth=trust",
        "--username=postgres",
        f"--pgdata={data}",
    ]
    subprocess.run(made, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)
    command: list[str | Path] = [newest / "postgres", "-D", data, "-p", str(port), "-k", folder]
    with _kept([*command, "-c", "fsync=off"], port, folder, user):
        yield port


@contextmanager
def redis(folder: Path) -> Iterator[int]:
    """Run a Redis that stores nothing; yield its port."""
    folder.mkdir()
    port = free_port()
    with _kept(["redis-server", "--port", str(port), "--save", ""], port, folder):
        yield port


@contextmanager
def _kept(
    command: Sequence[str | Path], port: int, folder: Path, user: str | None = None
) -> Iterator[None]:
    with subprocess.Popen(
        command, cwd=folder, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait(port)
            yield
        finally:
            process.terminate()


def _wait(port: int) -> None:
    deadline = time.monotonic() + _STARTING
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise SystemExit(f"nothing listens on {port}")


def table(found: Sequence[Outcome]) -> Table:
    """Return what came of the services, a row each."""
    shown = Table(box=MARKDOWN)
    for column in (
        "service", "before runs", "retrofit", "modernized", "pins", "prove", "operations",
        "own tests", "differences that are meant, or why not",
    ):  # fmt: skip
        shown.add_column(column)
    for one in found:
        shown.add_row(
            one.name,
            f"yes ({one.python[0]})" if one.ran_before else "no",
            one.retrofit.removeprefix("drydock: ").partition(" (")[0][:60],
            " changed, ".join(map(str, one.modernized)) + " left" if one.modernized else "",
            str(len(one.resolved)) if one.resolved else "",
            "" if one.code is None else str(one.code),
            ", ".join(f"{many} {what}" for what, many in one.rows.items()),
            " → ".join(one.tests),
            "; ".join(one.intended) if one.code == 0 else one.verdict[:300],
        )
    return shown


def main() -> None:
    """Prove the services, or print the table of a run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clones", type=Path, help="where the clones lie")
    parser.add_argument("--ref", default="HEAD", help="engine and template [HEAD]")
    parser.add_argument("--only", nargs="+", default=(), help="part of names")
    parser.add_argument(
        "--save", type=Path, help="write the outcomes here; what it has already is not done again"
    )
    parser.add_argument("--proofs", type=Path, help="keep each whole proof in this folder")
    parser.add_argument("--table", type=Path, metavar="FILE")
    options = parser.parse_args()
    if options.table:
        found = [Outcome(**one) for one in json.loads(options.table.read_text())]
        Console(width=400).print(table(found))
        return
    if not options.clones:
        parser.error("--clones is needed")
    found = []
    if options.save and options.save.exists():
        found = [Outcome(**one) for one in json.loads(options.save.read_text())]
    known = {one.name for one in found}
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
            inside = scratch / re.sub(r"[/:]", "+", service.name)
            inside.mkdir()
            one = Proof(service, engine, inside).run(options.clones, ports)
            if options.proofs and (whole := inside.with_name(f"{inside.name}.json")).exists():
                options.proofs.mkdir(exist_ok=True)
                shutil.copy(whole, options.proofs)
            shutil.rmtree(inside, ignore_errors=True)
            found.append(one)
            print(f"{one.name}: {one.retrofit}, {one.code}: {one.verdict}", flush=True)
            if options.save:
                options.save.write_text(json.dumps([asdict(one) for one in found], indent=1))
    Console(width=400).print(table(found))


if __name__ == "__main__":
    main()
