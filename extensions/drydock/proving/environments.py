"""Installs the Python environment of a service, with the versions of its lock file or pins."""

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
_SHOWN = 200  # characters of uv's error message
_SOURCE = re.compile(r'(\w+) = "([^"]*)"')  # of an entry of [tool.uv.sources]
LEFT_OUT = "left out"
"""Replaces a version if no version works."""
_WHEELS = "--only-binary=:all:"


@dataclass
class Environment:
    """An environment with the dependencies of a service."""

    python: Python
    folder: Path
    source: str
    """The file that its versions come from."""
    changed: list[str] = field(default_factory=list)
    """Versions that differ from the service's pins: `fastapi==0.63 -> fastapi>=0.65`."""
    added: list[str] = field(default_factory=list)
    """Packages that are needed to start or test the service, but that it does not declare."""
    notes: list[str] = field(default_factory=list)
    """What is not installed, and why."""
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def executable(self) -> Path:
        """The path of its interpreter."""
        return self.folder / "bin" / "python"

    def add(self, package: str) -> bool:
        """Install a package if it is missing; return whether it is installed."""
        if canonicalize_name(Requirement(package).name) in self.versions:
            return True
        process = run_uv("pip", "install", f"--python={self.executable}", _WHEELS, package,
                      folder=self.folder)  # fmt: skip
        if process.returncode == 0:
            self.added.append(package)
            self.refresh()
        return process.returncode == 0

    def refresh(self) -> None:
        """Read the installed versions."""
        listed = run_uv("pip", "list", f"--python={self.executable}", "--format=json",
                      folder=self.folder)  # fmt: skip
        entries = json.loads(listed.stdout or "[]")
        self.versions = {entry["name"]: entry["version"] for entry in entries}


class NoEnvironmentError(Exception):
    """No environment could be installed; the message is the reason, on one line."""


@dataclass(frozen=True)
class Maker:
    """Installs environments for one commit of a service."""

    service: Path
    files: Files
    facts: Sequence[Fact]
    scratch: Path
    say: Say
    build: bool
    """Whether source distributions can be built, too."""

    def environments(self, pythons: Sequence[Python]) -> Iterator[Environment]:
        """Yield an environment for each Python that fits the service's versions, in this order.

        If none fits, it yields environments with as few changed versions as possible. Raises
        NoEnvironmentError if there is none at all, and NoIndexError if an index is unavailable: a
        failed download must not change a version.
        """
        fitting = [python for python in pythons if self._allows(python, (0, 99))]
        # `==3.11.4` is a single patch release, which is rarely installed.
        near = [] if fitting else [python for python in pythons if self._allows(python, range(100))]
        fitting = fitting or near
        if not pythons:
            raise NoEnvironmentError("uv finds no Python 3.8 or newer")
        if not fitting:
            required = next(fact for fact in self.facts if fact.about == "requires_python")
            names = ", ".join(python.name for python in pythons)
            raise NoEnvironmentError(
                f"no installed Python satisfies {required.value} ({required.where}): {names}"
            )
        errors: list[str] = []
        count = 0
        for python in fitting:
            self.say(f"Installing the dependencies for Python {python.name}")
            try:
                environment = self._install(python)
            except NoEnvironmentError as error:
                errors.append(f"{python.name}: {error}")
                continue
            count += 1
            if near:
                environment.notes.append(
                    f"runs on a different patch release of Python {python.name}"
                )
            yield environment
        if count:
            return
        # The Python that the service has run on so far fits most of its versions.
        current = {fact.value for fact in self.facts if fact.about == "python_version"}
        for python in sorted(fitting, key=lambda python: python.name not in current):
            self.say(f"Changing as few versions as possible for Python {python.name}")
            try:
                environment = self._relaxed(python)
            except (BadInput, NoEnvironmentError) as error:
                errors.append(f"{python.name}: {error}")
                continue
            count += 1
            yield environment
        if not count:
            raise NoEnvironmentError(errors[0])

    def _allows(self, python: Python, patches: Iterable[int]) -> bool:
        """Return whether the service admits one of these patch releases."""
        specifiers = [fact.value for fact in self.facts if fact.about == "requires_python"]
        return all(
            any(allows(specifier, f"{python.name}.{patch}") for patch in patches)
            for specifier in specifiers
        )

    def _install(self, python: Python) -> Environment:
        folder = self.scratch / f"environment {python.name}"
        if "uv.lock" in self.files:
            environment = self._install_lock(python, folder)
        else:
            environment = self._install_pins(python, folder)
        self._install_service(environment)
        environment.refresh()
        return environment

    def _install_lock(self, python: Python, folder: Path) -> Environment:
        options = ("--no-build",) if not self.build else ()
        command = ("sync", "--frozen", "--no-install-project", "--all-groups",
                   f"--python={python.path}", *options)  # fmt: skip
        variables = {"UV_PROJECT_ENVIRONMENT": str(folder)}
        notes = []
        try:
            self._run(*command, "--all-extras", environment=variables)
        except NoEnvironmentError as error:  # extras can exclude each other
            self._run(*command, environment=variables)
            notes.append(f"extras are not installed: {error}")
        return Environment(python, folder, "uv.lock", notes=notes)

    def _install_pins(self, python: Python, folder: Path) -> Environment:
        source, locked_versions = self._locked()
        try:
            requirements, notes = self._requirements(extras=True)
            versions = self._compiled(python, requirements, locked_versions, strict=True)
        except NoEnvironmentError:
            requirements, notes = self._requirements(extras=False)
            versions = self._compiled(python, requirements, locked_versions, strict=True)
        environment = self._installed(python, folder, versions)
        environment.source, environment.notes = source or "its requirements", notes
        return environment

    def _locked(self) -> tuple[str, dict[str, str]]:
        """Return the service's lock file, and the version of each package in it."""
        if lock := self.files.get("uv.lock"):
            return "uv.lock", packages(lock)
        return locked.versions(self.files)

    def _requirements(self, *, extras: bool) -> tuple[list[str], list[str]]:
        """Return the requirements of the service and its tests, and notes on those left out.

        Raises NoEnvironmentError if there are none.
        """
        declared, todo = dependencies.read(self.files)
        if not declared:
            raise NoEnvironmentError("the service declares no dependencies")
        notes = [f"{item.path}:{item.line}: {item.why}" for item in todo if item.concern == "start"]
        requirements: list[str] = []
        for demand in declared:
            if not extras and demand.group.startswith(("extra:", "group:")):
                notes.append(f"{demand.text} of {demand.group} is not installed")
            elif text := self._with_source(demand):
                requirements.append(text)
            else:
                # A different index can have an unrelated package of this name.
                notes.append(f"{demand.text} is not installed: its source is {demand.source}")
        return list(dict.fromkeys(requirements)), notes

    def _with_source(self, demand: Demand) -> str:
        """Return a requirement with its source as a URL; empty if the source is a private index."""
        if not demand.source:
            return demand.text
        source = dict(_SOURCE.findall(demand.source))
        requirement = Requirement(demand.text)
        name = requirement.name + (
            f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
        )
        if path := source.get("path"):
            return f"{name} @ {(self.service / path).resolve().as_uri()}"
        if url := source.get("git"):
            at = next((source[key] for key in ("rev", "tag", "branch") if key in source), "")
            return f"{name} @ git+{url}{'@' if at else ''}{at}"
        return f"{name} @ {source['url']}" if "url" in source else ""

    def _compiled(
        self,
        python: Python,
        requirements: Sequence[str],
        preferred: Mapping[str, str],
        *,
        strict: bool = False,
    ) -> dict[str, str]:
        """Return the version of each package to install.

        They are the `preferred` ones where possible; always if `strict`.
        """
        folder = self.scratch / f"pins {python.name}"
        folder.mkdir(exist_ok=True)
        (folder / "wanted.in").write_text("\n".join(requirements) + "\n", "utf-8")
        pinned = "".join(f"{name}=={version}\n" for name, version in preferred.items())
        (folder / "locked.txt").write_text(pinned, "utf-8")
        # uv prefers the versions in an existing output file, and changes those that do not fit.
        (folder / "pins.txt").write_text(pinned, "utf-8")
        constraints = ("--constraint=locked.txt",) if strict else ()
        self._run(
            "pip", "compile", "wanted.in", "--output-file=pins.txt", "--no-annotate", "--no-header",
            f"--python={python.path}", *constraints, *self._wheels(), folder=folder,
        )  # fmt: skip
        lines = (folder / "pins.txt").read_text("utf-8").splitlines()
        return dict(_pinned(lines))

    def _installed(self, python: Python, folder: Path, versions: Mapping[str, str]) -> Environment:
        self._run("venv", f"--python={python.path}", folder)
        pins_file = self.scratch / f"pins {python.name}" / "pins.txt"
        self._run("pip", "install", f"--python={folder / 'bin/python'}", *self._wheels(),
                  "--no-deps", "-r", pins_file)  # fmt: skip
        return Environment(python, folder, "", versions=dict(versions))

    def _relaxed(self, python: Python) -> Environment:
        """Return an environment with the fewest changed versions.

        Raises NoEnvironmentError, or BadInput, if there is none.
        """
        source, locked_versions = self._locked()
        requirements, notes = self._requirements(extras=False)
        try:  # only those locked packages that this Python needs
            needed = (
                self._compiled(python, requirements, locked_versions) if locked_versions else {}
            )
            pinned = [
                f"{name}=={locked_versions[name]}" for name in needed if name in locked_versions
            ]
        except NoEnvironmentError:
            pinned = []
        folder = self.scratch / f"relaxing {python.name}"
        folder.mkdir()
        combined = list(dict.fromkeys([*requirements, *pinned]))
        listed = "".join(f"    {json.dumps(requirement)},\n" for requirement in combined)
        (folder / "pyproject.toml").write_text(
            '[project]\nname = "drydock-proving"\nversion = "0"\n'
            f'requires-python = "=={python.name}.*"\ndependencies = [\n{listed}]\n', "utf-8",
        )  # fmt: skip
        changes = pins.resolve(folder, python.name, self.say)
        replacements = {change.pin: change.replacement for change in changes}
        relaxed = [text for text in (replacements.get(pin, pin) for pin in combined) if text]
        lowest = {new: new.replace(">=", "==") for new in replacements.values() if "," not in new}
        try:  # the nearest existing version, not the newest
            versions = self._compiled(python, [lowest.get(text, text) for text in relaxed], {})
        except NoEnvironmentError:
            versions = self._compiled(python, relaxed, {})
        environment = self._installed(python, self.scratch / f"environment {python.name}", versions)
        environment.source, environment.notes = source or "its requirements", notes
        environment.changed = [f"{pin} -> {new or LEFT_OUT}" for pin, new in replacements.items()]
        environment.source += ", with some changed" if environment.changed else ""
        self._install_service(environment)
        environment.refresh()
        return environment

    def _install_service(self, environment: Environment) -> None:
        """Install the service itself if it is a package: its code can read its own metadata."""
        if not self._is_package():
            return
        process = run_uv(
            "pip", "install", f"--python={environment.executable}", "--no-deps", "--editable", ".",
            folder=self.service,
        )  # fmt: skip
        if process.returncode:
            error = _uv_error(process.stderr)
            environment.notes.append(f"the service itself is not installed as a package: {error}")

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
        process = run_uv(*arguments, folder=folder or self.service, environment=environment)
        require_index(process)
        if process.returncode:
            raise NoEnvironmentError(
                _uv_error(process.stderr) or f"uv exited with {process.returncode}"
            )


def _uv_error(stderr: str) -> str:
    """Return uv's error as plain text; for a failed build, the exception that ended it."""
    text = re.sub(r"[^\x00-\x7f]+", "", stderr).strip()
    if exceptions := re.findall(r"(?m)^\s*([\w.]*(?:Error|Exception)\b:.*)$", text):
        text = exceptions[-1]
    return one_line(text)[:_SHOWN]


def _pinned(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        try:
            pin = Requirement(line.partition(" \\")[0])
        except InvalidRequirement:
            continue
        version = str(pin.specifier).removeprefix("==") or pin.url or ""
        yield canonicalize_name(pin.name), version
