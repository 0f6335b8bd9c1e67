"""The Python environment of a service: what its own lock or pins say, installed."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from drydock.adoption import locked, pins
from drydock.adoption.facts import Fact, Files
from drydock.adoption.translate import Demand, dependencies
from drydock.adoption.translate.poetry import allows
from drydock.documents.formats import toml
from drydock.errors import BadInput, one_line
from drydock.locking import packages, require_index, run_uv
from drydock.pythons import Python

Say = Callable[[str], None]
_SHOWN = 200  # characters of what uv says
_SOURCE = re.compile(r'(\w+) = "([^"]*)"')  # of an entry of [tool.uv.sources]
LEFT_OUT = "left out"
"""What stands for a version of which none works."""
_WHEELS = "--only-binary=:all:"


@dataclass
class Environment:
    """An environment with a service's dependencies in it."""

    python: Python
    folder: Path
    source: str
    """What says which versions are in it."""
    changed: list[str] = field(default_factory=list)
    """Versions that are not those that the service says: `fastapi==0.63 -> fastapi>=0.65`."""
    added: list[str] = field(default_factory=list)
    """Packages that the service does not name, without which it could not be started or tested."""
    notes: list[str] = field(default_factory=list)
    """What was left out."""
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def executable(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    def add(self, package: str) -> bool:
        """Install a package that is missing; tell whether that could be done."""
        if canonicalize_name(Requirement(package).name) in self.versions:
            return True
        done = run_uv("pip", "install", f"--python={self.executable}", _WHEELS, package,
                      folder=self.folder)  # fmt: skip
        if done.returncode == 0:
            self.added.append(package)
            self.look()
        return done.returncode == 0

    def look(self) -> None:
        """See which versions are installed."""
        said = run_uv("pip", "list", f"--python={self.executable}", "--format=json",
                      folder=self.folder)  # fmt: skip
        self.versions = {one["name"]: one["version"] for one in json.loads(said.stdout or "[]")}


class NoEnvironmentError(Exception):
    """None could be made; the message says why, on one line."""


@dataclass(frozen=True)
class Maker:
    """Makes environments for one state of a service."""

    service: Path
    files: Files
    facts: Sequence[Fact]
    scratch: Path
    say: Say
    build: bool
    """Whether source distributions may be built, too."""

    def environments(self, pythons: Sequence[Python]) -> Iterator[Environment]:
        """Yield an environment for each Python that takes the service's versions, in this order.

        Where none does, one with as few versions changed as can be. Raises NoEnvironmentError when
        there is none at all, NoIndexError where an index does not answer: that a version could not
        be fetched is no reason to take another.
        """
        fitting = [one for one in pythons if self._allows(one, (0, 99))]
        # `==3.11.4` is one patch release, and nobody has them all.
        near = [] if fitting else [one for one in pythons if self._allows(one, range(100))]
        fitting = fitting or near
        if not pythons:
            raise NoEnvironmentError("uv finds no Python from 3.8 on")
        if not fitting:
            asked = next(f for f in self.facts if f.about == "requires_python")
            have = ", ".join(one.name for one in pythons)
            raise NoEnvironmentError(f"no Python at hand is {asked.value} ({asked.where}): {have}")
        why: list[str] = []
        made = 0
        for python in fitting:
            self.say(f"Installing its dependencies for Python {python.name}")
            try:
                environment = self._made(python)
            except NoEnvironmentError as error:
                why.append(f"{python.name}: {error}")
                continue
            made += 1
            if near:
                environment.notes.append(f"another Python {python.name} than it asks for")
            yield environment
        if made:
            return
        # The one that it ran on so far takes most of its versions.
        named = {f.value for f in self.facts if f.about == "python_version"}
        for python in sorted(fitting, key=lambda one: one.name not in named):
            self.say(f"Looking for the fewest versions to change for Python {python.name}")
            try:
                environment = self._relaxed(python)
            except (BadInput, NoEnvironmentError) as error:
                why.append(f"{python.name}: {error}")
                continue
            made += 1
            yield environment
        if not made:
            raise NoEnvironmentError(why[0])

    def _allows(self, python: Python, patches: Iterable[int]) -> bool:
        """Tell whether the service takes one of these patch releases."""
        asked = [f.value for f in self.facts if f.about == "requires_python"]
        return all(any(allows(one, f"{python.name}.{patch}") for patch in patches) for one in asked)

    def _made(self, python: Python) -> Environment:
        folder = self.scratch / f"environment {python.name}"
        if "uv.lock" in self.files:
            environment = self._of_uv(python, folder)
        else:
            environment = self._of_pins(python, folder)
        self._install_itself(environment)
        environment.look()
        return environment

    def _of_uv(self, python: Python, folder: Path) -> Environment:
        options = ("--no-build",) if not self.build else ()
        command = ("sync", "--frozen", "--no-install-project", "--all-groups",
                   f"--python={python.path}", *options)  # fmt: skip
        into = {"UV_PROJECT_ENVIRONMENT": str(folder)}
        notes = []
        try:
            self._run(*command, "--all-extras", environment=into)
        except NoEnvironmentError as error:  # some exclude others
            self._run(*command, environment=into)
            notes.append(f"its extras are not installed: {error}")
        return Environment(python, folder, "uv.lock", notes=notes)

    def _of_pins(self, python: Python, folder: Path) -> Environment:
        source, wanted = self._locked()
        try:
            demands, notes = self._demands(extras=True)
            found = self._compiled(python, demands, wanted, strict=True)
        except NoEnvironmentError:
            demands, notes = self._demands(extras=False)
            found = self._compiled(python, demands, wanted, strict=True)
        environment = self._installed(python, folder, found)
        environment.source, environment.notes = source or "its requirements", notes
        return environment

    def _locked(self) -> tuple[str, dict[str, str]]:
        """Return the service's lock file, and the version of each package in it."""
        if lock := self.files.get("uv.lock"):
            return "uv.lock", packages(lock)
        return locked.versions(self.files)

    def _demands(self, *, extras: bool) -> tuple[list[str], list[str]]:
        """Return what the service and its tests require, with `extras` or without; and notes.

        Raises NoEnvironmentError where it requires nothing.
        """
        required, todo = dependencies.read(self.files)
        if not required:
            raise NoEnvironmentError("it names no dependency")
        notes = [f"{one.path}:{one.line}: {one.why}" for one in todo if one.concern == "start"]
        demands: list[str] = []
        for one in required:
            if not extras and one.group.startswith(("extra:", "group:")):
                notes.append(f"{one.text} of {one.group} is not installed")
            elif text := self._from_its_source(one):
                demands.append(text)
            else:
                # Another index may have something else by this name.
                notes.append(f"{one.text} is not installed: its source is {one.source}")
        return list(dict.fromkeys(demands)), notes

    def _from_its_source(self, one: Demand) -> str:
        """Return a requirement that names where it comes from; empty for an index of its own."""
        if not one.source:
            return one.text
        said = dict(_SOURCE.findall(one.source))
        wanted = Requirement(one.text)
        name = wanted.name + (f"[{','.join(sorted(wanted.extras))}]" if wanted.extras else "")
        if path := said.get("path"):
            return f"{name} @ {(self.service / path).resolve().as_uri()}"
        if url := said.get("git"):
            at = next((said[key] for key in ("rev", "tag", "branch") if key in said), "")
            return f"{name} @ git+{url}{'@' if at else ''}{at}"
        return f"{name} @ {said['url']}" if "url" in said else ""

    def _compiled(
        self,
        python: Python,
        demands: Sequence[str],
        wanted: Mapping[str, str],
        *,
        strict: bool = False,
    ) -> dict[str, str]:
        """Return the version of each package to install: of `wanted` all if `strict`, or most."""
        folder = self.scratch / f"pins {python.name}"
        folder.mkdir(exist_ok=True)
        (folder / "wanted.in").write_text("\n".join(demands) + "\n", "utf-8")
        kept = "".join(f"{name}=={version}\n" for name, version in wanted.items())
        (folder / "locked.txt").write_text(kept, "utf-8")
        # uv prefers what its output has already, and gives up what does not fit.
        (folder / "pins.txt").write_text(kept, "utf-8")
        bound = ("--constraint=locked.txt",) if strict else ()
        self._run(
            "pip", "compile", "wanted.in", "--output-file=pins.txt", "--no-annotate", "--no-header",
            f"--python={python.path}", *bound, *self._wheels(), folder=folder,
        )  # fmt: skip
        lines = (folder / "pins.txt").read_text("utf-8").splitlines()
        return dict(_pinned(lines))

    def _installed(self, python: Python, folder: Path, found: Mapping[str, str]) -> Environment:
        self._run("venv", f"--python={python.path}", folder)
        listed = self.scratch / f"pins {python.name}" / "pins.txt"
        self._run("pip", "install", f"--python={folder / 'bin/python'}", *self._wheels(),
                  "--no-deps", "-r", listed)  # fmt: skip
        return Environment(python, folder, "", versions=dict(found))

    def _relaxed(self, python: Python) -> Environment:
        """Return an environment with the fewest versions changed.

        Raises NoEnvironmentError, or BadInput, where there is none.
        """
        source, wanted = self._locked()
        demands, notes = self._demands(extras=False)
        try:  # of all that is locked, only what this Python needs
            needed = self._compiled(python, demands, wanted) if wanted else {}
            pinned = [f"{name}=={wanted[name]}" for name in needed if name in wanted]
        except NoEnvironmentError:
            pinned = []
        folder = self.scratch / f"relaxing {python.name}"
        folder.mkdir()
        everything = list(dict.fromkeys([*demands, *pinned]))
        listed = "".join(f"    {json.dumps(one)},\n" for one in everything)
        (folder / "pyproject.toml").write_text(
            '[project]\nname = "drydock-proving"\nversion = "0"\n'
            f'requires-python = "=={python.name}.*"\ndependencies = [\n{listed}]\n', "utf-8",
        )  # fmt: skip
        ways = pins.resolve(folder, python.name, self.say)
        instead = {one.pin: one.instead for one in ways}
        left = [one for one in (instead.get(pin, pin) for pin in everything) if one]
        lowest = {new: new.replace(">=", "==") for new in instead.values() if "," not in new}
        try:  # the nearest version that there is, not the newest
            found = self._compiled(python, [lowest.get(one, one) for one in left], {})
        except NoEnvironmentError:
            found = self._compiled(python, left, {})
        made = self._installed(python, self.scratch / f"environment {python.name}", found)
        made.source, made.notes = source or "its requirements", notes
        made.changed = [f"{pin} -> {new or LEFT_OUT}" for pin, new in instead.items()]
        made.source += ", with some changed" if made.changed else ""
        self._install_itself(made)
        made.look()
        return made

    def _install_itself(self, environment: Environment) -> None:
        """Install the service where it is a package: its metadata may be asked for at run time."""
        if not self._is_package():
            return
        done = run_uv(
            "pip", "install", f"--python={environment.executable}", "--no-deps", "--editable", ".",
            folder=self.service,
        )  # fmt: skip
        if done.returncode:
            said = _uv_error(done.stderr)
            environment.notes.append(f"the service itself is not installed as a package: {said}")

    def _is_package(self) -> bool:
        try:
            data = toml.data(self.files.get("pyproject.toml", ""))
        except ValueError:
            return False
        tools = data.get("tool", {})
        no_package = (
            tools.get("poetry", {}).get("package-mode") is False
            or tools.get("uv", {}).get("package") is False
            or tools.get("pdm", {}).get("distribution") is False
        )
        return "setup.py" in self.files or ("build-system" in data and not no_package)

    def _wheels(self) -> tuple[str, ...]:
        return () if self.build else (_WHEELS,)

    def _run(
        self,
        *arguments: str | Path,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        done = run_uv(*arguments, folder=folder or self.service, environment=environment)
        require_index(done)
        if done.returncode:
            raise NoEnvironmentError(_uv_error(done.stderr) or f"uv ended with {done.returncode}")


def _uv_error(stderr: str) -> str:
    """Return what uv says, without its drawings; of a build that failed, how that ended."""
    said = re.sub(r"[^\x00-\x7f]+", "", stderr).strip()
    if built := re.findall(r"(?m)^\s*([\w.]*(?:Error|Exception)\b:.*)$", said):
        said = built[-1]
    return one_line(said)[:_SHOWN]


def _pinned(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        try:
            pin = Requirement(line.partition(" \\")[0])
        except InvalidRequirement:
            continue
        version = str(pin.specifier).removeprefix("==") or pin.url or ""
        yield canonicalize_name(pin.name), version
