"""The services of a fleet, read from `fleet.yaml`, from folders or from standard input.

Addresses, branches and paths reach git, so they are checked first: an address must not be an
option or start a remote helper, and a path must not lead outside.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from drydock.errors import BadInput
from drydock.paths import expanded, resolved
from drydock.template import answers
from drydock.template.addresses import redacted, without_credentials

STANDARD_INPUT = "-"
_LARGEST = 16 << 20  # bytes
_MOST_VALUES = 1_000_000
_KEYS = ("name", "url", "path", "folder", "branch", "owner", "wave")
_DEFAULTS = ("branch", "owner", "wave", "folder")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
_URL = re.compile(r"(?:https?|ssh|git|file)://(?P<host>[^/]*)(?:/.*)?")
_SCP = re.compile(r"(?:[\w.+-]+@)?(?P<host>[A-Za-z0-9][\w.-]*):(?!:|//)(?P<path>[^-].*)")
_BRANCH = re.compile(r"(?!.*(?:\.\.|@\{|//|\.lock(?:/|$)|/\.))[\w][\w./+#@=-]*(?<![./])")
_MOST_WAVES = 1000


@dataclass(frozen=True)
class Member:
    """One service of a fleet."""

    name: str
    """Its name in tables, and the file name of its report."""
    url: str = ""
    """The address to clone from, possibly with credentials; empty: it is in `path`."""
    path: Path | None = None
    """A checkout on this machine."""
    folder: str = ""
    """Its folder in the repository; empty: the top."""
    branch: str = ""
    """The branch to update; empty: the checked-out branch, or the remote's default branch."""
    owner: str = ""
    wave: int | None = None
    """The wave in which it is updated; None: no wave."""

    @property
    def address(self) -> str:
        """Its location for display, without credentials."""
        where = without_credentials(self.url) if self.url else str(self.path)
        return f"{where}#{self.folder}" if self.folder else where


def read(arguments: Sequence[str], stdin: Iterable[str]) -> list[Member]:
    """Return the services that `arguments` name: YAML files, folders, or `-` for lines of `stdin`.

    A folder is a service or contains checkouts of services. Raises BadInput for invalid entries;
    does not run git.
    """
    members: list[Member] = []
    for argument in arguments:
        if not argument:
            raise BadInput("FLEET is empty: expected a list of services, or a folder")
        path = expanded(Path(argument))
        if argument == STANDARD_INPUT:
            lines = (line.strip() for line in stdin)
            addresses = [line for line in lines if line and line[0] != "#"]
            members += _members(addresses, {}, Path.cwd())
        elif path.is_dir():
            members += _checkouts(path)
        else:
            members += _listed(path)
    return list(_distinct(members))


def of_wave(members: Iterable[Member], wave: int | None) -> list[Member]:
    """Return the services of one wave; None: all services.

    Raises BadInput when there are none.
    """
    selected = [member for member in members if wave is None or member.wave == wave]
    if not selected:
        raise BadInput(
            "the fleet has no services" if wave is None else f"no service in wave {wave}"
        )
    return selected


def _checkouts(folder: Path) -> list[Member]:
    folder = resolved(folder)
    if (folder / answers.DEFAULT_NAME).exists() or (folder / ".git").exists():
        return [Member(_plain(folder.name), path=folder)]
    paths = sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] != ".")
    if not paths:
        raise BadInput(f"{folder} contains no services: expected a folder of checkouts")
    return [Member(_plain(path.name), path=path) for path in paths]


def _listed(file: Path) -> list[Member]:
    try:
        with file.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except FileNotFoundError as error:
        fix = "list services in it (docs/fleet.md), or name a folder of checkouts"
        raise BadInput(f"{file} does not exist: {fix}") from error
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}") from error
    if len(content) > _LARGEST:
        raise BadInput(f"{file} is larger than {_LARGEST} bytes: it is not a list of services")
    values = answers.load(str(file), content, _MOST_VALUES, strict=True)
    if not isinstance(values, dict):
        raise BadInput(f"{file} must have the key services, and optionally defaults")
    services, defaults = values.pop("services", None), values.pop("defaults", {})
    if values:
        raise BadInput(f"{file}: unknown key {next(iter(values))!r}: expected defaults, services")
    if not isinstance(services, list) or not services:
        raise BadInput(f"{file}: services must be a list of services")
    if not isinstance(defaults, dict) or (unknown := defaults.keys() - {*_DEFAULTS}):
        problem = f"unknown key {sorted(map(str, unknown))[0]!r}" if defaults else "not a mapping"
        raise BadInput(f"{file}: defaults: {problem}: expected {', '.join(_DEFAULTS)}")
    try:
        return _members(services, defaults, file.resolve().parent)
    except BadInput as error:
        raise BadInput(redacted(f"{file}: {error}")) from error


def _members(services: Sequence[Any], defaults: Mapping[str, Any], base: Path) -> list[Member]:
    members = []
    for number, service in enumerate(services, 1):
        try:
            members.append(_member(service, defaults, base))
        except BadInput as error:
            raise BadInput(f"service {number}: {error}") from error
    return members


def _member(service: Any, defaults: Mapping[str, Any], base: Path) -> Member:
    if isinstance(service, str):
        service = {"url" if _is_remote(service) else "path": service}
    if not isinstance(service, dict):
        raise BadInput("must be an address, or a mapping with url or path")
    if unknown := [key for key in service if key not in _KEYS]:
        raise BadInput(f"unknown key {unknown[0]!r}: expected {', '.join(_KEYS)}"[:200])
    settings = {**defaults, **service}
    texts = {key: _text(settings, key) for key in _KEYS if key != "wave"}
    if bool(texts["url"]) == bool(texts["path"]):
        raise BadInput("needs either url or path")
    if texts["url"] and not _is_remote(texts["url"]):
        raise BadInput(
            f"{without_credentials(texts['url'])!r} is not an address to clone from: "
            "expected https://, ssh://, git://, file:// or user@host:path"
        )
    if texts["branch"] and not _BRANCH.fullmatch(texts["branch"]):
        raise BadInput(f"{texts['branch']!r} is not a valid branch name")
    if texts["branch"].startswith("drydock/update"):
        raise BadInput(f"{texts['branch']} is a branch of updates: name the branch to update")
    if re.search(r"[?#]", texts["url"]):
        raise BadInput(
            f"{without_credentials(re.split(r'[?#]', texts['url'])[0])!r} is followed by a query: "
            "remove it; git does not use it, and a token in it would be displayed"
        )
    path = resolved(base / expanded(Path(texts["path"]))) if texts["path"] else None
    folder = _folder(texts["folder"])
    name = texts["name"]
    if name and not _NAME.fullmatch(name):
        raise BadInput(f"{name!r} is not a valid name: use letters, digits, '.', '_' and '-' only")
    last = folder or texts["url"].rstrip("/").removesuffix(".git") or str(path)
    return Member(
        name=name or _plain(re.split(r"[/:]", last)[-1]),
        url=texts["url"],
        path=path,
        folder=folder,
        branch=texts["branch"],
        owner=texts["owner"],
        wave=_wave(settings.get("wave")),
    )


def _text(settings: Mapping[str, Any], key: str) -> str:
    value = settings.get(key)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > 4096 or not value.isprintable():
        raise BadInput(f"{key} must be a string, not {value!r}"[:200])
    if value.startswith("-"):
        raise BadInput(f"{key} must not start with '-': {without_credentials(value)!r}"[:200])
    return value


def _wave(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MOST_WAVES:
        raise BadInput(f"wave must be a whole number from 0, not {value!r}"[:200])
    return value


def _folder(value: str) -> str:
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts or ".git" in {p.lower() for p in path.parts}:
        raise BadInput(f"folder {value!r} leads outside the repository")
    return "" if value in ("", ".") else path.as_posix()


def _is_remote(address: str) -> bool:
    """Tell whether git would fetch from `address` without starting another program."""
    match = _URL.fullmatch(address) or _SCP.fullmatch(address)
    return match is not None and not match["host"].rpartition("@")[2].startswith("-")


def _plain(name: str) -> str:
    """Return the name of a repository or folder as a valid file name."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:100] or "service"


def _distinct(members: Iterable[Member]) -> Iterator[Member]:
    """Yield the services; raise BadInput if two have the same name or the same place."""
    names: dict[str, Member] = {}
    places: dict[tuple[str, str], Member] = {}
    for member in members:
        location = (
            str(member.path / member.folder) if member.path else f"{member.url}#{member.folder}"
        )
        place = (location, member.branch)
        if place in places:
            raise BadInput(f"{member.address} is listed twice")
        if other := names.get(member.name.lower()):
            raise BadInput(
                f"two services are called {member.name}: {other.address} and {member.address}; "
                "set name for one of them"
            )

        names[member.name.lower()] = places[place] = member
        yield member
