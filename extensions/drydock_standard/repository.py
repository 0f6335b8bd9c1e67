"""What a check may read of a repository: its files as text, within bounds, and never more.

Nothing of the repository is run. Whatever is in it may be hostile: huge, binary, nested without
end, or a link that leads out of it.
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
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Any, Self

import yaml

MOST_FILES = 20_000
LARGEST = 1 << 20  # bytes of one file
LARGEST_LOCK = 1 << 24  # bytes of a lock file, which a tool has written
MOST_BYTES = 1 << 28  # bytes of all files together
DEEPEST = 60  # levels in TOML, YAML, JSON; levels of folders
_MOST_VALUES = 200_000
_MOST = 100  # files of one pattern in a folder above
_PATIENCE = 60  # seconds for git to list the files
_SKIPPED = {
    ".git", ".hg", ".mypy_cache", ".nox", ".pytest_cache", ".ruff_cache", ".tox", ".venv",
    "__pycache__", "node_modules", "venv",
}  # fmt: skip
_ELSEWHERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX")
_LINK, _SUBMODULE = "120000", "160000"


_ASIDE = re.compile(
    r"(^|/)(\.devcontainer|ci|demos?|docs?|e2e|examples?|fixtures?|mocks?|node_modules|samples?|"
    r"scenarios|testing|tests?|vendor)/|"
    r"(^|/)(test_[^/]*|[^/]*_test|[^/]*[.](test|spec)|conftest)\.\w+$"
)


def is_aside(path: str) -> bool:
    """Tell whether a file is a test, a document or an example, and not what is deployed."""
    return bool(_ASIDE.search(path))


class Unusable(Exception):  # noqa: N818 - it says what the file is
    """A file that cannot be read as what its name says; the message says why, without its name."""


class Repository:
    """The files of one service, each read at most once."""

    def __init__(
        self,
        root: Traversable,
        *,
        network: bool = False,
        tracked: Mapping[str, str] | None = None,
    ) -> None:
        """Start to read in `root`; `tracked` is what git would list there, each with its mode."""
        self.root = root
        self._listed = tracked
        self.network = network
        """Whether checks may ask servers about what the repository names."""
        self._texts: dict[str, str | None] = {}
        self._values: dict[str, Any] = {}
        self._folders: dict[str, Path] = {}
        self._bytes = 0
        self.complete = True
        """Whether all files could be listed and read; else the bounds above were met."""

    def __deepcopy__(self, _memo: object) -> Self:
        """Return itself: repo-review copies what it hands to checks, and this never changes."""
        return self

    @cached_property
    def folder(self) -> Path | None:
        """The folder on this machine; None where the repository is read from elsewhere."""
        return self.root if isinstance(self.root, Path) else None

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The files, sorted: those that git tracks; without git, all but caches and environments.

        Symbolic links and submodules are none of them.
        """
        found = sorted(islice(self._tracked() or self._walked(), MOST_FILES + 1))
        if len(found) > MOST_FILES:
            self.complete = False
        return tuple(found[:MOST_FILES])

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.paths)

    def __contains__(self, path: object) -> bool:
        return path in self._known

    def named(self, *patterns: str) -> Iterator[str]:
        """Yield the files whose name matches one of the regular expressions, wherever they lie."""
        wanted = re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.DOTALL)
        return (path for path in self.paths if wanted.fullmatch(path.rpartition("/")[2]))

    def text(self, path: str) -> str | None:
        """Return the text of a file; None where there is none, or it is binary or too large."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def lines(self, path: str) -> list[str]:
        """Return the lines of a file, none where it is no text."""
        return (self.text(path) or "").splitlines()

    def toml(self, path: str) -> dict[str, Any]:
        """Return what a TOML file holds; raise Unusable where it is not valid, or not there."""
        values = self._parsed(path, tomllib.loads)
        return values if isinstance(values, dict) else {}

    def json(self, path: str) -> Any:
        """Return what a JSON file holds; raise Unusable where it is not valid, or not there."""
        return self._parsed(path, json.loads)

    def yaml(self, path: str) -> Any:
        """Return what a YAML file of one document holds, tags ignored; raise Unusable likewise."""
        return self._parsed(path, _yaml)

    @cached_property
    def pyproject(self) -> dict[str, Any]:
        """What pyproject.toml holds; nothing where it is not there or not valid."""
        try:
            return self.toml("pyproject.toml")
        except Unusable:
            return {}

    def tool(self, *names: str) -> dict[str, Any]:
        """Return a table of pyproject.toml, `tool` being its first name; empty if there is none."""
        return table(self.pyproject, "tool", *names)

    @cached_property
    def answers_file(self) -> str | None:
        """The answers file of Copier: the default one, or the only one that names a template."""
        if ".copier-answers.yml" in self:
            return ".copier-answers.yml"
        near = (path for path in self.named(r".*answers.*\.ya?ml") if path.count("/") <= 1)
        found = [path for path in near if re.search(r"(?m)^_src_path:", self.text(path) or "")]
        return found[0] if len(found) == 1 else None

    @cached_property
    def answers(self) -> dict[str, Any]:
        """The answers that made the service; empty without a valid answers file."""
        try:
            values = self.yaml(self.answers_file) if self.answers_file else {}
        except Unusable:
            return {}
        return values if isinstance(values, dict) else {}

    @property
    def has_chassis(self) -> bool:
        """Whether the template of this standard made, or adopted, the service."""
        return f"{self.answers.get('package_path')}/chassis/settings.py" in self

    def above(self, *names: str) -> Iterator[tuple[str, str]]:
        """Yield files of the folders above, the nearest first: the path from here, and the text.

        It goes up to the top of the git repository: where that has several services, their
        workspace's lock file, Renovate's settings and rules for all of them are there. `names` are
        paths from each folder, and may be patterns. What is no text, or too large, is left out.
        """
        for folder in self._above:
            for path in (one for name in names for one in sorted(islice(folder.glob(name), _MOST))):
                inside = path.resolve().is_relative_to(self._above[-1].resolve())
                if inside and path.is_file() and (text := _text(path)) is not None:
                    yield os.path.relpath(path, self.folder), text

    @cached_property
    def _above(self) -> Sequence[Path]:
        if self.folder is None:
            return ()
        places = [self.folder.absolute(), *self.folder.absolute().parents]
        tops = [number for number, folder in enumerate(places) if (folder / ".git").exists()]
        return places[1 : tops[0] + 1] if tops else ()

    def seen_from(self, above: str) -> str:
        """Return the service's folder from where a file `above` lies, by its path from here."""
        levels = above.count("../")
        return "/".join(self.folder.absolute().parts[-levels:]) if self.folder and levels else "."

    def commit_before(self, day: datetime.date) -> str:
        """Return the last commit before a day; empty where git has none."""
        return self._git("rev-list", "-1", f"--before={day.isoformat()}", "HEAD").strip()

    def text_at(self, commit: str, path: str) -> str:
        """Return the text of a file at a commit; empty where it was not there."""
        return self._git("show", f"{commit}:./{path}")[:LARGEST]

    def _git(self, *arguments: str) -> str:
        """Return what git says in the folder; empty where it fails, or there is none."""
        if self.folder is None:
            return ""
        ours = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
        try:
            done = subprocess.run(
                # A repository's own settings may name a command to watch files by.
                ["git", "-c", "core.fsmonitor=false", *arguments],
                cwd=self.folder, env=ours, stdin=subprocess.DEVNULL, capture_output=True,
                check=True, timeout=_PATIENCE,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError):
            return ""
        return os.fsdecode(done.stdout)

    def _tracked(self) -> list[str]:
        """Return what git tracks in the folder; nothing where git cannot tell."""
        found = dict(self._listed or {})
        if self._listed is None:
            for entry in self._git("ls-files", "-z", "--stage").split("\0"):
                about, _, path = entry.partition("\t")
                found[path] = about[:6]
        files = [path for path, mode in found.items() if mode not in (_LINK, _SUBMODULE)]
        # A file that was deleted, or moved, is tracked until that is committed.
        return [path for path in files if path and self.folder and (self.folder / path).is_file()]

    def _walked(self) -> Iterator[str]:
        stack = [(self.root, "")]
        while stack:
            place, prefix = stack.pop()
            try:
                inside = sorted(place.iterdir(), key=lambda item: item.name)
            except OSError:
                continue
            for item in inside:
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
        """Open a file; raise OSError for one that is outside, by a link, or cannot be read."""
        if self.folder is None:
            return self.root.joinpath(*PurePosixPath(path).parts).open("rb")
        above, _, name = path.rpartition("/")
        place = self._real_folder(above) / name
        if place.is_symlink() and not place.resolve().is_relative_to(self._real):
            raise PermissionError(path)
        return place.open("rb")

    def _real_folder(self, path: str) -> Path:
        """Return where a folder of the repository is; raise OSError for one that is outside."""
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
            there = "is binary, or larger than 1 MiB" if path in self else "is not there"
            raise Unusable(there)
        try:
            values = parse(text)
            if _depth(values) > DEEPEST:
                raise Unusable("is nested too deeply")
        except RecursionError:
            raise Unusable("is nested too deeply") from None
        except (ValueError, ArithmeticError, TypeError, yaml.YAMLError) as error:
            line = getattr(getattr(error, "problem_mark", None), "line", None)
            where = "" if line is None else f", line {line + 1}"
            what = getattr(error, "problem", None) or str(error)
            raise Unusable(f"is not valid{where}: {what}") from None
        return values


def table(values: object, *names: str) -> dict[str, Any]:
    """Return the table at a path of names; empty where there is something else, or nothing."""
    for name in names:
        values = values.get(name) if isinstance(values, dict) else None
    return values if isinstance(values, dict) else {}


def texts(values: object) -> list[str]:
    """Return the texts in a list; none where it is no list."""
    return [one for one in values if isinstance(one, str)] if isinstance(values, list) else []


def _text(path: Path) -> str | None:
    """Return the text of a file outside of the service; None where it is none, or too large."""
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
    """Reads YAML as PyYAML does, but for tags of its author's, which it reads as nothing."""


_Loader.add_multi_constructor("", lambda _loader, _tag, _node: None)


def _yaml(text: str) -> Any:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        # An alias repeats what its anchor holds, and aliases nest ("billion laughs").
        if _size(node, {}, 0) > _MOST_VALUES:
            raise Unusable("holds too much")
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _size(node: yaml.Node, known: dict[int, int], depth: int) -> int:
    if depth > DEEPEST:
        raise Unusable("is nested too deeply")
    if id(node) not in known:
        known[id(node)] = _MOST_VALUES + 1  # until it is known: a node that holds itself
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
            part
            for one in level
            if isinstance(one, dict | list)
            for part in (one.values() if isinstance(one, dict) else one)
        ]
    return deepest
