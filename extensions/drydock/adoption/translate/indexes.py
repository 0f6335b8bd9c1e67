"""Where the packages of a service come from, as uv names it; a login in an address stays behind.

https://docs.astral.sh/uv/concepts/indexes/
"""

import configparser
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from drydock.adoption.account import pip
from drydock.adoption.facts import Files
from drydock.adoption.facts.image import instructions, main_dockerfile
from drydock.adoption.translate import Todo, without_logins
from drydock.adoption.translate.dependencies import lists
from drydock.documents.formats import requirements, toml
from drydock.documents.places import line_of
from drydock.errors import BadInput

_PATH = "pyproject.toml"
_PIPFILE = "Pipfile"
_SETTING = r"(?:extra-)?index-url|pypi-url|find-links|trusted-host|no-index"
_IN_LIST = re.compile(rf"--({_SETTING})\b[ =]*(.*)|-([if])\s*(.*)")
_INSTALL = re.compile(r"\bpip3?\s+(?:[^;&|]*\s)?install\s+([^;&|]*)")
_IN_COMMAND = re.compile(rf"(?<!\S)(?:--({_SETTING})|-([if]))[ =]+([^\s\"']+)")
_CONFIGURES = re.compile(rf"\bconfig\s+(?:\S+\s+)*?set\s+\w+\.({_SETTING})\s+[\"']?([^\s\"']+)")
_VARIABLE = re.compile(
    r"(?<![${\w])(?:PIP|UV)_((?:EXTRA_)?INDEX_URL|(?:DEFAULT_)?INDEX|FIND_LINKS|TRUSTED_HOST)"
    r"\b(?:[ =]\s*(\"[^\"]*\"|'[^']*'|\S+))?"
)
_PIP_FILES = ("pip.conf", "pip.ini", ".pip/pip.conf")
_INSTEAD, _BESIDE = {"index-url", "pypi-url", "i", "default-index"}, {"extra-index-url", "index"}
PUBLIC = re.compile(r"https://(pypi\.org|pypi\.python\.org)/simple/?")
_NAMED = {"explicit", "source"}
"""Of Poetry and PDM, which name their indexes."""
_OTHER = {
    "find-links": 'add it to [[tool.uv.index]] with format = "flat"; the image needs it, too',
    "trusted-host": "give it a valid certificate, or add it to allow-insecure-host of [tool.uv]",
    "no-index": "set no-index in [tool.uv]",
}


@dataclass(frozen=True)
class _Said:
    """One thing that is said of where packages come from."""

    kind: str
    """What pip calls it, or Poetry's priority `explicit`."""
    value: str
    path: str
    line: int
    name: str = ""
    packages: tuple[str, ...] = ()
    """The packages that are taken from it, where it is said for these only."""


def carry(files: Files, standard: str = "") -> tuple[str, dict[str, str], list[str], list[Todo]]:
    """Return the tables of the indexes that a service names, what was done, and what is to do.

    The second is the index that a package is taken from, where it is said for that package only.
    `standard` is the standard's pyproject.toml, which may name one already. Raises BadInput where
    the service calls another one the same.
    """
    said = [
        *_pyproject(files),
        *_pipfile(files),
        *_lists(files),
        *_configuration(files),
        *_image(files),
    ]
    has_public = any(PUBLIC.fullmatch(one.value) for one in said)
    replaces = [one for one in said if one.kind in _INSTEAD and _is_sure(one.value)]
    # With the public one beside it, it is only asked first, as uv asks the default last.
    default = "" if has_public or not replaces else _plain(replaces[0].value)
    theirs, ours = (_tool(text) for text in (standard, files.get(_PATH, "")))
    stays = "requires-poetry" in theirs.get("poetry", {})
    named = [one.get("uv", {}).get("index", []) for one in (theirs, ours)]
    named.append([one for one in theirs.get("poetry", {}).get("source", []) if "url" in one])
    names = {_plain(str(one.get("url"))): str(one.get("name")) for own in named for one in own}
    tables, assigned, rules, todo = "", dict[str, str](), [], []
    for one in said:
        url = _plain(one.value)
        if one.kind not in _INSTEAD | _BESIDE | _NAMED or not _is_sure(one.value):
            todo.append(_listed(one))
        elif not PUBLIC.fullmatch(url):
            is_new = url not in names
            if is_new and one.name in names.values():
                raise BadInput(
                    f"{one.path}:{one.line}: another index, here or in the standard, is already "
                    f"called {one.name}: rename it"
                )
            name = names.setdefault(url, one.name or _name(url, set(names.values())))
            if is_new:
                more = {"default": url == default, "explicit": one.kind == "explicit"}
                written = "".join(f"{key} = true\n" for key in more if more[key])
                tables += (
                    f"\n[[tool.uv.index]]\nname = {json.dumps(name)}\nurl = {json.dumps(url)}\n"
                )
                tables += written
                rules.append(f"the index {name} of {one.path}:{one.line}")
            assigned |= dict.fromkeys(one.packages, name)
            is_kept = stays and bool(one.name) and one.path == _PATH
            if (is_new and not is_kept) or url != one.value.rstrip("/"):
                manager = "Poetry" if stays else "uv"
                todo.append(_login(one, name, manager, is_default=url == default))
    for path in _PIP_FILES:
        if path in files:
            why = f"{'Poetry' if stays else 'uv'} does not read this file"
            todo.append(Todo(path, 0, why, "git rm it, unless something else reads it"))
    return tables, assigned, rules, todo


def _tool(text: str) -> dict[str, Any]:
    found = toml.data(text).get("tool", {})
    return found if isinstance(found, dict) else {}


def _plain(url: str) -> str:
    return without_logins(url).rstrip("/")


def _is_sure(url: str) -> bool:
    """Tell whether an address holds for everybody: no variable, no file, no token in a query."""
    return bool(re.fullmatch(r"https?://[^/\s${}?#][^\s${}?#]*", _plain(url)))


def _name(url: str, taken: set[str]) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", (urlsplit(url).hostname or "").lower()).strip("-")
    number = sum(bool(re.fullmatch(rf"{name}(-\d+)?", one)) for one in taken)
    return f"{name}-{number + 1}" if number else name


def _login(one: _Said, name: str, manager: str, *, is_default: bool) -> Todo:
    prefix = "POETRY_HTTP_BASIC" if manager == "Poetry" else "UV_INDEX"
    variable = f"{prefix}_{re.sub(r'[^A-Z0-9]', '_', name.upper())}"
    how = (
        f"for a login, set {variable}_USERNAME and {variable}_PASSWORD; the image build reads it "
        "from its secret netrc"
    )
    what = ", ".join(one.packages) or "packages"
    why = f"{manager} now takes {what} from the index {name}"
    if is_default:
        why += ", and none from PyPI"
    elif one.kind in _INSTEAD | _BESIDE:
        why += ", and from others only what it lacks"
    if without_logins(one.value) != one.value:
        why += "; the login in its address is not carried over"
        return Todo(one.path, one.line, why, f"{how}; remove and revoke the old one")
    return Todo(_PATH, one.line if one.path == _PATH else 0, why, how)


def _listed(one: _Said) -> Todo:
    how = _OTHER.get(one.kind, "add it to [[tool.uv.index]], if uv needs it")
    # What follows a question mark may be a token.
    shown = re.sub(r"\?.*", "?…", without_logins(one.value)) or "(set when the image is built)"
    return Todo(one.path, one.line, f"not carried over: {one.kind} {shown}".rstrip(), how)


def _pyproject(files: Files) -> Iterator[_Said]:
    text = files.get(_PATH, "")
    tool = toml.data(text).get("tool", {})
    kinds = {"explicit": "explicit", "default": "index-url"}
    for table in ("poetry", "pdm"):
        sources: list[dict[str, Any]] = tool.get(table, {}).get("source", [])
        for one in sources:
            if one.get("url") and one.get("name"):
                kind = "default" if one.get("default") else one.get("priority")
                kind = kinds.get(str(kind), "source")
                url = str(one["url"])
                line = line_of(_PATH, text, "tool", table, "source", "url", value=url)
                yield _Said(kind, url, _PATH, line, str(one["name"]))


def _pipfile(files: Files) -> Iterator[_Said]:
    text = files.get(_PIPFILE, "")
    try:
        sources = toml.data(text).get("source", [])
    except ValueError:
        return  # what is wrong with it is told where its packages are read
    for one in sources:
        if one.get("url"):
            url = str(one["url"])
            line = line_of(_PIPFILE, text, "source", "url", value=url)
            yield _Said("source", url, _PIPFILE, line, str(one.get("name", "")))


def _lists(files: Files) -> Iterator[_Said]:
    for path in sorted(lists(files)):
        for number, line in requirements.lines(files[path]):
            if found := _IN_LIST.match(line):
                kind, value = (found[1], found[2]) if found[1] else (found[3], found[4])
                yield _Said({"f": "find-links"}.get(kind, kind), value.strip(), path, number)


def _configuration(files: Files) -> Iterator[_Said]:
    for path in _PIP_FILES:
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            parser.read_string(files.get(path, ""))
        except configparser.Error:
            continue
        for section in parser.sections():
            for key, value in parser.items(section):
                kind = key.replace("_", "-")
                for one in value.split() if re.fullmatch(_SETTING, kind) else ():
                    # Each is written as pip.ini is.
                    line = line_of("pip.ini", files[path], section, key, value=one)
                    line = line or line_of("pip.ini", files[path], section, key)
                    yield _Said(kind, one, path, line)


def _alone(options: str, commands: Iterable[str]) -> tuple[str, ...]:
    """Return the packages that a command of pip takes from an index, if others take none from it.

    That is how PyTorch is installed: its index has that and little else. Empty where the index
    holds for whatever the service needs, too.
    """
    own, *others = (pip.installed(f"pip install {one}") for one in (options, *commands))
    if not own or own.takes_lists or all(one and one.index == own.index for one in others):
        return ()
    return tuple(sorted({pip.name_of(one) for one in (*own.requirements, *own.unclear)}))


def _image(files: Files) -> Iterator[_Said]:
    path = main_dockerfile(files)
    steps = list(instructions(files[path])) if path else []
    commands = [options for _, step in steps for options in _INSTALL.findall(step)]
    for line, step in steps:
        if re.match(r"(ENV|ARG)\s", step, re.IGNORECASE):
            for name, value in _VARIABLE.findall(step):
                for one in value.strip("\"'").split() or [""]:
                    yield _Said(name.lower().replace("_", "-"), one, path, line)
        elif re.match(r"RUN\s", step, re.IGNORECASE):
            for options in _INSTALL.findall(step):
                packages = _alone(options, commands)
                for kind, short, value in _IN_COMMAND.findall(options):
                    said = kind or {"f": "find-links"}.get(short, short)
                    if packages and said in _INSTEAD:
                        yield _Said("explicit", value, path, line, packages=packages)
                    else:
                        yield _Said(said, value, path, line)
            for kind, value in _CONFIGURES.findall(step):
                yield _Said(kind, value, path, line)
