"""Write the lock file of a service without running its code."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from packaging.utils import InvalidName, canonicalize_name

from drydock.errors import BadInput, UserError, one_line

FILES = {
    "uv.lock": "uv lock",
    "poetry.lock": "poetry lock",
    "pdm.lock": "pdm lock",
    "Pipfile.lock": "pipenv lock",
}
"""The command that writes each lock file, by the file's name."""


_LINUX = ["--python-platform=x86_64-manylinux_2_28"]
"""The platform that images are built for."""


class LockError(Exception):
    """There is no solution; the message is uv's explanation, on one line."""


class NoIndexError(UserError):
    """An index, or a file on it, cannot be reached, so nothing is known about the requirements."""


def find_uv() -> str | None:
    """Return the path of uv, if it is installed."""
    sibling = Path(sys.executable).with_name("uv")
    return shutil.which("uv") or (str(sibling) if sibling.exists() else None)


def command(service: Path) -> str:
    """Return the command that writes the lock file of a project, which may not exist yet.

    A project that Poetry builds may be locked by uv, unless it has `requires-poetry`.
    """
    try:
        data = tomllib.loads((service / "pyproject.toml").read_text("utf-8"))
    except (OSError, ValueError):
        data = {}
    poetry = data.get("tool", {}).get("poetry", {})
    if "requires-poetry" in poetry or (poetry and not (service / "uv.lock").exists()):
        return FILES["poetry.lock"]
    return FILES["uv.lock"]


def write(
    service: Path, versions: Mapping[str, str] | None = None, builds: Sequence[str] = ()
) -> str | None:
    """Write `uv.lock` in the folder `service`; return None, or why it was not written.

    `versions` are kept where possible. Only wheels are read: building a source distribution, or a
    project with dynamic metadata, would run its code. The packages in `builds` may be built.
    """
    if obstacle := _obstacle(service):
        return obstacle
    text = (service / "pyproject.toml").read_text("utf-8")
    lock = service / "uv.lock"
    own = lock.exists()
    try:
        if versions and not own and (preferred := locked_preferring(text, versions, builds)):
            lock.write_text(preferred, "utf-8")
        done = run_uv("lock", *_only(builds), *_any_python(text), folder=service)
    except NoIndexError as error:
        return str(error)
    if done.returncode == 0:
        return None
    if not own:
        lock.unlink(missing_ok=True)  # it may contain constraints that the project does not have
    return one_line(done.stderr) or f"uv lock ended with {done.returncode}"


def _any_python(text: str) -> list[str]:
    """Return the options that let uv lock with any Python that a project supports.

    Its .python-version may name a patch release that only its developers have.
    """
    requires = tomllib.loads(text)["project"].get("requires-python")
    return [f"--python={requires}"] if isinstance(requires, str) else []


def _obstacle(service: Path) -> str | None:
    """Return why a service cannot be locked here, or None."""
    try:
        text = (service / "pyproject.toml").read_text("utf-8")
        project = tomllib.loads(text).get("project")
    except (OSError, ValueError) as error:
        return f"pyproject.toml cannot be read: {one_line(error)}"
    if not isinstance(project, dict) or project.get("dynamic"):
        return "locking would run the service's own build"
    if command(service) != FILES["uv.lock"]:
        return "Drydock locks with uv only, which builds nothing"
    if find_uv() is None:
        return "uv is not installed"
    return locked_elsewhere(service)


def locked_elsewhere(service: Path) -> str | None:
    """Return why `uv lock` in the folder `service` would write outside of it, or None.

    A member of a uv workspace has no lock file of its own. uv finds the workspace from the
    pyproject.toml files alone; if that fails, its error is the reason.
    """
    service = service.resolve()
    above = any((folder / "pyproject.toml").is_file() for folder in service.parents)
    if not above or find_uv() is None:
        return None
    done = run_uv("workspace", "dir", "--color=never", folder=service, quiet=False)
    if done.returncode:
        return one_line(done.stderr) or f"uv workspace dir ended with {done.returncode}"
    root = Path(done.stdout.strip()).resolve()
    if root == service:
        return None
    return f"a member of the uv workspace in {os.path.relpath(root, service)}/: run uv lock there"


def builds_of(names: Sequence[str]) -> tuple[str, ...]:
    """Return normalized names of packages that may be built; raise BadInput for invalid ones."""
    try:
        return tuple(canonicalize_name(name, validate=True) for name in names)
    except InvalidName as error:
        raise BadInput(f"--build: {error}") from error


def _only(builds: Sequence[str]) -> list[str]:
    """Return the options that let `uv lock` build these packages only."""
    return ["--no-build", *(f"--no-binary-package={name}" for name in builds)]


def locked(text: str, builds: Sequence[str] = (), *, offline: bool = False, known: str = "") -> str:
    """Return the lock file for the `text` of a pyproject.toml, locked in a temporary folder.

    Only the packages in `builds` are built; `offline` reads uv's cache only. The versions of
    `known`, the previous lock file, are kept where they fit. Raises LockError when there is no
    solution, NoIndexError when an index cannot be reached, BadInput when uv fails otherwise.
    """
    with tempfile.TemporaryDirectory(prefix="drydock.") as scratch:
        (Path(scratch) / "pyproject.toml").write_text(text, "utf-8")
        if known:
            (Path(scratch) / "uv.lock").write_text(known, "utf-8")
        done = run_uv("lock", *_only(builds), *_cached(offline), folder=Path(scratch))
        if done.returncode:
            _raise_failure(done)
        return (Path(scratch) / "uv.lock").read_text("utf-8")


def wheels(
    text: str,
    python: str,
    *more: str,
    builds: Sequence[str] = (),
    preferred: Mapping[str, str] | None = None,
    offline: bool = False,
) -> dict[str, str]:
    """Return the version of each package that a project installs from wheels on Linux.

    `more` are options of uv; `preferred` are versions that it uses where they fit. The packages in
    `builds` are built instead; `offline` reads uv's cache only. Raises LockError when a package
    has no wheel for this Python, NoIndexError when an index cannot be reached, BadInput when uv
    fails otherwise.
    """
    with tempfile.TemporaryDirectory(prefix="drydock.") as scratch:
        (Path(scratch) / "pyproject.toml").write_text(text, "utf-8")
        pinned = "".join(f"{name}=={version}\n" for name, version in (preferred or {}).items())
        (Path(scratch) / "wheels.txt").write_text(pinned, "utf-8")
        done = run_uv(
            "pip", "compile", "pyproject.toml", "--all-extras", *_groups(text),
            "--only-binary=:all:", *(f"--no-binary={name}" for name in builds),
            f"--python-version={python}",
            *_LINUX, "--no-annotate", "--no-header",
            "--output-file=wheels.txt", *_cached(offline), *more, folder=Path(scratch),
        )  # fmt: skip
        if done.returncode:
            _raise_failure(done)
        lines = (Path(scratch) / "wheels.txt").read_text("utf-8").splitlines()
    pins = (re.match(r"([\w.-]+)(?:\[[^\]]*\])?==(\S+)", line) for line in lines)
    return {pin[1]: pin[2] for pin in pins if pin}


def _cached(offline: bool) -> list[str]:
    return ["--offline"] if offline else []


def lacks_network(message: str) -> bool:
    """Tell whether an offline uv failed only because its cache lacks something."""
    return bool(re.search(r"(?i)network|not found in the cache", message))


def _raise_failure(done: subprocess.CompletedProcess[str]) -> NoReturn:
    """Raise LockError, NoIndexError or BadInput for a run of uv that failed."""
    message = one_line(done.stderr)
    if has_no_solution(message):
        raise LockError(message)
    require_index(done)
    raise BadInput(f"uv: {message[:300]}")


def has_no_solution(message: str) -> bool:
    """Tell whether uv found that the requirements have no solution, rather than failed."""
    return bool(
        re.search(r"(?i)no solution|no wheels|no usable|building source|requires-python", message)
    )


def require_index(done: subprocess.CompletedProcess[str]) -> None:
    """Raise NoIndexError if uv failed because it could not fetch something."""
    if done.returncode and re.search(r"(?i)failed to fetch|git operation failed", done.stderr):
        raise NoIndexError(f"uv: {one_line(done.stderr)[:300]}")


def _groups(text: str) -> list[str]:
    return [f"--group={name}" for name in tomllib.loads(text).get("dependency-groups", {})]


def tool(name: str, version: str) -> list[str]:
    """Return the command that runs a Python tool from an environment of its own.

    An empty `version` means the newest. A tool that cannot be fetched is looked up on the PATH.
    Raises BadInput when it is not there either.
    """
    pinned, reason = f"{name}@{version or 'latest'}", "uv is not installed"
    if uv := find_uv():
        # Not in the service: its indexes may need a login that is missing here.
        done = run_uv("tool", "run", pinned, "--version", folder=Path(tempfile.gettempdir()))
        if done.returncode == 0:
            return [uv, "--quiet", "tool", "run", pinned]
        reason = one_line(done.stderr)
    sibling = Path(sys.executable).with_name(name)
    path = shutil.which(name) or (str(sibling) if sibling.exists() else None)
    if path is None:
        raise BadInput(f"{pinned} could not be run: {reason}")
    return [path]


def packages(lock: str) -> dict[str, str]:
    """Return the version of each package in the text of a `uv.lock`; of several, the last.

    Raises BadInput for invalid TOML.
    """
    try:
        entries = tomllib.loads(lock).get("package", [])
    except (ValueError, RecursionError) as error:
        raise BadInput(f"uv.lock is not valid: {error}") from error
    return {
        str(entry["name"]): str(entry["version"])
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict)
        and {"name", "version"} <= entry.keys()
        and isinstance(source := entry.get("source"), dict)
        and "registry" in source
    }


def locked_preferring(text: str, versions: Mapping[str, str], builds: Sequence[str]) -> str:
    """Return a lock file with as many of these versions as possible; empty if there is none.

    Raises NoIndexError when an index cannot be reached: that must not change a version.

    `uv pip compile` prefers the versions in its existing output and drops those that do not fit.
    The result constrains the lock. The lock file records these constraints; locking it once more
    removes them.
    """
    if not versions or re.search(r"(?m)^constraint-dependencies\s*=", text):
        return ""
    fitting = list(_fitting(text, versions, builds))
    items = "".join(f"    {line!r},\n" for line in fitting)
    constraints = f"constraint-dependencies = [\n{items}]\n"
    header = "[tool.uv]\n"
    if header in text:
        constrained = text.replace(header, header + constraints, 1)
    else:
        constrained = f"{text}\n{header}{constraints}"
    try:
        return locked(constrained, builds)
    except (LockError, BadInput):
        return ""


def _fitting(text: str, versions: Mapping[str, str], builds: Sequence[str]) -> Iterator[str]:
    """Yield constraints that keep these versions; a version that does not fit is raised.

    It is raised to the lowest one above it that fits. A version without wheels for Linux does not
    fit, because no image can be built with it. All others stay as `uv pip compile` finds them.
    """

    def lost(pins: Mapping[str, Sequence[str]]) -> set[str]:
        return {
            name
            for name, lines in pins.items()
            if name in versions and not all(_version_in(line) == versions[name] for line in lines)
        }

    raised = lost(_compiled(text, _pins(versions), builds, _LINUX))
    fitting = {name: version for name, version in versions.items() if name not in raised}
    pins = _compiled(text, _pins(fitting), builds, ["--universal"])
    raised |= lost(pins)
    if raised:
        rest = [line for name, lines in pins.items() for line in lines if name not in raised]
        bounds = [f"{name}>={versions[name]}" for name in sorted(raised)]
        lowest = _compiled(text, [], builds, [*_LINUX, "--resolution=lowest"], [*rest, *bounds])
        pins |= {name: lines for name, lines in lowest.items() if name in raised}
    yield from (line for name, lines in pins.items() for line in lines if name in versions)


def _pins(versions: Mapping[str, str]) -> list[str]:
    return [f"{name}=={version}" for name, version in sorted(versions.items())]


def _version_in(pin: str) -> str:
    return pin.partition("==")[2].partition(";")[0].strip()


def _compiled(
    text: str,
    known: Sequence[str],
    builds: Sequence[str],
    options: Sequence[str],
    constraints: Sequence[str] = (),
) -> dict[str, list[str]]:
    """Return the pins by package that `uv pip compile` finds; empty if there is no solution.

    It prefers the pins in `known`.
    """
    python = re.search(
        r"\d+\.\d+(\.\d+)?", tomllib.loads(text)["project"].get("requires-python", "")
    )
    files = {"pyproject.toml": text, "locked.txt": _lines(known), "bounds.txt": _lines(constraints)}
    with tempfile.TemporaryDirectory(prefix="drydock.") as scratch:
        for name, content in files.items():
            Path(scratch, name).write_text(content, "utf-8")
        done = run_uv(
            "pip", "compile", "pyproject.toml", "--all-extras", *_groups(text), *options,
            "--constraints=bounds.txt", "--only-binary=:all:",
            *(f"--no-binary={name}" for name in builds),
            "--no-annotate", "--no-header", "--output-file=locked.txt",
            *([f"--python-version={python[0]}"] if python else []), folder=Path(scratch),
        )  # fmt: skip
        require_index(done)
        lines = Path(scratch, "locked.txt").read_text("utf-8").splitlines()
    pins: dict[str, list[str]] = {}
    for line in lines if done.returncode == 0 else ():
        name = line.partition("==")[0].partition("[")[0].strip()
        pins.setdefault(name, []).append(line)
    return pins


def _lines(texts: Sequence[str]) -> str:
    return "".join(f"{text}\n" for text in texts)


def run_uv(
    *arguments: str | Path,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    quiet: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Run uv in `folder` and return the completed process; raise BadInput if it is not installed.

    `environment` is added to the user's. Missing Pythons are not downloaded. `quiet` suppresses
    some lists.
    """
    uv = find_uv()
    if uv is None:
        raise BadInput("uv is not installed: pip install uv")
    # The arguments choose the Python; nox sets UV_PYTHON for the processes that it starts.
    inherited = {name: value for name, value in os.environ.items() if name != "UV_PYTHON"}
    return subprocess.run(
        [uv, *(["--quiet"] if quiet else []), *map(str, arguments)],
        env={**inherited, "PATH": _path(), "UV_PYTHON_DOWNLOADS": "never", **(environment or {})},
        cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def _path() -> str:
    """Return the PATH with pyenv's interpreters instead of its shims, most of which only fail."""
    folders: list[str] = []
    for part in os.environ.get("PATH", os.defpath).split(os.pathsep):
        versions = Path(part).with_name("versions")
        if Path(part).name == "shims" and versions.is_dir():
            folders += map(str, sorted(versions.glob("3.*/bin"), key=_version, reverse=True))
        else:
            folders.append(part)
    return os.pathsep.join(folders)


def _version(folder: Path) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", folder.parent.name)]
