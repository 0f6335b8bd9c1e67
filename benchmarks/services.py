"""Adopt real services, and report whether each locks, starts, and passes its tests and nox.

The services are listed in services.txt; `--clones` names the folder of their clones
(DIR/owner+name, or DIR/owner+name/repo). Each is copied to a separate folder. Engine and template
are those of `--ref`, a commit of this repository.

    python benchmarks/services.py --clones DIR --ref v1.3.0 --save before.json
    python benchmarks/services.py --clones DIR --ref HEAD --save after.json
    python benchmarks/services.py --table before.json after.json

`drydock retrofit` runs nothing of a service, but this benchmark starts each and runs its tests. Use
a machine where that does no harm. Whatever exceeds its time limit counts as failed.
"""

import argparse
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
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import yaml
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
LIST = Path(__file__).with_suffix(".txt")
RELEASE = "v99.0.0"
"""The release that the template of `--ref` gets."""
IDENTITY = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "Benchmark"), ("EMAIL", "benchmark@example.com"))
}
BIN = Path(sys.executable).parent
MINUTE = 60
BOOTING = 180
"""Seconds that a service has until it is alive."""
_NO_RESPONSE = 0
"""The status if there is no response."""
_TESTED = re.compile(r"(\d+) (passed|failed|errors?)\b")


@dataclass(frozen=True)
class Service:
    """A line of the list."""

    name: str
    commit: str
    variables: Mapping[str, str]


@dataclass
class Outcome:
    """The results of one service."""

    name: str
    retrofit: str = ""
    """`adopted`, `conflicts`, or why it was refused."""
    seconds: float = 0
    locks: bool = False
    unlocked: str = ""
    boots: bool = False
    died: str = ""
    """The last line of its log, if it did not start."""
    resolved: list[str] = field(default_factory=list)
    """What `--resolve --apply` changed."""
    boots_resolved: bool = False
    tests_before: str = ""
    tests_after: str = ""
    nox: dict[str, str] = field(default_factory=dict)
    """The result of each session of the service's own nox."""
    nox_said: str = ""
    instructions: int = 0
    silent: list[str] = field(default_factory=list)
    """Instructions that the report does not mention."""


def run(
    command: Sequence[str | Path], folder: Path, seconds: float, **more: str
) -> tuple[int, str, str]:
    """Run a command with a time limit for its whole process group; return code and outputs."""
    environment = {k: v for k, v in os.environ.items() if k not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    environment |= (
        {"UV_PYTHON_DOWNLOADS": "never"}
        | IDENTITY
        | {"NO_COLOR": "1", "PATH": f"{BIN}:{environment['PATH']}"}
        | more
    )
    with subprocess.Popen(
        list(map(str, command)), cwd=folder, env=environment, text=True, errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            _kill(process)
            return 124, "", f"it took more than {seconds:.0f} s"
        except BaseException:  # interrupted: the process is in a separate session
            _kill(process)
            raise
    return process.returncode, out, err


def _kill(process: "subprocess.Popen[str]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def services(only: Sequence[str]) -> Iterator[Service]:
    """Yield the services of the list, or those whose names contain a text of `only`."""
    for line in LIST.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            address, *assignments = line.split()
            name, _, commit = address.partition("@")
            if not only or any(part in name for part in only):
                yield Service(name, commit, dict(text.split("=", 1) for text in assignments))


def released(ref: str, folder: Path) -> None:
    """Clone this repository at `ref` into `folder`, and release it there."""
    run(["git", "clone", "--quiet", ROOT, folder], ROOT, MINUTE)
    run(["git", "checkout", "--quiet", "--detach", ref], folder, MINUTE)
    message = f"release: {RELEASE}"
    run(["git", "commit", "--quiet", "--allow-empty", "--message", message], folder, MINUTE)
    code, _, err = run(["git", "tag", RELEASE], folder, MINUTE)
    if code:
        raise SystemExit(err)


class Trial:
    """One service, adopted by one engine."""

    def __init__(self, service: Service, engine: Path, scratch: Path) -> None:
        self.service, self.engine, self.scratch = service, engine, scratch
        self.repository, _, self.inside = service.name.partition(":")
        self.top = scratch / self.repository.rpartition("/")[2]
        self.folder = self.top / self.inside
        self.outcome = Outcome(service.name)

    def run(self, clones: Path) -> Outcome:
        """Adopt the service, and try the result."""
        outcome = self.outcome
        self.copy(clones)
        own_tests = _own_tests(self.folder)
        if own_tests:
            outcome.tests_before = self._tests_before(own_tests)
        instructions = dict(_instructions(self.folder))
        start = time.perf_counter()
        code, out, err = self.drydock(
            "retrofit", "--defaults", "--json", f"--template={self.engine}", f"--to={RELEASE}"
        )
        outcome.seconds = round(time.perf_counter() - start, 1)
        if code not in {0, 1} or "Traceback" in err:
            outcome.retrofit = (err.strip().splitlines() or [f"ended with {code}"])[-1]
            return outcome
        report = json.loads(out)
        outcome.retrofit = "conflicts" if code else "adopted"
        entries = (*report.get("account", ()), *report["todo"])
        reported = {(entry["path"], entry["line"]) for entry in entries}
        outcome.instructions = len(instructions)
        outcome.silent = [
            f"{path}:{line} {instruction}"
            for (path, line), instruction in instructions.items()
            if (path, line) not in reported
        ]
        if code:
            return outcome
        answers = {answer["name"]: answer["value"] for answer in report["answers"]}
        self._try(answers, own_tests)
        return outcome

    def _try(self, answers: Mapping[str, Any], own_tests: Sequence[str]) -> None:
        outcome = self.outcome
        outcome.locks, outcome.unlocked = self._locks()
        if outcome.locks:
            outcome.boots, outcome.died = self._boots(answers)
            outcome.boots_resolved = outcome.boots
        else:
            self.drydock("retrofit", "--resolve", "--apply")
            _, body, _ = run(
                ["git", "log", "-1", "--format=%b", "--grep=Relax the pins"], self.folder, MINUTE
            )
            outcome.resolved = body.strip().splitlines()
            if self._locks()[0]:
                outcome.boots_resolved, outcome.died = self._boots(answers)
        if (self.folder / ".venv/bin/python").exists():
            if own_tests:
                kept = [path for path in own_tests if (self.folder / path).exists()]
                python = self.folder / ".venv/bin/python"
                outcome.tests_after = self._tests(python, kept)
            self._nox()

    def copy(self, clones: Path) -> None:
        """Copy the service's files to a new repository."""
        clone = clones / self.repository.replace("/", "+")
        clone = clone / "repo" if (clone / "repo").exists() else clone
        export(clone, self.service.commit, self.top)
        run(["git", "init", "--quiet", "--initial-branch=main"], self.top, MINUTE)
        run(["git", "add", "--all", "--force"], self.top, MINUTE)
        run(["git", "commit", "--quiet", "--message", "As it was"], self.top, MINUTE)

    def drydock(self, *arguments: str) -> tuple[int, str, str]:
        """Run an engine command in the service's folder; return code and outputs."""
        return run(
            [sys.executable, "-c", "from drydock.cli import main; main()", *arguments],
            self.folder, 10 * MINUTE,
            PYTHONPATH=str(self.engine / "extensions"),
        )  # fmt: skip

    def _locks(self) -> tuple[bool, str]:
        code, _, err = run(
            ["uv", "lock", "--no-build", "--check", "--quiet"], self.folder, 3 * MINUTE
        )
        return code == 0, " ".join(err.split())[:300]

    def _boots(self, answers: Mapping[str, Any]) -> tuple[bool, str]:
        """Install and start the service; return whether it is alive, and why if not."""
        code, _, err = run(["uv", "sync", "--locked", "--quiet"], self.folder, 10 * MINUTE)
        if code:
            return False, " ".join(err.split())[:300]
        port, management = free_port(), free_port()
        package = str(answers["package_path"]).rpartition("/")[2]
        command = [".venv/bin/python", "-m", f"{package}.chassis", "serve",
                   f"--port={port}", f"--management-port={management}"]  # fmt: skip
        log = self.scratch / "log"
        with log.open("w") as output, subprocess.Popen(
            command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, text=True, start_new_session=True,
            env={"PATH": os.environ["PATH"], "HOME": str(self.scratch), **self.service.variables},
        ) as process:  # fmt: skip
            deadline = time.monotonic() + BOOTING
            alive = False
            while not alive and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.2)
                alive = _status(management, "/livez") == 200 and _status(port, "/") != _NO_RESPONSE
            _kill(process)
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
        return alive, "" if alive else _reason((lines or ["no output"])[-1])[:300]

    def _tests_before(self, own_tests: Sequence[str]) -> str:
        """Run the service's tests before the retrofit, with its old requirements."""
        before = self.scratch / "before"
        shutil.copytree(self.folder, before)
        python = before / ".before/bin/python"
        run(["uv", "venv", "--quiet", ".before"], before, MINUTE)
        requirements = _requirements(before)
        if not requirements:
            return "not installed: no list of requirements"
        for options in requirements:
            code, _, err = run(
                ["uv", "pip", "install", "--quiet", "--only-binary=:all:", f"--python={python}",
                 *options], before, 10 * MINUTE,
            )  # fmt: skip
            if code:
                return f"not installed: {' '.join(err.split())[:120]}"
        run(["uv", "pip", "install", "--quiet", f"--python={python}", "pytest"], before, MINUTE)
        return self._tests(python, own_tests, before)

    def _tests(self, python: Path, tests: Sequence[str], folder: Path | None = None) -> str:
        code, out, _ = run(
            [python, "-m", "pytest", "-q", *tests], folder or self.folder, 4 * MINUTE,
            **self.service.variables,
        )  # fmt: skip
        counts = _TESTED.findall(out.strip().rpartition("\n")[2])
        summary = ", ".join(f"{number} {outcome}" for number, outcome in counts)
        return summary or f"ended with {code}"

    def _nox(self) -> None:
        report = self.scratch / "nox.json"
        _, out, err = run(
            [".venv/bin/python", "-m", "nox", f"--report={report}"], self.folder, 15 * MINUTE,
            **self.service.variables,
        )  # fmt: skip
        if report.exists():
            sessions = json.loads(report.read_text())["sessions"]
            self.outcome.nox = {session["name"]: session["result"] for session in sessions}
        self.outcome.nox_said = f"{out}\n{err}"[-4000:]


def export(clone: Path, commit: str, folder: Path) -> None:
    """Write the files of a commit, except those that the clone lacks."""

    def git(*arguments: str, stdin: bytes = b"") -> bytes:
        command = ["git", "-C", str(clone), *arguments]
        return subprocess.run(command, input=stdin, capture_output=True, check=True).stdout

    for line in git("ls-tree", "-r", "-z", commit).decode().split("\0")[:-1]:
        entry, _, path = line.partition("\t")
        mode, kind, oid = entry.split()
        if kind != "blob" or git("cat-file", "--batch-check", stdin=f"{oid}\n".encode()).endswith(
            b" missing\n"
        ):
            continue
        content = git("cat-file", "blob", oid)
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if mode == "120000":
            file.symlink_to(content.decode())
        else:
            file.write_bytes(content)
            file.chmod(0o755 if mode == "100755" else 0o644)


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _reason(line: str) -> str:
    """Return why a service died, from the last line of its log: its exception, if there is one."""
    with suppress(ValueError):
        entry = json.loads(line)
        return str(entry.get("exception") or line).strip().splitlines()[-1]
    return line


def _status(port: int, path: str) -> int:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            return int(response.status)
    except HTTPError as error:
        return error.code
    except OSError:
        return _NO_RESPONSE


def _tracked(folder: Path) -> list[str]:
    return run(["git", "ls-files"], folder, MINUTE)[1].splitlines()


def _own_tests(folder: Path) -> list[str]:
    """Return the test files of a service."""
    name = re.compile(r"(^|.*/)(test_[^/]*|[^/]*_test)\.py")
    return [path for path in _tracked(folder) if name.fullmatch(path)]


def _requirements(folder: Path) -> list[list[str]]:
    """Return the options of pip that install a service's requirements, by call."""
    lists = [
        f for f in _tracked(folder) if re.fullmatch(r"(requirements/)?[\w.-]*req[\w.-]*\.txt", f)
    ]
    if (folder / "poetry.lock").exists():
        export = ["uvx", "--quiet", "--with=poetry-plugin-export", "poetry", "export"]
        export += ["--all-groups", "--all-extras", "--without-hashes", "--output=.before.txt"]
        run(export, folder, 3 * MINUTE)
        return [["-r", ".before.txt"]] if (folder / ".before.txt").exists() else []
    if (folder / "uv.lock").exists():
        run(["uv", "export", "--quiet", "--all-groups", "--no-emit-project", "--no-hashes",
             "--output-file=.before.txt"], folder, 3 * MINUTE)  # fmt: skip
        return [["-r", ".before.txt"]] if (folder / ".before.txt").exists() else []
    if (folder / "Pipfile.lock").exists():
        code, out, _ = run(
            ["uvx", "--quiet", "pipenv", "requirements", "--dev"], folder, 3 * MINUTE
        )
        (folder / ".before.txt").write_text(out)
        return [["-r", ".before.txt"]] if not code else []
    if lists:
        return [["-r", path] for path in lists]
    return [["-r", "pyproject.toml"]] if (folder / "pyproject.toml").exists() else []


def _instructions(folder: Path) -> Iterator[tuple[tuple[str, int], str]]:
    """Yield a service's instructions on how it runs, by path and line.

    They are read without Drydock: instructions of Dockerfiles, keys of services in compose files,
    lines of Procfiles.
    """
    for path in _tracked(folder):
        name = path.rpartition("/")[2]
        if re.search(r"(^|/)(tests?|docs|node_modules|examples?)/", path):
            continue
        if not (folder / path).is_file():
            continue
        text = (folder / path).read_text("utf-8", "replace")
        if re.fullmatch(r"Dockerfile(\.\w+)?|\w+\.Dockerfile", name):
            continued = False
            for number, line in enumerate(text.splitlines(), 1):
                if not line.strip() or line.lstrip().startswith("#"):
                    continue
                if not continued:
                    yield (path, number), line.strip()
                continued = line.rstrip().endswith("\\")
        elif re.fullmatch(r"(docker-)?compose[\w.-]*\.ya?ml", name):
            yield from _keys(path, text)
        elif name == "Procfile":
            for number, line in enumerate(text.splitlines(), 1):
                if line.strip() and not line.lstrip().startswith("#"):
                    yield (path, number), line.strip()


def _keys(path: str, text: str) -> Iterator[tuple[tuple[str, int], str]]:
    with suppress(yaml.YAMLError):
        document = yaml.compose(text)
        for key, value in document.value if isinstance(document, yaml.MappingNode) else ():
            for name, service in value.value if key.value == "services" else ():
                for inner, _ in service.value if isinstance(service, yaml.MappingNode) else ():
                    line = inner.start_mark.line + 1
                    yield (path, line), f"{name.value}.{inner.value}"


def table(before: Sequence[Outcome], after: Sequence[Outcome]) -> Table:
    """Return the table that compares two runs; one can be empty."""
    rows = Table(box=MARKDOWN)
    for column in ("service", "locks", "boots", "boots, pins relaxed", "own tests", "own nox",
                   "not reported"):  # fmt: skip
        rows.add_column(column)
    earlier = {outcome.name: outcome for outcome in before}
    for new in after:
        old = earlier.get(new.name, Outcome(new.name))
        if new.retrofit != "adopted":
            reason = new.retrofit.removeprefix("drydock: ").partition(" (")[0]
            rows.add_row(new.name, reason[:60], "", "", "", "", "")
            continue
        rows.add_row(
            new.name,
            f"{_yes(old.locks)} → {_yes(new.locks)}",
            f"{_yes(old.boots)} → {_yes(new.boots)}",
            f"{_yes(old.boots_resolved)} → {_yes(new.boots_resolved)}",
            _tests(new),
            f"{_sessions(old)} → {_sessions(new)}",
            f"{len(new.silent)} of {new.instructions}",
        )
    return rows


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _tests(outcome: Outcome) -> str:
    before = outcome.tests_before.partition(":")[0].replace("ended with 4", "do not load") or "none"
    after = outcome.tests_after.replace("ended with 4", "do not load")
    return f"{before} → {after or 'not run'}" if outcome.tests_before else before


def _sessions(outcome: Outcome) -> str:
    """Return the sessions of the service's own nox that pass."""
    passed = [name for name, result in outcome.nox.items() if result == "success"]
    return "all" if passed and len(passed) == len(outcome.nox) else ", ".join(passed) or "none"


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the options that all benchmarks on these services share."""
    options = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--clones", type=Path, help="the folder of the clones")
    options.add_argument("--ref", default="HEAD", help="engine and template [HEAD]")
    options.add_argument("--only", nargs="+", default=(), help="parts of names")
    options.add_argument(
        "--save", type=Path, help="write the outcomes here; services that it contains are skipped"
    )
    return options


def main() -> None:
    """Adopt the services, or print the table of two runs."""
    command_line = parser(__doc__)
    command_line.add_argument("--table", nargs=2, type=Path, metavar=("BEFORE", "AFTER"))
    options = command_line.parse_args()
    if options.table:
        before, after = (
            [Outcome(**record) for record in json.loads(path.read_text())] for path in options.table
        )
        Console(width=240).print(table(before, after))
        return
    if not options.clones:
        command_line.error("--clones is required")
    outcomes: list[Outcome] = []
    if options.save and options.save.exists():
        outcomes = [Outcome(**record) for record in json.loads(options.save.read_text())]
    known = {outcome.name for outcome in outcomes}
    with tempfile.TemporaryDirectory(prefix="services.") as scratch:
        engine = Path(scratch, "engine")
        released(options.ref, engine)
        for service in services(options.only):
            if service.name in known:
                continue
            folder = Path(scratch, re.sub(r"[/:]", "+", service.name))
            folder.mkdir()
            new = Trial(service, engine, folder).run(options.clones)
            outcomes.append(new)
            shutil.rmtree(folder, ignore_errors=True)
            print(f"{new.name}: {new.retrofit}, locks {new.locks}, boots {new.boots}, "
                  f"{new.boots_resolved} relaxed, tests {new.tests_before} → {new.tests_after}, "
                  f"nox {new.nox}, not reported {len(new.silent)}; {new.unlocked or new.died}",
                  flush=True)  # fmt: skip
            if options.save:
                records = [asdict(outcome) for outcome in outcomes]
                options.save.write_text(json.dumps(records, indent=1))
    Console(width=240).print(table([], outcomes))


if __name__ == "__main__":
    main()
