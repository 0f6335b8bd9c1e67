"""The entrypoint of an image: whether it does more than start the server, and how it goes on."""

import json
import re
from dataclasses import dataclass, field

from drydock.adoption.account import servers, shell, start
from drydock.adoption.account.start import Start, Step
from drydock.adoption.facts import Files
from drydock.adoption.translate import Entry

# What only root may do, or what stays in the background beside the server.
_NOT_HERE = re.compile(
    r"(cron|crond|service|nginx|supervisord?|su|gosu|su-exec|sudo|chown|apt|apt-get|apk|sshd"
    r"|useradd|usermod|redis-server|celery|rq|filebeat)\b"
    r"|(poetry|pipenv|pdm|hatch|uv)\s+(?!run\s+[^-\s])"
)
# The image has no such tool: what is installed is on its PATH.
_BY_TOOL = re.compile(
    r"(?m)((?:^|[;&|({]|\b(?:exec|then|do|else)\b)[ \t]*)"
    r"(?:poetry|pipenv|pdm|hatch|uv)[ \t]+run[ \t]+(?!-)"
)
_RUNS_ON = 'exec "$@"'
_NOT_KEPT: tuple[bool, str, dict[str, str]] = (False, "", {})


@dataclass(frozen=True)
class Entrypoint:
    """What becomes of what an image starts."""

    account: list[Entry] = field(default_factory=list)
    variables: list[servers.Variable] = field(default_factory=list)
    """What the server was told, for the chassis."""
    line: str = ""
    """The ENTRYPOINT of the standard's image; empty: none."""
    why: str = ""
    rewritten: dict[str, str] = field(default_factory=dict)
    """Scripts that end with the image's command instead of a server of their own."""


def of_image(
    path: str, steps: list[tuple[int, str]], files: Files, port: int | None, workdir: str
) -> Entrypoint:
    """Return what becomes of ENTRYPOINT and CMD among the instructions of an image.

    `steps` are those that the image is made of, each with its line; `port` is the service's, and
    `workdir` the folder where the old image started it.
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
    line, begun = _start(path, last, files)
    kept, text, rewritten = _kept(begun, last, files, workdir)
    made, variables = _account(begun, port, kept=kept, whole=(path, line))
    for word, (at, said) in last.items():
        if not any((one.path, one.line) == (path, at) for one in made):
            how = "the image starts the service's command"
            made.append(Entry(path, at, f"{word} {said}", "standard", how))
    why = f"it does more than start the server: {begun.more[0].said}" if kept else ""
    return Entrypoint(entries + made, variables, text, why, rewritten)


def _words(said: str) -> list[str] | None:
    """Return the words of the exec form; None: it is a line of a shell."""
    try:
        found = json.loads(said)
    except ValueError:
        return None
    return [str(one) for one in found] if isinstance(found, list) else None


def _start(path: str, last: dict[str, tuple[int, str]], files: Files) -> tuple[int, Start]:
    line, said = last.get("ENTRYPOINT", (0, ""))
    at, command = last.get("CMD", (0, ""))
    if line and _words(said) is None:  # a shell, which is given no command
        return line, start.of_shell(path, line, said, files)
    words = _words(command)
    if not line:
        if words is None:
            return at, start.of_shell(path, at, command, files)
        return at, start.of_command(path, at, words, files)
    given = [] if not at else ["sh", "-c", command] if words is None else words
    first = start.of_command(path, line, _words(said) or [], files)
    if not given or any(step.kind == "server" for step in first.steps):
        whole = start.of_command(path, line, [*(_words(said) or []), *given], files)
        return line, whole
    return at, Start([*first.steps, *start.of_command(path, at, given, files).steps])


def _kept(
    begun: Start, last: dict[str, tuple[int, str]], files: Files, workdir: str
) -> tuple[bool, str, dict[str, str]]:
    """Tell whether the entrypoint stays; return its instruction, and scripts made to go on."""
    served = [step for step in begun.steps if step.kind == "server"]
    if not begun.more or len(served) != 1 or any(_NOT_HERE.match(one.said) for one in begun.more):
        return _NOT_KEPT
    scripts = [step.said for step in begun.steps if step.kind == "script"]
    if scripts:
        return _kept_script(begun, served[0], files, workdir) if len(scripts) == 1 else _NOT_KEPT
    line = _inline(last, served[0])
    return bool(line), line, {}


def _kept_script(
    begun: Start, served: Step, files: Files, workdir: str
) -> tuple[bool, str, dict[str, str]]:
    (script,) = (step.said for step in begun.steps if step.kind == "script")
    text = files[script]
    moved = workdir not in {"/", "/app"} and re.search(rf"{re.escape(workdir)}\b", text)
    plain = re.match(r"#!.*\b(ba|da|a)?sh\b|(?!#!)", text)
    if moved or not plain or any(one.path != script for one in begun.more):
        return _NOT_KEPT
    ends = text if _ends_going_on(text) else ""
    made = _BY_TOOL.sub(r"\1", _goes_on(text, served) if served.path == script else ends)
    shell_of = "bash" if re.match(r"#!.*\bbash\b", text) else "sh"
    line = f"ENTRYPOINT {json.dumps([shell_of, f'/app/{script}'])}\n"
    return (True, line, {script: made} if made != text else {}) if made else _NOT_KEPT


def _ends_going_on(text: str) -> bool:
    found = list(shell.lines(text))
    return bool(found) and bool(re.match(r"exec\s+[\"']?\$[@*]", found[-1][1]))


def _goes_on(text: str, served: Step) -> str:
    """Return a script with the image's command in the place of the server it ends with.

    Empty where that is not certain.
    """
    found = list(shell.lines(text))
    if not found or found[-1][0] != served.line or ">" in served.said:
        return ""
    last = found[-1][1]
    if not last.endswith(served.said) or last.count(served.said) != 1:
        return ""
    lines = text.splitlines()
    return "\n".join([*lines[: served.line - 1], last.replace(served.said, _RUNS_ON), ""])


def _inline(last: dict[str, tuple[int, str]], served: Step) -> str:
    """Return the entrypoint of a line of a shell that ends with the server; empty if unsure."""
    said = last.get("ENTRYPOINT", last.get("CMD", (0, "")))[1]
    words = _words(said)
    text = shell.script_of(words) if words is not None else said
    if not text.endswith(served.said) or re.search(r"[|;>]|(?<!&)&(?!&)", text):
        return ""
    before = text.removesuffix(served.said)
    if not before.rstrip().endswith("&&"):
        return ""
    line = _BY_TOOL.sub(r"\1", before) + 'exec "$0" "$@"'
    return f"ENTRYPOINT {json.dumps(['sh', '-c', line])}\n"


def _account(
    begun: Start, port: int | None, *, kept: bool, whole: tuple[str, int]
) -> tuple[list[Entry], list[servers.Variable]]:
    entries: list[Entry] = []
    variables: dict[str, servers.Variable] = {}
    served = any(step.kind == "server" for step in begun.steps)
    for step in begun.steps:
        if step.kind in {"server", "run"}:
            how = "the image's command starts the service, wrapped in the chassis"
            entries.append(Entry(step.path, step.line, step.said, "standard", how))
        elif step.kind == "config":
            pass  # the one flag of it is accounted for below
        elif step.kind == "more" and kept:
            entries.append(Entry(step.path, step.line, step.said, "carried", "the entrypoint"))
        elif step.kind == "more":
            entries.append(_more(step, served=served))
        else:
            how = "the entrypoint stays" if kept else "nothing else is started"
            outcome = "carried" if kept and step.path != whole[0] else "standard"
            entries.append(Entry(step.path, step.line, step.said, outcome, how))  # type: ignore[arg-type]
        for given in step.flags:
            entry, variable = servers.account(step.path, step.line, given, port, carries=True)
            entries.append(entry)
            if variable:  # what the command says wins over a file
                variables.setdefault(variable.name, variable)
    return entries, list(variables.values())


def _more(step: Step, *, served: bool) -> Entry:
    if not served:
        why = f"the image started {step.said[:60]}; it now starts the application"
        how = "check that --data app names what it served"
    else:
        why = f"nothing runs this now: {step.said[:60]}"
        how = "run it in an entrypoint, an init container, or a job"
    return Entry(step.path, step.line, step.said, "by hand", how, why, "start")
