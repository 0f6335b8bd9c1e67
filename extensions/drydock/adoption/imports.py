"""Which modules of a service import which."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from drydock.adoption import python
from drydock.adoption.facts import Files


def modules(files: Files, roots: Iterable[str]) -> dict[str, str]:
    """Return the paths of the service's modules, by their names from one of the `roots`."""
    found: dict[str, str] = {}
    paths: set[str] = set()
    for root in roots:
        for path in files:
            inside = path.removeprefix(f"{root}/") if root else path
            if not path.endswith(".py") or path in paths or (root and inside == path):
                continue
            name = inside.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            *folders, module = name.split(".")
            # mypy takes any file for a module, such as a migration whose name is a number.
            if all(one.isidentifier() for one in folders) and re.fullmatch(r"[\w-]+", module):
                found.setdefault(name, path)
                paths.add(path)
    return found


@dataclass(frozen=True)
class App:
    """The module of a service's application."""

    path: str
    root: str
    """The folder that it is imported from."""

    def loads(self, path: str, files: Files) -> bool:
        """Tell whether the module at `path` is imported when the application is."""
        return path in loaded(files, self._modules(files), [self.path])

    def is_loaded_by(self, path: str, files: Files) -> bool:
        """Tell whether the module at `path` imports the application."""
        return self.path in loaded(files, self._modules(files), [path])

    def _modules(self, files: Files) -> dict[str, str]:
        return modules(files, dict.fromkeys((self.root, "")))


def app_of(files: Files, app: str, package_path: str) -> App | None:
    """Return the module that the answers `app` and `package_path` name; None if there is none."""
    inside, root = app.partition(":")[0].replace(".", "/"), package_path.rpartition("/")[0]
    paths = [f"{root}/{inside}{end}".lstrip("/") for end in (".py", "/__init__.py")]
    path = next((path for path in paths if inside and path in files), "")
    return App(path, root) if path else None


def loaded(files: Files, modules: Mapping[str, str], starts: Iterable[str]) -> set[str]:
    """Return the modules that are, or are in, one of `starts`, and those that they import."""
    names = {path: name for name, path in modules.items()}
    queue = [path for path in names for one in starts if f"{path}/".startswith(f"{one}/")]
    found: set[str] = set()
    while queue:
        path = queue.pop()
        if path not in found:
            found.add(path)
            queue += [
                modules[one] for one in _imported(names[path], path, files[path]) if one in modules
            ]
    return found


def _imported(name: str, path: str, text: str) -> Iterator[str]:
    """Yield the names of all modules that a module can import, and of their packages."""
    try:
        tree = python.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    package = name if path.endswith("__init__.py") else name.rpartition(".")[0]
    for node in ast.walk(tree):
        found: list[str] = []
        if isinstance(node, ast.Import):
            found = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join(filter(None, (*parts, base)))
            found = [base, *(f"{base}.{one.name}".strip(".") for one in node.names)]
        for one in found:
            parts = one.split(".")
            yield from (".".join(parts[: n + 1]) for n in range(len(parts)))
