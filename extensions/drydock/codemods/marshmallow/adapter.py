"""The schema adapter, and its place in a service.

It provides `load`, `dump` and `validate` as the service calls them, so that no call changes. It is
added as `schema_adapter` to the common package of all translated schemas: plain modules that
belong to the service from then on.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files as resources
from pathlib import PurePosixPath

from drydock.codemods.project import Project

NAME = "schema_adapter"
_PARTS = ("__init__", "checks", "coercion", "errors", "hooks", "members", "schema", "types")


def import_root(project: Project, paths: Sequence[str]) -> str:
    """Return the folder from which the service's modules are imported; empty for the root."""
    votes: Counter[str] = Counter()
    for path, module in project.modules.items():
        for full in {*module.imports.values(), *module.star_imports}:
            for name in (full, full.rpartition(".")[0]):
                module_path = project.find_module(name, path) if name else ""
                if module_path:
                    folder = f"{PurePosixPath(module_path).with_suffix('')}".removesuffix(
                        "/__init__"
                    )
                    place = name.replace(".", "/")
                    if folder == place or folder.endswith(f"/{place}"):
                        votes[folder[: -len(place)].strip("/")] += 1
                    break
    roots = [root for root, _ in votes.most_common() if all(_below(p, root) for p in paths)]
    if roots:
        return roots[0]
    outer = PurePosixPath(paths[0]).parent
    while str(outer) != "." and f"{outer}/__init__.py" in project.files:
        outer = outer.parent
    return "" if str(outer) == "." else str(outer)


def package_of(root: str, paths: Sequence[str]) -> str:
    """Return the full name of the adapter, in the common package of `paths`."""
    below = [PurePosixPath(path).relative_to(root or ".").parts for path in paths]
    first = {parts[0] for parts in below}
    common = first.pop() if len(first) == 1 and all(len(parts) > 1 for parts in below) else ""
    return f"{common}.{NAME}" if common else NAME


def module_name(root: str, path: str) -> str:
    """Return the dotted name under which the module at `path` is imported."""
    parts = PurePosixPath(path).relative_to(root or ".").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def adapter_files(
    root: str, package: str, version: int, *, keeps_marshmallow: bool
) -> Mapping[str, str]:
    """Return the modules of the adapter by path.

    `keeps_marshmallow`: the service keeps using it, so the errors of both must be compatible.
    """
    folder = "/".join(filter(None, (root, package.replace(".", "/"))))
    return {f"{folder}/{name}": text for name, text in _modules(version, keeps_marshmallow)}


def foreign_file(project: Project, files: Mapping[str, str]) -> str:
    """Return a file that the adapter would overwrite, unless it is of an older adapter."""
    for path, text in files.items():
        schema = project.files.get(f"{PurePosixPath(path).parent}/schema.py", "")
        if project.files.get(path, text) != text and "load_model" not in schema:
            return path
    return ""


@cache
def _modules(version: int, keeps_marshmallow: bool) -> tuple[tuple[str, str], ...]:
    return tuple(_read(version, keeps_marshmallow))


def _read(version: int, keeps_marshmallow: bool) -> Iterator[tuple[str, str]]:
    source = resources(__package__).joinpath(NAME)
    for part in _PARTS:
        file = "coercion_3" if part == "coercion" and version == 3 else part
        text = source.joinpath(f"{file}.py").read_text("utf-8")
        yield f"{part}.py", _with_marshmallow_errors(text) if keeps_marshmallow else text


def _with_marshmallow_errors(text: str) -> str:
    """Derive the adapter's errors from marshmallow's, which other schemas still raise."""
    changed = text.replace(
        "class ValidationError(ValueError):",
        "class ValidationError(marshmallow.ValidationError, ValueError):",
    ).replace("except ValidationError as", "except marshmallow.ValidationError as")
    if changed == text:
        return text
    lines = changed.split("\n")
    first = next(n for n, line in enumerate(lines) if line.startswith("from pydantic"))
    return "\n".join([*lines[:first], "import marshmallow", *lines[first:]])


def _below(path: str, root: str) -> bool:
    return not root or path.startswith(f"{root}/")
