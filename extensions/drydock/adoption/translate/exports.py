"""Which requirements files are lock files that a tool exported, and from which file."""

import re
from collections.abc import Mapping, Set
from posixpath import join, normpath

from packaging.utils import canonicalize_name

from drydock.adoption.facts import Files
from drydock.documents import locks
from drydock.documents.formats import requirements

# Of pip-compile, `uv pip compile`, `uv export`, `pdm export`, `pipenv requirements`, and of plugins
# such as hatch-pip-compile. Not of pigar, which lists what the code imports.
_HEADER = re.compile(
    r"(?im)^#.*\b(auto)?-?generated (by|with) ([\w-]+-)?(pip-compile|uv|pdm|pipenv|poetry)\b"
)
# pip-compile and uv write it next to each package.
_ORIGIN = re.compile(r"(?m)(?:^|\s)#\s+via\b")
_INPUT = re.compile(r"(?<![\w./-])(?<!-o )(?<!-c )[\w./-]+\.in\b(?![\w/-])")
_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock")
_PIN = re.compile(r"-(?!r|-requirement)|\.|[\w.-]+(\[[^\]]*\])?\s*(==|@)")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_PYTHONS = re.compile(r";\s*\(*python(_full)?_version\s*>=[^;]+\band\s+python(_full)?_version\s*<")


def source(path: str, files: Files, lists: Set[str], declared: Mapping[str, Set[str]]) -> str:
    """Return the file that a requirements file was exported from; empty if it is a list.

    `lists` are all requirements files, and `declared` has the packages that the other files
    require, by group. Without a trace of a tool, a file with pins is a list: it may require what no
    other file does.
    """
    text = files[path]
    compiled = f"{path.removesuffix('.txt')}.in"
    if path.endswith(".txt") and compiled in files:
        return compiled
    pins = [line for _, line in requirements.lines(text) if line]
    if not all(map(_PIN.match, pins)):
        return ""
    has_header, has_origins = bool(_HEADER.search(text)), bool(_ORIGIN.search(text))
    if has_header or has_origins:
        inputs = set(_INPUT.findall("\n".join(re.findall(r"(?m)(?:^|\s)(#.*)", text))))
        folder = path.rpartition("/")[0]
        known = [{normpath(one), normpath(join(folder, one))} & lists for one in sorted(inputs)]
        if inputs:  # if one is missing, only this file has its packages
            return min(known[0]) if all(known) else ""
    project = "Pipfile" if "Pipfile" in files else "pyproject.toml"
    packages = [pin for pin in pins if _NAME.match(pin)]
    names = {canonicalize_name(name[0]) for name in map(_NAME.match, packages) if name}
    # `poetry export` adds the Pythons to each package. It may be older than what is declared now.
    is_poetrys = bool(packages) and all(map(_PYTHONS.search, packages))
    if (has_header and any(declared.values())) or (
        is_poetrys and any(names & group for group in declared.values())
    ):
        return project
    if not any(group and group < names for group in declared.values()):
        return ""
    is_generated = (
        has_origins
        or "--hash" in text
        or all(";" in package for package in packages)
        or any(names <= _packages(lock, files) for lock in _LOCKS)
    )
    return project if is_generated else ""


def _packages(lock: str, files: Files) -> set[str]:
    return {package.name for package in locks.packages(lock, files.get(lock, ""))}
