"""The standard's mypy.ini with a service's settings, and the list of its old modules.

New code is checked strictly. Only mypy, in the service's environment, can tell whether an old
module passes, so all of them are listed. https://mypy.readthedocs.io/en/stable/config_file.html
"""

import configparser
import posixpath
import re
from collections.abc import Iterable, Mapping
from typing import Any

from packaging.utils import canonicalize_name

from drydock.adoption import imports, python
from drydock.adoption.facts import Files
from drydock.adoption.translate import Carried, Todo
from drydock.adoption.translate.dependencies import read
from drydock.documents.formats import ini, toml
from drydock.documents.places import line_of

PATH = "mypy.ini"
_DEBT = "# Debt: modules in which no types are checked. Only ever shorten the list.\n"
_TWICE = (
    "# The same modules by another name: each is checked by that which the service starts with.\n"
)
_PYPROJECT = "pyproject.toml"


def carry(theirs: str, files: Files) -> Carried:
    """Return the rendered mypy.ini with the plugins, packages and old modules of a service."""
    standard = configparser.ConfigParser(interpolation=None)
    standard.read_string(theirs)
    mypy = standard["mypy"]
    starts = [one.strip() for one in mypy["files"].split(",")]
    roots = list(dict.fromkeys(("" if mypy["mypy_path"] == "." else mypy["mypy_path"], "")))
    modules = imports.modules(files, roots)
    checked = imports.loaded(files, modules, starts)
    source, known = _settings(files)
    text, todo = _with_settings(theirs, source, known, {*modules}, files)
    unreadable = sorted(path for path in checked if not _is_python(files[path]))
    unnamed = sorted({one for path in files if (one := _no_package(path, starts))})
    if unreadable or unnamed:
        patterns = [f"^{re.escape(path)}$" for path in unreadable]
        patterns += [f"^{re.escape(folder)}/" for folder in unnamed]
        line = f"exclude = (?x)({'|'.join(patterns)})\n".replace("%", "%%")
        text = text.replace("explicit_package_bases", f"{line}explicit_package_bases", 1)
    if twice := _by_another_name(files, roots[0]):
        text = f"{text.rstrip()}\n\n{_TWICE}[mypy-{twice}.*]\nfollow_imports = skip\n"
    old = sorted(name for name, path in modules.items() if path in checked and files[path].strip())
    if old:
        sections = "".join(
            f"\n[mypy-{name}]\n"
            + (
                "follow_imports = skip\n"
                if modules[name] in unreadable
                else "ignore_errors = True\n"
            )
            for name in old
        )
        text = f"{text.rstrip()}\n\n{_DEBT.rstrip()}{sections}"
    counted = "1 existing module is" if len(old) == 1 else f"{len(old)} existing modules are"
    rules = (f"{counted} not type-checked yet",) if old else ()
    return Carried(text, rules, tuple(todo), frozenset({source} & {PATH, ".mypy.ini"}))


def listed(text: str) -> int:
    """Return how many modules a mypy.ini lists."""
    return text.partition(_DEBT)[2].count("[mypy-")


def _by_another_name(files: Files, root: str) -> str:
    """Return the package that some code imports although other code imports from inside it."""
    package = root.replace("/", ".")
    importing = re.compile(rf"^\s*(?:from|import)\s+{re.escape(package)}\b", re.MULTILINE)
    code = (text for path, text in files.items() if path.endswith(".py"))
    is_imported = bool(root) and f"{root}/__init__.py" in files and any(map(importing.search, code))
    return package if is_imported else ""


def _is_python(text: str) -> bool:
    try:
        python.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def _no_package(path: str, starts: Iterable[str]) -> str:
    """Return the first folder of a module whose name cannot be imported; empty if all can be."""
    folders = posixpath.dirname(path).split("/")
    if path.endswith(".py") and any(f"{path}/".startswith(f"{one}/") for one in starts):
        for number, one in enumerate(folders):
            if one and not one.isidentifier():
                return "/".join(folders[: number + 1])
    return ""


def _settings(files: Files) -> tuple[str, dict[str, dict[str, Any]]]:
    """Return the file that mypy read so far, and its sections: `mypy`, others by their module."""
    for path in (PATH, ".mypy.ini"):
        if path in files:
            return path, _sections(files[path])
    if tool := toml.data(files.get(_PYPROJECT, "")).get("tool", {}).get("mypy", {}):
        found = {"mypy": {key: value for key, value in tool.items() if key != "overrides"}}
        for override in tool.get("overrides", []):
            modules = override.get("module", [])
            for module in [modules] if isinstance(modules, str) else modules:
                found[module] = {key: value for key, value in override.items() if key != "module"}
        return _PYPROJECT, found
    found = _sections(files.get("setup.cfg", ""))
    return ("setup.cfg", found) if found else ("", {})


def _sections(text: str) -> dict[str, dict[str, Any]]:
    return {
        name.strip(): {**settings}
        for section, settings in ini.data(text).items()
        if section == "mypy" or section.startswith("mypy-")
        for name in section.removeprefix("mypy-").split(",")
    }


def _with_settings(
    text: str, source: str, sections: Mapping[str, dict[str, Any]], own: set[str], files: Files
) -> tuple[str, list[Todo]]:
    """Add plugins and sections about other packages; also return what is left by hand."""
    todo = []
    required = {demand.name for demand in read(files)[0]}

    def left(why: str, how: str, *names: str) -> Todo:
        section = ("tool", "mypy") if source == _PYPROJECT else ("mypy",)
        return Todo(source, line_of(source, files[source], *section, *names), why, how)

    for key, value in sections.get("mypy", {}).items():
        if key != "plugins":
            continue
        for plugin in value.split(",") if isinstance(value, str) else value:
            name = str(plugin).strip()
            if name in text:
                continue
            if canonicalize_name(name.partition(".")[0]) in required:
                text = re.sub(r"(?m)^(plugins = .*)$", rf"\1, {name}", text, count=1)
            else:
                how = f"add it to plugins in {PATH} once the dev group has its package"
                todo.append(left(f"mypy's plugin {name} is not carried over", how, key))
    more = sorted(sections.get("mypy", {}).keys() - {"plugins", "files", "strict", "mypy_path"})
    if more:
        why = f"the standard's mypy settings replace these: {', '.join(more)}"
        todo.append(left(why, f"add those that you still need to {PATH}"))
    tops = {name.split(".")[0] for name in own}
    for module, settings in sections.items():
        if module == "mypy":
            continue
        if module.split(".")[0] in {*tops, "*"}:
            why = f"mypy's settings for {module} are not carried over"
            todo.append(left(why, f"its modules are listed in {PATH}, unchecked"))
        else:
            lines = "".join(f"{key} = {_ini_value(value)}\n" for key, value in settings.items())
            text = f"{text.rstrip()}\n\n[mypy-{module}]\n{lines}"
    return text, todo


def _ini_value(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
