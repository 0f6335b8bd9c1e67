"""Bounded, read-only access of the checks to the files of a repository.

Nothing of the repository is run. Its content may be hostile: huge, binary, endlessly nested, or a
link that leads out of it.
"""

import datetime
import json
import os
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from importlib.resources.abc import Traversable
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from typing import IO, Any, Self

import yaml

MOST_FILES = 20_000
LARGEST = 1 << 20  # bytes of one file
LARGEST_LOCK = 1 << 24  # bytes of a lock file, which a tool generates
MOST_BYTES = 1 << 28  # bytes of all files together
DEEPEST = 60  # levels in TOML, YAML, JSON; levels of directories
_MOST_VALUES = 200_000
_MOST_ABOVE = 100  # files per pattern and parent directory
_TIMEOUT = 60  # seconds per git command
_SKIPPED = {
    ".git", ".hg", ".mypy_cache", ".nox", ".pytest_cache", ".ruff_cache", ".tox", ".venv",
    "__pycache__", "node_modules", "venv",
}  # fmt: skip
_GIT_VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX")
_LINK, _SUBMODULE = "120000", "160000"


_AUXILIARY = re.compile(
    r"(^|/)(\.devcontainer|ci|demos?|docs?|e2e|examples?|fixtures?|mocks?|node_modules|samples?|"
    r"scenarios|testing|tests?|vendor)/|"
    r"(^|/)(test_[^/]*|[^/]*_test|[^/]*[.](test|spec)|conftest)\.\w+$"
)


def is_auxiliary(path: str) -> bool:
    """Return whether a file is a test, a document or an example, not deployed code."""
    return bool(_AUXILIARY.search(path))


class Unusable(Exception):  # noqa: N818 - names a property of the file
    """A file that does not have the format of its name; the message is why, without the name."""


class Repository:
    """The files of one service, each read at most once."""

    def __init__(
        self,
        root: Traversable,
        *,
        network: bool = False,
        tracked: Mapping[str, str] | None = None,
    ) -> None:
        """Start to read in `root`; `tracked` is what git lists there, each path with its mode."""
        self.root = root
        self._listed = tracked
        self.network = network
        """Whether checks may query servers."""
        self._texts: dict[str, str | None] = {}
        self._values: dict[str, Any] = {}
        self._folders: dict[str, Path] = {}
        self._bytes = 0
        self.complete = True
        """Whether all files were listed and read; False if a limit was reached."""

    def __deepcopy__(self, _memo: object) -> Self:
        """Return itself: repo-review copies what it passes to checks, and this never changes."""
        return self

    @cached_property
    def folder(self) -> Path | None:
        """The directory on this machine; None if the repository is remote."""
        return self.root if isinstance(self.root, Path) else None

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The files, sorted: those tracked by git; without git, all except caches and environments.

        Symbolic links and submodules are not included.
        """
        paths = sorted(islice(self._tracked() or self._walked(), MOST_FILES + 1))
        if len(paths) > MOST_FILES:
            self.complete = False
        return tuple(paths[:MOST_FILES])

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.paths)

    def __contains__(self, path: object) -> bool:
        return path in self._known

    def named(self, *patterns: str) -> Iterator[str]:
        """Yield the files in any directory whose names match one of the patterns."""
        combined = re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.DOTALL)
        return (path for path in self.paths if combined.fullmatch(path.rpartition("/")[2]))

    def text(self, path: str) -> str | None:
        """Return the text of a file; None if it is missing, binary or too large."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def lines(self, path: str) -> list[str]:
        """Return the lines of a file; empty if it has no text."""
        return (self.text(path) or "").splitlines()

    def toml(self, path: str) -> dict[str, Any]:
        """Return the content of a TOML file; raise Unusable if it is missing or not valid."""
        values = self._parsed(path, tomllib.loads)
        return values if isinstance(values, dict) else {}

    def json(self, path: str) -> Any:
        """Return the content of a JSON file; raise Unusable if it is missing or not valid."""
        return self._parsed(path, json.loads)

    def yaml(self, path: str) -> Any:
        """Return the content of a YAML file, ignoring custom tags; raise Unusable likewise."""
        return self._parsed(path, _yaml)

    @cached_property
    def pyproject(self) -> dict[str, Any]:
        """The content of pyproject.toml; empty if it is missing or not valid."""
        try:
            return self.toml("pyproject.toml")
        except Unusable:
            return {}

    def tool(self, *names: str) -> dict[str, Any]:
        """Return the table `tool.NAME…` of pyproject.toml; empty if there is none."""
        return table(self.pyproject, "tool", *names)

    @cached_property
    def answers_file(self) -> str | None:
        """Copier's answers file: the default one, or the only one that names a template."""
        if ".copier-answers.yml" in self:
            return ".copier-answers.yml"
        candidates = (path for path in self.named(r".*answers.*\.ya?ml") if path.count("/") <= 1)
        matches = [
            path for path in candidates if re.search(r"(?m)^_src_path:", self.text(path) or "")
        ]
        return matches[0] if len(matches) == 1 else None

    @cached_property
    def answers(self) -> dict[str, Any]:
        """The recorded answers; empty without a valid answers file."""
        try:
            values = self.yaml(self.answers_file) if self.answers_file else {}
        except Unusable:
            return {}
        return values if isinstance(values, dict) else {}

    @property
    def has_chassis(self) -> bool:
        """Whether the service uses the template of this standard."""
        return f"{self.answers.get('package_path')}/chassis/settings.py" in self

    def above(self, *names: str) -> Iterator[tuple[str, str]]:
        """Yield path and text of files in parent directories, the nearest first.

        The search ends at the top of the git repository: in a repository with several services, the
        shared lock file, Renovate's settings and tool settings are there. `names` are paths
        relative to each directory, and may be patterns. Binary and large files are left out. Paths
        are relative to the service.
        """
        for folder in self._above:
            matches = (sorted(islice(folder.glob(name), _MOST_ABOVE)) for name in names)
            for path in chain.from_iterable(matches):
                inside = path.resolve().is_relative_to(self._above[-1].resolve())
                if inside and path.is_file() and (text := _text(path)) is not None:
                    yield os.path.relpath(path, self.folder), text

    @cached_property
    def _above(self) -> Sequence[Path]:
        if self.folder is None:
            return ()
        folders = [self.folder.absolute(), *self.folder.absolute().parents]
        tops = [number for number, folder in enumerate(folders) if (folder / ".git").exists()]
        return folders[1 : tops[0] + 1] if tops else ()

    def path_from(self, path: str) -> str:
        """Return the path of the service from the directory of a file above it."""
        levels = path.count("../")
        return "/".join(self.folder.absolute().parts[-levels:]) if self.folder and levels else "."

    def commit_before(self, day: datetime.date) -> str:
        """Return the last commit before a day; empty if git has none."""
        return self._git("rev-list", "-1", f"--before={day.isoformat()}", "HEAD").strip()

    def text_at(self, commit: str, path: str) -> str:
        """Return the text of a file at a commit; empty if it did not exist."""
        return self._git("show", f"{commit}:./{path}")[:LARGEST]

    def _git(self, *arguments: str) -> str:
        """Return git's output in the directory; empty if git fails or the repository is remote."""
        if self.folder is None:
            return ""
        environment = {
            name: value for name, value in os.environ.items() if name not in _GIT_VARIABLES
        }
        try:
            process = subprocess.run(
                # The repository's git settings may name a command to run here.
                ["git", "-c", "core.fsmonitor=false", *arguments],
                cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                check=True, timeout=_TIMEOUT,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError):
            return ""
        return os.fsdecode(process.stdout)

    def _tracked(self) -> list[str]:
        """Return the files that git tracks in the directory; empty if git fails."""
        modes = dict(self._listed or {})
        if self._listed is None:
            for entry in self._git("ls-files", "-z", "--stage").split("\0"):
                details, _, path = entry.partition("\t")
                modes[path] = details[:6]
        files = [path for path, mode in modes.items() if mode not in (_LINK, _SUBMODULE)]
        # git tracks a deleted or moved file until the change is committed.
        return [path for path in files if path and self.folder and (self.folder / path).is_file()]

    def _walked(self) -> Iterator[str]:
        stack = [(self.root, "")]
        while stack:
            folder, prefix = stack.pop()
            try:
                items = sorted(folder.iterdir(), key=lambda item: item.name)
            except OSError:
                continue
            for item in items:
                if isinstance(item, Path) and item.is_symlink():
                    continue
                path = prefix + item.name
                if item.is_file():
                    yield path
                elif item.is_dir() and item.name not in _SKIPPED and path.count("/") < DEEPEST:
                    stack.append((item, f"{path}/"))

    def _read(self, path: str) -> str | None:
        if path not in self or self._bytes > MOST_BYTES:
            self.complete &= path not in self
            return None
        largest = _largest(path)
        try:
            with self._open(path) as stream:
                content = stream.read(largest + 1)
        except (OSError, ValueError):
            return None
        self._bytes += len(content)
        return _decoded(content, largest)

    def _open(self, path: str) -> IO[bytes]:
        """Open a file; raise OSError if it is unreadable or a link leads out of the repository."""
        if self.folder is None:
            return self.root.joinpath(*PurePosixPath(path).parts).open("rb")
        folder, _, name = path.rpartition("/")
        file = self._real_folder(folder) / name
        if file.is_symlink() and not file.resolve().is_relative_to(self._real):
            raise PermissionError(path)
        return file.open("rb")

    def _real_folder(self, path: str) -> Path:
        """Return the resolved path of a directory; raise OSError if it is outside."""
        if path not in self._folders:
            real = (self._real / path).resolve()
            if not real.is_relative_to(self._real):
                raise PermissionError(path)
            self._folders[path] = real
        return self._folders[path]

    @cached_property
    def _real(self) -> Path:
        return Path(os.path.realpath(str(self.folder)))

    def _parsed(self, path: str, parse: Callable[[str], Any]) -> Any:
        if path not in self._values:
            try:
                self._values[path] = self._parse(path, parse)
            except Unusable as error:
                self._values[path] = error
        if isinstance(self._values[path], Unusable):
            raise Unusable(*self._values[path].args)
        return self._values[path]

    def _parse(self, path: str, parse: Callable[[str], Any]) -> Any:
        text = self.text(path)
        if text is None:
            problem = "is binary or larger than 1 MiB" if path in self else "does not exist"
            raise Unusable(problem)
        try:
            values = parse(text)
            if _depth(values) > DEEPEST:
                raise Unusable("is nested too deeply")
        except RecursionError:
            raise Unusable("is nested too deeply") from None
        except (ValueError, ArithmeticError, TypeError, yaml.YAMLError) as error:
            line = getattr(getattr(error, "problem_mark", None), "line", None)
            where = "" if line is None else f", line {line + 1}"
            reason = getattr(error, "problem", None) or str(error)
            raise Unusable(f"is not valid{where}: {reason}") from None
        return values


def table(values: object, *names: str) -> dict[str, Any]:
    """Return the table at a path of keys; empty if there is none."""
    for name in names:
        values = values.get(name) if isinstance(values, dict) else None
    return values if isinstance(values, dict) else {}


def texts(values: object) -> list[str]:
    """Return the strings in a list; empty if the value is not a list."""
    return [text for text in values if isinstance(text, str)] if isinstance(values, list) else []


def _text(path: Path) -> str | None:
    """Return the text of a file outside the service; None if it is binary or too large."""
    largest = _largest(path.name)
    try:
        with path.open("rb") as stream:
            return _decoded(stream.read(largest + 1), largest)
    except OSError:
        return None


def _largest(path: str) -> int:
    return LARGEST_LOCK if path.endswith(".lock") else LARGEST


def _decoded(content: bytes, largest: int) -> str | None:
    if len(content) > largest or b"\0" in content:
        return None
    return content.decode("utf-8", "replace").removeprefix("\ufeff")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """PyYAML's safe loader, which reads values with custom tags as None."""


_Loader.add_multi_constructor("", lambda _loader, _tag, _node: None)


def _yaml(text: str) -> Any:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        # An alias repeats the value of its anchor, and aliases can be nested ("billion laughs").
        if _size(node, {}, 0) > _MOST_VALUES:
            raise Unusable("contains too many values")
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _size(node: yaml.Node, known: dict[int, int], depth: int) -> int:
    if depth > DEEPEST:
        raise Unusable("is nested too deeply")
    if id(node) not in known:
        known[id(node)] = _MOST_VALUES + 1  # until computed: a node can contain itself
        parts: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            parts = [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            parts = node.value
        known[id(node)] = 1 + sum(_size(part, known, depth + 1) for part in parts)
    return known[id(node)]


def _depth(values: Any) -> int:
    deepest, level = 0, [values]
    while level and deepest <= DEEPEST:
        deepest += 1
        level = [
            child
            for value in level
            if isinstance(value, dict | list)
            for child in (value.values() if isinstance(value, dict) else value)
        ]
    return deepest
