"""Measure how many public marshmallow schemas are translated, and whether they behave the same.

    python benchmarks/schemas.py --clones DIR [--payloads 500] [--only NAME] [--reasons]

DIR contains bare clones as `owner+name/repo`. Each code base is read at a commit chosen before the
first run and translated in a temporary folder. Each translated schema gets the same payloads before
and after, with the newest marshmallow of its major version. Packages that are not installed are
replaced by stand-ins on both sides; no service is started.
"""

import argparse
import importlib
import importlib.abc
import importlib.machinery
import json
import os
import subprocess
import sys
import tempfile
import types
import warnings
from abc import ABCMeta
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from drydock.codemods.marshmallow import adapter
from drydock.codemods.marshmallow.version import major_version
from drydock.codemods.project import Project
from drydock.codemods.run import run

RULE = "marshmallow-to-pydantic"
# Owner and name, the service's folder, and the commit, chosen before the first run.
CODE_BASES = (
    ("cisagov/con-pca-api", "", "4149fa47204394b94e7fadd8c9d631d4646508f6"),
    ("bcgov/met-public", "api", "5e171e3fa369a815e8941385f7f4fa67c342db81"),
    ("bcgov/foi-flow", "request-management-api", "e884b9ee460d23eb1d7e225ba6d256657a2494ba"),
    ("openwallet-foundation/acapy", "", "51e0aa4c1987ecc6ecdcb629a44e471ff7a49edf"),
    ("MarisaRichmond94/ColorWheel", "api", "4b5dad0f46a49b2666bdd8514e84b282e22d2926"),
)
_ROOTS = ("marshmallow.Schema",)
_READ = (".py", ".txt", ".lock", ".toml", ".cfg", ".in", "Pipfile")


def read_files(clone: Path, folder: str, commit: str) -> dict[str, str]:
    """Return the text files of a service that a rule can read, by their path in it."""
    listed = _git(
        clone, "ls-tree", "-r", "--name-only", "-z", commit, *([folder] if folder else [])
    )
    paths = [path for path in listed.decode().split("\0") if path.endswith(_READ)]
    names = "".join(f"{commit}:{path}\n" for path in paths).encode()
    out = subprocess.run(
        ["git", f"--git-dir={clone}", "cat-file", "--batch"],
        input=names,
        capture_output=True,
        check=True,
    ).stdout
    files, position = {}, 0
    for path in paths:
        end = out.index(b"\n", position)
        head = out[position:end].split()
        if head[-1] == b"missing":
            position = end + 1
            continue
        size = int(head[2])
        with suppress(UnicodeDecodeError):
            text = out[end + 1 : end + 1 + size].decode()
            files[path.removeprefix(f"{folder}/" if folder else "")] = text
        position = end + 2 + size
    return files


def _git(clone: Path, *arguments: str) -> bytes:
    command = ["git", f"--git-dir={clone}", *arguments]
    return subprocess.run(command, capture_output=True, check=True).stdout


def schemas_of(project: Project) -> list[str]:
    """Return the refs of classes that derive, or seem to derive, from marshmallow's Schema."""
    found = []
    for path, module in project.modules.items():
        for name in module.classes:
            ref = f"{path}:{name}"
            bases = project.bases(ref)
            if bases & set(_ROOTS) or any(_is_other_schema(base) for base in bases):
                found.append(ref)
    return found


def _is_other_schema(base: str) -> bool:
    """Return whether a base is, by its name, a schema of a library such as flask-marshmallow."""
    return base.endswith((".Schema", "AutoSchema", "SQLAlchemySchema", ".ModelSchema")) or (
        base.startswith(("marshmallow_", "flask_marshmallow"))
    )


def measure(name: str, folder: str, commit: str, options: argparse.Namespace) -> dict[str, Any]:
    """Translate one code base, compare both versions, and return its row."""
    clone = options.clones / name.replace("/", "+") / "repo"
    files = read_files(clone, folder, commit)
    project = Project(files)
    refs = schemas_of(project)
    outcome = run(files, [RULE], unsafe=False)
    changed = [finding for finding in outcome.findings if finding.certainty == "changed"]
    translated = [f"{finding.path}:{finding.what.split(' ')[0]}" for finding in changed]
    reasons = Counter(
        finding.what
        for finding in outcome.findings
        if finding.certainty == "left" and "depends on" not in finding.what
    )
    row: dict[str, Any] = {
        "name": name,
        "version": major_version(files),
        "schemas": len(refs),
        "translated": len(translated),
        "compared": 0,
        "different": [],
        "failed": [],
        "reasons": reasons.most_common(),
    }
    if translated and options.payloads:
        with tempfile.TemporaryDirectory() as work:
            row |= _compared(
                *(Path(work), files, outcome.texts, translated),
                payloads=options.payloads,
                version=row["version"],
            )
    return row


def _compared(
    work: Path,
    files: dict[str, str],
    texts: dict[str, str],
    translated: Sequence[str],
    *,
    payloads: int,
    version: int,
) -> dict[str, Any]:
    project = Project(files)
    paths = sorted({ref.partition(":")[0] for ref in translated})
    root = adapter.import_root(project, paths)
    for side, content in (("before", files), ("after", files | texts)):
        for path, text in content.items():
            if path.endswith(".py"):
                target = work / side / path
                target.parent.mkdir(parents=True, exist_ok=True)
                # Left empty, since importing some packages starts the service.
                empty = path.endswith("__init__.py") and path not in paths
                target.write_text("" if empty and f"/{adapter.NAME}/" not in path else text)
    names = [
        (adapter.module_name(root, ref.partition(":")[0]), ref.partition(":")[2])
        for ref in translated
    ]
    (work / "request.json").write_text(
        json.dumps({"root": root, "schemas": names, "count": payloads})
    )
    library = f"marshmallow>={version},<{version + 1}"
    target = work / "library"
    subprocess.run(["uv", "pip", "install", "--quiet", "--target", target, library], check=True)
    repository = Path(__file__).parents[1]
    search_path = [str(target), str(repository), str(repository / "extensions")]
    done = subprocess.run(
        [sys.executable, __file__, "--compare", str(work)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(search_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return {"failed": [done.stderr[-2000:]]}
    comparison: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return comparison


class _StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Provides stand-ins for packages that are not installed."""

    def __init__(self, own: set[str]) -> None:
        self.own = own

    def find_spec(
        self, name: str, path: Any = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find every module except the service's own, after all other finders have failed."""
        if name.partition(".")[0] in self.own:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Return a module in which every attribute exists and can be called."""
        module = _StandIn(spec.name)
        module.__path__ = []
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Run nothing."""


class _StandIn(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = _Anything(name, (_Thing,), {})
        setattr(self, name, value)
        return value


class _Anything(ABCMeta):
    """The metaclass of stand-ins for classes, which can be extended and have every attribute."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Anything(name, (_Thing,), {})

    def __getitem__(cls, key: Any) -> Any:
        return cls


class _Thing(metaclass=_Anything):
    """An instance of a stand-in; as a decorator, it returns the function unchanged."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Anything(name, (_Thing,), {})

    def __getitem__(self, key: Any) -> Any:
        return self

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        is_decorator = len(arguments) == 1 and callable(arguments[0]) and not named
        return arguments[0] if is_decorator else self


def _imported(root: Path, modules: Sequence[str]) -> dict[str, Any]:
    """Return a side's modules by name, or the exception of a failed import."""
    own = {module.partition(".")[0] for module in modules}
    own |= {path.stem for path in root.iterdir() if path.is_dir() or path.suffix == ".py"}
    for name in [name for name in sys.modules if name.partition(".")[0] in own]:
        del sys.modules[name]
    sys.path.insert(0, str(root))
    importlib.invalidate_caches()
    finder = _StandIns(own)
    sys.meta_path.append(finder)
    found: dict[str, Any] = {}
    for module in modules:
        try:
            found[module] = importlib.import_module(module)
        except BaseException as error:
            found[module] = error
    sys.path.remove(str(root))
    sys.meta_path.remove(finder)
    return found


def compare(work: Path) -> int:
    """Compare the two sides in `work`; print the differences as JSON."""
    # Imported here: it needs marshmallow, which only the comparing process has.
    from tests.codemods.marshmallow.differential import differences  # noqa: PLC0415

    warnings.simplefilter("ignore")
    request = json.loads((work / "request.json").read_text())
    modules = sorted({module for module, _ in request["schemas"]})
    before = _imported(work / "before" / request["root"], modules)
    after = _imported(work / "after" / request["root"], modules)
    compared, different, failed = 0, [], []
    for module, name in request["schemas"]:
        sides = (before[module], after[module])
        if error := next((side for side in sides if isinstance(side, BaseException)), None):
            side = "before" if sides[0] is error else "after"
            failed.append(f"{module}: {side}: {type(error).__name__}: {error}")
            continue
        compared += 1
        if request["count"] > 1:
            found = differences(*sides, name, request["count"])
            different += [f"{module}: {difference}" for difference in found]
    comparison = {"compared": compared, "different": different, "failed": sorted(set(failed))}
    print()
    print(json.dumps(comparison))
    return 0


def rows(results: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield the lines of the table."""
    yield "| code base | marshmallow | schemas | translated | compared | different |"
    yield "|---|---|---|---|---|---|"
    for row in results:
        share = f"{row['translated']} ({row['translated'] * 100 // max(row['schemas'], 1)}%)"
        yield (
            f"| {row['name']} | {row['version'] or 'unknown'} | {row['schemas']} | {share} "
            f"| {row['compared']} | {len(row['different'])} |"
        )


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clones", type=Path)
    parser.add_argument("--payloads", type=int, default=500)
    parser.add_argument("--only", default="")
    parser.add_argument("--reasons", action="store_true")
    parser.add_argument("--compare", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.compare:
        return compare(options.compare)
    results = []
    for name, folder, commit in CODE_BASES:
        if options.only in name:
            result = measure(name, folder, commit, options)
            results.append(result)
            for kind in ("different", "failed"):
                for line in result[kind]:
                    print(f"{name}: {kind}: {line}", file=sys.stderr)
            if options.reasons:
                for what, count in result["reasons"]:
                    print(f"{count:5} {what}")
    print("\n".join(rows(results)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
