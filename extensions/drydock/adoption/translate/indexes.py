"""A service's package indexes, as uv names them, without the logins in their addresses.

https://docs.astral.sh/uv/concepts/indexes/
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from drydock.adoption.account import pip, shell
from drydock.adoption.account.steps import steps_of
from drydock.adoption.facts import Files
from drydock.adoption.facts.image import main_dockerfile
from drydock.adoption.translate import Todo, without_logins
from drydock.adoption.translate.dependencies import lists
from drydock.documents.formats import ini, requirements, toml
from drydock.documents.places import line_of
from drydock.errors import BadInput

_PATH = "pyproject.toml"
_PIPFILE = "Pipfile"
_SETTING = r"(?:extra-)?index-url|pypi-url|find-links|trusted-host|no-index"
_IN_LIST = re.compile(rf"--({_SETTING})\b[ =]*(.*)|-([if])\s*(.*)")
_CONFIGURES = re.compile(rf"\bconfig\s+(?:\S+\s+)*?set\s+\w+\.({_SETTING})\s+[\"']?([^\s\"']+)")
_VARIABLE = re.compile(
    r"(?<![${\w])(?:PIP|UV)_((?:EXTRA_)?INDEX_URL|(?:DEFAULT_)?INDEX|FIND_LINKS|TRUSTED_HOST)"
    r"\b(?:[ =]\s*(\"[^\"]*\"|'[^']*'|\S+))?"
)
_PIP_FILES = ("pip.conf", "pip.ini", ".pip/pip.conf")
_REPLACING, _ADDITIONAL = (
    {"index-url", "pypi-url", "default-index"},
    {"extra-index-url", "index"},
)
PUBLIC = re.compile(r"https://(pypi\.org|pypi\.python\.org)/simple/?")
_NAMED = {"explicit", "source"}
"""Kinds of Poetry and PDM, whose indexes have names."""
_OTHER = {
    "find-links": 'add it to [[tool.uv.index]] with format = "flat"; the image needs it, too',
    "trusted-host": "give it a valid certificate, or add it to allow-insecure-host of [tool.uv]",
    "no-index": "set no-index in [tool.uv]",
}


@dataclass(frozen=True)
class _Setting:
    """A setting about the source of packages."""

    kind: str
    """pip's name for it, or Poetry's priority `explicit`."""
    value: str
    path: str
    line: int
    name: str = ""
    packages: tuple[str, ...] = ()
    """The packages that use it, if it is only for these."""


def carry(files: Files, standard: str = "") -> tuple[str, dict[str, str], list[str], list[Todo]]:
    """Return the tables of a service's indexes, single packages' indexes, rules and what is to do.

    The second has the index of each package that alone is taken from it. `standard` is the
    standard's pyproject.toml, which can have indexes of its own. Raises BadInput if two different
    indexes have the same name.
    """
    settings = [
        *_pyproject(files),
        *_pipfile(files),
        *_lists(files),
        *_configuration(files),
        *_image(files),
    ]
    has_public = any(PUBLIC.fullmatch(one.value) for one in settings)
    replacing = [one for one in settings if one.kind in _REPLACING and _is_certain(one.value)]
    # uv reads the default last. If PyPI is configured, too, it stays the default.
    default = "" if has_public or not replacing else _plain(replacing[0].value)
    theirs, ours = (_tool(text) for text in (standard, files.get(_PATH, "")))
    keeps_poetry = "requires-poetry" in theirs.get("poetry", {})
    indexes = [*theirs.get("uv", {}).get("index", []), *ours.get("uv", {}).get("index", [])]
    indexes += [one for one in theirs.get("poetry", {}).get("source", []) if "url" in one]
    names = {_plain(str(index.get("url"))): str(index.get("name")) for index in indexes}
    tables, assigned, rules, todo = "", dict[str, str](), [], []
    for setting in settings:
        url = _plain(setting.value)
        if setting.kind not in _REPLACING | _ADDITIONAL | _NAMED or not _is_certain(setting.value):
            todo.append(_listed(setting))
        elif not PUBLIC.fullmatch(url):
            is_new = url not in names
            if is_new and setting.name in names.values():
                raise BadInput(
                    f"{setting.path}:{setting.line}: another index, here or in the standard, is "
                    f"already called {setting.name}: rename it"
                )
            name = names.setdefault(url, setting.name or _name(url, set(names.values())))
            if is_new:
                flags = {"default": url == default, "explicit": setting.kind == "explicit"}
                tables += (
                    f"\n[[tool.uv.index]]\nname = {json.dumps(name)}\nurl = {json.dumps(url)}\n"
                )
                tables += "".join(f"{key} = true\n" for key in flags if flags[key])
                rules.append(f"the index {name} of {setting.path}:{setting.line}")
            assigned |= dict.fromkeys(setting.packages, name)
            is_kept = keeps_poetry and bool(setting.name) and setting.path == _PATH
            if (is_new and not is_kept) or url != setting.value.rstrip("/"):
                manager = "Poetry" if keeps_poetry else "uv"
                todo.append(_login(setting, name, manager, is_default=url == default))
    for path in _PIP_FILES:
        if path in files:
            why = f"{'Poetry' if keeps_poetry else 'uv'} does not read this file"
            todo.append(Todo(path, 0, why, "git rm it, unless something else reads it"))
    return tables, assigned, rules, todo


def _tool(text: str) -> dict[str, Any]:
    tool = toml.data(text).get("tool", {})
    return tool if isinstance(tool, dict) else {}


def _plain(url: str) -> str:
    return without_logins(url).rstrip("/")


def _is_certain(url: str) -> bool:
    """Tell whether an address works for everybody: no variable, no file, no token in a query."""
    return bool(re.fullmatch(r"https?://[^/\s${}?#][^\s${}?#]*", _plain(url)))


def _name(url: str, taken: set[str]) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", (urlsplit(url).hostname or "").lower()).strip("-")
    number = sum(bool(re.fullmatch(rf"{name}(-\d+)?", one)) for one in taken)
    return f"{name}-{number + 1}" if number else name


def _login(setting: _Setting, name: str, manager: str, *, is_default: bool) -> Todo:
    prefix = "POETRY_HTTP_BASIC" if manager == "Poetry" else "UV_INDEX"
    variable = f"{prefix}_{re.sub(r'[^A-Z0-9]', '_', name.upper())}"
    how = (
        f"for a login, set {variable}_USERNAME and {variable}_PASSWORD; the image build reads it "
        "from its secret netrc"
    )
    what = ", ".join(setting.packages) or "packages"
    why = f"{manager} now takes {what} from the index {name}"
    if is_default:
        why += ", and none from PyPI"
    elif setting.kind in _REPLACING | _ADDITIONAL:
        why += ", and from others only what it lacks"
    if without_logins(setting.value) != setting.value:
        why += "; the login in its address is not carried over"
        return Todo(setting.path, setting.line, why, f"{how}; remove and revoke the old one")
    return Todo(_PATH, setting.line if setting.path == _PATH else 0, why, how)


def _listed(setting: _Setting) -> Todo:
    how = _OTHER.get(setting.kind, "add it to [[tool.uv.index]], if uv needs it")
    # A query may be a token.
    shown = re.sub(r"\?.*", "?…", without_logins(setting.value))
    if not shown and setting.kind != "no-index":
        shown = "(set when the image is built)"
    why = f"not carried over: {setting.kind} {shown}".rstrip()
    return Todo(setting.path, setting.line, why, how)


def _pyproject(files: Files) -> Iterator[_Setting]:
    text = files.get(_PATH, "")
    tool = toml.data(text).get("tool", {})
    kinds = {"explicit": "explicit", "default": "index-url"}
    for table in ("poetry", "pdm"):
        sources: list[dict[str, Any]] = tool.get(table, {}).get("source", [])
        for source in sources:
            if source.get("url") and source.get("name"):
                kind = "default" if source.get("default") else source.get("priority")
                kind = kinds.get(str(kind), "source")
                url = str(source["url"])
                line = line_of(_PATH, text, "tool", table, "source", "url", value=url)
                yield _Setting(kind, url, _PATH, line, str(source["name"]))


def _pipfile(files: Files) -> Iterator[_Setting]:
    text = files.get(_PIPFILE, "")
    try:
        sources = toml.data(text).get("source", [])
    except ValueError:
        return  # reported where its packages are read
    for source in sources:
        if source.get("url"):
            url = str(source["url"])
            line = line_of(_PIPFILE, text, "source", "url", value=url)
            yield _Setting("source", url, _PIPFILE, line, str(source.get("name", "")))


def _lists(files: Files) -> Iterator[_Setting]:
    for path in sorted(lists(files)):
        for number, line in requirements.lines(files[path]):
            if found := _IN_LIST.match(line):
                kind, value = (found[1], found[2]) if found[1] else (found[3], found[4])
                kind = {"f": "find-links", "i": "index-url"}.get(kind, kind)
                yield _Setting(kind, value.strip(), path, number)


def _configuration(files: Files) -> Iterator[_Setting]:
    for path in _PIP_FILES:
        for section, options in ini.data(files.get(path, "")).items():
            for key, value in options.items():
                kind = key.replace("_", "-")
                for word in value.split() if re.fullmatch(_SETTING, kind) else ():
                    # All of these files have the format of pip.ini.
                    line = line_of("pip.ini", files[path], section, key, value=word)
                    line = line or line_of("pip.ini", files[path], section, key)
                    yield _Setting(kind, word, path, line)


def _alone(install: pip.Install, others: Iterable[pip.Install]) -> tuple[str, ...]:
    """Return the packages that a command of pip takes from an index that no other command uses.

    PyTorch is installed so: its index has that and little else. Empty if the index also serves
    whatever else the service needs.
    """
    if install.takes_lists or all(one.index == install.index for one in others):
        return ()
    return tuple(sorted({pip.name_of(one) for one in (*install.requirements, *install.unclear)}))


def _image(files: Files) -> Iterator[_Setting]:
    path = main_dockerfile(files)
    steps = list(steps_of(files[path])) if path else []
    installs = list(pip.installs(steps))
    for step in steps:
        for name, value in _VARIABLE.findall(step.text) if step.word in {"ENV", "ARG"} else ():
            for word in value.strip("\"'").split() or [""]:
                yield _Setting(name.lower().replace("_", "-"), word, path, step.line)
        for install in (one for of_step, one in installs if of_step is step):
            packages = _alone(install, [one for _, one in installs])
            for kind, value in install.sources:
                if packages and kind in _REPLACING:
                    yield _Setting("explicit", value, path, step.line, packages=packages)
                else:
                    yield _Setting(kind, value, path, step.line)
        for _, command in step.commands() if step.word == "RUN" else ():
            if shell.is_one_command(command):
                for kind, value in _CONFIGURES.findall(command):
                    yield _Setting(kind, value, path, step.line)
