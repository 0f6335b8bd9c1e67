"""Other files that say how a service runs. They stay, but may start it without the chassis.

Compose files, Procfiles, supervisor's and gunicorn's settings, scripts that start a server, calls
of `uvicorn.run`, and Dockerfiles other than the main one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from drydock.adoption.account import manifests, servers, shell, start
from drydock.adoption.facts import Files
from drydock.adoption.facts.commands import is_gunicorn_settings
from drydock.adoption.facts.image import instructions, is_dockerfile, main_dockerfile
from drydock.adoption.translate import Carried, Entry, Outcome, Todo
from drydock.documents.places import Place, places

_COMPOSE = re.compile(r"(^|/)(docker-)?compose[\w.-]*\.ya?ml$")
_PROCFILE = re.compile(r"(^|/)Procfile(\.\w+)?$")
_STAYS = "the file stays as it is"
_ASIDE = re.compile(r"(^|/)(tests?|docs|node_modules|examples?)/")


def of_service(files: Files, carried: Mapping[str, Carried], name: str) -> list[Entry]:
    """Return what becomes of each instruction about how a service runs.

    `carried` are the standard's files with what they took over. `name` is the service's, which is
    also the command that starts it. Another template has no such name, so its account is empty.
    """
    if not name:
        return []
    done = [entry for one in carried.values() for entry in one.account]
    return [*done, *find(files, done, main_dockerfile(files), f"{name} serve")]


def left(account: Iterable[Entry], carried: Mapping[str, Carried]) -> Iterator[Todo]:
    """Yield what an account leaves by hand, unless a file of the standard already reports it."""
    reported = {entry for one in carried.values() for entry in one.account}
    yield from (one.todo() for one in account if one.outcome == "by hand" and one not in reported)


def find(files: Files, done: Iterable[Entry], main: str, command: str) -> Iterator[Entry]:
    """Yield what becomes of each instruction that `done` does not account for yet.

    `main` is the main Dockerfile, and `command` the one that now starts the service.
    """
    accounted = {entry.path for entry in done}
    has_image = main in accounted
    for path, text in sorted(files.items()):
        if _ASIDE.search(path):
            continue
        if path != main and is_dockerfile(path):
            for line, instruction in instructions(text):
                yield Entry(path, line, instruction, "carried", _STAYS)
        elif path.endswith((".yml", ".yaml")):
            yield from _yaml(path, text, main, command)
        elif _PROCFILE.search(path):
            yield from _lines(path, text, r"(?P<name>[\w-]+):\s*(?P<command>.+)", command)
        elif path.endswith((".conf", ".ini")) and re.search(r"(?m)^\[program:", text):
            yield from _lines(path, text, r"(?P<name>command)\s*=\s*(?P<command>.+)", command)
        elif path in accounted:
            continue
        elif is_gunicorn_settings(path):
            yield from _flags(start.settings_of_gunicorn(path, text))
        elif path.endswith(".sh"):
            if any(_starts(line) for _, line in shell.lines(text)):
                yield from _lines(path, text, r"(?P<name>)(?P<command>.+)", command)
        elif path.endswith(".py") and "run(" in text:
            yield from _runs(path, files, has_image=has_image)


def _yaml(path: str, text: str, main: str, command: str) -> Iterator[Entry]:
    if _COMPOSE.search(path):
        yield from _compose(path, text, main, command)
    elif manifests.is_manifest(path, text):
        yield from manifests.find(path, text)


def _compose(path: str, text: str, main: str, command: str) -> Iterator[Entry]:
    parts: dict[tuple[str, ...], list[Place]] = {}
    for place in places(path, text):
        if not place.names or place.names == ("services",):
            continue
        size = 3 if place.names[:1] == ("services",) else 2
        parts.setdefault(place.names[:size], []).append(place)
    built = {names[1] for names in parts if names[:1] == ("services",) and names[2:3] == ("build",)}
    for names, held in parts.items():
        values = " ".join(place.value for place in held if place.value)
        said = ": ".join(filter(None, (".".join(names), values)))
        of_service = len(names) > 2 and names[1] in built
        outcome: Outcome = "carried"
        how, why = _STAYS, ""
        if of_service and names[2] in {"command", "entrypoint"}:
            outcome, how = "by hand", f"remove it, or run {command} instead"
            why = f"it starts {names[1]} without the chassis: {said[:60]}"
        elif of_service and names[2] == "build" and (target := _value(held, "target")):
            outcome, how = "by hand", "remove the target, or build from a separate Dockerfile"
            why = f"the standard's image has no stage {target}"
        elif of_service and names[2] == "build" and not _is_main(held, main):
            how = f"{_STAYS}, and so does the Dockerfile that it builds from"
        elif of_service and names[2] == "healthcheck":
            outcome, how = "by hand", "probe /livez on the management port"
            why = f"the health check of {names[1]} may call a program that the image lacks"
        yield Entry(path, held[0].line, said, outcome, how, why)


def _value(held: list[Place], key: str) -> str:
    return next((place.value for place in held if place.names[-1] == key and place.value), "")


def _is_main(held: list[Place], main: str) -> bool:
    named = _value(held, "dockerfile").removeprefix("./").casefold()
    return named in {"", main.casefold(), main.rpartition("/")[2].casefold()}


def _lines(path: str, text: str, form: str, command: str) -> Iterator[Entry]:
    """Yield the lines of a file; those that start a server bypass the chassis."""
    for number, line in shell.lines(text):
        found = re.fullmatch(form, line)
        if found and _starts(found["command"]):
            why = f"it starts the server without the chassis: {found['command'][:60]}"
            yield Entry(path, number, line, "by hand", f"run {command} instead", why)
        else:
            yield Entry(path, number, line, "carried", _STAYS)


def _starts(line: str) -> bool:
    """Tell whether a line of a shell starts a server."""
    for command in shell.commands(line):
        bare = shell.unwrapped(shell.words(command))
        inner = shell.script_of(bare)
        module = bare[2] if bare[1:2] == ["-m"] and len(bare) > 2 else ""
        name = bare[0].rpartition("/")[2] if bare else ""
        if {name, module} & servers.SERVERS or (inner and _starts(inner)):
            return True
    return False


def _runs(path: str, files: Files, *, has_image: bool) -> Iterator[Entry]:
    for step in start.runs(path, files):
        if not has_image:
            yield from _flags([step])
            continue
        for instruction in [step.said, *(flag.said for flag in step.flags)]:
            how = f"the code stays; python {path} still starts it, without the chassis"
            yield Entry(path, step.line, instruction, "carried", how)


def _flags(steps: Iterable[start.Step]) -> Iterator[Entry]:
    for step in steps:
        for flag in step.flags:
            yield servers.account(step.path, step.line, flag, None, carries=False)[0]
        if step.kind == "more":
            how = "the chassis starts the server and does not run it: move it, if you still need it"
            yield Entry(step.path, step.line, step.said, "by hand", how)
        elif step.kind != "config":
            how = "the chassis starts the server"
            yield Entry(step.path, step.line, step.said, "standard", how)
