"""Compose files: they stay, but may contradict the image that the standard builds."""

import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from drydock.adoption.account import servers, shell, start
from drydock.adoption.facts import Files
from drydock.adoption.translate import Entry, Outcome
from drydock.documents.places import Place, places

_COMPOSE = re.compile(r"(^|/)(docker-)?compose[\w.-]*\.ya?ml$")
_STAYS = "the file stays as it is"
_JOBS = {"celery", "rq", "arq", "dramatiq", "alembic", "pytest", "flower", "streamlit"}
"""Programs that are not servers of an ASGI application."""
# Every image takes these: https://docs.docker.com/build/building/variables/#pre-defined-build-arguments
_PREDEFINED = re.compile(r"(https?|ftp|no|all)_proxy|BUILDKIT_\w+|SOURCE_DATE_EPOCH", re.IGNORECASE)

_Parts = Mapping[tuple[str, ...], Sequence[Place]]
"""The places of a compose file by their first keys, such as `services`, `web`, `ports`."""


def is_compose(path: str) -> bool:
    """Tell whether `path` names a compose file."""
    return bool(_COMPOSE.search(path))


def find(path: str, files: Files, main: str, *, command: str, image: str) -> Iterator[Entry]:
    """Yield the outcome of each key of the compose file at `path`.

    `main` is the main Dockerfile, `command` the one that now starts the service, and `image` the
    text of the Dockerfile that replaces the main one; empty if none does.
    """
    parts: dict[tuple[str, ...], list[Place]] = {}
    for place in places(path, files[path]):
        if not place.names or place.names == ("services",):
            continue
        size = 3 if place.names[:1] == ("services",) else 2
        parts.setdefault(place.names[:size], []).append(place)
    compose = _Compose(path, files, parts, main, command, image)
    for names, entries in parts.items():
        values = _values(entries)
        instruction = ": ".join(filter(None, (".".join(names), values)))
        outcome: Outcome = "carried"
        how, why = _STAYS, ""
        if len(names) > 2 and (*names[:2], "build") in parts:
            outcome, how, why = compose.of_built(names)
        yield Entry(path, entries[0].line, instruction, outcome, how, why)


@dataclass(frozen=True)
class _Compose:
    """Accounts for the keys of a service that compose builds: outcome, how and why."""

    path: str
    files: Files
    parts: _Parts
    main: str
    command: str
    image: str

    def of_built(self, names: tuple[str, ...]) -> tuple[Outcome, str, str]:
        """Return the outcome of one key."""
        _, service, key = names
        entries = self.parts[names]
        is_main = _is_main(self.path, self.parts["services", service, "build"], self.main)
        if key in {"command", "entrypoint"}:
            return self._of_command(service, _line(entries))
        if key == "healthcheck" and is_main:
            why = f"the health check of {service} may call a program that the image lacks"
            return "by hand", "probe /livez on the management port", why
        if key == "build":
            return self._of_build(entries, is_main=is_main)
        if key == "ports" and self.image and is_main:
            return self._of_ports(service)
        return "carried", _STAYS, ""

    def _of_build(self, entries: Sequence[Place], *, is_main: bool) -> tuple[Outcome, str, str]:
        if not is_main:
            return "carried", f"{_STAYS}, and so does the Dockerfile that it builds from", ""
        if target := _value(entries, "target"):
            why = f"the standard's image has no stage {target}"
            return "by hand", "remove the target, or build from a separate Dockerfile", why
        if self.image and (unknown := _unknown_arguments(entries, self.image)):
            why = f"the standard's image takes no build argument {', '.join(unknown)}"
            return "by hand", "remove it, or add it to Dockerfile if you still need it", why
        return "carried", _STAYS, ""

    def _of_command(self, service: str, line: str) -> tuple[Outcome, str, str]:
        bare = shell.unwrapped(shell.words(line))
        module = bare[2] if bare[1:2] == ["-m"] and len(bare) > 2 else ""
        shown = " ".join(line.split())[:60]
        if (more := self._besides_the_server(line)) is not None:
            why = f"it starts {service} without the chassis: {shown}"
            if also := " ".join("; ".join(more).split())[:60]:
                return "by hand", f"run {self.command} instead, and in a job: {also}", why
            return "by hand", f"remove it, or run {self.command} instead", why
        if bare and {bare[0].rpartition("/")[2], module} & _JOBS and not re.search(r"[;&|]", line):
            return "carried", f"{_STAYS}: it starts no server", ""
        why = f"{service} has its own command: {shown}"
        return "by hand", f"keep it if it starts no server, else run {self.command} instead", why

    def _besides_the_server(self, line: str) -> list[str] | None:
        """Return what a command does besides starting a server; None if it starts none."""
        started = start.of_shell(self.path, 1, line, self.files)
        if servers.starts_one(line) or any(step.kind == "server" for step in started.steps):
            return [step.said for step in started.more]
        return None

    def _of_ports(self, service: str) -> tuple[Outcome, str, str]:
        """Return the outcome of published ports, unless its own command may listen there."""
        own = _line(self.parts.get(("services", service, "command"), ()))
        exposed = re.findall(r"\d+", " ".join(re.findall(r"(?m)^EXPOSE (.+)$", self.image)))
        published = {
            place.value.rpartition(":")[2].partition("/")[0]
            for place in self.parts["services", service, "ports"]
            if place.names[3:] == () or place.names[-1] == "target"
        } - {""}
        certain = all(port.isdecimal() for port in published) and (
            not own or self._besides_the_server(own) is not None
        )
        if not exposed or not published or not certain or published & set(exposed):
            return "carried", _STAYS, ""
        listed = ", ".join(sorted(published))
        why = (
            f"{service} publishes port {listed} of the container, but the service is on "
            f"{exposed[0]}"
        )
        return "by hand", f"publish {exposed[0]} instead", why


def _unknown_arguments(entries: Sequence[Place], image: str) -> list[str]:
    """Return the build arguments that a Dockerfile does not declare."""
    declared = set(re.findall(r"(?m)^ARG (\w+)", image))
    passed = {
        place.names[4] if len(place.names) > 4 else place.value.partition("=")[0]
        for place in entries
        if place.names[3:4] == ("args",)
    } - {""}
    return sorted(name for name in passed - declared if not _PREDEFINED.fullmatch(name))


def _values(entries: Sequence[Place]) -> str:
    """Return the scalars as one line."""
    return " ".join(" ".join(place.value for place in entries if place.value).split())


def _line(entries: Sequence[Place]) -> str:
    """Return a command as a line of a shell, whether it is one or a list of words."""
    words = [place.value for place in entries if place.value]
    return shlex.join(words) if len(words) > 1 else _values(entries)


def _value(entries: Sequence[Place], key: str) -> str:
    return next((place.value for place in entries if place.names[-1] == key and place.value), "")


def _is_main(path: str, entries: Sequence[Place], main: str) -> bool:
    """Tell whether a service is built from the main Dockerfile, or from the one at the top.

    https://docs.docker.com/reference/compose-file/build/: the Dockerfile's path starts at the
    context, and the context's at the compose file.
    """
    short = next((place.value for place in entries if len(place.names) == 3), "")
    context = _value(entries, "context") or short or "."
    dockerfile = _value(entries, "dockerfile") or "Dockerfile"
    if "$" in context or ":" in context:  # the context is another folder than known here
        return dockerfile.rpartition("/")[2].casefold() == main.rpartition("/")[2].casefold()
    built = posixpath.normpath(posixpath.join(posixpath.dirname(path), context, dockerfile))
    return built.casefold() in {main.casefold(), "dockerfile"}
