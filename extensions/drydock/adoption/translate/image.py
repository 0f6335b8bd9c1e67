"""The standard's Dockerfile with what a service's own image had besides."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from drydock.adoption.facts import Files, names_of
from drydock.adoption.facts.image import ENV, INSTALL, instructions
from drydock.adoption.translate import Carried, Todo, without_logins
from drydock.adoption.translate.dependencies import read

PATH = "Dockerfile"
STAGE = "\nCOPY --from=build /app /app\n"
"""In the standard's image, the line after which the service's own layers come."""

# Instructions that the standard's image has its own of.
_DONE = r"(FROM|WORKDIR|EXPOSE|USER|LABEL|MAINTAINER|ARG|CMD|ENTRYPOINT|SHELL|STOPSIGNAL)\b"
_PLAIN_ENV = re.compile(
    r"(PYTHON(?!PATH)\w*|PIP_\w+|POETRY_\w+|UV_\w+|PATH|VIRTUAL_ENV|DEBIAN_FRONTEND|LANG|LC_ALL)="
)
# What images run to install a Python project, which the standard's does in its own way.
_ROUTINE = re.compile(
    r"(apt(-get)?\s+(-\S+\s+)*(update|upgrade|install|clean|autoremove)|apk\s+(-\S+\s+)*(add|update|del)"
    r"|rm\s+-rf?\s+\S*(/var/|/root/\.cache|/tmp)|(python3?\s+-m\s+)?(pip3?|poetry|pipenv|uv|pdm)\b"
    r"|useradd|adduser|groupadd|addgroup|mkdir|chown|chmod|test|touch|echo|true|false|exit|cd|set|python3?\s+-m\s+venv"
    r"|curl\s.*(install\.python-poetry|astral\.sh|get-poetry)|ln\s|export\s|source\s|\.\s)"
)
_PIP = re.compile(r"(?:pip3?|uv\s+pip)\s+install\s+(.*)")
_VALUED = {"-r", "--requirement", "-i", "--index-url", "--extra-index-url", "-c", "--prefix",
           "--target", "-t", "--find-links", "-f", "--trusted-host", "--timeout"}  # fmt: skip
_INSTALLERS = {
    "pip",
    "setuptools",
    "wheel",
    "poetry",
    "poetry-core",
    "pipenv",
    "uv",
    "pdm",
    "build",
}
_BUILD_ONLY = {
    "build-essential", "gcc", "g++", "make", "python3", "python3-dev", "python3-pip",
    "python3-venv", "python3-setuptools", "python3-wheel", "python-dev", "ca-certificates",
}  # fmt: skip
_PROJECT = re.compile(r"(pyproject\.toml|poetry\.lock|uv\.lock|requirements\S*|setup\.(py|cfg))$")
_SHOWN = 80  # characters of an instruction in a report


@dataclass(frozen=True)
class _Step:
    """An instruction of the image that is kept at the end."""

    line: int
    text: str
    last_stage: bool


def carry(theirs: str, path: str, files: Files) -> Carried:
    """Return the rendered Dockerfile with what the one at `path` has besides.

    That are its system packages, its variables, and files that it puts elsewhere. Whatever else
    it does is either what the standard's does in its own way, or left for a person.
    """
    steps = list(_steps(files[path]))
    layers: list[str] = []
    rules = [f"takes the place of {path}, which did the rest in other words"]
    needed = sorted({name for step in steps if step.last_stage for name in _packages(step.text)})
    if needed:
        rules.append(f"system packages of {path}: {', '.join(needed)}")
        layers.append(
            "RUN apt-get update \\\n"
            f"    && apt-get install --yes --no-install-recommends {' '.join(needed)} \\\n"
            "    && rm -rf /var/lib/apt/lists/*\n"
        )
    for step in steps:
        if step.last_stage and (kept := _kept(step.text, files)):
            layers += kept
            rules += [f"{one.strip()} of {path}:{step.line}" for one in kept]
    todo = [Todo(path, line, why, how) for line, why, how in _left(steps, files)]
    if path == PATH:
        remarks = _remarks(files[path])
        todo += [
            Todo(path, n, f"a comment is not carried over: {one}", "none") for n, one in remarks
        ]
    else:
        how = "build the image from the one at the top; then git rm it"
        todo.append(Todo(path, 0, "the standard's Dockerfile takes its place", how))
    text = theirs.replace(STAGE, f"{STAGE}{''.join(layers)}", 1)
    return Carried(text, tuple(rules), tuple(todo), frozenset({PATH} & {path}))


def _steps(text: str) -> Iterator[_Step]:
    """Yield the instructions, what `ARG` gives them put in."""
    found = list(instructions(text))
    stages = [line for line, step in found if re.match(r"FROM\b", step, re.IGNORECASE)]
    given: dict[str, str] = {}
    for line, step in found:
        if told := re.match(r"ARG\s+(\w+)=[\"']?([^\"']*)", step, re.IGNORECASE):
            given[told[1]] = told[2]
        else:
            step = re.sub(  # noqa: PLW2901 - the same, made plain
                r"\$\{?(\w+)\}?", lambda name: given.get(name[1], name[0]), step
            )
        yield _Step(line, step, not stages or line >= stages[-1])


def _packages(step: str) -> set[str]:
    """Return the Debian packages that a step installs and that a service may need to run."""
    if not re.match(r"RUN\b", step, re.IGNORECASE):
        return set()
    words = [
        word for told in INSTALL.findall(step) for word in re.split(r"&&|;|\|", told)[0].split()
    ]
    known = {word for word in words if re.fullmatch(r"[a-z0-9][a-z0-9.+=~:*-]+", word)}
    return {name for name in known if name.partition("=")[0] not in _BUILD_ONLY}


def _kept(step: str, files: Files) -> list[str]:
    """Return the lines of the standard's image that say the same as a step."""
    if ENV.match(step):
        pairs = re.findall(r"(\w+)=(\"[^\"]*\"|'[^']*'|\S+)", step[4:])
        if not pairs or not re.match(r"ENV\s+\w+=", step, re.IGNORECASE):
            name, _, value = step[4:].strip().partition(" ")
            value = value.strip()
            quoted = f'"{value}"' if " " in value and value[0] not in "\"'" else value
            pairs = [(name, quoted)] if "=" not in name else pairs
        own = [pair for pair in pairs if not _PLAIN_ENV.match(f"{pair[0]}=")]
        return [f"ENV {n}={v}\n" for n, v in own if n != "PYTHONPATH"]
    if copied := _copied(step):
        sources, target = copied
        # Beside the code, which all comes in; a file put elsewhere is configuration or data.
        if target.startswith("/") and all(one in files for one in sources):
            named = f"{target}/".replace("//", "/") if len(sources) > 1 else target
            if not any(one.endswith(".py") or _PROJECT.search(one) for one in sources):
                return [f"COPY {' '.join(sources)} {named}\n"] if _is_elsewhere(target) else []
    return []


def _copied(step: str) -> tuple[list[str], str] | None:
    """Return what a step copies from the service, and to where."""
    if not re.match(r"(COPY|ADD)\s", step, re.IGNORECASE) or re.search("--from=|://|<<", step):
        return None
    words = [word for word in re.sub(r'[\[\]",]', " ", step).split()[1:] if word[:2] != "--"]
    return [word.removeprefix("./").rstrip("/") for word in words[:-1]], words[-1]


def _is_elsewhere(target: str) -> bool:
    return bool(re.match(r"/(etc|opt|srv|data|mnt|var|usr/share|config)\b", target))


def _left(steps: list[_Step], files: Files) -> Iterator[tuple[int, str, str]]:
    """Yield line, why and how of what is neither carried over nor done by the standard."""
    demanded = {one.name for one in read(files)[0]}
    demanded |= {canonicalize_name(name) for name in names_of(files)}
    for step in steps:
        shown = without_logins(step.text)[:_SHOWN]
        how = "decide whether the standard's image needs it, too"
        if re.match(r"HEALTHCHECK\b", step.text, re.IGNORECASE):
            probes = "Kubernetes asks /livez and /readyz on the management port instead"
            yield step.line, "the image has no HEALTHCHECK", probes
        elif re.match(r"RUN\b", step.text, re.IGNORECASE):
            yield from _unusual(step, demanded, how)
        elif re.match(r"(COPY|ADD)\s", step.text, re.IGNORECASE):
            installed = r"--from=.*(\.local|site-packages|venv|/usr/local|/install|/app|/wheels)\b"
            if _copied(step.text) is None and not re.search(installed, step.text):
                yield step.line, f"not carried over: {shown}", how
        elif ENV.match(step.text):
            if "PYTHONPATH" in step.text.upper():
                yield step.line, f"not carried over: {shown}", "the image installs the package"
        elif not re.match(_DONE, step.text, re.IGNORECASE):
            yield step.line, f"not carried over: {shown}", how


def _remarks(text: str) -> Iterator[tuple[int, str]]:
    """Yield each remark with its first line: none of them is carried over."""
    last = 0
    for number, line in enumerate(text.splitlines(), 1):
        said = line.strip().lstrip("# ")
        if line.strip().startswith("#") and said and not re.match(r"(syntax|escape)\s*=", said):
            if number != last + 1:
                yield number, without_logins(said)[:_SHOWN]
            last = number


def _unusual(step: _Step, demanded: set[str], how: str) -> Iterator[tuple[int, str, str]]:
    plain = re.sub(r"--mount=\S+\s*", "", step.text[4:]).strip()
    for command in filter(None, map(str.strip, re.split(r"&&|;|\|\||\|", plain))):
        bare = command.strip("() ")
        if not _ROUTINE.match(bare):
            yield step.line, f"not carried over: {without_logins(command)[:_SHOWN]}", how
        elif told := _PIP.search(bare):
            words = told[1].split()
            named = [
                canonicalize_name(re.split(r"[\[<>=!~;@ ]", word.strip("'\""))[0])
                for before, word in zip(["", *words], words, strict=False)
                if before not in _VALUED and not re.match(r"[-./$]", word)
            ]
            for name in sorted({*named} - demanded - _INSTALLERS):
                yield step.line, f"the image installs {name} by itself", "add it to pyproject.toml"
