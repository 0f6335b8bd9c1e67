"""Other files that say how a service runs. They stay, but may start it without the chassis.

Compose files, Procfiles, supervisor's and gunicorn's settings, scripts that start a server, calls
of `uvicorn.run`, and Dockerfiles other than the main one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from drydock.adoption.account import compose, manifests, servers, shell, start
from drydock.adoption.facts import Files
from drydock.adoption.facts.commands import is_gunicorn_settings
from drydock.adoption.facts.image import instructions, is_dockerfile, main_dockerfile
from drydock.adoption.translate import Carried, Entry, Todo

# Files with a command per line: a pattern of the path, one that the text contains, a line's form.
_COMMANDS = (
    (r"(^|/)Procfile(\.\w+)?$", "", r"(?P<name>[\w-]+):\s*(?P<command>.+)"),
    (r"\.(conf|ini)$", r"(?m)^\[program:", r"(?P<name>command)\s*=\s*(?P<command>.+)"),
)
_STAYS = "the file stays as it is"


def of_service(files: Files, carried: Mapping[str, Carried], name: str) -> list[Entry]:
    """Return the outcome of each instruction about how a service runs.

    `carried` are the standard's files with what they took over. `name` is the service's, which is
    also the command that starts it. Another template has no such name, so its account is empty.
    """
    if not name:
        return []
    done = [entry for one in carried.values() for entry in one.account]
    image = carried["Dockerfile"].text if "Dockerfile" in carried else ""
    return [*done, *find(files, done, main_dockerfile(files), f"{name} serve", image)]


def left(account: Iterable[Entry], carried: Mapping[str, Carried]) -> Iterator[Todo]:
    """Yield what an account leaves by hand, unless a file of the standard already reports it."""
    reported = {entry for one in carried.values() for entry in one.account}
    yield from (one.todo() for one in account if one.outcome == "by hand" and one not in reported)


def find(
    files: Files, done: Iterable[Entry], main: str, command: str, image: str = ""
) -> Iterator[Entry]:
    """Yield the outcome of each instruction that `done` does not account for yet.

    `main` is the main Dockerfile, `command` the one that now starts the service, and `image` the
    text of the Dockerfile that replaces the main one; empty if none does.
    """
    accounted = {entry.path for entry in done}
    has_image = main in accounted
    for path, text in sorted(files.items()):
        if manifests.ASIDE.search(path):
            continue
        if path != main and is_dockerfile(path):
            for line, instruction in instructions(text):
                yield Entry(path, line, instruction, "carried", _STAYS)
        elif path.endswith((".yml", ".yaml")):
            yield from _yaml(path, files, main, command, image)
        elif form := _form(path, text):
            yield from _lines(path, text, form, command)
        elif path in accounted:
            continue
        elif is_gunicorn_settings(path):
            yield from _flags(start.settings_of_gunicorn(path, text))
        elif shell.is_script(path, text):
            if any(servers.starts_one(line) for _, line in shell.lines(text)):
                yield from _lines(path, text, r"(?P<name>)(?P<command>.+)", command)
        elif path.endswith(".py") and "run(" in text:
            yield from _runs(path, files, has_image=has_image)


def _yaml(path: str, files: Files, main: str, command: str, image: str) -> Iterator[Entry]:
    if compose.is_compose(path):
        yield from compose.find(path, files, main, command=command, image=image)
    elif manifests.is_manifest(path, files[path]):
        yield from manifests.find(path, files[path])


def _form(path: str, text: str) -> str:
    """Return the form of the lines with a command; empty if the file is not one of `_COMMANDS`."""
    forms = (form for of, has, form in _COMMANDS if re.search(of, path) and re.search(has, text))
    return next(forms, "")


def _lines(path: str, text: str, form: str, command: str) -> Iterator[Entry]:
    """Yield the lines of a file; those that start a server bypass the chassis."""
    for number, line in shell.lines(text):
        found = re.fullmatch(form, line)
        if found and servers.starts_one(found["command"]):
            why = f"it starts the server without the chassis: {found['command'][:60]}"
            yield Entry(path, number, line, "by hand", f"run {command} instead", why)
        else:
            yield Entry(path, number, line, "carried", _STAYS)


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
