"""Finds uses of files, modules, names, packages and make targets that an update removes.

Local actions, reusable workflows, scripts, requirements files and any other files are found by
path; modules, their names, and packages that are no longer required by import; fixtures of a
`conftest.py` by parameter; targets of a Makefile by command. Calls of functions whose parameters
the update changes are found, too, and so are removed values in templates of a Helm chart.
Files that equal the release are skipped, because the release intends their content, and files in
conflict too, because the user reads these anyway.
"""

import ast
import os
import posixpath
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import PurePosixPath

import yaml
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from drydock.git import Entry, Repository, Tree
from drydock.merging import python_uses
from drydock.merging.trees import Merge

_MAKEFILE = re.compile(r"(?:^|/)(?:GNUm|M|m)akefile$")
_TARGET = re.compile(r"^(?P<name>[A-Za-z][\w-]*)[ \t]*:(?!=)", re.MULTILINE)
# A call of make in another folder.
_ENTERED = re.compile(r"(?<![\w./-])cd[ \t]+(?:\./)?\w[\w./-]*[ \t]*(?:&&|;)[ \t]*make\b")
# Files that are not searched for commands: prose can mention what is removed.
_PROSE = re.compile(
    r"(?i)\.(?:md|markdown|rst|adoc|svg|html|ipynb|lock)$|(?:^|/)(?:LICENSE|CHANGELOG)"
    r"|(?:^|/)(?![^/]*(?:requirements|constraints))[^/]*\.txt$"
)
_LARGE = 500_000


@dataclass(frozen=True)
class _Gone:
    """A name that the merge removes."""

    name: str
    """The name as it is searched for and reported."""
    path: str
    """The file that is removed, or that defined the name."""
    kind: str
    """`path`, `module`, `name`, `call`, `fixture`, `value`, `package` or `target`."""
    instead: str = ""
    """The new path, if it moved."""
    functions: tuple[python_uses.Function, python_uses.Function] | None = None
    """The old and the new function, if the merge changes its parameters."""

    @property
    def word(self) -> str:
        """A word that every use of the name contains."""
        if self.kind == "path":
            return PurePosixPath(self.name).stem
        if self.kind == "target":
            return self.name.rpartition(" ")[2]
        dotted = self.kind in {"module", "name", "call", "value"}
        word = self.name.rpartition("." if dotted else " ")[2]
        return word if self.kind == "value" else word.replace("-", "_")

    @property
    def change(self) -> str:
        """What the release does with the name, after the place of a use."""
        if self.functions:
            return f"calls {self.name}, whose parameters the release changes"
        act = f"moves to {self.instead}" if self.instead else "removes"
        return f"uses {self.name}, which the release {act}"


def find(
    repository: Repository, prefix: str, ours: Tree, theirs: Tree, merge: Merge
) -> Iterator[str]:
    """Yield a message for each use of a removed name in a file of the service at `prefix`.

    `ours` is the tree of HEAD.
    """
    files = _Files(repository, prefix, ours, theirs, merge)
    removed = [*files.removed(), *files.names(), *files.values(), *files.targets()]
    removed += files.packages()
    for path, text, released in files.naming({gone.word for gone in removed}):
        for gone in removed:
            line = _line(gone, path, text)
            if line and not _line(gone, path, released):
                yield f"{path}:{line} {gone.change}"


@dataclass
class _Files:
    """The files of the service before and after the merge, by their paths in the service."""

    repository: Repository
    prefix: str
    ours: Tree
    theirs: Tree
    merge: Merge

    @cached_property
    def now(self) -> Mapping[str, Entry]:
        """The files of the service after the merge."""
        result = {path: self.merge.changes.get(path, entry) for path, entry in self.ours.items()}
        result |= self.merge.changes
        start = len(self.prefix)
        return {p[start:]: e for p, e in result.items() if e and p.startswith(self.prefix)}

    def removed(self) -> Iterator[_Gone]:
        """Yield the paths and modules that the merge removes or moves."""
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

    def names(self) -> Iterator[_Gone]:
        """Yield the names that the merge removes from modules, and functions that it changes."""
        start = len(self.prefix)
        changed = {
            whole[start:]: (entry, now)
            for whole, entry in self.ours.items()
            if whole.endswith(".py")
            and whole.startswith(self.prefix)
            and whole not in self.merge.conflicts
            and (now := self.now.get(whole[start:]))
            and now != entry
            and entry.mode.startswith("100")
        }
        texts = self.repository.read_blobs(e.oid for pair in changed.values() for e in pair)
        conftests = [path for path in self.now if PurePosixPath(path).name == "conftest.py"]
        for path, (entry, now) in sorted(changed.items()):
            before, after = (
                python_uses.parsed(texts[e.oid].decode(errors="replace")) for e in (entry, now)
            )
            if not before or not after:
                continue
            if PurePosixPath(path).name == "conftest.py":
                gone = python_uses.fixtures(before) - python_uses.fixtures(after)
                gone -= self._fixtures(conftests) if gone else set()
                yield from (_Gone(f"the fixture {name}", path, "fixture") for name in sorted(gone))
                continue
            module, left = python_uses.module_of(path), python_uses.names(after)
            for name in sorted((python_uses.names(before) or set()) - (left or set())):
                if left is not None and not self._is_module(f"{module}.{name}"):
                    yield _Gone(f"{module}.{name}", path, "name")
            functions = python_uses.functions(after)
            for name, old in python_uses.functions(before).items():
                new = functions.get(name)
                if new and _header(new) != _header(old):
                    yield _Gone(f"{module}.{name}", path, "call", functions=(old, new))

    def _fixtures(self, conftests: Sequence[str]) -> set[str]:
        texts = self.repository.read_blobs(self.now[path].oid for path in conftests)
        trees = (python_uses.parsed(text.decode(errors="replace")) for text in texts.values())
        return {name for tree in trees if tree for name in python_uses.fixtures(tree)}

    def values(self) -> Iterator[_Gone]:
        """Yield the values that the merge removes from Helm charts: templates get nothing then."""
        start = len(self.prefix)
        for whole in sorted(self.ours.keys() & self.merge.changes.keys()):
            path, before = whole[start:], self.ours[whole]
            after = self.now.get(path) if whole.startswith(self.prefix) else None
            is_chart = posixpath.join(posixpath.dirname(path), "Chart.yaml") in self.now
            if PurePosixPath(path).name != "values.yaml" or not is_chart or not after:
                continue
            if whole not in self.merge.conflicts and before.mode.startswith("100"):
                texts = self.repository.read_blobs([before.oid, after.oid])
                old, new = (_yaml(texts[entry.oid]) for entry in (before, after))
                yield from (_Gone(f".Values.{n}", path, "value") for n in _removed(old, new))

    def targets(self) -> Iterator[_Gone]:
        """Yield the targets that the merge removes from the Makefiles of a folder."""
        start = len(self.prefix)
        before = {
            path[start:]: entry
            for path, entry in self.ours.items()
            if path.startswith(self.prefix) and _MAKEFILE.search(path[start:])
        }
        changed = {path for path, entry in before.items() if self.now.get(path) != entry}
        if not changed:
            return
        after = {path: entry for path, entry in self.now.items() if _MAKEFILE.search(path)}
        entries = (*before.values(), *after.values())
        texts = self.repository.read_blobs(e.oid for e in entries if e.mode.startswith("100"))
        for folder in sorted({posixpath.dirname(path) for path in changed}):
            own = {path for path in {*before, *after} if posixpath.dirname(path) == folder}
            if any(self.prefix + path in self.merge.conflicts for path in own):
                continue
            had, left = (
                {
                    name: path
                    for path in sorted(own & files.keys())
                    for name in _defined(files[path], texts)
                }
                for files in (before, after)
            )
            elsewhere = {
                name
                for path, entry in (*before.items(), *after.items())
                if path not in own
                for name in _defined(entry, texts)
            }
            for name in sorted(had.keys() - left.keys()):
                if folder:
                    yield _Gone(f"make -C {folder} {name}", had[name], "target")
                if not folder or name not in elsewhere:
                    yield _Gone(f"make {name}", had[name], "target")

    def packages(self) -> Iterator[_Gone]:
        """Yield the run-time dependencies of the service that are no longer required anywhere.

        Only packages that are imported under their own name are found.
        """
        path = f"{self.prefix}pyproject.toml"
        before, after = self.ours.get(path), self.merge.changes.get(path)
        if not (before and after) or path in self.merge.conflicts:
            return
        texts = self.repository.read_blobs([before.oid, after.oid])
        try:
            old, new = (
                tomllib.loads(texts[entry.oid].decode("utf-8-sig")) for entry in (before, after)
            )
        except ValueError:
            return
        required = old.get("project", {}).get("dependencies", [])
        left = set(_required(new))
        for name in sorted({*_required(required)} - left):
            yield _Gone(f"the package {name}", "pyproject.toml", "package")

    def naming(self, words: set[str]) -> Iterator[tuple[str, str, str]]:
        """Yield the files that differ from the release and contain one of these words.

        Each with its path, its text, and the text in the release.
        """
        if not words:
            return
        patterns = [part for word in sorted(words) for part in ("-e", word)]
        output = self.repository.git(
            "grep", "-lzIF", *patterns, "HEAD", "--", self.prefix or ".", accept=(0, 1)
        )
        paths = {os.fsdecode(name).partition(":")[2] for name in output.split(b"\0") if name}
        paths |= {path for path, entry in self.merge.changes.items() if entry and path in self.ours}
        own = {}
        for whole in sorted(paths - self.merge.conflicts.keys()):
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


def _defined(makefile: Entry, texts: Mapping[str, bytes]) -> set[str]:
    """Return the targets of a Makefile."""
    text = texts.get(makefile.oid, b"").decode(errors="replace")
    return {match["name"] for match in _TARGET.finditer(text)}


def _yaml(text: bytes) -> object:
    """Return the content of a YAML file; None if it is not valid."""
    try:
        return yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _removed(old: object, new: object) -> Iterator[str]:
    """Yield the paths of the keys that an object no longer has, without those within them."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in old.items():
            if key in new:
                yield from (f"{key}.{inner}" for inner in _removed(value, new[key]))
            else:
                yield str(key)


def _required(value: object) -> Iterator[str]:
    """Yield the packages of all requirements in a value."""
    if isinstance(value, str):
        with suppress(InvalidRequirement):
            yield canonicalize_name(Requirement(value).name)
    elif isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _required(child)


def _line(gone: _Gone, path: str, text: str) -> int:
    """Return the first line of the file at `path` that uses a removed name; 0 if there is none."""
    if gone.kind in {"module", "package"}:
        name = gone.name if gone.kind == "module" else gone.word
        inside = gone.kind == "package"
        return _imported(name, path, text, inside=inside) if path.endswith(".py") else 0
    if gone.kind in {"name", "call", "fixture"}:
        is_searched = path.endswith(".py") and path != gone.path and gone.word in text
        tree = python_uses.parsed(text) if is_searched else None
        return _used(gone, path, tree) if tree else 0
    if gone.kind == "value":
        is_own = path.startswith(posixpath.join(posixpath.dirname(gone.path), "templates/"))
        return _first(rf"{re.escape(gone.name)}(?![\w-])", text) if is_own else 0
    if gone.kind == "target":
        return _made(gone, path, text) if path != gone.path else 0
    if path == gone.path or (path.endswith(".py") and gone.path.endswith(".py")):
        return 0
    names = {
        gone.name.removeprefix("./"),
        posixpath.relpath(gone.path, posixpath.dirname(path) or "."),
    }
    words = "|".join(re.escape(name) for name in names)
    return _first(rf"(?<![\w./-])(?:\./)?(?:{words})(?![\w/-]|\.\w)", text)


def _used(gone: _Gone, path: str, tree: ast.Module) -> int:
    """Return the first line of the file at `path` that uses a name of another module; or 0."""
    if gone.functions:
        return python_uses.line_of_call(gone.name, path, tree, *gone.functions)
    if gone.kind == "name":
        return python_uses.line_of_name(gone.name, path, tree)
    folder = posixpath.dirname(gone.path)
    is_below = not folder or path.startswith(f"{folder}/")
    return python_uses.line_of_fixture(gone.word, tree) if is_below else 0


def _header(node: python_uses.Function) -> str:
    return f"{type(node).__name__} {ast.unparse(node.args)}"


def _made(gone: _Gone, path: str, text: str) -> int:
    """Return the first line of the file at `path` that calls make for a removed target; or 0."""
    folder = posixpath.dirname(gone.path)
    options, word = r"(?:-\S+\s+)*", rf"{re.escape(gone.word)}(?![\w./-])"
    make = r"(?<![\w./-])make\s+"
    if " -C " not in gone.name:
        if folder and not path.startswith(f"{folder}/"):
            return 0
        return _first(f"{make}{options}{word}", _ENTERED.sub("cd", text))
    place = rf"(?:\./)?{re.escape(folder)}/?"
    chosen = rf"{make}{options}(?:-C\s*|--directory[=\s]){place}\s+{options}{word}"
    entered = rf"(?<![\w./-])cd\s+{place}\s*(?:&&|;)\s*make\s+{options}{word}"
    return _first(f"{chosen}|{entered}", text)


def _first(pattern: str, text: str) -> int:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip().startswith(("#", "//", ";")) and re.search(pattern, line):
            return number
    return 0


def _imported(module: str, path: str, text: str, *, inside: bool) -> int:
    """Return the first line on which Python source imports a module, or with `inside` a submodule.

    0 if there is none.
    """
    if (tree := python_uses.parsed(text)) is None:
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
