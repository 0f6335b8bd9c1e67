"""The standard's ruff.toml with the style settings of a service's tools.

In matters of taste (line length, quotes, order of imports) the service wins. Its rules are added to
those of the standard. https://docs.astral.sh/ruff/settings/
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from drydock.adoption.facts import Files
from drydock.adoption.translate import Carried, Todo, inline
from drydock.adoption.translate.dependencies import read
from drydock.adoption.translate.testing import folders_of_tests
from drydock.documents.formats import ini, toml
from drydock.documents.places import line_of

PATH = "ruff.toml"
_PYPROJECT = "pyproject.toml"
# Where ruff looks, in this order: https://docs.astral.sh/ruff/configuration/
_SOURCES = (".ruff.toml", PATH, _PYPROJECT)
_DEFAULT_LENGTH = 88
"""The line length of black and ruff without settings."""
_STANDARD = {
    "target-version", "required-version", "cache-dir", "fix", "show-fixes", "output-format",
    "unsafe-fixes", "fix-only", "respect-gitignore", "force-exclude",
}  # fmt: skip
"""Settings of the standard, or of the command line."""
_TOP = {
    "line-length", "indent-width", "extend-include", "namespace-packages", "builtins", "preview",
    "per-file-target-version", "src", "exclude", "extend-exclude",
}  # fmt: skip
_ADDED = {"select": "select", "extend-select": "select", "ignore": "ignore",
          "extend-ignore": "ignore"}  # fmt: skip
_PER_FILE = ("per-file-ignores", "extend-per-file-ignores")
# https://pycqa.github.io/isort/docs/configuration/options.html
_OF_ISORT = {
    "known_first_party", "known_third_party", "known_local_folder", "force_single_line",
    "force_sort_within_sections", "combine_as_imports", "order_by_type", "lines_after_imports",
    "case_sensitive", "force_to_top", "extra_standard_library", "no_lines_before",
}  # fmt: skip
_LISTS = re.compile(r"known_|force_to_top|extra_|no_lines_before")
_AS_BLACK = {"profile", "line_length", "multi_line_output", "include_trailing_comma",
             "use_parentheses", "ensure_newline_before_comments", "force_grid_wrap"}  # fmt: skip
_OTHERS = ((".flake8", "flake8"), ("setup.cfg", "flake8"), ("tox.ini", "flake8"))


@dataclass
class _Style:
    """The style settings of a service, as settings of ruff."""

    top: dict[str, Any] = field(default_factory=dict)
    lint: dict[str, Any] = field(default_factory=dict)
    format: dict[str, Any] = field(default_factory=dict)
    rules: list[str] = field(default_factory=list)
    todo: list[Todo] = field(default_factory=list)


def carry(theirs: str, files: Files, project: str = "") -> Carried:
    """Return the rendered ruff.toml with the style and the rules of a service.

    `target-version` is the oldest Python in `project`, the text of the service's new
    pyproject.toml.
    """
    style = _Style()
    tool = toml.data(files.get(_PYPROJECT, "")).get("tool", {})
    standard = toml.data(theirs)
    oldest = re.search(
        r"3\.(\d+)", str(toml.data(project).get("project", {}).get("requires-python"))
    )
    target = f"py3{oldest[1]}" if oldest else ""
    if target > str(standard.get("target-version", "")):
        style.top["target-version"] = target
        style.rules.append(f"target-version is {target}, as requires-python says")
    source = _from_ruff(style, files, tool, max(target, str(standard.get("target-version", ""))))
    _from_black(style, files, tool)
    _from_isort(style, files, tool)
    _from_others(style, files)
    text = _with_top(theirs, standard, style.top)
    text = _with_lint(text, standard["lint"], style.lint, folders_of_tests(files))
    if style.format:
        text += f"\n[format]\n{_entries(style.format)}"
    own = {source} & {".ruff.toml", PATH}
    lost = [one for path in own for one in _comments_lost(path, files[path], text)]
    return Carried(text, tuple(style.rules), (*style.todo, *lost), frozenset(own))


def _from_ruff(style: _Style, files: Files, tool: dict[str, Any], target: str) -> str:
    """Add the service's ruff settings; return the file that has them.

    `target` is the oldest Python that the code is checked for, such as py311.
    """
    path = next((p for p in _SOURCES[:2] if p in files), _PYPROJECT if "ruff" in tool else "")
    if not path:
        return ""
    settings = tool["ruff"] if path == _PYPROJECT else toml.data(files[path])
    prefix = ("tool", "ruff") if path == _PYPROJECT else ()
    style.top["line-length"] = _DEFAULT_LENGTH
    for key, value in settings.items():
        if key in _TOP:
            style.top[key] = value
        elif key == "target-version" and _minor(value) <= _minor(target):
            pass  # requires-python decides
        elif key in {"lint", "format"}:
            getattr(style, key).update(value)
        elif key == "extend" or key in _STANDARD:
            why = f"not carried over: {key} = {inline(value)} of ruff"
            how = "copy the settings of that file to ruff.toml" if key == "extend" else ""
            line = line_of(path, files[path], *prefix, key)
            style.todo.append(Todo(path, line, why, how))
        else:  # before ruff 0.2, settings of rules were at the top
            style.lint.setdefault(key, value)
    style.rules.append(f"line length, quotes and rules are those of {path}")
    return path


def _minor(target: Any) -> float:
    found = re.fullmatch(r"py3(\d+)", str(target))
    return int(found[1]) if found else math.inf


def _from_black(style: _Style, files: Files, tool: dict[str, Any]) -> None:
    settings = tool.get("black", {})
    if "black" not in tool and not _uses("black", files):
        return
    if "line-length" not in style.top:
        style.top["line-length"] = settings.get("line-length", _DEFAULT_LENGTH)
        source = f"black in {_PYPROJECT}" if settings else "black, which it uses"
        style.rules.append(f"the line length is that of {source}")
    if settings.get("skip-string-normalization"):
        style.format.setdefault("quote-style", "preserve")
    if settings.get("skip-magic-trailing-comma"):
        style.format.setdefault("skip-magic-trailing-comma", True)
    for key in ("exclude", "extend-exclude", "force-exclude"):
        if settings.get(key):
            line = line_of(_PYPROJECT, files[_PYPROJECT], "tool", "black", key)
            how = "add those paths to extend-exclude in ruff.toml, as glob patterns"
            style.todo.append(
                Todo(_PYPROJECT, line, f"black skipped the files that match its {key}", how)
            )


def _from_isort(style: _Style, files: Files, tool: dict[str, Any]) -> None:
    path, settings = _PYPROJECT, tool.get("isort", {})
    prefix: tuple[str, ...] = ("tool", "isort")
    for other, section in (
        (".isort.cfg", "settings"),
        ("setup.cfg", "isort"),
        ("tox.ini", "isort"),
    ):
        if not settings and (found := ini.data(files.get(other, "")).get(section, {})):
            path, prefix, settings = other, (section,), found
    sorting = dict(style.lint.get("isort", {}))
    for key, value in settings.items():
        if key in _OF_ISORT:
            sorting.setdefault(key.replace("_", "-"), _of_isort(key, value))
        elif key not in _AS_BLACK:
            why = f"not carried over: {key} of isort"
            how = "check whether ruff's lint.isort has it"
            style.todo.append(Todo(path, line_of(path, files[path], *prefix, key), why, how))
    if sorting:
        style.lint["isort"] = sorting
        style.rules += [f"the order of imports is that of isort in {path}"] if settings else []


def _of_isort(key: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if _LISTS.match(key):
        return [one for one in re.split(r"[\s,]+", value) if one]
    return int(value) if value.isdecimal() else value.lower() in {"1", "true", "yes", "on"}


def _from_others(style: _Style, files: Files) -> None:
    for path, section in _OTHERS:
        settings = ini.data(files.get(path, "")).get(section, {})
        if not settings:
            continue
        length = settings.get("max-line-length", settings.get("max_line_length", ""))
        if length.isdecimal() and "line-length" not in style.top:
            style.top["line-length"] = int(length)
            style.rules.append(f"the line length is that of flake8 in {path}")
        line = line_of(path, files[path], section)
        why = f"[{section}] is no longer used (ruff replaces it)"
        style.todo.append(Todo(path, line, why, "remove it"))


def _uses(tool: str, files: Files) -> bool:
    """Tell whether a service requires a tool or has a hook that runs it."""
    hooks = files.get(".pre-commit-config.yaml", "")
    is_required = any(demand.name == tool for demand in read(files)[0])
    return is_required or bool(re.search(rf"(?m)^\s*-?\s*id:\s*{tool}\b", hooks))


def _with_top(text: str, standard: Mapping[str, Any], top: Mapping[str, Any]) -> str:
    known = {**standard}
    for key, value in top.items():
        name = "extend-exclude" if key == "exclude" else key
        if name in {"src", "extend-exclude"}:
            present = known.get(name, [])
            new = value if key == "exclude" else [one for one in value if one not in present]
            known[name] = [*present, *new]
        else:
            known[name] = value
        text = _set(text, name, inline(known[name]))
    return text


def _set(text: str, key: str, value: str) -> str:
    """Set a key at the top of the file; a new one is added before the first table."""
    head, bracket, rest = text.partition("\n[")
    line = f"{key} = {value}"
    changed, found = re.subn(rf"(?m)^{key} = .*$", lambda _: line, head, count=1)
    if not found:
        changed = f"{head.rstrip()}\n{line}\n"
    return f"{changed}{bracket}{rest}"


def _with_lint(
    text: str, standard: Mapping[str, Any], lint: dict[str, Any], tests: Iterable[str]
) -> str:
    """Add rules and ignores; `tests` are the folders of tests."""
    more, tables = {}, {}
    for key, value in lint.items():
        if key in _ADDED:
            array = _ADDED[key]
            items = [one for one in value if one not in standard[array]]
            text = _with_items(text, array, items)
        elif key in _PER_FILE:
            pass
        elif isinstance(value, dict):
            tables[key] = value
        else:
            more[key] = value
    if more:
        text = text.replace("[lint]\n", f"[lint]\n{_entries(more)}", 1)
    ignores = {k: v for key in _PER_FILE for k, v in lint.get(key, {}).items()}
    own = {f"{one}/**" if "." not in one else one for one in tests} - {"tests/**"}
    ignores |= {path: ["S101", "S603"] for path in sorted(own) if path not in ignores}
    known = standard["per-file-ignores"]
    for path in ignores.keys() & known.keys():
        both = inline([*known[path], *(one for one in ignores[path] if one not in known[path])])
        text = re.sub(rf"(?m)^{re.escape(json.dumps(path))} = .*$", f'"{path}" = {both}', text)
    added = {path: codes for path, codes in ignores.items() if path not in known}
    text = f"{text.rstrip()}\n{_entries(added)}"
    for name, table in tables.items():
        text += f"\n[lint.{name}]\n{_entries(table)}"
    return text


def _with_items(text: str, array: str, items: Iterable[str]) -> str:
    added = [json.dumps(one) for one in items]
    if not added:
        return text
    if re.search(rf"(?m)^{array} = \[\n", text):
        lines = "".join(f"    {one},\n" for one in added)
        return re.sub(rf"(?ms)^({array} = \[\n.*?)^\]", lambda m: f"{m[1]}{lines}]", text, count=1)
    return re.sub(
        rf"(?m)^({array} = \[.*)\]$", lambda m: f"{m[1]}, {', '.join(added)}]", text, count=1
    )


def _entries(entries: dict[str, Any]) -> str:
    quoted = {key: key if re.fullmatch(r"[\w-]+", key) else json.dumps(key) for key in entries}
    return "".join(f"{quoted[key]} = {inline(value)}\n" for key, value in entries.items())


def _comments_lost(path: str, text: str, result: str) -> Iterator[Todo]:
    for number, line in enumerate(text.splitlines(), 1):
        if (found := re.search(r"(^|\s)(#.*)$", line)) and found[2] not in result:
            yield Todo(path, number, f"a comment is not carried over: {found[2][:60]}", "")
