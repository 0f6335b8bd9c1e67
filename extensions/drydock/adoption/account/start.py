"""How an image starts the service: from its command, through scripts and modules, to the server."""

import ast
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from drydock.adoption import python
from drydock.adoption.account import servers, shell
from drydock.adoption.facts import Files
from drydock.errors import one_line

Where = tuple[str, int]
"""A file and a line in it."""

_QUIET = re.compile(r"(set|cd|echo|printf|true|exit)\b|:(\s|$)")
_RUNS_ARGUMENTS = re.compile(r"(exec\s+)?[\"']?\$[@*]")
_PYTHON = re.compile(r"python(\d(\.\d+)?)?")
_FLAGS_OF_PYTHON = re.compile(r"-[bBdEiIOPqsSuvx]+")
_MODULE_FLAG = re.compile(r"-[bBdEiIOPqsSuvx]*m")
_VALUED_OF_PYTHON = {"-W", "-X"}


@dataclass(frozen=True)
class Step:
    """One command on the way to the server."""

    path: str
    line: int
    said: str
    kind: str
    """server, run (uvicorn.run), options (of the module that calls it), config (gunicorn's file),
    script, quiet, arguments, or more."""
    flags: tuple[servers.Flag, ...] = ()


@dataclass(frozen=True)
class Start:
    """How a service is started."""

    steps: list[Step] = field(default_factory=list)

    @property
    def scripts(self) -> set[str]:
        """The scripts that run before the server."""
        return {step.path for step in self.steps if step.path.endswith(".sh")} | {
            step.said for step in self.steps if step.kind == "script"
        }

    @property
    def more(self) -> list[Step]:
        """The commands that do something other than start the server."""
        return [step for step in self.steps if step.kind == "more"]


def of_command(path: str, line: int, words: list[str], files: Files) -> Start:
    """Return how a command of an image starts the service."""
    return Start(list(_steps((path, line), words, " ".join(words), files, frozenset())))


def of_shell(path: str, line: int, text: str, files: Files) -> Start:
    """Return how a line of a shell starts the service."""
    return Start(list(_in_shell((path, line), text, files, frozenset())))


def _in_shell(where: Where, text: str, files: Files, seen: frozenset[str]) -> Iterator[Step]:
    for command in shell.commands(text):
        yield from _steps(where, shell.words(command), command, files, seen)


def _steps(
    where: Where, words: list[str], text: str, files: Files, seen: frozenset[str]
) -> Iterator[Step]:
    bare = shell.unwrapped(words)
    name = bare[0].rpartition("/")[2] if bare else ""
    if inner := shell.script_of(bare):
        yield from _in_shell(where, inner, files, seen)
    elif name in servers.SERVERS or _PYTHON.fullmatch(name):
        yield from _server(where, bare, text, files)
    elif (script := _found(shell.file_of(bare), files)) and script not in seen:
        yield Step(*where, script, "script")
        for number, command in shell.lines(files[script]):
            yield from _in_script((script, number), command, files, seen | {script})
        # A script can run its arguments.
        rest = bare[bare.index(shell.file_of(bare)) + 1 :]
        if rest:
            yield from _steps(where, rest, " ".join(rest), files, seen | {script})
    elif not bare or _QUIET.match(text) or text.startswith("#!"):
        yield Step(*where, text, "quiet")
    elif _RUNS_ARGUMENTS.match(text):
        # What follows the arguments are options of the server that they start.
        yield Step(*where, text, "arguments", tuple(servers.flags(["uvicorn", *bare[1:]])))
    else:
        yield Step(*where, text, "more")


def _in_script(where: Where, text: str, files: Files, seen: frozenset[str]) -> Iterator[Step]:
    if re.match(r"(if|then|else|elif|fi|for|while|until|do|done|case|esac|function|\{|\})\b", text):
        yield Step(*where, text, "more")
        return
    yield from _in_shell(where, text, files, seen)


def _server(where: Where, bare: list[str], text: str, files: Files) -> Iterator[Step]:
    if _PYTHON.fullmatch(bare[0].rpartition("/")[2]):
        module, script, rest = _started(bare[1:])
        if module in servers.SERVERS:
            bare = [module, *rest]
        else:
            inside = module.replace(".", "/")
            names = [f"{inside}.py", f"{inside}/__main__.py"] if module else [script]
            file = next((path for name in names if (path := _found(name, files))), "")
            calls = list(runs(file, files)) if file else []
            yield Step(*where, text, "server" if calls else "more")
            if calls and (options := tuple(_options(rest))):
                yield Step(*where, module or script, "options", options)
            yield from calls
            return
    server = bare[0].rpartition("/")[2]
    flags = tuple(servers.flags(bare))
    yield Step(*where, text, "server", flags)
    if server == "gunicorn":
        config = next((flag.value for flag in flags if flag.name == "config"), "gunicorn.conf.py")
        if file := _found(config.removeprefix("file:").removeprefix("python:"), files):
            yield from settings_of_gunicorn(file, files[file])


def _started(words: list[str]) -> tuple[str, str, list[str]]:
    """Return the module or the script that Python runs, and the words behind it.

    https://docs.python.org/3/using/cmdline.html
    """
    while words:
        word, *words = words
        if word in _VALUED_OF_PYTHON:
            words = words[1:]
        elif _MODULE_FLAG.fullmatch(word):
            return words[0] if words else "", "", words[1:]
        elif not _FLAGS_OF_PYTHON.fullmatch(word) and word[:2] not in _VALUED_OF_PYTHON:
            return "", word, words
    return "", "", []


def _options(words: list[str]) -> Iterator[servers.Flag]:
    """Yield the arguments of a module; each option with its values as one."""
    group: list[str] = []
    for word in [*words, "--"]:
        if group and (word.startswith("-") or not group[0].startswith("-")):
            name, equals, value = group[0].partition("=")
            value = value if equals else " ".join(group[1:])
            yield servers.flag(name, value, " ".join(group))
            group = []
        group.append(word)


def _found(name: str, files: Files) -> str:
    """Return the service's file that has this path in an image; empty if there is none."""
    plain = posixpath.normpath(re.sub(r"\$\{?\w+\}?", "", name)).lstrip("/") if name else ""
    while plain:
        if plain in files:
            return plain
        plain = plain.partition("/")[2]
    last = name.rpartition("/")[2]
    matches = [path for path in files if path.rpartition("/")[2] == last]
    return matches[0] if last and len(matches) == 1 else ""


def runs(path: str, files: Files) -> Iterator[Step]:
    """Yield the calls in a module that run a server, with their options."""
    try:
        tree = python.parse(files[path])
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_run(node):
            yield Step(path, node.lineno, "uvicorn.run", "run", tuple(_keywords(node)))


def _is_run(call: ast.Call) -> bool:
    function = ast.unparse(call.func)
    return function in {"uvicorn.run", "uvicorn.Config", "hypercorn.run", "granian.Granian"}


def _keywords(call: ast.Call) -> Iterator[servers.Flag]:
    for keyword in call.keywords:
        if keyword.arg != "app":
            name = keyword.arg or "**"
            yield servers.flag(name, _literal(keyword.value), ast.unparse(keyword))


def _literal(node: ast.expr) -> str:
    """Return a constant as text; a computed value as text that matches no pattern."""
    return str(node.value) if isinstance(node, ast.Constant) else f"computed {ast.unparse(node)}"


def settings_of_gunicorn(path: str, text: str) -> Iterator[Step]:
    """Yield each statement of a gunicorn settings file."""
    try:
        tree = python.parse(text)
    except SyntaxError as error:
        own = ".".join(map(str, python.OWN))
        problem = f"the whole file: Python {own} cannot parse line {error.lineno}: {error.msg}"
        yield Step(path, error.lineno or 1, problem, "more")
        return
    except (ValueError, RecursionError) as error:
        yield Step(path, 1, f"the whole file: Python cannot parse it: {one_line(error)}", "more")
        return
    for node in tree.body:
        statement = ast.unparse(node)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            flag = servers.flag(node.targets[0].id, _literal(node.value), statement)
            yield Step(path, node.lineno, statement, "config", (flag,))
        elif isinstance(node, ast.Import | ast.ImportFrom | ast.Expr):
            yield Step(path, node.lineno, statement, "quiet" if _is_plain(node) else "more")
        else:
            yield Step(path, node.lineno, statement.split("\n")[0], "more")


def _is_plain(node: ast.stmt) -> bool:
    """Tell whether a statement has no effect on the server: an import or a docstring."""
    return not isinstance(node, ast.Expr) or isinstance(node.value, ast.Constant)
