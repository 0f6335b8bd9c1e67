"""What files of a service still name, though the update takes it away.

Local actions, reusable workflows, scripts, lists of requirements and any other file by its path;
modules, and packages that are no longer required, by their import; targets of a Makefile. A file
that came from the release as it is says what the release wants, and a file in conflict is looked
at anyway: both are left out.
"""

import ast
import os
import posixpath
import re
import tomllib
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import PurePosixPath

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from drydock.git import Entry, Repository, Tree
from drydock.merging.trees import Merge

_MAKEFILE = re.compile(r"(?:^|/)(?:GNUm|M|m)akefile$")
_TARGET = re.compile(r"^(?P<name>[A-Za-z][\w-]*)[ \t]*:(?!=)", re.MULTILINE)
# Where a command may stand: no prose, which may well speak of what is gone.
_PROSE = re.compile(
    r"(?i)\.(?:md|markdown|rst|adoc|svg|html|ipynb|lock)$|(?:^|/)(?:LICENSE|CHANGELOG)"
    r"|(?:^|/)(?![^/]*(?:requirements|constraints))[^/]*\.txt$"
)
_LARGE = 500_000


@dataclass(frozen=True)
class _Gone:
    """A name that has nothing behind it any more."""

    name: str
    """How it is looked for, and told."""
    path: str
    """The file that it was, or that it was in."""
    kind: str
    """`path`, `module`, `package` or `target`."""
    instead: str = ""
    """Where it is now, if it moved."""

    @property
    def word(self) -> str:
        """A word without which nothing names it."""
        if self.kind == "path":
            return PurePosixPath(self.name).stem
        return self.name.rpartition("." if self.kind == "module" else " ")[2].replace("-", "_")


def find(
    repository: Repository, prefix: str, ours: Tree, theirs: Tree, merge: Merge
) -> Iterator[str]:
    """Yield what to say of each name that a file of the service at `prefix` uses, and that is gone.

    `ours` is what the service has committed as HEAD.
    """
    files = _Files(repository, prefix, ours, theirs, merge)
    gone = [*files.removed(), *files.targets(), *files.packages()]
    for path, text, released in files.naming({one.word for one in gone}):
        for one in gone:
            line = _line(one, path, text)
            if line and not _line(one, path, released):
                act = f"moves to {one.instead}" if one.instead else "removes"
                yield f"{path}:{line} uses {one.name}, which the release {act}"


@dataclass
class _Files:
    """The files of the service, before and after the merge, by their paths in it."""

    repository: Repository
    prefix: str
    ours: Tree
    theirs: Tree
    merge: Merge

    @cached_property
    def now(self) -> Mapping[str, Entry]:
        """What the service has after the merge."""
        result = {path: self.merge.changes.get(path, entry) for path, entry in self.ours.items()}
        result |= self.merge.changes
        start = len(self.prefix)
        return {p[start:]: e for p, e in result.items() if e and p.startswith(self.prefix)}

    def removed(self) -> Iterator[_Gone]:
        """Yield the names of what the merge removes or moves."""
        start = len(self.prefix)
        after = {old: new for new, old in self.merge.moved.items()}
        for whole in sorted(self.ours.keys() & self.merge.changes.keys()):
            path = whole[start:]
            if not whole.startswith(self.prefix) or path in self.now:
                continue
            instead = after.get(whole, "")[start:]
            folder, _, file = path.rpartition("/")
            if file in {"action.yml", "action.yaml"}:
                if not any(f"{folder}/action.{end}" in self.now for end in ("yml", "yaml")):
                    yield _Gone(f"./{folder}", path, "path", posixpath.dirname(instead))
                continue
            yield _Gone(path, path, "path", instead)
            module = re.sub(r"(/__init__)?\.py$", "", path).removeprefix("src/").replace("/", ".")
            if path.endswith(".py") and not self._is_module(module):
                yield _Gone(module, path, "module", instead)

    def _is_module(self, name: str) -> bool:
        at = name.replace(".", "/")
        files = (f"{at}.py", f"{at}/__init__.py", f"src/{at}.py", f"src/{at}/__init__.py")
        return any(file in self.now for file in files)

    def targets(self) -> Iterator[_Gone]:
        """Yield the targets that a Makefile had and has no more."""
        for whole, entry in self.merge.changes.items():
            path = whole.removeprefix(self.prefix)
            if (
                entry
                and whole in self.ours
                and path == "Makefile"
                and whole not in self.merge.conflicts
            ):
                texts = self.repository.read_blobs([self.ours[whole].oid, entry.oid])
                before, after = (
                    {
                        found["name"]
                        for found in _TARGET.finditer(texts[one.oid].decode(errors="replace"))
                    }
                    for one in (self.ours[whole], entry)
                )
                yield from (
                    _Gone(f"make {name}", path, "target") for name in sorted(before - after)
                )

    def packages(self) -> Iterator[_Gone]:
        """Yield the packages that the service required to run, and requires nowhere any more.

        Only those that are imported by their own name can be told.
        """
        path = f"{self.prefix}pyproject.toml"
        before, after = self.ours.get(path), self.merge.changes.get(path)
        if not (before and after) or path in self.merge.conflicts:
            return
        texts = self.repository.read_blobs([before.oid, after.oid])
        try:
            was, now = (
                tomllib.loads(texts[entry.oid].decode("utf-8-sig")) for entry in (before, after)
            )
        except ValueError:
            return
        required = was.get("project", {}).get("dependencies", [])
        left = set(_required(now))
        for name in sorted({*_required(required)} - left):
            yield _Gone(f"the package {name}", "pyproject.toml", "package")

    def naming(self, words: set[str]) -> Iterator[tuple[str, str, str]]:
        """Yield the files of the service's own that have one of these words.

        Each with its text, and with what the release has there.
        """
        if not words:
            return
        patterns = [part for word in sorted(words) for part in ("-e", word)]
        said = self.repository.git(
            "grep", "-lzIF", *patterns, "HEAD", "--", self.prefix or ".", accept=(0, 1)
        )
        found = {os.fsdecode(name).partition(":")[2] for name in said.split(b"\0") if name}
        found |= {path for path, entry in self.merge.changes.items() if entry and path in self.ours}
        own = {}
        for whole in sorted(found - self.merge.conflicts.keys()):
            path = whole.removeprefix(self.prefix)
            entry, released = self.now.get(path), self.theirs.get(whole)
            if not entry or not entry.mode.startswith("100") or _PROSE.search(path):
                continue
            if entry != released:
                own[path] = entry.oid, released.oid if released else ""
        contents = self.repository.read_blobs(filter(None, chain(*own.values()))) if own else {}
        for path, (oid, new) in own.items():
            text = contents[oid]
            if len(text) < _LARGE and b"\0" not in text:
                yield (
                    path,
                    text.decode(errors="replace"),
                    contents.get(new, b"").decode(errors="replace"),
                )


def _required(said: object) -> Iterator[str]:
    """Yield the packages that requirements anywhere in a value are for."""
    if isinstance(said, str):
        with suppress(InvalidRequirement):
            yield canonicalize_name(Requirement(said).name)
    elif isinstance(said, dict | list):
        for held in said.values() if isinstance(said, dict) else said:
            yield from _required(held)


def _line(gone: _Gone, path: str, text: str) -> int:
    """Return the first line of the file at `path` that uses a name; 0: none does."""
    if gone.kind in {"module", "package"}:
        name = gone.name if gone.kind == "module" else gone.word
        inside = gone.kind == "package"
        return _imported(name, path, text, inside=inside) if path.endswith(".py") else 0
    if gone.kind == "target":
        pattern = rf"(?<![\w./-])make\s+(?:-\S+\s+)*{re.escape(gone.word)}(?![\w./-])"
        return _first(pattern, text) if path != gone.path else 0
    if path == gone.path or (path.endswith(".py") and gone.path.endswith(".py")):
        return 0
    names = {
        gone.name.removeprefix("./"),
        posixpath.relpath(gone.path, posixpath.dirname(path) or "."),
    }
    words = "|".join(re.escape(name) for name in names)
    return _first(rf"(?<![\w./-])(?:\./)?(?:{words})(?![\w/-]|\.\w)", text)


def _first(pattern: str, text: str) -> int:
    for number, line in enumerate(text.split("\n"), 1):
        said = line.strip()
        if not said.startswith(("#", "//", ";")) and re.search(pattern, line):
            return number
    return 0


def _imported(module: str, path: str, text: str, *, inside: bool) -> int:
    """Return the first line on which Python source imports a module, or one `inside` it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return 0
    package = PurePosixPath(path.removeprefix("src/")).parts[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            origin = ".".join([*above, *filter(None, [node.module])])
            names = {origin, *(f"{origin}.{one.name}" for one in node.names)}
        else:
            continue
        if module in names or (inside and any(one.startswith(f"{module}.") for one in names)):
            return node.lineno
    return 0
