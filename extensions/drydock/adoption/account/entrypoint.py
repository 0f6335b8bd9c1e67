"""The entrypoint of an image: whether it does more than start the server, and what replaces it."""

import json
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from drydock.adoption.account import servers, shell, start
from drydock.adoption.account.start import Start, Step
from drydock.adoption.facts import Files
from drydock.adoption.translate import Entry

# Commands that need root, or that run in the background next to the server.
_UNSUPPORTED = re.compile(
    r"(cron|crond|service|nginx|supervisord?|su|gosu|su-exec|sudo|chown|apt|apt-get|apk|sshd"
    r"|useradd|usermod|redis-server|celery|rq|filebeat)\b"
    r"|(poetry|pipenv|pdm|hatch|uv)\s+(?!run\s+[^-\s])"
)
# The image has none of these tools: what they would run is on its PATH.
_TOOL_RUN = re.compile(
    r"(?m)((?:^|[;&|({]|\b(?:exec|then|do|else)\b)[ \t]*)"
    r"(?:poetry|pipenv|pdm|hatch|uv)[ \t]+run[ \t]+(?!-)"
)
_SETS = re.compile(r"export\s+([A-Za-z_]\w*)=.*", re.DOTALL)
_OF_IMAGE = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
_RUN_COMMAND = 'exec "$@"'
_OF_SERVERS = {"host", "port", "workers", "reload"}
"""Options of a module that runs a server which are surely meant for that server."""
_NOT_KEPT: tuple[bool, str, dict[str, str]] = (False, "", {})


@dataclass(frozen=True)
class Entrypoint:
    """The outcome of what an image starts."""

    account: list[Entry] = field(default_factory=list)
    variables: list[servers.Variable] = field(default_factory=list)
    """The server's options, as variables of the chassis."""
    line: str = ""
    """The ENTRYPOINT for the standard's image; empty: none."""
    why: str = ""
    rewritten: dict[str, str] = field(default_factory=dict)
    """Scripts, changed to end with the image's command instead of a server."""


def of_image(
    path: str, steps: list[tuple[int, str]], files: Files, port: int | None, workdir: str
) -> Entrypoint:
    """Return the outcome of ENTRYPOINT and CMD among the instructions of an image.

    `steps` are the instructions of the image's stages, each with its line; `port` is the service's,
    and `workdir` the folder in which the old image started it.
    """
    last = {
        word: (line, text.partition(" ")[2].strip())
        for line, text in steps
        for word in [text.split(maxsplit=1)[0].upper()]
        if word in {"CMD", "ENTRYPOINT"}
    }
    entries = [
        Entry(path, line, text, "standard", "a later one overrides it")
        for line, text in steps
        if (word := text.split(maxsplit=1)[0].upper()) in last and last[word][0] != line
    ]
    if not last:
        return Entrypoint(entries)
    copied = dict(_copied(steps, files))
    last = {word: (line, _in_service(text, copied)) for word, (line, text) in last.items()}
    line, started = _start(path, last, files)
    keeps, text, rewritten = _kept(started, last, files, workdir)
    replaced, variables = _account(started, port, keeps_entrypoint=keeps, image=path)
    for word, (line, arguments) in last.items():
        if not any((entry.path, entry.line) == (path, line) for entry in replaced):
            how = "the image starts the service's command"
            replaced.append(Entry(path, line, f"{word} {arguments}", "standard", how))
    why = f"it does more than start the server: {started.more[0].said}" if keeps else ""
    return Entrypoint(entries + replaced, variables, text, why, rewritten)


def _copied(steps: Sequence[tuple[int, str]], files: Files) -> Iterator[tuple[str, str]]:
    """Yield the path in the image of each file that it copies, and its path in the service."""
    for _, text in steps:
        word, *rest = re.sub(r"[\[\]\",]", " ", text).split()
        named = [one for one in rest if not one.startswith("--")]
        if word.upper() in {"COPY", "ADD"} and len(named) > 1 and "--from=" not in text:
            *sources, target = named
            for source in (posixpath.normpath(one) for one in sources):
                if source in files:
                    name = "" if len(sources) == 1 and target[-1] not in "/." else source
                    yield (
                        posixpath.normpath(posixpath.join(target, posixpath.basename(name))),
                        source,
                    )


def _in_service(arguments: str, copied: Mapping[str, str]) -> str:
    """Return the arguments of an instruction, with the service's paths of copied files."""
    return re.sub(r"/[^\s;&|\"'\],]+", lambda path: copied.get(path[0], path[0]), arguments)


def _words(arguments: str) -> list[str] | None:
    """Return the words of the exec form; None for a line of a shell."""
    try:
        words = json.loads(arguments)
    except ValueError:
        return None
    return [str(word) for word in words] if isinstance(words, list) else None


def _start(path: str, last: dict[str, tuple[int, str]], files: Files) -> tuple[int, Start]:
    line, entrypoint = last.get("ENTRYPOINT", (0, ""))
    at, command = last.get("CMD", (0, ""))
    if line and _words(entrypoint) is None:  # a shell, which ignores CMD
        return line, start.of_shell(path, line, entrypoint, files)
    words = _words(command)
    if not line:
        if words is None:
            return at, start.of_shell(path, at, command, files)
        return at, start.of_command(path, at, words, files)
    arguments = [] if not at else ["sh", "-c", command] if words is None else words
    first = start.of_command(path, line, _words(entrypoint) or [], files)
    if not arguments or any(step.kind == "server" for step in first.steps):
        both = [*(_words(entrypoint) or []), *arguments]
        return line, start.of_command(path, line, both, files)
    return at, Start([*first.steps, *start.of_command(path, at, arguments, files).steps])


def _kept(
    started: Start, last: dict[str, tuple[int, str]], files: Files, workdir: str
) -> tuple[bool, str, dict[str, str]]:
    """Tell whether the entrypoint is kept; return its instruction and the changed scripts."""
    servers_of = [step for step in started.steps if step.kind == "server"]
    runs_command = not servers_of and "CMD" not in last  # whatever starts the container names it
    if not started.more or not (runs_command or len(servers_of) == 1):
        return _NOT_KEPT
    if any(_UNSUPPORTED.match(step.said) for step in started.more):
        return _NOT_KEPT
    scripts = [step.said for step in started.steps if step.kind == "script"]
    if len(scripts) > 1:
        return _NOT_KEPT
    if scripts:
        return _kept_script(started, next(iter(servers_of), None), files, workdir)
    if runs_command:
        return _NOT_KEPT
    line = _inline(last, servers_of[0])
    return bool(line), line, {}


def _kept_script(
    started: Start, server: Step | None, files: Files, workdir: str
) -> tuple[bool, str, dict[str, str]]:
    (script,) = (step.said for step in started.steps if step.kind == "script")
    text = files[script]
    moved = workdir not in {"/", "/app"} and re.search(rf"{re.escape(workdir)}\b", text)
    plain = re.match(r"#!.*\b(ba|da|a)?sh\b|(?!#!)", text)
    if moved or not plain or any(step.path != script for step in started.more):
        return _NOT_KEPT
    if server and server.path == script:
        changed = _with_command(text, server)
    else:
        changed = text if _ends_with_command(text) else ""
    changed = _TOOL_RUN.sub(r"\1", changed)
    interpreter = "bash" if re.match(r"#!.*\bbash\b", text) else "sh"
    line = f"ENTRYPOINT {json.dumps([interpreter, f'/app/{script}'])}\n"
    return (True, line, {script: changed} if changed != text else {}) if changed else _NOT_KEPT


def _ends_with_command(text: str) -> bool:
    """Tell whether a script ends by running its arguments, which are the image's command."""
    lines = list(shell.lines(text))
    return bool(lines) and bool(re.fullmatch(r"exec\s+[\"']?\$[@*][\"']?", lines[-1][1]))


def _with_command(text: str, server: Step) -> str:
    """Return a script that ends with the image's command instead of its server.

    Empty if that is uncertain.
    """
    commands = list(shell.lines(text))
    if not commands or commands[-1][0] != server.line or ">" in server.said:
        return ""
    last = commands[-1][1]
    if not last.endswith(server.said) or last.count(server.said) != 1:
        return ""
    lines = text.splitlines()
    return "\n".join([*lines[: server.line - 1], last.replace(server.said, _RUN_COMMAND), ""])


def _inline(last: dict[str, tuple[int, str]], server: Step) -> str:
    """Return the entrypoint for a line of a shell that ends with the server; empty if uncertain."""
    instruction = last.get("ENTRYPOINT", last.get("CMD", (0, "")))[1]
    words = _words(instruction)
    text = shell.script_of(words) if words is not None else instruction
    if not text.endswith(server.said) or re.search(r"[|;>]|(?<!&)&(?!&)", text):
        return ""
    before = text.removesuffix(server.said)
    if not before.rstrip().endswith("&&"):
        return ""
    line = _TOOL_RUN.sub(r"\1", before) + 'exec "$0" "$@"'
    return f"ENTRYPOINT {json.dumps(['sh', '-c', line])}\n"


def _account(
    started: Start, port: int | None, *, keeps_entrypoint: bool, image: str
) -> tuple[list[Entry], list[servers.Variable]]:
    entries: list[Entry] = []
    variables: dict[str, servers.Variable] = {}
    has_server = any(step.kind == "server" for step in started.steps)
    steps = started.steps if keeps_entrypoint else _grouped(started.steps)
    steps = steps if has_server else _without_scripts(started.steps)
    for step in steps:
        if step.kind in {"server", "run"}:
            how = "the image's command starts the service, wrapped in the chassis"
            entries.append(Entry(step.path, step.line, step.said, "standard", how))
        elif step.kind in {"config", "options"}:
            pass  # its flags are accounted for below
        elif step.kind == "more" and keeps_entrypoint:
            entries.append(Entry(step.path, step.line, step.said, "carried", "the entrypoint"))
        elif step.kind == "more":
            entries.append(_more(step, has_server=has_server))
        else:
            how = "the entrypoint stays" if keeps_entrypoint else "nothing else is started"
            outcome = "carried" if keeps_entrypoint and step.path != image else "standard"
            entries.append(Entry(step.path, step.line, step.said, outcome, how))  # type: ignore[arg-type]
        for flag in step.flags:
            if step.kind == "options" and flag.name not in _OF_SERVERS:
                how = f"nothing passes it to {step.said} now: have the code read a variable"
                entries.append(
                    Entry(step.path, step.line, flag.said, "by hand", how, concern="start")
                )
                continue
            entry, variable = servers.account(step.path, step.line, flag, port, carries=True)
            entries.append(entry)
            if variable:  # the command line comes first, and wins over a file
                variables.setdefault(variable.name, variable)
    return entries, list(variables.values())


def _without_scripts(steps: Sequence[Step]) -> Iterator[Step]:
    """Yield the steps; each script that starts no known server as one."""
    scripts = {step.said for step in steps if step.kind == "script"}
    for step in steps:
        if step.kind == "script":
            yield replace(step, kind="more")
        elif step.path not in scripts:
            yield step


def _grouped(steps: Sequence[Step]) -> Iterator[Step]:
    """Yield the steps; each `if`, loop and function of a script as one, unless it has a server."""
    group: list[Step] = []
    depth = 0
    for step in steps:
        if group and step.path != group[0].path:
            yield from group
            group, depth = [], 0
        group.append(step)
        depth += shell.nesting(step.said)
        if depth <= 0:
            yield from _as_one(group)
            group, depth = [], 0
    yield from group


def _as_one(group: list[Step]) -> Iterator[Step]:
    first, *rest = group
    if rest and all(step.kind in {"more", "quiet"} for step in group):
        yield replace(first, said=f"{first.said} … {rest[-1].said}", kind="more")
    else:
        yield from group


def _more(step: Step, *, has_server: bool) -> Entry:
    if not has_server:
        why = f"the image started {step.said[:60]}; it now starts the application"
        how = "check that --data app names what it served"
    elif found := _SETS.fullmatch(step.said):
        if found[1] in _OF_IMAGE:
            how = "the standard's image has its own value"
            return Entry(step.path, step.line, step.said, "standard", how)
        why = f"nothing sets this now: {step.said[:60]}"
        how = "set it in Dockerfile, or under env in chart/values.yaml"
        return Entry(step.path, step.line, step.said, "by hand", how, why)
    else:
        why = f"nothing runs this now: {step.said[:60]}"
        how = "run it in an entrypoint, an init container, or a job"
    return Entry(step.path, step.line, step.said, "by hand", how, why, "start")
