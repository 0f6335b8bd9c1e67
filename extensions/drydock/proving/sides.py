"""A service as one commit has it: its files, its application, and how that is started."""

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

# What an image sets for its own paths and tools.
_OF_THE_IMAGE = ("PATH", "HOME", "PYTHONPATH", "VIRTUAL_ENV", "UV_", "PIP_", "POETRY_", "LD_")


@dataclass(frozen=True)
class Side:
    """One of the two states of a service."""

    name: str
    """`before` or `after`."""
    ref: str
    """As it was named."""
    commit: str
    top: Path
    """The checkout of the commit: what lies beside the service may be of it, too."""
    folder: Path
    """The service's folder in it."""
    files: Files
    facts: tuple[Fact, ...]
    app: str
    """`module:attribute`."""
    is_factory: bool
    root: str
    """The folder that the module is imported from; empty: the service's."""
    chassis: str
    """The package of the chassis that starts the application; empty: it has none."""

    def command(self, python: Path, ports: tuple[int, int]) -> list[str | Path]:
        """Return the command that serves on the first of two ports; the second is for health."""
        service, management = map(str, ports)
        if self.chassis:
            return [python, "-m", f"{self.chassis}.chassis", "serve",
                    "--port", service, "--management-port", management]  # fmt: skip
        factory = ["--factory"] if self.is_factory else []
        root = str(self.folder / self.root)
        return [python, "-m", "uvicorn", self.app, *factory, "--app-dir", root,
                "--host", "127.0.0.1", "--port", service]  # fmt: skip

    def copied(self, folder: Path) -> "Side":
        """Copy the checkout to a new folder, so that no run finds what another has written."""
        shutil.copytree(self.top, folder, symlinks=True)
        return replace(self, top=folder, folder=folder / self.folder.relative_to(self.top))

    @property
    def environment(self) -> dict[str, str]:
        """What it needs besides what it is given: where its code is, and what its image sets."""
        root = str(self.folder / self.root)
        image = {
            name: value
            for name, value in _of_image(self.files).items()
            # A path is one in the image.
            if not name.startswith(_OF_THE_IMAGE) and "$" not in value and value[:1] != "/"
        }
        own = {"APP__SERVER__HOST": "127.0.0.1", "APP__MANAGEMENT__HOST": "127.0.0.1"}
        return {**image, "PYTHONPATH": root, **(own if self.chassis else {})}


def read(name: str, ref: str, commit: str, *, top: Path, inside: PurePath, app: str | None) -> Side:
    """Return what the folder `inside` of a checkout is; `app` wins over what its files say.

    Raises BadInput when no application is found in it, or when its settings are not valid.
    """
    folder = top / inside
    files = texts_of(
        {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            # An environment that was committed is none of its own code.
            if "site-packages" not in path.parts and path.is_file() and not path.is_symlink()
        }
    )
    facts = gather(files)
    if broken := next((fact for fact in facts if fact.about == "broken"), None):
        raise BadInput(f"{name} ({ref}): {broken.value}")
    recorded = _recorded(folder)
    if named := app or recorded.get("app"):
        facts.append(Fact("app", named, "--app" if app else answers.DEFAULT_NAME, 0, 100))
    try:
        derived = {one.name: one for one in derive.derive(facts, files, folder.name)}
    except BadInput as error:
        raise BadInput(f"{name} ({ref}): {error}") from error
    package_path = str(derived["package_path"].value)
    if known := recorded.get("package_path"):
        package_path = known
    has_chassis = f"{package_path}/chassis/__main__.py" in files
    evidence = derived["app"].evidence
    target = str(derived["app"].value)
    return Side(
        name, ref, commit, top, folder, files, tuple(facts),
        app=target,
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


def _of_image(files: Files) -> Mapping[str, str]:
    found: dict[str, str] = {}
    if not (path := main_dockerfile(files)):
        return found
    for _, line in instructions(files[path]):
        if not ENV.match(line):
            continue
        try:
            first, *rest = shlex.split(line.partition(" ")[2])
        except ValueError:
            continue
        if "=" in first:
            found |= dict(one.split("=", 1) for one in (first, *rest) if "=" in one)
        else:  # the old form: ENV NAME the rest of the line
            found[first] = " ".join(rest)
    return found
