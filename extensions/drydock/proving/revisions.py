"""One commit of a service: its files, its application, and how to start it."""

import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from drydock.adoption import derive
from drydock.adoption.facts import Fact, Files, gather
from drydock.adoption.facts.image import ENV, instructions, main_dockerfile
from drydock.adoption.place import texts_of
from drydock.errors import BadInput
from drydock.template import answers

# Prefixes of variables for paths and tools of the image.
_IMAGE_ONLY = ("PATH", "HOME", "PYTHONPATH", "VIRTUAL_ENV", "UV_", "PIP_", "POETRY_", "LD_")


@dataclass(frozen=True)
class Revision:
    """One of the two commits of a service."""

    name: str
    """`before` or `after`."""
    ref: str
    """The name of the commit that the user gave."""
    commit: str
    top: Path
    """The checkout of the whole commit: a service can use files next to its directory."""
    folder: Path
    """The service's directory in it."""
    files: Files
    facts: tuple[Fact, ...]
    app: str
    """`module:attribute`."""
    is_factory: bool
    root: str
    """The directory to import the module from; empty for the service's directory."""
    chassis: str
    """The package that contains the chassis; empty without one."""

    def command(self, python: Path, ports: tuple[int, int]) -> list[str | Path]:
        """Return the command that serves on the first port, and health on the second one."""
        service, management = map(str, ports)
        if self.chassis:
            return [python, "-m", f"{self.chassis}.chassis", "serve",
                    "--port", service, "--management-port", management]  # fmt: skip
        factory = ["--factory"] if self.is_factory else []
        root = str(self.folder / self.root)
        return [python, "-m", "uvicorn", self.app, *factory, "--app-dir", root,
                "--host", "127.0.0.1", "--port", service]  # fmt: skip

    def copied(self, folder: Path) -> "Revision":
        """Copy the checkout to a new directory, so that runs do not see each other's files."""
        shutil.copytree(self.top, folder, symlinks=True)
        return replace(self, top=folder, folder=folder / self.folder.relative_to(self.top))

    @property
    def environment(self) -> dict[str, str]:
        """Its environment: where its code is, and the variables of its image."""
        root = str(self.folder / self.root)
        image = {
            name: value
            for name, value in _image_variables(self.files).items()
            # A path is only valid in the image.
            if not name.startswith(_IMAGE_ONLY) and "$" not in value and value[:1] != "/"
        }
        own = {"APP__SERVER__HOST": "127.0.0.1", "APP__MANAGEMENT__HOST": "127.0.0.1"}
        return {**image, "PYTHONPATH": root, **(own if self.chassis else {})}


def read(
    name: str, ref: str, commit: str, *, top: Path, inside: PurePath, app: str | None
) -> Revision:
    """Read a side from the directory `inside` of a checkout; `app` overrides the detected one.

    Raises BadInput if there is no application, or if its settings are not valid.
    """
    folder = top / inside
    files = texts_of(
        {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            # A committed virtual environment is not part of the code.
            if "site-packages" not in path.parts and path.is_file() and not path.is_symlink()
        }
    )
    facts = gather(files)
    if broken := next((fact for fact in facts if fact.about == "broken"), None):
        raise BadInput(f"{name} ({ref}): {broken.value}")
    recorded = _recorded(folder)
    if target := app or recorded.get("app"):
        facts.append(Fact("app", target, "--app" if app else answers.DEFAULT_NAME, 0, 100))
    try:
        derived = {answer.name: answer for answer in derive.derive(facts, files, folder.name)}
    except BadInput as error:
        raise BadInput(f"{name} ({ref}): {error}") from error
    package_path = recorded.get("package_path") or str(derived["package_path"].value)
    has_chassis = f"{package_path}/chassis/__main__.py" in files
    evidence = derived["app"].evidence
    return Revision(
        name, ref, commit, top, folder, files, tuple(facts),
        app=str(derived["app"].value),
        is_factory=bool(evidence) and any(fact.about == "factory" for fact in evidence),
        root=package_path.rpartition("/")[0],
        chassis=package_path.rpartition("/")[2] if has_chassis else "",
    )  # fmt: skip


def _recorded(folder: Path) -> dict[str, str]:
    try:
        values = answers.read(folder, answers.find(folder)).values
    except BadInput:
        return {}
    return {name: str(values[name]) for name in ("app", "package_path") if values.get(name)}


def _image_variables(files: Files) -> Mapping[str, str]:
    variables: dict[str, str] = {}
    if not (path := main_dockerfile(files)):
        return variables
    for _, line in instructions(files[path]):
        if not ENV.match(line):
            continue
        try:
            first, *rest = shlex.split(line.partition(" ")[2])
        except ValueError:
            continue
        if "=" in first:
            variables |= dict(word.split("=", 1) for word in (first, *rest) if "=" in word)
        else:  # the legacy form: ENV NAME rest of the line
            variables[first] = " ".join(rest)
    return variables
