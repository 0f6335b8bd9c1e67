"""The standard's Dockerfile with what a service's own image needs in addition."""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from packaging.utils import canonicalize_name

from drydock.adoption.account import entrypoint, extras, packages, pip
from drydock.adoption.account.entrypoint import Entrypoint
from drydock.adoption.account.steps import Step, steps_of
from drydock.adoption.facts import Files, names_of
from drydock.adoption.facts.image import STARTS, instructions, rivals
from drydock.adoption.translate import Carried, Entry, Todo, without_logins
from drydock.adoption.translate.dependencies import LOCAL_PACKAGE, archived, read
from drydock.documents.formats import toml

PATH = "Dockerfile"
STAGE = "\nCOPY --from=build /app /app\n"
"""The line of the standard's Dockerfile after which the service's layers are inserted."""

_FOLDER = "/app"
# Variables that the standard's image sets, or that only other build tools read.
_PLAIN_ENV = re.compile(
    r"PYTHONUNBUFFERED|PYTHONDONTWRITEBYTECODE|PIP_\w+|POETRY_\w+|PIPENV_\w+|UV_\w+|PATH"
    r"|VIRTUAL_ENV|DEBIAN_FRONTEND"
)
# Variables that only the commands of servers read.
_SERVER_ENV = re.compile(r"UVICORN_\w+|GUNICORN_\w+|WEB_CONCURRENCY|HYPERCORN_\w+|GRANIAN_\w+")
# Variables that the start script of a base image reads:
# https://github.com/tiangolo/uvicorn-gunicorn-docker#environment-variables
_WORKERS_ENV = {"MAX_WORKERS", "WORKERS_PER_CORE"}
_STARTED_ENV = {"MODULE_NAME", "VARIABLE_NAME", "APP_MODULE"}
_STARTER_ENV = {"WORKER_CLASS", "BIND", "TIMEOUT", "GRACEFUL_TIMEOUT", "KEEP_ALIVE"}
_PRE_START, _PRE_START_ENV = "prestart.sh", "PRE_START_PATH"
# Variables that belong to the user of the server.
_USER_ENV = re.compile(r"HOME|USER|LOGNAME")
_NOT_CARRIED = re.compile(
    "|".join(one.pattern for one in (_PLAIN_ENV, _SERVER_ENV, _USER_ENV)) + "|PYTHONPATH"
)
# Commands that install a Python project, which the standard's image covers.
_ROUTINE = re.compile(
    r"apt(-get)?\s+(-[oct]\s+\S+\s+|-\S+\s+)*"
    r"(update|upgrade|install|clean|auto(remove|clean)|dist-upgrade|purge|remove)\b"
    r"|apk\s+(-\S+\s+)*(add|update|upgrade|del)\b|pacman\s+(-\S+\s+)*-S"
    r"|(yum|dnf|microdnf|zypper)\s+(-\S+\s+)*(install|in|update|upgrade|up|clean|refresh)\b"
    r"|rm\s+-rf?\s+(\S*(/var/|/root/\.(cache|uv|npm|cargo)|/tmp)\S*\s*)+$"
    r"|find\s.*(__pycache__|\.py[co]\b).*\s-(delete|exec\s+rm\s)"
    r"|ln\s+(-\S+\s+)*\S*/python[\w.${}]*\s+\S*/python[\d.]*$"
    r"|(\S*/bin/)?(python3?\s+-m\s+)?(pip3?|pipx|poetry|pipenv|uv|pdm)\b"
    r"|(\S*/bin/)?python3?\s+(-m\s+venv\b|-$)"
    r"|(useradd|adduser|groupadd|addgroup|getent|id|chown|chmod|test|true|false|exit|cd|set)\b|\[\s"
    r"|curl\s.*(install\.python-poetry|astral\.sh|get-poetry)|(export|source|\.)\s|echo\s[^>]*$"
)
_BUILT = re.compile(r"(^|/)dist/")
"""Where tools put what they build of the service itself."""
_INSTALLER = re.compile(r"\b(pip3?|pipx|poetry|pipenv|uv|pdm)\b")
# Variables before a command, unless they name an index or limit versions.
_ASSIGNED = re.compile(
    r"""(?:(?!\w*(?:INDEX|URL|LINKS|CONSTRAINT|OVERRIDE|REPOSITOR|BASIC))[A-Za-z_]\w*="""
    r"""(?:"[^"]*"|'[^']*'|[^\s"'])*\s+)+"""
)
_PROJECT = re.compile(
    r"(pyproject\.toml|poetry\.lock|uv\.lock|pdm\.lock|Pipfile(\.lock)?|requirements\S*|setup\.(py|cfg))$"
)
_PYTHON_BASE = re.compile(r"(\S*/)?(python|uv)(:\S+)?(@\S+)?$")
_INSTALLED = re.compile(
    r"--from=.*(\.local|site-packages|venv|/usr/local|/install|/app|/wheels|/bin/uvx?)\b"
    r"|--from=(\S*/)?uv([:@]\S+)?\s"
)
_STANDARD_LABELS = re.compile(r"org\.opencontainers\.image\.(title|vendor|version|revision)")
_DECIDE = "decide whether the standard's image needs it"
_OF_DEBIAN = (
    "if the service needs it to run, add the Debian package to apt-get install "
    "--no-install-recommends in Dockerfile: https://packages.debian.org"
)


def carry(theirs: str, path: str, files: Files) -> Carried:
    """Return the rendered Dockerfile with what the one at `path` needs in addition.

    That is system packages, variables, labels, files copied to other folders, the server's options,
    and an entrypoint that does more than start the server. Each instruction is accounted for: what
    is neither carried over nor covered by the standard is left by hand.
    """
    steps = list(steps_of(files[path]))
    start = _entrypoint(path, files, theirs)
    account: list[Entry] = []
    layers: list[str] = []
    rules = [f"replaces {path}; the standard's Dockerfile does the rest in its own way"]
    installed = [one for step in steps if step.last_stage for one in _packages(step)]
    system_packages = sorted({name for one in installed for name in one.names})
    if system_packages:
        rules.append(f"system packages of {path}: {', '.join(system_packages)}")
        rules += [
            f"{packages.RENAMED[old]} replaces {old}, which current Debian lacks"
            for old in sorted({old for one in installed for old in one.renamed})
        ]
        layers.append(
            "RUN apt-get update \\\n"
            f"    && apt-get install --yes --no-install-recommends {' '.join(system_packages)} \\\n"
            "    && rm -rf /var/lib/apt/lists/*\n"
        )
    demands = read(files)[0]
    demanded = {demand.name for demand in demands}
    demanded |= {canonicalize_name(name) for name in names_of(files)}
    image = _Image(path, files, steps, extras.declared(demands), demanded, _ports(theirs))
    for step in steps:
        for entry, layer in image.account(step):
            account.append(entry)
            if layer:
                layers.append(layer)
                rules.append(f"{layer.strip()} of {path}:{step.line}")
    for variable in start.variables:
        layers.append(variable.line)
        rules.append(f"{variable.line.strip()}, from the options of its server")
    account += start.account
    if start.line:
        rules.append(f"{start.line.strip()}, because {start.why}")
    todo = [*_guessed(path, files), *(one.todo() for one in account if one.outcome == "by hand")]
    is_replaced = path.casefold() == PATH.casefold()
    if is_replaced:
        comments = _comments(files[path])
        for number, comment in comments:
            todo.append(Todo(path, number, f"a comment is not carried over: {comment}", ""))
        todo += _other_spellings(path, files)
    else:
        how = "build the image from the Dockerfile at the top, then git rm this one"
        todo.append(Todo(path, 0, "the standard's Dockerfile replaces it", how))
    text = theirs.replace(STAGE, f"{STAGE}{''.join(layers)}", 1)
    if start.line:
        text = re.sub(r"(?m)(^CMD |\Z)", lambda cmd: start.line + cmd[0], text, count=1)
    accounted = frozenset({path} if is_replaced else ())
    return Carried(text, tuple(rules), tuple(todo), accounted, tuple(account))


def _table(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a table of settings; empty if there is none, or if it is something else."""
    table = data.get(name)
    return table if isinstance(table, dict) else {}


def with_sources(text: str, pyproject: str, files: Files) -> tuple[str, list[str]]:
    """Return a Dockerfile that copies the service's own packages before it installs dependencies.

    These are members of its workspace and packages by path, as `pyproject` has them. Also returns
    what was done.
    """
    tool = _table(_table(toml.data(pyproject), "tool"), "uv")
    members = _table(tool, "workspace").get("members")
    folders = {str(PurePosixPath(one).parent) for one in files if one.endswith("/pyproject.toml")}
    sources = {
        folder
        for folder in folders
        for one in (members if isinstance(members, list) else ())
        if isinstance(one, str) and one and PurePosixPath(folder).match(one)
    }
    for entry in _table(tool, "sources").values():
        for one in entry if isinstance(entry, list) else [entry]:
            named = one.get("path", ".") if isinstance(one, dict) else "."
            path = posixpath.normpath(str(named))
            if path in files or any(other.startswith(f"{path}/") for other in files):
                sources.add(path)
    layer = "".join(f"COPY {one} {one}\n" for one in sorted(sources) if " " not in one)
    changed = re.sub(r"(?m)^COPY pyproject\.toml \S+ \./\n", rf"\g<0>{layer}", text, count=1)
    if not layer or changed == text:
        return text, []
    return changed, [f"copies {', '.join(sorted(sources))} before the dependencies, which need it"]


def _guessed(path: str, files: Files) -> Iterator[Todo]:
    """Yield the Dockerfiles that may build the deployed image instead of the one at `path`."""
    if others := ", ".join(rivals(path, files)):
        why = f"taken for the image that is deployed, not {others}"
        how = f"if you deploy {others}, carry over its instructions instead"
        yield Todo(path, 0, why, how, "start")


def _other_spellings(path: str, files: Files) -> Iterator[Todo]:
    """Yield where other files name `path`, which the standard spells differently."""
    named = re.compile(rf"(?<![\w.'-]){path}(?![\w.:'-])(?!\"\s*:)")
    for other, text in sorted(files.items()) if path != PATH else ():
        for number, line in enumerate(text.splitlines(), 1):
            if named.search(line) and other != path and not other.endswith((".md", ".rst", ".py")):
                how = f"write {PATH}: not every file system ignores case"
                yield Todo(other, number, f"it names {path}, which is now {PATH}", how, "operators")


def rewritten(theirs: str, path: str, files: Files) -> dict[str, Carried]:
    """Return the scripts that started the server, changed into entrypoints."""
    rule = 'it ends with exec "$@": the image\'s command starts the server'
    return {
        script: Carried(text, (rule,))
        for script, text in _entrypoint(path, files, theirs).rewritten.items()
    }


def _entrypoint(path: str, files: Files, theirs: str) -> Entrypoint:
    steps = [step for step in steps_of(files[path]) if step.last_stage]
    port = next(iter(_ports(theirs)), None)
    workdir = steps[-1].workdir if steps else "/"
    instructions_of = [(step.line, step.text) for step in steps]
    return entrypoint.of_image(path, instructions_of, files, port, workdir)


def _ports(theirs: str) -> list[int]:
    found = re.search(r"(?m)^EXPOSE (.+)$", theirs)
    return [int(one) for one in found[1].split()] if found else []


def _packages(step: Step) -> list[packages.Installed]:
    """Return what a step installs of Debian."""
    commands = (bare for _, bare in step.commands()) if step.word == "RUN" else ()
    return [one for one in map(packages.installed, commands) if one and one.of_debian]


_Found = Iterator[tuple[Entry, str]]
"""Entries for an instruction, each with the layer that carries it over, or an empty text."""


@dataclass(frozen=True)
class _Image:
    """Accounts for the instructions of a service's image."""

    path: str
    files: Files
    steps: Sequence[Step]
    """All of its instructions."""
    optional: set[str]
    """Its extras and groups, as `extras.chosen` has them, but none for development."""
    demanded: set[str]
    """The packages that the service depends on."""
    ports: list[int]
    """The ports of the standard's image."""

    def account(self, step: Step) -> _Found:
        """Yield the outcome of each part of an instruction."""
        accounts: Mapping[str, object] = {
            "FROM": self._base, "ARG": self._argument, "ENV": self._variables,
            "LABEL": self._labels, "RUN": self._commands, "COPY": self._files,
            "ADD": self._files, "EXPOSE": self._exposed,
        }  # fmt: skip
        account = accounts.get(step.word)
        if callable(account):
            yield from account(step)
        elif step.word in {"CMD", "ENTRYPOINT"} and step.last_stage:
            return  # `entrypoint` accounts for both
        else:
            yield self._plain(step), ""

    @property
    def _starts_itself(self) -> bool:
        """Whether the script of the base image starts the application."""
        steps = [one for one in self.steps if one.last_stage]
        return any(STARTS.match(one.text) for one in steps) and not any(
            one.word in {"CMD", "ENTRYPOINT"} for one in steps
        )

    def _before_start(self, step: Step, text: str, script: str) -> Entry:
        why = f"nothing runs this now: {script}, which the base image ran before the server"
        how = "run it in an entrypoint, an init container, or a job"
        return replace(self._by_hand(step, text, how, why), concern="start")

    def _plain(self, step: Step) -> Entry:
        if step.word == "HEALTHCHECK":
            how = "Kubernetes probes /livez and /readyz on the management port instead"
            return self._by_hand(step, step.text, how, "the image has no HEALTHCHECK")
        if step.word == "STOPSIGNAL" and not re.search(r"(SIG)?(TERM|INT)$|\b(15|2)$", step.rest):
            return self._by_hand(step, step.text, "the service shuts down on SIGTERM and SIGINT")
        if step.stage and step.word in {"CMD", "ENTRYPOINT"}:
            how = f"decide how an image of the target {step.stage} starts"
            return self._by_hand(step, step.text, how)
        covered = {
            "WORKDIR": f"the service is in {_FOLDER}",
            "USER": "the image runs as user 10001",
            "SHELL": "the standard's commands do not need it",
            "STOPSIGNAL": "the service shuts down on SIGTERM and SIGINT",
            "MAINTAINER": "the label org.opencontainers.image.vendor names the owner",
        }.get(step.word)
        if covered:
            return self._standard(step, step.text, covered)
        return self._by_hand(step, step.text)

    def _standard(self, step: Step, text: str, how: str) -> Entry:
        return Entry(self.path, step.line, text, "standard", how)

    def _carried(self, step: Step, text: str, how: str) -> Entry:
        return Entry(self.path, step.line, text, "carried", how)

    def _by_hand(self, step: Step, text: str, how: str = _DECIDE, why: str = "") -> Entry:
        return Entry(self.path, step.line, text, "by hand", how, why)

    def _base(self, step: Step) -> _Found:
        base, stage = step.base_and_name
        stages = {one.base_and_name[1] for one in self.steps if one.word == "FROM"}
        if base in stages or _PYTHON_BASE.fullmatch(base):
            yield (
                self._standard(
                    step, step.text, "the standard's base image, for the answer python_version"
                ),
                "",
            )
        else:
            why = f"the standard's base image replaces {base}"
            yield self._by_hand(step, step.text, "check what the service needs from it", why), ""
            names = [
                name for one in self.steps if one.word == "ENV" for name, _ in _pairs(one.rest)
            ]
            scripts = [path for path in self.files if path.rpartition("/")[2] == _PRE_START]
            if self._starts_itself and _PRE_START_ENV not in names and scripts:
                yield self._before_start(step, step.text, min(scripts)), ""
        text = self.files[self.path]
        is_copied_from = any(f"--from={stage}" in line for _, line in instructions(text))
        if step.stage and stage and not is_copied_from:
            why = f"the image has no stage {stage}"
            how = f"change whatever builds with --target {stage}"
            yield self._by_hand(step, step.text, how, why), ""

    def _argument(self, step: Step) -> _Found:
        name, equals, _ = step.rest.partition("=")
        if not equals and step.last_stage and self._is_carried(name):
            yield self._carried(step, step.text, PATH), f"ARG {name}\n"
        elif equals or not step.last_stage or name in {"VERSION", "REVISION"}:
            how = (
                "its value is written where it is used"
                if equals
                else "the image is built without it"
            )
            yield self._standard(step, step.text, how), ""
        else:
            why = f"the image takes no build argument {name}"
            yield self._by_hand(step, step.text, "remove it where the image is built", why), ""

    def _is_carried(self, name: str) -> bool:
        """Tell whether a variable or label that is carried over uses a build argument."""
        use = re.compile(rf"\$(\{{{name}\b|{name}\b)")
        return any(
            use.search(value) and not _NOT_CARRIED.fullmatch(variable)
            for one in self.steps
            if one.last_stage and one.word in {"ENV", "LABEL"}
            for variable, value in _pairs(one.rest)
        )

    def _variables(self, step: Step) -> _Found:
        for name, value in _pairs(step.rest):
            text = f"ENV {name}={value}"
            if name == "PYTHONPATH":
                yield self._python_path(step, text, value)
            elif _PLAIN_ENV.fullmatch(name):
                yield self._standard(step, text, "the standard's image has its own value"), ""
            elif name == "WEB_CONCURRENCY" or (self._starts_itself and name in _WORKERS_ENV):
                how = (
                    "set replicas and autoscaling.minReplicas in chart/values.yaml to as many: the "
                    "chassis runs one process per pod"
                )
                yield self._by_hand(step, text, how), ""
            elif _SERVER_ENV.fullmatch(name) or (self._starts_itself and name in _STARTER_ENV):
                how = "the chassis starts the server: use server.* and logging.* of its settings"
                yield self._by_hand(step, text, how), ""
            elif self._starts_itself and name in _STARTED_ENV:
                yield self._standard(step, text, "the answer app"), ""
            elif self._starts_itself and name == _PRE_START_ENV:
                yield self._before_start(step, text, value), ""
            elif not step.last_stage:
                yield self._by_hand(step, text), ""
            elif _USER_ENV.fullmatch(name):
                why = f"{name} is for a user that the image lacks: it runs as user 10001"
                yield self._by_hand(step, text, "set it to a folder that exists", why), ""
            else:
                yield self._carried(step, text, PATH), f"{text}\n"
                if step.workdir not in {_FOLDER, "/"} and step.workdir in value:
                    why = f"{name} names {step.workdir}, but the service is now in {_FOLDER}"
                    yield self._by_hand(step, text, "correct it, if it points at the code", why), ""

    def _python_path(self, step: Step, text: str, value: str) -> tuple[Entry, str]:
        """Return the outcome of the folders that Python imports from, at their new place."""
        before = re.sub(r"\$(PYTHONPATH|\{PYTHONPATH[^}]*\})", "", value.strip("\"'"))
        entries = [self._inside(one, step.workdir) for one in before.split(":") if one]
        folders = [one for one in entries if one is not None]
        if folders != entries or not step.last_stage:
            how = "set it in Dockerfile if the code imports modules from there"
            return replace(self._by_hand(step, text, how), concern="start"), ""
        is_src_layout = self._is_folder("src") and "src/__init__.py" not in self.files
        if set(folders) <= {_FOLDER} and not is_src_layout:
            return self._standard(step, text, f"the service is installed from {_FOLDER}"), ""
        return self._carried(step, text, PATH), f"ENV PYTHONPATH={':'.join(folders)}\n"

    def _inside(self, folder: str, workdir: str) -> str | None:
        """Return where a folder of the old image is in the new one; None if that is not certain."""
        for top in {workdir, self.steps[-1].workdir} - {"/"}:
            if f"{folder}/".startswith(f"{top}/"):
                folder = folder.removeprefix(top).strip("/") or "."
        relative = folder.removeprefix("./").rstrip("/")
        if relative == ".":
            return _FOLDER
        if relative.startswith("/") or "$" in relative or not self._is_folder(relative):
            return None
        return f"{_FOLDER}/{relative}"

    def _labels(self, step: Step) -> _Found:
        for name, value in _pairs(step.rest):
            text = f"LABEL {name}={value}"
            if _STANDARD_LABELS.fullmatch(name.strip("\"'")):
                yield self._standard(step, text, "the standard's image has this label"), ""
            elif step.last_stage:
                yield self._carried(step, text, PATH), f"{text}\n"
            else:
                yield self._by_hand(step, text), ""

    def _exposed(self, step: Step) -> _Found:
        for port in step.rest.split():
            number = port.partition("/")[0]
            if not self.ports or (number.isdecimal() and int(number) in self.ports):
                yield self._carried(step, f"EXPOSE {port}", "the answer service_port"), ""
            else:
                why = f"the image does not expose {port}"
                yield self._by_hand(step, f"EXPOSE {port}", _DECIDE, why), ""

    def _files(self, step: Step) -> _Found:
        copied = _copied(step.text)
        if copied is None:
            if _INSTALLED.search(step.text):
                how = "the image installs what uv.lock lists"
                yield self._standard(step, step.text, how), ""
            else:
                yield self._by_hand(step, step.text), ""
            return
        sources, target = copied
        is_tracked = all(path in self.files or self._is_folder(path) for path in sources)
        is_code = any(path.endswith(".py") or _PROJECT.search(path) for path in sources)
        if _is_elsewhere(target, step.workdir) and not is_code:
            if not is_tracked:
                yield self._by_hand(step, step.text), ""
            elif step.last_stage:
                into_folder = len(sources) > 1 or self._is_folder(sources[0])
                target = f"{target}/".replace("//", "/") if into_folder else target
                folders = [path for path in sources if self._is_folder(path)]
                files = [path for path in sources if path not in folders]
                layer = "".join(f"COPY {path} {target}\n" for path in folders)
                layer += f"COPY {' '.join(files)} {target}\n" if files else ""
                yield self._carried(step, step.text, PATH), layer
            else:
                yield self._by_hand(step, step.text), ""
        else:
            how = f"the image has the service's whole folder, at {_FOLDER}"
            yield self._standard(step, step.text, how), ""

    def _is_folder(self, path: str) -> bool:
        return path in {"", "."} or any(one.startswith(f"{path}/") for one in self.files)

    def _commands(self, step: Step) -> _Found:
        for command, bare in step.commands():
            if mkdir := re.match(r"mkdir\s+(?:-\S+\s+)*(.*)", bare):
                yield self._folders(step, command, mkdir[1].split()), ""
                continue
            if installed := packages.installed(bare):
                yield from ((entry, "") for entry in self._packages(step, command, installed))
                continue
            assigned = _ASSIGNED.match(bare)
            plain = bare[assigned.end() :] if assigned else bare
            if not _ROUTINE.match(plain):
                yield self._by_hand(step, command), ""
            else:
                yield from self._installs(step, command, plain)

    def _packages(self, step: Step, command: str, installed: packages.Installed) -> Iterator[Entry]:
        names = ", ".join((*installed.names, *installed.of_vendors, *installed.unclear))
        if not names:
            yield self._standard(step, command, "the image installs wheels, and builds nothing")
        elif step.stage:
            why = f"the stage {step.stage} installs {names}"
            how = "add it to the Dockerfile's build stage, if a package needs it to build"
            yield self._by_hand(step, command, how, why)
        elif not installed.of_debian:
            differing = f"{names} of {installed.manager}"
            why = f"the standard's image is Debian's, where the name may differ: {differing}"
            yield self._by_hand(step, command, _OF_DEBIAN, why)
        else:
            if installed.names:
                yield self._carried(step, command, PATH)
            if installed.versions:
                why = f"the newest version is installed, not {', '.join(installed.versions)}"
                how = "if you need that version, check which one the standard's Debian has"
                yield self._by_hand(step, command, how, why)
            if installed.of_vendors:
                names = ", ".join(installed.of_vendors)
                why = f"not carried over: {names}, which comes from its vendor and not from Debian"
                how = "add the vendor's apt source, too, or use a base image that has it"
                yield self._by_hand(step, command, how, why)
            if installed.unclear:
                why = (
                    f"not carried over: the packages that {', '.join(installed.unclear)} stands for"
                )
                yield self._by_hand(step, command, _OF_DEBIAN, why)

    def _folders(self, step: Step, command: str, folders: list[str]) -> Entry:
        inside = (step.workdir, _FOLDER, f"{step.workdir}/", ".", "./")
        if not step.is_used or all(folder in inside for folder in folders):
            return self._standard(step, command, f"the image has {_FOLDER}")
        how = "if the service writes to it, mount a volume: the image runs as user 10001"
        return self._by_hand(step, command, how)

    def _installs(self, step: Step, command: str, bare: str) -> _Found:
        how = "the standard's Dockerfile covers this"
        if _INSTALLER.search(bare):
            how = "the image installs what uv.lock lists"
        yield self._standard(step, command, how), ""
        for name in extras.chosen(bare) if step.is_used else ():
            if name in self.optional or ("$" in name and self.optional):
                why = f"the standard's image leaves out optional packages: {name}"
                how = "move the packages that it needs to dependencies in pyproject.toml"
                yield replace(self._by_hand(step, command, how, why), concern="start"), ""
        install = pip.installed(bare)
        named = (*install.requirements, *install.unclear) if install else pip.added(bare)
        for requirement in named:
            if pip.name_of(requirement) not in self.demanded | pip.INSTALLERS:
                why = f"the image installs {requirement}, which the service does not declare"
                yield self._by_hand(step, command, "add it to pyproject.toml", why), ""
        if not install:
            return
        for address in install.addresses if not step.is_used else ():
            why = f"the stage {step.stage} installs {address}"
            yield self._by_hand(step, command, "add it to pyproject.toml", why), ""
        for path in install.archives:
            package = archived(path)
            if package and package not in self.demanded and not _BUILT.search(path):
                why = f"the image installs {package} from {path}"
                yield self._by_hand(step, command, LOCAL_PACKAGE, why), ""


def _pairs(arguments: str) -> list[tuple[str, str]]:
    """Return names and values of ENV or LABEL, the values as written."""
    value = r"(?:\"(?:\\.|[^\"\\])*\"|'[^']*'|\\.|[^\s\\\"'])*"
    pairs = re.findall(rf"(\"[^\"]+\"|'[^']+'|[\w.-]+)=({value})", arguments)
    if pairs and re.match(r"(\"[^\"]+\"|'[^']+'|[\w.-]+)=", arguments):
        return pairs
    name, _, rest = arguments.partition(" ")
    rest = rest.strip()
    return [(name, f'"{rest}"' if " " in rest and rest[0] not in "\"'" else rest)]


def _copied(step: str) -> tuple[list[str], str] | None:
    """Return what a step copies from the service, and the target; None for other sources."""
    if re.search("--from=|://|<<", step):
        return None
    words = [word for word in re.sub(r'[\[\]",]', " ", step).split()[1:] if word[:2] != "--"]
    if len(words) < 2:
        return None
    return [word.removeprefix("./").rstrip("/") for word in words[:-1]], words[-1]


def _is_elsewhere(target: str, workdir: str) -> bool:
    """Tell whether a target is a folder for data or settings, outside the service's folder."""
    inside = workdir != "/" and f"{target}/".startswith(f"{workdir}/")
    where = r"/(etc|opt|srv|data|mnt|var|usr/(local/)?share|config)\b"
    return bool(re.match(where, target)) and not inside


def _comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield the first line of each comment, with its number."""
    last = 0
    for number, line in enumerate(text.splitlines(), 1):
        comment = line.strip().lstrip("# ")
        is_directive = re.match(r"(syntax|escape)\s*=", comment)
        if line.strip().startswith("#") and comment and not is_directive:
            if number != last + 1:
                yield number, without_logins(comment)[:80]
            last = number
