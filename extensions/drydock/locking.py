"""The lock file of a service, written anew without running any code of it."""

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
"""Lock files by name, and the command that writes each."""


_LINUX = ["--python-platform=x86_64-manylinux_2_28"]
"""The system that images are built for."""


class LockError(Exception):
    """There is no solution; the message is what uv says of it, on one line."""


class NoIndexError(UserError):
    """An index, or a file on it, cannot be reached, so nothing is known about the requirements."""


def find_uv() -> str | None:
    """Return the program uv, if it is installed."""
    beside = Path(sys.executable).with_name("uv")
    return shutil.which("uv") or (str(beside) if beside.exists() else None)


def command(service: Path) -> str:
    """Return the command that writes the lock file of a project that may have none yet.

    That Poetry builds a project does not say that it locks it, too; `requires-poetry` does.
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
    """Write `uv.lock` in the folder `service`; return None, or why it could not be written.

    Each of `versions` is kept where it can be. Only wheels are looked into: building a source
    distribution, or a project whose metadata is dynamic, would run its code. The packages that
    `builds` names may be built.
    """
    if hindrance := _hindrance(service):
        return hindrance
    text = (service / "pyproject.toml").read_text("utf-8")
    lock = service / "uv.lock"
    own = lock.exists()
    try:
        if versions and not own and (kept := keeping(text, versions, builds)):
            lock.write_text(kept, "utf-8")
        done = run_uv("lock", *_only(builds), *_any_python(text), folder=service)
    except NoIndexError as error:
        return str(error)
    if done.returncode == 0:
        return None
    if not own:
        lock.unlink(missing_ok=True)  # it may hold bounds that the project does not have
    return one_line(done.stderr) or f"uv lock ended with {done.returncode}"


def _any_python(text: str) -> list[str]:
    """Return the options by which uv locks with any Python that a project takes.

    A .python-version may name a patch release that only its developers have.
    """
    wanted = tomllib.loads(text)["project"].get("requires-python")
    return [f"--python={wanted}"] if isinstance(wanted, str) else []


def _hindrance(service: Path) -> str | None:
    """Return why a service is not to be locked here, or None."""
    try:
        text = (service / "pyproject.toml").read_text("utf-8")
        project = tomllib.loads(text).get("project")
    except (OSError, ValueError) as error:
        return f"pyproject.toml cannot be read: {one_line(error)}"
    if not isinstance(project, dict) or project.get("dynamic"):
        return "locking would run the service's own build"
    if command(service) != FILES["uv.lock"]:
        return "Drydock locks by uv only, which builds nothing"
    if find_uv() is None:
        return "uv is not installed"
    return locked_elsewhere(service)


def locked_elsewhere(service: Path) -> str | None:
    """Return why `uv lock` in the folder `service` would write outside of it, or None.

    As a member of a uv workspace it has no lock file of its own. Which one it belongs to, uv itself
    says, from the pyproject.toml files alone; where it cannot, that is the reason.
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
    """Return the names of packages that may be built, as indexes spell them; raise BadInput."""
    try:
        return tuple(canonicalize_name(name, validate=True) for name in names)
    except InvalidName as error:
        raise BadInput(f"--build: {error}") from error


def _only(builds: Sequence[str]) -> list[str]:
    """Return the options of `uv lock` by which it builds these packages, and no other."""
    return ["--no-build", *(f"--no-binary-package={name}" for name in builds)]


def locked(text: str, builds: Sequence[str] = (), *, offline: bool = False, known: str = "") -> str:
    """Return the lock file of a project with this pyproject.toml, locked in a folder of its own.

    Only the packages that `builds` names are built; `offline`, all of it is from uv's cache. The
    versions of `known`, the lock file that it had, stay where they fit. Raises LockError when there
    is no solution, BadInput when uv cannot tell.
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

    `more` are options of uv; `preferred` are versions that it takes where they fit. The packages
    that `builds` names are built instead; `offline`, all of it is from uv's cache. Raises LockError
    when not all of it comes as wheels for this Python, BadInput when uv cannot tell.
    """
    with tempfile.TemporaryDirectory(prefix="drydock.") as scratch:
        (Path(scratch) / "pyproject.toml").write_text(text, "utf-8")
        held = "".join(f"{name}=={version}\n" for name, version in (preferred or {}).items())
        (Path(scratch) / "wheels.txt").write_text(held, "utf-8")
        done = run_uv(
            "pip", "compile", "pyproject.toml", "--all-extras", *_groups(text),
            "--only-binary=:all:", *(f"--no-binary={name}" for name in builds),
            f"--python-version={python}",
            *_LINUX, "--no-annotate", "--no-header",
            "--output-file=wheels.txt", *_cached(offline), *more, folder=Path(scratch),
        )  # fmt: skip
        if done.returncode:
            _raise_failure(done)
        listed = (Path(scratch) / "wheels.txt").read_text("utf-8").splitlines()
    pins = (re.match(r"([\w.-]+)(?:\[[^\]]*\])?==(\S+)", line) for line in listed)
    return {pin[1]: pin[2] for pin in pins if pin}


def _cached(offline: bool) -> list[str]:
    return ["--offline"] if offline else []


def lacks_network(said: str) -> bool:
    """Tell whether there may be a solution that was only out of reach of an offline uv."""
    return bool(re.search(r"(?i)network|not found in the cache", said))


def _raise_failure(done: subprocess.CompletedProcess[str]) -> NoReturn:
    """Raise LockError, NoIndexError or BadInput for a run of uv that failed."""
    message = one_line(done.stderr)
    if has_no_solution(message):
        raise LockError(message)
    require_index(done)
    raise BadInput(f"uv: {message[:300]}")


def has_no_solution(said: str) -> bool:
    """Tell whether uv says that requirements do not go together, and not that it cannot tell."""
    return bool(
        re.search(r"(?i)no solution|no wheels|no usable|building source|requires-python", said)
    )


def require_index(done: subprocess.CompletedProcess[str]) -> None:
    """Raise NoIndexError where uv failed because something could not be fetched."""
    if done.returncode and re.search(r"(?i)failed to fetch|git operation failed", done.stderr):
        raise NoIndexError(f"uv: {one_line(done.stderr)[:300]}")


def _groups(text: str) -> list[str]:
    return [f"--group={name}" for name in tomllib.loads(text).get("dependency-groups", {})]


def tool(name: str, version: str) -> list[str]:
    """Return the command that runs a Python tool, from an environment of its own.

    Of the newest version where `version` is empty. A tool that cannot be fetched is taken from the
    PATH, if it is there. Raises BadInput when there is none.
    """
    named, why = f"{name}@{version or 'latest'}", "uv is not installed"
    if uv := find_uv():
        # From elsewhere: the indexes of a service may want a login that nobody has here.
        done = run_uv("tool", "run", named, "--version", folder=Path(tempfile.gettempdir()))
        if done.returncode == 0:
            return [uv, "--quiet", "tool", "run", named]
        why = one_line(done.stderr)
    beside = Path(sys.executable).with_name(name)
    found = shutil.which(name) or (str(beside) if beside.exists() else None)
    if found is None:
        raise BadInput(f"{named} could not be run: {why}")
    return [found]


def packages(lock: str) -> dict[str, str]:
    """Return the version of each package in the text of a `uv.lock`; of several, the last.

    Raises BadInput for what is no TOML.
    """
    try:
        found = tomllib.loads(lock).get("package", [])
    except (ValueError, RecursionError) as error:
        raise BadInput(f"uv.lock is not valid: {error}") from error
    return {
        str(one["name"]): str(one["version"])
        for one in (found if isinstance(found, list) else ())
        if isinstance(one, dict)
        and {"name", "version"} <= one.keys()
        and isinstance(source := one.get("source"), dict)
        and "registry" in source
    }


def keeping(text: str, versions: Mapping[str, str], builds: Sequence[str]) -> str:
    """Return a lock file with as many of these versions as can be; empty if there is none.

    Raises NoIndexError where an index did not answer: another version than it would have named
    must not be locked for that.

    uv's own compiler prefers what its output has already, and gives up what does not fit; what
    comes of that constrains the lock, which says so: `locked` goes on from it without.
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
    """Yield what keeps these versions in a lock; where one cannot be, the lowest above it that can.

    A version that comes as wheels for other systems only is none that an image can be built with.
    All but what is raised stays as uv's compiler finds it at first.
    """

    def lost(found: Mapping[str, Sequence[str]]) -> set[str]:
        return {
            name
            for name, lines in found.items()
            if name in versions and not all(_version_in(one) == versions[name] for one in lines)
        }

    raised = lost(_compiled(text, _pins(versions), builds, _LINUX))
    fitting = {name: version for name, version in versions.items() if name not in raised}
    found = _compiled(text, _pins(fitting), builds, ["--universal"])
    raised |= lost(found)
    if raised:
        rest = [line for name, lines in found.items() for line in lines if name not in raised]
        bounds = [f"{name}>={versions[name]}" for name in sorted(raised)]
        lowest = _compiled(text, [], builds, [*_LINUX, "--resolution=lowest"], [*rest, *bounds])
        found |= {name: lines for name, lines in lowest.items() if name in raised}
    yield from (line for name, lines in found.items() for line in lines if name in versions)


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
    """Return the pins that uv's compiler finds for a project, by package; none if there are none.

    It prefers those that are `known`.
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
    found: dict[str, list[str]] = {}
    for line in lines if done.returncode == 0 else ():
        name = line.partition("==")[0].partition("[")[0].strip()
        found.setdefault(name, []).append(line)
    return found


def _lines(texts: Sequence[str]) -> str:
    return "".join(f"{text}\n" for text in texts)


def run_uv(
    *arguments: str | Path,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    quiet: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Run uv in `folder`; return how it ended. Raises BadInput where there is no uv.

    `environment` is added to that of the user. A Python that is not there is not fetched. Some
    lists are not printed where it is `quiet`.
    """
    uv = find_uv()
    if uv is None:
        raise BadInput("uv is not installed: pip install uv")
    # Which Python is meant, the arguments say; nox sets this for what it starts.
    own = {name: value for name, value in os.environ.items() if name != "UV_PYTHON"}
    return subprocess.run(
        [uv, *(["--quiet"] if quiet else []), *map(str, arguments)],
        env={**own, "PATH": _path(), "UV_PYTHON_DOWNLOADS": "never", **(environment or {})},
        cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def _path() -> str:
    """Return the PATH with pyenv's interpreters in place of its shims, most of which only fail."""
    found: list[str] = []
    for part in os.environ.get("PATH", os.defpath).split(os.pathsep):
        versions = Path(part).with_name("versions")
        if Path(part).name == "shims" and versions.is_dir():
            found += map(str, sorted(versions.glob("3.*/bin"), key=_version, reverse=True))
        else:
            found.append(part)
    return os.pathsep.join(found)


def _version(folder: Path) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", folder.parent.name)]
