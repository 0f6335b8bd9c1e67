"""Measure the speed of a generated service and of other ways to serve the same model.

    python benchmarks/serve.py                         all of it
    python benchmarks/serve.py greeting iris           some scenarios
    python benchmarks/serve.py iris --only service --only bare --rounds 9 --seconds 4

Each contestant is one process in its own environment, which this program creates with uv. All of
them use the same event loop and HTTP parser if they allow a choice, and log each request to a file.
wrk measures them in turns in every round, so that disturbances affect all of them. Ratios to `bare`
are computed within a round; the table shows the medians. wrk waits for a response before it sends
the next request, so its latencies are those under full load: they compare servers rather than
predict response times. With `--pause`, each connection waits between two requests, so that all
contestants get the same load. On a busy machine, the CPU time of a request varies less than its
rate; its ratio is that of bare to the contestant, so that more is better, as with the rate.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

REPOSITORY = Path(__file__).parents[1]
HERE = REPOSITORY / "benchmarks"
FLOWER = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}
V2 = {"inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP64", "data": [*FLOWER.values()]}]}
PREDICT = "/api/v1/predict"
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Scenario:
    """A route to serve, and the number of connections."""

    name: str
    description: str
    model: str = ""
    connections: int = 16


@dataclass(frozen=True)
class Contestant:
    """A way to serve it."""

    name: str
    command: list[str]  # {python}, {bin} and {port} are filled in
    packages: list[str] = field(default_factory=list)
    path: str = PREDICT
    body: Mapping[str, Any] = field(default_factory=lambda: FLOWER)
    models_only: bool = False
    stack_only: bool = False


SCENARIOS = [
    Scenario("greeting", "a route without a model"),
    Scenario("stack", "the same on other event loops and HTTP parsers, bare FastAPI only"),
    Scenario("iris", "a model that takes microseconds", "iris"),
    Scenario("dense", "a numpy model, 5 ms for one item", "dense", connections=128),
    Scenario("constant", "a model that takes 5 ms for one item or 32", "constant", connections=128),
]
BARE = ["{python}", "-m", "contestants.bare", "{port}"]
CONTESTANTS = [
    Contestant("bare", BARE),
    Contestant("bare router", [*BARE, "--router"]),
    Contestant("asyncio", ["env", "BENCH_LOOP=asyncio", *BARE], stack_only=True),
    Contestant("h11", ["env", "BENCH_HTTP=h11", *BARE], stack_only=True),
    Contestant(
        "asyncio, h11", ["env", "BENCH_LOOP=asyncio", "BENCH_HTTP=h11", *BARE], stack_only=True
    ),
    Contestant("service", ["{bin}/my-service", "serve", "--port", "{port}"]),
    Contestant(
        "instrumentator", [*BARE, "--instrumented"], ["prometheus-fastapi-instrumentator>=8"]
    ),
    Contestant(
        "litserve",
        ["{python}", "-m", "contestants.lit", "{port}"],
        ["litserve", "numpy"],
        models_only=True,
    ),
    Contestant(
        "mlserver",
        ["{bin}/mlserver", "start", "."],
        ["mlserver", "numpy"],
        path="/v2/models/model/infer",
        body=V2,
        models_only=True,
    ),
    Contestant(
        "bentoml",
        ["{bin}/bentoml", "serve", "contestants.bento:Served", "-p", "{port}"],
        ["bentoml", "numpy"],
        body={"items": [[*FLOWER.values()]]},
        models_only=True,
    ),
]


@dataclass(frozen=True)
class Bench:
    """What all measurements share."""

    options: argparse.Namespace
    work: Path
    services: Mapping[str, Path]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Run:
    """The results of one contestant in one round."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float  # of all its processes, for one request
    megabytes: float  # that they have in memory after it


def main() -> int:
    """Measure, and print a table for each scenario."""
    options = _options()
    work: Path = options.work or Path(tempfile.mkdtemp(prefix="drydock-serve-"))
    work.mkdir(parents=True, exist_ok=True)
    print(f"Working in {work}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    services = {kind: generate(work, kind) for kind in ("local", "none")}
    width = _width(services["local"])
    for scenario in SCENARIOS:
        if options.scenarios and scenario.name not in options.scenarios:
            continue
        environment = {"BENCH_MODEL": scenario.model, "BENCH_WIDTH": str(width)}
        bench = Bench(options, work, services, environment)
        if scenario.model in {"dense", "constant"}:
            alone = _limit(services["local"], environment)
            with _busy_core():
                shared = _limit(services["local"], environment)
            print(f"\nThe model's own limit, batches of 32: {alone:.0f} a second alone,")
            print(f"{shared:.0f} next to a busy process, like wrk and the event loop")
        contestants = [
            contestant
            for contestant in CONTESTANTS
            if (not options.only or contestant.name in options.only)
            and (scenario.model or not contestant.models_only)
            and (contestant.name == "bare" or contestant.stack_only == (scenario.name == "stack"))
        ]
        runs: dict[str, list[Run]] = {}
        skipped: dict[str, str] = {}
        for _ in range(options.rounds):
            for contestant in contestants:
                if contestant.name in skipped:
                    continue
                try:
                    run = _measure(bench, contestant, scenario)
                    runs.setdefault(contestant.name, []).append(run)
                except SkipError as error:
                    skipped[contestant.name] = str(error)
        _print(scenario, runs, skipped)
    return 0


class SkipError(Exception):
    """A contestant cannot be measured; the message is the reason."""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="default: all")
    parser.add_argument("--only", action="append", metavar="CONTESTANT")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--loop", default="uvloop", choices=["uvloop", "asyncio"])
    parser.add_argument("--http", default="httptools", choices=["httptools", "h11"])
    parser.add_argument("--no-access-log", action="store_true")
    parser.add_argument("--pause", type=int, default=0, metavar="MS", help="between two requests")
    parser.add_argument(
        "--work", type=Path, metavar="FOLDER", help="keep environments and services here"
    )
    return parser.parse_args()


def generate(work: Path, inference: str, *answers: str) -> Path:
    """Generate a service from this checkout and install it; return its folder."""
    folder = work / f"service-{inference}"
    shutil.rmtree(folder, ignore_errors=True)
    copier = [sys.executable, "-m", "copier", "copy", "--quiet", "--defaults", "--vcs-ref", "HEAD"]
    data = ["-d", "service_name=my-service", "-d", f"inference={inference}"]
    data += [part for answer in answers for part in ("-d", answer)]
    _call([*copier, *data, str(REPOSITORY), str(folder)])
    _call(["uv", "sync", "--quiet", "--no-dev"], folder)
    return folder


def _venv(bench: Bench, contestant: Contestant) -> Path:
    """Return the environment of a contestant; create it at the first call."""
    folder = bench.work / f"venv-{contestant.name}"
    packages = contestant.packages
    if not contestant.models_only:
        # The versions that the service uses.
        python = bench.services["local"] / ".venv/bin/python"
        frozen = _call(["uv", "pip", "freeze", "--exclude-editable", "--python", str(python)])
        packages = [*packages, *frozen.split()]
    if not (folder / "complete").exists():
        _call(["uv", "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)])
        try:
            _call(
                ["uv", "pip", "install", "--quiet", "--python", f"{folder}/bin/python", *packages]
            )
        except subprocess.CalledProcessError as error:
            raise SkipError(f"not installed: {error.stderr.strip().splitlines()[-1]}") from None
        (folder / "complete").touch()
    return folder


def _call(
    command: list[str], folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> str:
    env = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    env |= environment or {}
    done = subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True, text=True)
    return done.stdout


def _python(service: Path, code: str, environment: Mapping[str, str]) -> float:
    """Run code that imports the models; return the number that it prints."""
    path = f"{HERE}{os.pathsep}{service}/src"
    python = str(service / ".venv/bin/python")
    return float(
        _call([python, "-c", code], environment={"PYTHONPATH": path, **ONE_THREAD, **environment})
    )


ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
ITEM = f"item = {[*FLOWER.values()]}"
BEST = "best = min(timeit.repeat(lambda: model.predict(batch), number=1, repeat=40))"


def _width(service: Path) -> int:
    """Return the width of the dense model with which one item takes about 5 ms."""
    code = f"import timeit; from contestants import models; {ITEM}; batch = [item]; "
    code += f"model = models.load(); {BEST}; print(best)"
    seconds = _python(service, code, {"BENCH_MODEL": "dense", "BENCH_WIDTH": "3000"})
    return int(3000 * (0.005 / seconds) ** 0.5)


def _limit(service: Path, environment: Mapping[str, str]) -> float:
    """Return how many items per second the model predicts over three seconds."""
    code = f"import timeit; from contestants import models; {ITEM}; batch = [item] * 32; "
    code += "model = models.load(); model.predict(batch); "
    code += "once = timeit.timeit(lambda: model.predict(batch), number=1); number = int(3 / once); "
    code += "print(32 * number / timeit.timeit(lambda: model.predict(batch), number=number))"
    return _python(service, code, environment)


@contextlib.contextmanager
def _busy_core() -> Iterator[None]:
    """Keep one core busy, as the client and the event loop do."""
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        busy.kill()
        busy.wait()


def _measure(bench: Bench, contestant: Contestant, scenario: Scenario) -> Run:
    with _running(bench, contestant, scenario) as (port, session):
        if scenario.model:
            path, body = contestant.path, json.dumps(contestant.body)
        else:
            path, body = "/api/v1/greeting?name=Ada", ""
        script = bench.work / "wrk.lua"
        script.write_text(
            LUA
            % {
                "method": "POST" if body else "GET",
                "body": f"[=[{body}]=]" if body else "nil",
                "pause": bench.options.pause,
            }
        )
        url = f"http://127.0.0.1:{port}{path}"
        wait_for(url, body)
        wrk = ["wrk", "-t1", "--timeout", "30s", f"-c{scenario.connections}", "-s", str(script)]
        _call([*wrk, "-d1s", url])
        before = _cpu_seconds(session)
        report = json.loads(_call([*wrk, f"-d{bench.options.seconds}s", url]).splitlines()[-1])
        cpu = _cpu_seconds(session) - before
        memory = sum(map(megabytes, _processes(session)))
    if report["errors"]:
        raise SkipError(f"{report['errors']} errors of {report['requests']} requests")
    requests = report["requests"]
    rate, cpu_us = requests / report["seconds"], cpu / requests * 1_000_000
    return Run(rate, report["p50"], report["p99"], cpu_us, memory)


def _cpu_seconds(session: int) -> float:
    """Return the CPU time of a contestant's processes."""
    return sum(_processes(session).values()) / os.sysconf("SC_CLK_TCK")


def megabytes(process: int) -> float:
    """Return the resident memory of a process from /proc; nan if there is no /proc."""
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        return float("nan")
    return int(status.read_text().partition("VmRSS:")[2].split()[0]) / 1000


def _processes(session: int) -> dict[int, int]:
    """Return the CPU ticks of a session's processes and their descendants (on Linux).

    BentoML's worker is in a separate session.
    """
    processes: dict[int, tuple[int, int, int]] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = file.read_text().rpartition(")")[2].split()
            ticks = int(fields[11]) + int(fields[12])
            processes[int(file.parent.name)] = int(fields[1]), int(fields[3]), ticks
    found = {process for process, (_, own, _) in processes.items() if own == session}
    while more := {p for p, (parent, _, _) in processes.items() if parent in found} - found:
        found |= more
    return {process: processes[process][2] for process in found}


LUA = """
wrk.method = "%(method)s"
wrk.body = %(body)s
wrk.headers["content-type"] = "application/json"
if %(pause)d > 0 then
  delay = function() return %(pause)d end
end
done = function(summary, latency, requests)
  local e = summary.errors
  print(string.format(
    '\\n{"requests": %%d, "seconds": %%f, "p50": %%f, "p99": %%f, "errors": %%d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, e.connect + e.read + e.write + e.status + e.timeout))
end
"""


@contextlib.contextmanager
def _running(bench: Bench, contestant: Contestant, scenario: Scenario) -> Iterator[tuple[int, int]]:
    """Start a contestant in an empty folder; yield its port and its session."""
    port, folder = free_port(), bench.work / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    service = bench.services["local" if scenario.model else "none"]
    is_service = contestant.name == "service"
    venv = service / ".venv" if is_service else _venv(bench, contestant)
    values = {"python": f"{venv}/bin/python", "bin": f"{venv}/bin", "port": str(port)}
    command = [part.format(**values) for part in contestant.command]
    path = f"{HERE}{os.pathsep}{bench.services['local']}/src"
    environment = os.environ | {**bench.environment} | ONE_THREAD | {"PYTHONPATH": path}
    environment |= {"BENCH_LOOP": bench.options.loop, "BENCH_HTTP": bench.options.http}
    if is_service:
        shutil.copytree(service / "config", folder / "config")
        environment |= _settings(scenario, bench.options)
        environment["PYTHONPATH"] = str(HERE)
    elif contestant.name == "mlserver":
        _mlserver_files(folder, port)
    elif bench.options.no_access_log and not contestant.models_only:
        command.append("--no-access-log")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield port, process.pid
        except TimeoutError:
            tail = (folder / "log").read_text(errors="replace").strip().splitlines()[-1:]
            raise SkipError(f"no response: {''.join(tail)[:200]}") from None
        finally:
            for member in _processes(process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(member, signal.SIGKILL)
            process.wait()


def _settings(scenario: Scenario, options: argparse.Namespace) -> dict[str, str]:
    settings = {
        "APP__MANAGEMENT__PORT": "0",
        "APP__LOGGING__FORMAT": "json",
        "APP__LOGGING__ACCESS": "false" if options.no_access_log else "true",
    }
    if scenario.model in {"dense", "constant"}:
        settings["APP__INFERENCE__MODEL"] = f"contestants.models:{scenario.model.title()}"
    return settings


def _mlserver_files(folder: Path, port: int) -> None:
    settings = {"debug": False, "parallel_workers": 0, "http_port": port, "grpc_port": free_port()}
    settings["metrics_port"] = free_port()
    model = {"name": "model", "implementation": "contestants.ml.Runtime"}
    batching = {"max_batch_size": 32, "max_batch_time": 0.005}
    (folder / "settings.json").write_text(json.dumps(settings))
    (folder / "model-settings.json").write_text(json.dumps(model | batching))


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(url: str, body: str) -> None:
    """Wait until an address responds; raise TimeoutError after a minute."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    request = Request(url, body.encode() or None, {"content-type": "application/json"})
    while time.monotonic() < deadline:
        try:
            urlopen(request, timeout=5).read()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(url)


def _print(scenario: Scenario, runs: Mapping[str, list[Run]], skipped: Mapping[str, str]) -> None:
    print(f"\n{scenario.name}: {scenario.description}; {scenario.connections} connections")
    heads = ["of bare", "p50 ms", "p99 ms", "of bare", "CPU µs", "of bare", "MB"]
    print(f"{'':16}{'a second':>10}" + "".join(f"{head:>9}" for head in heads))
    bare = runs.get("bare", [])
    for name, own in runs.items():
        line = f"{name:16}{_median(run.per_second for run in own):10.0f}"
        speed = _median(a.per_second / b.per_second for a, b in zip(own, bare, strict=False))
        tail = _median(a.p99_ms / b.p99_ms for a, b in zip(own, bare, strict=False))
        work = _median(b.cpu_us / a.cpu_us for a, b in zip(own, bare, strict=False))
        line += f"{speed:8.2f}x{_median(run.p50_ms for run in own):9.2f}"
        line += f"{_median(run.p99_ms for run in own):9.2f}{tail:8.2f}x"
        line += f"{_median(run.cpu_us for run in own):9.0f}{work:8.2f}x"
        print(f"{line}{_median(run.megabytes for run in own):9.1f}")
    for name, reason in skipped.items():
        print(f"{name:16}skipped: {reason}")
    sys.stdout.flush()


def _median(values: Iterator[float]) -> float:
    return statistics.median([*values] or [float("nan")])


if __name__ == "__main__":
    sys.exit(main())
