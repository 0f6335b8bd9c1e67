"""The requirements of a service, in the files that list them. The files are edited as text."""

import re
from collections.abc import Iterator, Sequence

from packaging.utils import canonicalize_name

from drydock.codemods.finding import Edit, Finding
from drydock.codemods.project import Project
from drydock.documents import locks

_LISTS = re.compile(r"(^|/)requirements[^/]*\.(txt|in)$|(^|/)requirements/[^/]+\.(txt|in)$")
_LOCKS = ("uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock")
_OWN = re.compile(r"^dependencies = \[[^\]]*?^([ \t]+)# The service's own:$", re.MULTILINE)
"""The comment above a service's own dependencies, in a pyproject.toml that the template wrote."""


def requirement_files(project: Project) -> list[tuple[str, str]]:
    """Return the files that list the dependencies of the service."""
    return [
        (path, text)
        for path, text in sorted(project.files.items())
        if path in {"pyproject.toml", "Pipfile", "setup.py", "setup.cfg"} or _LISTS.search(path)
    ]


def requires(project: Project, name: str) -> bool:
    """Return whether a requirement file names a package."""
    pattern = re.compile(
        rf"^[^#\n]*(?<![\w.-]){_spellings(name)}(?![\w-])", re.MULTILINE | re.IGNORECASE
    )
    return any(pattern.search(text) for _, text in requirement_files(project))


def find_entry(path: str, text: str, name: str) -> re.Match[str] | None:
    """Return the line, or lines, in which a requirement file names a package.

    For an item of an array, the groups are its indentation and its quotation mark.
    """
    named = rf"{_spellings(name)}\b(?![-_])"
    item = rf"""^([ \t]*)(["']){named}[^\n]*$"""
    line = rf"^{named}[^\n]*(?<!\\)(?:\n[ \t]+#[^\n]*)*$"
    table = rf"^{named}\s*=[^\n]*$"
    for pattern in (line,) if _LISTS.search(path) else (item, table):
        if match := re.search(pattern, text, re.MULTILINE | re.IGNORECASE):
            return match
    return None


def pinned_version(path: str, text: str, name: str) -> str:
    """Return the version of a package in a lock file or a requirement file with pins; else ""."""
    if not path.endswith(".lock") and not _LISTS.search(path):
        return ""
    canonical = canonicalize_name(name)
    return next((one.version for one in locks.packages(path, text) if one.name == canonical), "")


def add(
    project: Project, rule: str, wanted: str, *, after: Sequence[str], path: str, why: str
) -> Iterator[Edit | Finding]:
    """Yield the edits that add `wanted`, such as `pydantic-settings>=2`, to the requirements.

    It goes below the first package of `after` that a file requires. If no file requires any of
    them, it is reported instead. `path` is the file that needs it; `why` says what that does.
    """
    name = wanted.partition(">")[0]
    added = False
    for file, text in requirement_files(project):
        if insertion := _insertion(file, text, wanted, after):
            added = True
            at, line = insertion
            yield Edit(file, text[:at] + line + text[at:])
            number = text[:at].count("\n") + 2
            yield Finding(rule, file, number, "changed", f"{name} added: {path} {why}")
    if not added:
        what = f"{why}; {name} is not a dependency"
        yield Finding(rule, path, 0, "left", what, f"add {wanted}")
        return
    yield from _report_locks(project, rule, name)


def replace(
    project: Project, rule: str, old: str, wanted: str, why: str
) -> Iterator[Edit | Finding]:
    """Yield the edits that replace the requirement of `old` with `wanted`, such as `redis>=4.2`.

    If a file already requires `wanted`, `old` is removed from it. `why` is the reason.
    """
    name = wanted.partition(">")[0]
    replaced = False
    for path, text in requirement_files(project):
        match = find_entry(path, text, old)
        if match is None and requires(Project({path: text}), old):
            yield Finding(rule, path, 0, "left", f"{old} {why}", f"require {wanted} instead")
        if match is None:
            continue
        replaced = True
        number = text[: match.start()].count("\n") + 1
        if find_entry(path, text, name):
            yield Edit(path, text[: match.start()] + text[match.end() + 1 :])
            yield Finding(rule, path, number, "changed", f"{old} removed: it {why}")
        else:
            line = _renamed(match[0], old, wanted)
            yield Edit(path, text[: match.start()] + line + text[match.end() :])
            yield Finding(rule, path, number, "changed", f"{old} -> {name}: it {why}")
    if replaced:
        yield from _report_locks(project, rule, name)


def _renamed(line: str, old: str, wanted: str) -> str:
    """Return an entry with another package and version, keeping extras and comments."""
    name, _, version = wanted.partition(">=")
    line = re.sub(_spellings(old), name, line, count=1, flags=re.IGNORECASE)
    if table := re.match(r"[\w.-]+\s*=(?!=)\s*", line):
        version_pattern = r'(?<=version = )"[^"]*"' if "{" in line else r'"[^"]*"'
        return table[0] + re.sub(version_pattern, f'">={version}"', line[table.end() :], count=1)
    return re.sub(
        rf"""({re.escape(name)}(?:\[[^\]]*\])?)[^"'#;\n]*?(?=\s*(?:["'#;\n]|$))""",
        rf"\1>={version}",
        line,
        count=1,
    )


def _report_locks(project: Project, rule: str, name: str) -> Iterator[Finding]:
    for lock in _LOCKS:
        if lock in project.files:
            yield Finding(
                rule, lock, 0, "left", f"{name} is not locked yet", "update the lock file"
            )


def _insertion(path: str, text: str, wanted: str, after: Sequence[str]) -> tuple[int, str] | None:
    """Return the position and the text of a new line; None if the position is unclear."""
    if path == "pyproject.toml" and (own := _OWN.search(text)):
        return own.end(), f'\n{own[1]}"{wanted}",'
    match = next((match for name in after if (match := find_entry(path, text, name))), None)
    if match is None:
        return None
    if _LISTS.search(path):
        return match.end(), f"\n{wanted}"
    if path != "pyproject.toml":
        return None
    if not match.groups():
        name, _, version = wanted.partition(">=")
        return match.end(), f'\n{name} = "{f"^{version}" if version else "*"}"'
    indent, quote = match.groups()
    if not match[0].rstrip().endswith((",", quote)):
        return None
    comma = "" if match[0].rstrip().endswith(",") else ","
    return match.end(), f"{comma}\n{indent}{quote}{wanted}{quote},"


def _spellings(name: str) -> str:
    """Return a pattern that matches all spellings of a package's name."""
    return re.sub("[-_.]+", "[-_.]", name)
