"""How the service starts: uvicorn and other servers in images, scripts, compose files, guides."""

import re
from collections.abc import Iterator

from drydock.adoption.account import shell
from drydock.adoption.facts import HINTS, IMPLIES, SAYS, Fact, Files
from drydock.adoption.facts.image import instructions, is_dockerfile, is_for_development

_SERVER = re.compile(r"\b(uvicorn|gunicorn|hypercorn|granian|daphne|fastapi)\b(?P<rest>.*)")
_TARGET = re.compile(r"(?<![\w/.:-])((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*):([A-Za-z_]\w*)(?![\w:/.-])")
# The default of a variable counts: ${PORT:-8000}.
_PORT = re.compile(r"(?:--port[ =]|-p |--bind[ =]\S*?:|-b \S*?:)(?:\$\{\w+:?-)?(\d{2,5})\b")
_FOLDER = re.compile(r"(?:--app-dir|--chdir)[ =](\S+)")
_FILE = re.compile(r"\b(?:run|dev)\s+([\w./-]+\.py)\b")
_PYTHON = re.compile(
    r"\bpython3?(?:\.\d+)?\s+(?:-[bBdEiIOPqsSuvx]+\s+|-[WX]\s*\S+\s+)*"
    r"(?:-[bBdEiIOPqsSuvx]*m\s+(?P<module>[\w.]+)|(?P<file>[\w./-]+\.py))"
)
_GUNICORN = re.compile(r"(^|/)gunicorn[\w.]*\.py$")
_BIND = re.compile(r"(?m)^bind\s*=\s*f?[\"'][^\"'\n]*?:(\d{2,5})[\"']")
_FILES = re.compile(
    r"(^|/)(Procfile|Makefile|justfile|compose[\w.-]*\.ya?ml|docker-compose[\w.-]*\.ya?ml"
    r"|tox\.ini|noxfile\.py|[\w.-]+\.(sh|md|rst|toml|ya?ml|service|conf))$"
)


def is_gunicorn_settings(path: str) -> bool:
    """Tell whether `path` is a gunicorn settings file."""
    return bool(_GUNICORN.search(path))


def find(files: Files) -> Iterator[Fact]:
    """Yield the applications and ports that commands name."""
    for path in sorted(files, key=lambda path: (path.count("/"), path)):
        text = files[path]
        if is_gunicorn_settings(path) and (bound := _BIND.search(text)):
            at = text.count("\n", 0, bound.start()) + 1
            yield Fact("service_port", bound[1], path, at, IMPLIES)
        if is_dockerfile(path):
            lines, weight = list(instructions(text)), SAYS
        elif _FILES.search(path) or shell.is_script(path, text):
            lines = list(enumerate(text.splitlines(), 1))
            is_guide = path.endswith((".md", ".rst"))
            weight = HINTS if is_guide or is_for_development(path) else IMPLIES
        else:
            continue
        for number, line in lines:
            if is_dockerfile(path) and not re.match(r"(?i)CMD|ENTRYPOINT|RUN", line):
                continue
            yield from _in_line(path, number, line, weight)


def _in_line(path: str, number: int, line: str, weight: int) -> Iterator[Fact]:
    plain = re.sub(r"[\[\]\"',]+", " ", line)  # the exec form is a list of words
    plain = " ".join(plain.split())
    found = _SERVER.search(plain)
    if weight == SAYS and (module := _PYTHON.search(plain)) and not found:
        file = module["file"] or f"{module['module'].replace('.', '/')}.py"
        yield Fact("app_file", file, path, number, weight)
    if not found or plain.startswith(("#", "pip ", "RUN pip")):
        return
    folder = _FOLDER.search(found["rest"])
    for module, attribute in _TARGET.findall(found["rest"]):
        value = f"{module}:{attribute}"
        if folder and folder[1].strip("./"):
            value = f"{folder[1].strip('/').removeprefix('./')}/{value}"
        yield Fact("app", value, path, number, weight)
    if file := _FILE.search(found["rest"]):
        yield Fact("app_file", file[1], path, number, weight)
    if port := _PORT.search(found["rest"]):
        yield Fact("service_port", port[1], path, number, weight)
