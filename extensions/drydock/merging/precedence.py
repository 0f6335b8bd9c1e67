"""Finds tools that an update makes read another file than before, or another than the release's.

Many tools read only the first of several places for their settings. If one version adds a place
that comes first, the settings of the other version have no effect, although no file conflicts.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from configparser import Error, RawConfigParser
from dataclasses import dataclass

from drydock.git import Repository, Tree
from drydock.merging.trees import Merge

_PYPROJECT = "pyproject.toml"


@dataclass(frozen=True)
class Source:
    """A place for the settings of a tool: a file, or a table or section of one."""

    path: str
    section: str = ""
    """The table or section; with `*` at the end, all sections that start with it."""

    def __str__(self) -> str:
        return f"[{self.section}] in {self.path}" if self.section else self.path


def _sources(*places: str | tuple[str, str]) -> Sequence[Source]:
    return [Source(one) if isinstance(one, str) else Source(*one) for one in places]


# In the order in which each tool looks for them; it reads the first one only.
_TOOLS: Mapping[str, Sequence[Source]] = {
    # https://docs.pytest.org/en/stable/reference/customize.html#configuration-file-formats
    "pytest": _sources(
        "pytest.ini",
        ".pytest.ini",
        (_PYPROJECT, "tool.pytest.ini_options"),
        ("tox.ini", "pytest"),
        ("setup.cfg", "tool:pytest"),
    ),
    # https://docs.astral.sh/ruff/configuration/#config-file-discovery
    "ruff": _sources(".ruff.toml", "ruff.toml", (_PYPROJECT, "tool.ruff")),
    # https://mypy.readthedocs.io/en/stable/config_file.html
    "mypy": _sources("mypy.ini", ".mypy.ini", (_PYPROJECT, "tool.mypy"), ("setup.cfg", "mypy")),
    # https://coverage.readthedocs.io/en/latest/config.html
    "coverage": _sources(
        ".coveragerc",
        ("setup.cfg", "coverage:*"),
        ("tox.ini", "coverage:*"),
        (_PYPROJECT, "tool.coverage"),
    ),
    # https://flake8.pycqa.org/en/latest/user/configuration.html
    "flake8": _sources(("setup.cfg", "flake8"), ("tox.ini", "flake8"), ".flake8"),
    # https://microsoft.github.io/pyright/#/configuration
    "pyright": _sources("pyrightconfig.json", (_PYPROJECT, "tool.pyright")),
    # https://pylint.readthedocs.io/en/stable/user_guide/usage/run.html#command-line-options
    "pylint": _sources("pylintrc", ".pylintrc", (_PYPROJECT, "tool.pylint")),
    # https://docs.docker.com/compose/intro/compose-application-model/#the-compose-file
    "docker compose": _sources(
        "compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"
    ),
    # https://www.gnu.org/software/make/manual/html_node/Makefile-Names.html
    "make": _sources("GNUmakefile", "makefile", "Makefile"),
}
# https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners#codeowners-file-location
_OF_REPOSITORY: Mapping[str, Sequence[Source]] = {
    "GitHub": _sources(".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
}


def find(
    repository: Repository, prefix: str, merge: Merge, *, base: Tree, ours: Tree, theirs: Tree
) -> Iterator[str]:
    """Yield a note for each tool whose settings of one version have no effect in the merge."""
    now = ours | {path: entry for path, entry in merge.changes.items() if entry}
    for path, entry in merge.changes.items():
        if entry is None:
            now.pop(path, None)
    now |= {path: ours[path] for path in merge.conflicts if path in ours}  # without markers
    trees = [_Settings(repository, prefix, tree) for tree in (base, ours, theirs, now)]
    yield from _packages(prefix, now, ours, theirs)
    in_base, in_ours, in_theirs, in_now = trees
    for tool, sources in (_TOOLS if prefix else {**_TOOLS, **_OF_REPOSITORY}).items():
        first, before, released = (
            next((source for source in sources if side.has(source)), None)
            for side in (in_now, in_ours, in_theirs)
        )
        if first is None:
            continue
        if before and before != first and in_now.has(before):
            yield (
                f"{first}: the release adds it, so {tool} no longer reads {before}: "
                "move the settings that you need"
            )
        elif (
            released
            and released != first
            and in_now.has(released)
            and in_theirs.value(released) != in_base.value(released)
        ):
            yield (
                f"{released}: the release changes it, but {tool} reads only your {first}: "
                "move the settings that you need"
            )


def _packages(prefix: str, now: Tree, ours: Tree, theirs: Tree) -> Iterator[str]:
    """Yield a note for each module that a package of the same name hides only in the merge."""
    for path in sorted(now):
        package = f"{path.removesuffix('.py')}/__init__.py"
        is_hidden = path.endswith(".py") and path.startswith(prefix) and package in now
        if is_hidden and not any(path in side and package in side for side in (ours, theirs)):
            module, shown = path.removeprefix(prefix), package.removeprefix(prefix)
            whose = "you have it" if package in ours else "the release adds it"
            yield f"{shown}: {whose}, so Python does not import {module}: rename one of them"


class _Settings:
    """The settings in a tree."""

    def __init__(self, repository: Repository, prefix: str, tree: Tree) -> None:
        self._repository = repository
        self._prefix = prefix
        self._tree = tree
        self._files: dict[str, Mapping[str, object]] = {}

    def has(self, source: Source) -> bool:
        """Tell whether the tree has the place."""
        return self.value(source) is not None

    def value(self, source: Source) -> object:
        """Return the content of the place; None if the tree lacks it."""
        entry = self._tree.get(f"{self._prefix}{source.path}")
        if entry is None or not entry.mode.startswith("100"):
            return None
        if not source.section:
            return entry.oid
        if entry.oid not in self._files:
            (text,) = self._repository.read_blobs([entry.oid]).values()
            read = _toml if source.path.endswith(".toml") else _ini
            self._files[entry.oid] = read(text.decode(errors="replace"))
        return _section(self._files[entry.oid], source)


def _section(content: Mapping[str, object], source: Source) -> object:
    if source.section.endswith("*"):
        start = source.section.removesuffix("*")
        return {name: value for name, value in content.items() if name.startswith(start)} or None
    value: object = content
    for name in source.section.split(".") if source.path.endswith(".toml") else [source.section]:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _toml(text: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except ValueError:
        return {}


def _ini(text: str) -> Mapping[str, object]:
    parser = RawConfigParser(allow_no_value=True, default_section="", strict=False)
    try:
        parser.read_string(text)
    except Error:
        return {}
    return {name: dict(parser.items(name)) for name in parser.sections()}
