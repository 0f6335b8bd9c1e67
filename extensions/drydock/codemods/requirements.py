"""What a service requires, in the files that list it, which are edited as texts."""

import re
from collections.abc import Iterator, Sequence

from drydock.codemods.finding import Edit, Finding
from drydock.codemods.project import Project

_LISTS = re.compile(r"(^|/)requirements[^/]*\.(txt|in)$|(^|/)requirements/[^/]+\.(txt|in)$")
_LOCKS = ("uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock")
_OWN = re.compile(r"^dependencies = \[[^\]]*?^([ \t]+)# The service's own:$", re.MULTILINE)
"""Where those of a service begin that the template made, or adopted."""


def lists(project: Project) -> list[tuple[str, str]]:
    """Return the files that say what the service depends on."""
    return [
        (path, text)
        for path, text in sorted(project.files.items())
        if path in {"pyproject.toml", "Pipfile", "setup.py", "setup.cfg"} or _LISTS.search(path)
    ]


def requires(project: Project, name: str) -> bool:
    """Tell whether one of the lists names a package."""
    said = re.compile(rf"^[^#\n]*(?<![\w.-]){_spelt(name)}(?![\w-])", re.MULTILINE | re.IGNORECASE)
    return any(said.search(text) for _, text in lists(project))


def entry(path: str, text: str, name: str) -> re.Match[str] | None:
    """Return the line, or lines, by which a list requires a package.

    The groups of an item of an array are its indentation and its quotation mark.
    """
    named = rf"{_spelt(name)}\b(?![-_])"
    item = rf"""^([ \t]*)(["']){named}[^\n]*$"""
    line = rf"^{named}[^\n]*(?<!\\)(?:\n[ \t]+#[^\n]*)*$"
    table = rf"^{named}\s*=[^\n]*$"
    for pattern in (line,) if _LISTS.search(path) else (item, table):
        if found := re.search(pattern, text, re.MULTILINE | re.IGNORECASE):
            return found
    return None


def pinned(path: str, text: str, name: str) -> str:
    """Return the version of a package that a lock, or a list of pins, has; empty if none."""
    spelt = _spelt(name)
    if path.rpartition("/")[2] == "Pipfile.lock":
        found = re.search(rf'"{spelt}": \{{[^}}]*?"version": "==([^"]+)"', text, re.IGNORECASE)
    elif path.endswith(".lock"):
        found = re.search(rf'^name = "{spelt}"\nversion = "([^"]+)"', text, re.M | re.IGNORECASE)
    elif _LISTS.search(path):
        pin = rf"^{spelt}(?:\[[^\]]*\])?\s*==\s*([\w.!+-]+)"
        found = re.search(pin, text, re.MULTILINE | re.IGNORECASE)
    else:
        return ""
    return found[1] if found else ""


def add(
    project: Project, rule: str, wanted: str, *, beside: Sequence[str], path: str, why: str
) -> Iterator[Edit | Finding]:
    """Yield what adds `wanted`, such as `pydantic-settings>=2`, to what a service requires.

    It is put below the first package of `beside` that a list names; where none names any, a person
    has to add it. `path` is the file that needs it, and `why` what is said of that.
    """
    name = wanted.partition(">")[0]
    added = False
    for list_, text in lists(project):
        if more := _line(list_, text, wanted, beside):
            added = True
            at, line = more
            yield Edit(list_, text[:at] + line + text[at:])
            number = text[:at].count("\n") + 2
            yield Finding(rule, list_, number, "changed", f"{name} is added: {path} {why}")
    if not added:
        what = f"{path} {why}, and {name} is no dependency"
        yield Finding(rule, path, 0, "left", what, f"add {wanted}")
        return
    yield from _locks(project, rule, name)


def replace(
    project: Project, rule: str, old: str, wanted: str, why: str
) -> Iterator[Edit | Finding]:
    """Yield what makes a service require `wanted`, such as `redis>=4.2`, instead of `old`.

    Where it requires that already, the other is dropped. `why` is what is said of the old one.
    """
    name = wanted.partition(">")[0]
    replaced = False
    for path, text in lists(project):
        found = entry(path, text, old)
        if found is None and requires(Project({path: text}), old):
            yield Finding(rule, path, 0, "left", f"{old} {why}", f"require {wanted} instead")
        if found is None:
            continue
        replaced = True
        number = text[: found.start()].count("\n") + 1
        if entry(path, text, name):
            yield Edit(path, text[: found.start()] + text[found.end() + 1 :])
            yield Finding(rule, path, number, "changed", f"{old} is dropped: it {why}")
        else:
            line = _renamed(found[0], old, wanted)
            yield Edit(path, text[: found.start()] + line + text[found.end() :])
            yield Finding(rule, path, number, "changed", f"{old} -> {name}: it {why}")
    if replaced:
        yield from _locks(project, rule, name)


def _renamed(line: str, old: str, wanted: str) -> str:
    """Return an entry of a list for another package; its extras and comments stay."""
    name, _, version = wanted.partition(">=")
    line = re.sub(_spelt(old), name, line, count=1, flags=re.IGNORECASE)
    if table := re.match(r"[\w.-]+\s*=(?!=)\s*", line):
        said = r'(?<=version = )"[^"]*"' if "{" in line else r'"[^"]*"'
        return table[0] + re.sub(said, f'">={version}"', line[table.end() :], count=1)
    return re.sub(
        rf"""({re.escape(name)}(?:\[[^\]]*\])?)[^"'#;\n]*?(?=\s*(?:["'#;\n]|$))""",
        rf"\1>={version}",
        line,
        count=1,
    )


def _locks(project: Project, rule: str, name: str) -> Iterator[Finding]:
    for lock in _LOCKS:
        if lock in project.files:
            yield Finding(rule, lock, 0, "left", f"{lock} lacks {name}", "lock it again")


def _line(path: str, text: str, wanted: str, beside: Sequence[str]) -> tuple[int, str] | None:
    """Return the line that a list lacks, and where it belongs; None where that is not evident."""
    if path == "pyproject.toml" and (own := _OWN.search(text)):
        return own.end(), f'\n{own[1]}"{wanted}",'
    found = next((found for name in beside if (found := entry(path, text, name))), None)
    if found is None:
        return None
    if _LISTS.search(path):
        return found.end(), f"\n{wanted}"
    if path != "pyproject.toml":
        return None
    if not found.groups():
        name, _, version = wanted.partition(">=")
        return found.end(), f'\n{name} = "{f"^{version}" if version else "*"}"'
    indent, quote = found.groups()
    if not found[0].rstrip().endswith((",", quote)):
        return None
    comma = "" if found[0].rstrip().endswith(",") else ","
    return found.end(), f"{comma}\n{indent}{quote}{wanted}{quote},"


def _spelt(name: str) -> str:
    """Return a pattern of a package's name, however it is spelt."""
    return re.sub("[-_.]+", "[-_.]", name)
