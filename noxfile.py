"""The checks of Drydock: `nox` runs the default ones, `nox -s unit` one; `nox --list` lists all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nox

nox.needs_version = ">=2025.5"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = [
    "lint",
    "types",
    "unit",
    "slow",
    "updates",
    "variants",
    "chart",
    "first_run",
]

# Tests start hundreds of processes, each of which would compile all its imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
CORES = os.cpu_count() or 2
# One more than cores, since tests that start services spend a third of their time waiting.
WORKERS = str(CORES + 1)
# Fast tests do not wait. Neighbours stay in one process, since they share what they start from.
PARALLEL = ("-n", str(CORES), "--dist", "worksteal")
# The versions that the tests last passed with; services never use this file.
CONSTRAINTS = "constraints.txt"
ELSEWHERE = "slow updates fleet java packaging prove renovate retrofits rules triton"
FAST = f"not ({' or '.join(ELSEWHERE.split())})"


def install(session: nox.Session, *more: str) -> None:
    """Install drydock and what its tests need, with uv, which is faster than pip."""
    project = nox.project.load_toml("pyproject.toml")
    groups = nox.project.dependency_groups(project, "tests", *more)
    if session.venv_backend != "uv":
        session.install("uv")
    # Names the session's environment, but the tests run uv on other projects.
    session.env.pop("UV_PROJECT_ENVIRONMENT", None)
    python = session.virtualenv.location
    where = ("--quiet", "--python", python, "--constraints", CONSTRAINTS)
    session.run_install(
        *("uv", "pip", "install", *where, "--editable", ".", *groups),
        external=session.venv_backend == "uv",
    )


def provide(session: nox.Session, command: str, *packages: str) -> None:
    """Install Debian packages if a command is missing."""
    if not shutil.which(command):
        session.run("python", "-m", "tests.debian", *packages)


def provide_poetry(session: nox.Session) -> None:
    """Put Poetry and pipx on the session's PATH, from a separate environment."""
    folder = Path(session.virtualenv.location, "poetry")
    external = session.venv_backend == "uv"
    session.run_install("uv", "venv", "--quiet", "--allow-existing", str(folder), external=external)
    tools = ("poetry>=2.2,<3", "pipx")
    session.run_install(
        "uv", "pip", "install", "--quiet", f"--python={folder}", *tools, external=external
    )
    for name in ("poetry", "pipx"):
        link = Path(session.bin, name)
        link.unlink(missing_ok=True)
        link.symlink_to(folder / "bin" / name)


@nox.session
def demo(session: nox.Session) -> None:
    """Create a service, start it, send it a request, stop it: Drydock in one command."""
    install(session)
    session.run("python", "-m", "tools.demo", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and common mistakes."""
    install(session)
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check types, strictly."""
    install(session, "chart", "images")  # imported by some tests
    session.run("mypy")


@contextmanager
def memory() -> Iterator[dict[str, str]]:
    """Yield variables that keep temporary files in memory, if there is room.

    Tests create hundreds of thousands of files; a disk creates a thousand per second.
    """
    shared = Path("/dev/shm")
    # Some tests run programs that they write; containers may forbid that there.
    runs = shared.is_dir() and not os.statvfs(shared).f_flag & os.ST_NOEXEC
    if not runs or shutil.disk_usage(shared).free < 2 << 30:
        yield {}
        return
    # Named differently from the engine's folders: tests check that those leave no trace.
    with tempfile.TemporaryDirectory(prefix="tests.", dir=shared) as folder:
        yield {"TMPDIR": folder}


@nox.session
def unit(session: nox.Session) -> None:
    """Run the fast tests of engine and template; arguments after `--` are passed to pytest."""
    install(session)
    with memory() as variables:
        session.run("pytest", *PARALLEL, "-m", FAST, *session.posargs, env=variables)


@nox.session
def coverage(session: nox.Session) -> None:
    """Run the fast tests, and list the lines and branches of the engine that they miss."""
    install(session, "coverage")
    packages = ("--cov=drydock", "--cov=drydock_standard", "--cov-branch")
    options = (*packages, "--cov-report=term-missing:skip-covered")
    session.run("pytest", *PARALLEL, "-m", FAST, *options, *session.posargs)


@nox.session
def constraints(session: nox.Session) -> None:
    """Raise the versions that the sessions install to the newest that pyproject.toml allows."""
    if session.venv_backend != "uv":
        session.install("uv")
    groups = nox.project.load_toml("pyproject.toml")["dependency-groups"]
    session.run(
        *("uv", "pip", "compile", "--quiet", "--upgrade", "--universal", "--python-version=3.11"),
        *("--no-annotate", "--no-header", "--no-emit-index-url", "--all-extras"),
        *(f"--group={name}" for name in groups),
        *("pyproject.toml", "--output-file", CONSTRAINTS),
        external=session.venv_backend == "uv",
    )


@nox.session
def slow(session: nox.Session) -> None:
    """Run the slow tests: properties, kills, comparisons with stock Copier."""
    install(session)
    # The tests of the pipelines need more packages, which their own session installs.
    elsewhere = "--ignore=tests/template/pipelines"
    session.run("pytest", "-n", WORKERS, "-m", "slow", elsewhere, *session.posargs)


@nox.session
def properties(session: nox.Session) -> None:
    """Merge random edits of real files, 5,000 times: the result contains both sides' changes."""
    install(session)
    test = "tests/merging/test_real_files_property.py"
    session.run("pytest", test, *session.posargs, env={"DRYDOCK_CASES": "5000"})


@nox.session
def schemas(session: nox.Session) -> None:
    """Load the same 500 payloads with marshmallow 3 and 4 schemas and with their translations."""
    install(session)
    tests = ("-n", WORKERS, "-m", "slow", "tests/codemods/marshmallow")
    session.run("pytest", *tests, *session.posargs, env={"DRYDOCK_CASES": "500"})


@nox.session
def updates(session: nox.Session) -> None:
    """Update edited services from every earlier release to the working tree's state."""
    install(session)
    session.run("pytest", "-n", WORKERS, "-m", "updates", *session.posargs)


@nox.session
def variants(session: nox.Session) -> None:
    """Render and check variants, and install and test some, by covering arrays of all answers.

    `-- strength=3` covers more, `-- inference=local` narrows.
    """
    install(session)
    provide_poetry(session)
    session.run("python", "-m", "tests.template.variants", *session.posargs)


@nox.session
def corpus(session: nox.Session) -> None:
    """Compare the engine of a REF with this tree's: replay real updates and adoptions with both.

    `-- REF --clones DIR`; `-- --list` lists the repositories needed there, `-- --fetch` clones.
    """
    install(session)
    session.run("python", "benchmarks/corpus.py", *session.posargs, env={"PYTHONPATH": "."})


@nox.session
def newest(session: nox.Session) -> None:
    """Run the chassis' tests with the newest dependencies, including prereleases."""
    install(session)
    session.run("python", "-m", "tests.template.newest", *session.posargs)


@nox.session
def chart(session: nox.Session) -> None:
    """Check chart and alerts with real tools and a running service, dashboards with Grafana."""
    install(session, "chart", "images")
    session.run("python", "-m", "tests.template.chart.parts")
    session.run(
        *("pytest", "-n", WORKERS, "--dist", "loadfile"),
        *("tests/template/chart", "tests/fleet/test_dashboard.py", *session.posargs),
        env={"DRYDOCK_CHART": "1"},
    )


@nox.session
def picture(session: nox.Session) -> None:
    """Draw the README's picture of the dashboard from the data of a real Prometheus."""
    install(session, "chart")
    session.run("python", "-m", "tests.template.chart.parts")
    session.run("python", "-m", "tools.picture", *session.posargs)


@nox.session
def image(session: nox.Session) -> None:
    """Build the image of a generated service, then run and stop it as a cluster would."""
    install(session, "images")
    session.run("python", "-m", "tests.template.image", *session.posargs)


@nox.session
def pipelines(session: nox.Session) -> None:
    """Parse the pipelines with their own tools, and run their commands in a generated service."""
    install(session, "pipelines")
    provide(session, "groovy", "groovy", "default-jre-headless")
    session.run("pytest", "-n", WORKERS, "-m", "slow", "tests/template/pipelines", *session.posargs)


@nox.session
def retrofits(session: nox.Session) -> None:
    """Adopt services of ten kinds, install, start and call them; `-- -m sample` does some."""
    install(session)
    session.run("pytest", "-n", WORKERS, "-m", "retrofits", "tests/commands", *session.posargs)


@nox.session
def java(session: nox.Session) -> None:
    """Call a service with the Java example in a generated README."""
    install(session)
    provide(session, "javac", "default-jdk-headless")
    session.run("pytest", "-m", "java", "tests/template/test_java.py", *session.posargs)


@nox.session
def packaging(session: nox.Session) -> None:
    """Lock, install and publish with uv and Poetry, with a private index and a planted package."""
    install(session)
    provide_poetry(session)
    folders = ("tests/template/packaging", "tests/standard")
    session.run("pytest", "-m", "packaging", *folders, *session.posargs)


@nox.session
def prove(session: nox.Session) -> None:
    """Prove services with `drydock prove`: each is installed and run before and after a change."""
    install(session)
    session.run("pytest", "-n", WORKERS, "-m", "prove", *session.posargs)


@nox.session
def rules(session: nox.Session) -> None:
    """Prove that code behaves as before after each rule of `drydock modernize`, except mistakes.

    Each rule needs two environments and several runs. That takes minutes, so no pipeline runs it.
    """
    install(session)
    session.run("pytest", "-n", WORKERS, "-m", "rules", *session.posargs)


@nox.session
def peers(session: nox.Session) -> None:
    """Run Copier's own update tests against `drydock update`."""
    install(session, "peers")
    session.run("python", "-m", "tests.peers", "-n", WORKERS, *session.posargs)


@nox.session
def renovate(session: nox.Session) -> None:
    """Let the real Renovate find updates, and commit what drydock's `copier` merges."""
    install(session)
    session.run("python", "-m", "tests.renovate.parts")
    session.run("pytest", "-n", WORKERS, "-m", "renovate", "tests/renovate", *session.posargs)


@nox.session
def fleet(session: nox.Session) -> None:
    """Open the fleet's page in a real Chromium, and check its metrics with a real Prometheus."""
    install(session)
    provide(session, "chromium", "chromium")
    provide(session, "promtool", "prometheus")
    session.run("pytest", "-m", "fleet", "tests/fleet", *session.posargs)


@nox.session
def triton(session: nox.Session) -> None:
    """Let a generated service call a real Triton server that is slow, broken or killed."""
    install(session)
    session.run("python", "-m", "tests.template.triton.server")
    session.run("pytest", "-m", "triton", "tests/template/triton", *session.posargs)


@nox.session
def first_run(session: nox.Session) -> None:
    """Run the README's first command like a stranger: clean clone, no identity, odd folder."""
    install(session)
    session.run("python", "-m", "tools.first_run", *session.posargs)


@nox.session
def fresh(session: nox.Session) -> None:
    """Run all sessions on an empty Debian, as root; `-- fetch` only downloads and starts parts."""
    install(session)
    session.run("python", "-m", "tools.fresh", *session.posargs)


@nox.session
def rehearsal(session: nox.Session) -> None:
    """Forecast what a release of this tree would do to a fleet: `-- fleet.yaml --most 5`.

    Fails if more than that percentage of the services would conflict (default: 5), and names the
    template lines that cause the conflicts.
    """
    install(session)
    fleet, *options = session.posargs or [os.environ.get("DRYDOCK_FLEET", "fleet.yaml")]
    output = Path(session.create_tmp(), "fleet.jsonl")
    most = () if "--most" in options else ("--most", "5")
    session.run(
        *("drydock", "fleet", "forecast", fleet, "--to", ".", "--output", str(output)),
        *most,
        *options,
    )


@nox.session
def release(session: nox.Session) -> None:
    """Cut a release of the last commit: `nox -s release -- 1.2.0` tests, commits and tags it.

    If the variable DRYDOCK_FLEET names a list of services, the release is rehearsed on them.
    """
    install(session)
    session.run("python", "-m", "tools.release", "check", *session.posargs)
    if fleet := os.environ.get("DRYDOCK_FLEET"):
        session.run("nox", "-s", "rehearsal", "--", fleet)
    else:
        session.warn("DRYDOCK_FLEET does not name a list of services: the release is not rehearsed")
    provide_poetry(session)
    session.run("python", "-m", "tools.release", "prove")
    session.run("python", "-m", "tools.release", "cut", *session.posargs)


@nox.session
def tags(session: nox.Session) -> None:
    """Rebuild missing release tags from the release commits."""
    install(session)
    session.run("python", "-m", "tools.release", "tags")
