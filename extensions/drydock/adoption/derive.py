"""The template's answers for an existing service, each with its evidence."""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from drydock.adoption import python
from drydock.adoption.facts import GIVEN, HINTS, RECORDED, Fact, Files
from drydock.adoption.facts.code import module_of
from drydock.adoption.translate.dependencies import read
from drydock.adoption.translate.poetry import allows
from drydock.documents.formats import toml
from drydock.errors import BadInput

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
_LONGEST_NAME = 50
_LIST = re.compile(r"(^|/)(pyproject\.toml|requirements[\w.-]*\.(txt|in)|Pipfile|setup\.py)$")
_FRAMEWORKS = {"fastapi", "starlette", "uvicorn", "pydantic"}
_LAUNCHES = {"app", "app_file"}
"""Facts about the application that come from a command that starts it."""
_LOWEST_PORT, _HIGHEST_PORT = 1024, 65535


@dataclass(frozen=True)
class Derived:
    """An answer and its evidence."""

    name: str
    value: str | int | bool
    evidence: tuple[Fact, ...] = ()
    against: tuple[Fact, ...] = ()
    """Facts that speak for another value."""
    doubtful: bool = False


@dataclass(frozen=True)
class _App:
    """An importable application."""

    root: str
    """The folder that its module is imported from; empty for the service's folder."""
    module: str
    attribute: str
    facts: tuple[Fact, ...]

    @property
    def weight(self) -> int:
        return sum(fact.weight for fact in self.facts)


def derive(
    facts: list[Fact],
    files: Files,
    folder: str,
    given: Mapping[str, Any] | None = None,
    prompted: Collection[str] = (),
) -> list[Derived]:
    """Return an answer to each question of this template that the service's facts answer.

    `folder` is the name of the service's folder. An answer that is `given` is never in doubt;
    `prompted` are the names of those that were prompted for. Raises BadInput if there is no
    application that the chassis can wrap, or not the one that is given.
    """
    given = given or {}
    if "app" in given:
        require_app(str(given["app"]), facts, files)
    if not any(fact.path == "--data" for fact in _of(facts, "app")):
        _require_one_service(facts, files)
    name = _name(facts, folder, _FRAMEWORKS | _required(files))
    app, package = _app(facts, files, str(name.value))
    port = _port(facts)
    adopted = _best(_of(facts, "adopted"))
    inference = _best(_of(facts, "inference"))
    if str(given.get("app", app.value)) != app.value:
        package = replace(package, doubtful=True)  # of another application
    answers = [
        # A copy of a generated service is not adopted: its API already follows the standard.
        Derived("adopted", adopted is None or adopted[0] == "True", adopted[1] if adopted else ()),
        name,
        _text("description", facts, f"The {name.value} service."),
        _text("owner", facts, "my-team"),
        package,
        app,
        port,
        _management_port(facts, int(port.value)),
        _python(facts),
        *_packaging(facts, is_copy=adopted is not None),
        Derived("inference", *inference[:2]) if inference else Derived("inference", "none"),
        *_shipping(facts, is_copy=adopted is not None),
    ]
    return [
        _given(one, given[one.name], "prompt" if one.name in prompted else "--data")
        if one.name in given
        else one
        for one in answers
    ]


def require_app(app: str, facts: Iterable[Fact], files: Files) -> None:
    """Raise BadInput if an application `module:attribute` is not in the service."""
    module, _, attribute = app.partition(":")
    if not (module and attribute):
        return  # the question's validator says so
    texts = {path: files[path] for path, _ in _files_of(app, files)}
    if any(python.can_have(text, attribute) for text in texts.values()):
        return
    code = [fact for fact in facts if fact.path in files]
    known = max(_apps(code, files), key=lambda one: one.weight, default=None)
    like = f"{known.module}:{known.attribute}" if known else "shop.main:app"
    if texts:
        raise BadInput(
            f"app={app}: {next(iter(texts))} defines no {attribute}: name what it does define, "
            f"like {like}"
        )
    raise BadInput(
        f"app={app}: the service has no module {module} ({module.replace('.', '/')}.py): "
        f"commit it first, or name another one, like {like}"
    )


def _given(derived: Derived, value: Any, source: str) -> Derived:
    """Return a given answer; the evidence of another value speaks against it."""
    if str(value).lower() == str(derived.value).lower():
        return replace(derived, value=value, doubtful=False)
    facts = derived.evidence
    if not isinstance(derived.value, bool):
        facts = tuple(fact for fact in (*facts, *derived.against) if fact.value != str(value))
    evidence = (Fact(derived.name, str(value), source, 0, GIVEN),)
    return Derived(derived.name, value, evidence, facts)


def _of(facts: Iterable[Fact], about: str) -> list[Fact]:
    return [fact for fact in facts if fact.about == about]


def _best(facts: list[Fact]) -> tuple[str, tuple[Fact, ...], tuple[Fact, ...], bool] | None:
    """Return the value of most weight, the facts for and against it, and whether it is in doubt."""
    by_value: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_value[fact.value].append(fact)
    if not by_value:
        return None

    def strength(value: str) -> tuple[int, int]:
        weights = [fact.weight for fact in by_value[value]]
        return max(weights), sum(weights)

    first, *rest = sorted(by_value, key=strength, reverse=True)
    against = tuple(fact for value in rest for fact in by_value[value])
    sure = strength(first)[0] > max((strength(value)[0] for value in rest), default=HINTS)
    return first, tuple(by_value[first]), against, not sure


def _required(files: Files) -> set[str]:
    """Return the packages that the service requires, without itself in its own extras."""
    return {
        one.name
        for one in read(files)[0]
        if not (one.group and Requirement(one.text).extras) or one.name != _own_name(files)
    }


def _own_name(files: Files) -> str:
    project = toml.data(files.get("pyproject.toml", "")).get("project", {})
    return canonicalize_name(str(project.get("name", "")))


def _name(facts: list[Fact], folder: str, packages: Set[str]) -> Derived:
    """Return the service's name, which must differ from every package that it requires."""
    found = _named(facts, folder)
    if found.value not in packages:
        return found
    return replace(found, value=f"{found.value}-service", doubtful=True)


def _named(facts: list[Fact], folder: str) -> Derived:
    found = _best([f for f in _of(facts, "service_name") if _label(f.value)])
    if found is None:
        titles = tuple(f for f in _of(facts, "title") if f.path.endswith(".py") and _label(f.value))
        name = _label(titles[0].value if titles else folder) or "my-service"
        return Derived("service_name", name, titles[:1], doubtful=True)
    value, evidence, against, doubtful = found
    return Derived("service_name", _label(value), evidence, against, doubtful)


def _label(name: str) -> str:
    """Return `name` as a DNS label that the template accepts; empty if nothing is left of it."""
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return re.sub(r"^[^a-z]+", "", words)[:_LONGEST_NAME].strip("-")


def _text(name: str, facts: list[Fact], default: str) -> Derived:
    usable = [f for f in _of(facts, name) if f.value.strip() and f.value.isprintable()]
    if not usable:
        return Derived(name, default, doubtful=True)
    best = max(usable, key=lambda fact: fact.weight)
    against = tuple(f for f in usable if f.value != best.value and f.weight == best.weight)
    return Derived(name, best.value.strip(), (best,), against, bool(against))


def _port(facts: list[Fact]) -> Derived:
    metrics = _of(facts, "metrics_port")
    ports = [
        fact for fact in _of(facts, "service_port") if fact.value not in {m.value for m in metrics}
    ]
    usable = [fact for fact in ports if _LOWEST_PORT <= int(fact.value) <= _HIGHEST_PORT]
    found = _best(usable)
    if found is None:
        return Derived("service_port", 8000, (), tuple(ports), doubtful=bool(ports))
    value, evidence, against, doubtful = found
    return Derived("service_port", int(value), evidence, against, doubtful)


def _management_port(facts: list[Fact], service_port: int) -> Derived:
    if best := _best(_of(facts, "management_port")):
        return Derived("management_port", int(best[0]), best[1])
    own = _of(facts, "metrics_port")
    taken = {service_port, *(int(fact.value) for fact in own)}
    port = next(port for port in range(9000, 10000) if port not in taken)
    return Derived("management_port", port)


def _packaging(facts: list[Fact], *, is_copy: bool) -> Iterator[Derived]:
    """Yield the package manager of a service that uses Poetry. Its team must confirm it."""
    if poetry := [fact for fact in _of(facts, "packaging") if fact.value == "poetry"]:
        if is_copy:
            yield Derived("packaging", "poetry", tuple(poetry))
        else:
            yield Derived("packaging", "uv", against=tuple(poetry), doubtful=True)


def _shipping(facts: list[Fact], *, is_copy: bool) -> Iterator[Derived]:
    """Yield the answers about chart and pipeline; a copy keeps the defaults unless it differs."""
    folder, pipelines = _of(facts, "chart_folder"), _of(facts, "pipeline")
    deployed = [f for f in _of(facts, "manifest") if f.value in {"Deployment", "StatefulSet"}]
    charts = _of(facts, "chart")
    if best := _best(_of(facts, "helm")):
        yield Derived("helm", best[0] == "True", best[1])
    elif own := folder or charts:  # a second chart only on request
        yield Derived("helm", value=False, evidence=tuple(own))
    elif deployed or not is_copy:
        yield Derived("helm", value=True, against=tuple(deployed), doubtful=bool(deployed))
    if best := _best(_of(facts, "ci")):
        yield Derived("ci", best[0], best[1])
    elif pipelines or not is_copy:
        yield Derived("ci", "none", tuple(pipelines))


def _python(facts: list[Fact]) -> Derived:
    named, newer = _of(facts, "python_version"), _of(facts, "newer_syntax")
    possible = [one for one in PYTHONS if all(_minor(one) >= _minor(f.value) for f in newer)]
    demands = _of(facts, "requires_python")
    # An older one installs nothing: the image does not download another Python, as uv does.
    fits = [v for v in possible if all(allows(f.value, f"{v}.0") for f in demands)] or possible
    known = [fact for fact in named if fact.value in fits]
    if found := _best(known):
        value, evidence, against, _ = found
        others = tuple(f for f in named if f.value in possible and f.value not in fits)
        return Derived("python_version", value, evidence, (*against, *others))
    for version in possible:
        fitting = [fact for fact in demands if allows(fact.value, f"{version}.0")]
        if fitting:
            # The service ran on an older Python: this is the nearest that the standard supports.
            evidence = (*fitting, *newer)
            return Derived("python_version", version, evidence, tuple(named), bool(named))
    version = [*possible, *PYTHONS][0]
    return Derived("python_version", version, tuple(newer), (*named, *demands), doubtful=True)


def _minor(version: str) -> int:
    return int(version.rpartition(".")[2])


def _app(facts: list[Fact], files: Files, name: str) -> tuple[Derived, Derived]:
    """Return the answers `app` and `package_path`."""
    found = sorted(_apps(facts, files), key=lambda app: (-app.weight, app.module.count(".")))
    if not found:
        raise BadInput(_why_none(facts))
    best, *rest = found
    rivals = [app for app in rest if (app.module, app.attribute) != (best.module, best.attribute)]
    launched = any(fact.about in _LAUNCHES for fact in best.facts)
    doubtful = any(app.weight == best.weight for app in rivals) or (bool(rivals) and not launched)
    # If two commands start two applications, a person must say which one is the service.
    doubtful |= any(fact.about in _LAUNCHES for app in rivals for fact in app.facts)
    against = tuple(fact for app in rivals for fact in app.facts)
    answer = Derived("app", f"{best.module}:{best.attribute}", tuple(best.facts), against, doubtful)
    top = best.module.split(".")[0]
    package = top if "." in best.module else _free(name.replace("-", "_"), best.root, files)
    path = f"{best.root}/{package}" if best.root else package
    if known := [fact for fact in _of(facts, "package_path") if fact.weight == RECORDED]:
        return answer, Derived("package_path", known[0].value, tuple(known))
    return answer, Derived("package_path", path, tuple(best.facts))


def _free(name: str, root: str, files: Files) -> str:
    """Return an unused name for a new package next to a flat module."""
    taken = {PurePosixPath(path).relative_to(root or ".").parts[0].removesuffix(".py")
             for path in files if not root or path.startswith(f"{root}/")}  # fmt: skip
    if name in taken or name in sys.stdlib_module_names:
        name = f"{name}_service"
    return name


_NOT_ASGI = {"Flask", "Bottle", "Connexion", "Django", "Falcon"}


def _why_none(facts: list[Fact]) -> str:
    """Return the reason why there is no application, and what to do."""
    for other in _of(facts, "other_framework"):
        why = f"{other.where}: this is a {other.value} application, but the chassis wraps only "
        if other.value in _NOT_ASGI:
            return (
                f"{why}ASGI; you can still use the standard's lint, types, image and pipeline: "
                "copy them from a service made with drydock new"
            )
        return f"{why}FastAPI and Starlette; to try it anyway, use --data app=module:attribute"
    for factory in _of(facts, "factory_with"):
        called = factory.value.rpartition(":")[2]
        return (
            f"{factory.where}: {called} needs arguments, so no server can call it: write a module "
            "with app = ... that calls it, and name it with --data app=module:app"
        )
    for unreadable in _of(facts, "unreadable"):
        return (
            f"no ASGI application found, and {unreadable.where}: {unreadable.value}: run drydock "
            "where that Python is installed, or name the application with "
            "--data app=module:attribute"
        )
    return (
        "no ASGI application found (FastAPI() or Starlette() at the top of a module, or a function "
        "that returns one): name it with --data app=module:attribute"
    )


def _require_one_service(facts: list[Fact], files: Files) -> None:
    """Raise BadInput if the folder holds services instead of being one."""
    lists = {path for path in files if _LIST.search(path)}
    at_top = any(
        path.rpartition("/")[0] in {"", "requirements"}
        # A pyproject.toml of a workspace, or only of tools, is not a service's.
        and (
            not path.endswith(".toml") or re.search(r"(?m)^\[(project|tool\.poetry)\]", files[path])
        )
        for path in lists
    )
    images = {path for path in files if path.endswith("/Dockerfile")}
    nested = {path.rpartition("/")[0] for path in lists | images} - {"", "requirements"}
    apps = [f.path for f in facts if f.about in {"app_object", "factory"}]
    homes = {
        max((one for one in nested if path.startswith(f"{one}/")), key=len, default="")
        for path in apps
    }
    services = sorted(homes - {""})
    if services and "" not in homes and (not at_top or len(services) > 1):
        listed = ", ".join(services)
        what = "several services" if len(services) > 1 else "a service in a subfolder"
        raise BadInput(f"the folder holds {what}: run drydock retrofit in each: {listed}")


def _apps(facts: list[Fact], files: Files) -> Iterator[_App]:
    """Yield each application that code or commands name, with all its facts."""
    found: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    roots: dict[tuple[str, str], str] = {}
    for fact in [*_of(facts, "app_object"), *_of(facts, "factory")]:
        path, _, attribute = fact.value.rpartition(":")
        found[path, attribute].append(fact)
    for fact in _of(facts, "app"):
        for path, root in _files_of(fact.value, files):
            attribute = fact.value.rpartition(":")[2]
            if fact.path in files and _is_wsgi(path, attribute, facts, files):
                break
            if root and _imports_from(path, root, files):
                root = _root_of(path, files)  # noqa: PLW2901 - its imports decide
            roots.setdefault((path, attribute), root)
            found[path, attribute].append(fact)
            break
    for fact in _of(facts, "app_file"):
        file = fact.value.removeprefix("./")
        launched = {file, f"{file.removesuffix('.py')}/__main__.py"}
        for (path, _), known in found.items():
            if path in launched or any(one.path in launched for one in known):
                known.append(fact)
    with_app = {
        path for (path, _), known in found.items() if any(f.about != "factory" for f in known)
    }
    for (path, attribute), known in found.items():
        if all(fact.about == "factory" for fact in known) and path in with_app:
            continue  # the module's application is made by this factory
        named = roots.get((path, attribute))
        root = _root_of(path, files) if named is None else named
        module = module_of(path.removeprefix(f"{root}/") if root else path)
        if all(part.isidentifier() for part in module.split(".")):
            yield _App(root, module, attribute, tuple(known))


def _is_wsgi(path: str, attribute: str, facts: list[Fact], files: Files) -> bool:
    """Tell whether an application is one of a framework that serves no ASGI."""
    lines = files[path].splitlines()
    return any(
        re.match(rf"{re.escape(attribute)}\b(?!.*asgi)", lines[fact.line - 1])
        for fact in _of(facts, "other_framework")
        if fact.path == path and fact.value in _NOT_ASGI
    )


def _files_of(target: str, files: Files) -> Iterator[tuple[str, str]]:
    """Yield the files that `folder/module:attribute` can name, and the folder to import from."""
    folder, _, dotted = target.rpartition(":")[0].rpartition("/")
    inside = dotted.replace(".", "/")
    likely = [folder] if folder else []
    for path in files:  # images and scripts may change to a folder before they start it
        for ending in (f"{inside}.py", f"{inside}/__init__.py"):
            if path.endswith(f"/{ending}"):
                likely.append(path.removesuffix(f"/{ending}"))
    order = ["", "src", *sorted(set(likely), key=lambda root: (root.count("/"), root))]
    for root in order if not folder else [folder, *order]:
        for ending in (f"{inside}.py", f"{inside}/__init__.py"):
            path = f"{root}/{ending}" if root else ending
            if path in files:
                yield path, root


def _imports_from(path: str, folder: str, files: Files) -> bool:
    """Tell whether a module imports from its own folder, by the folder's name or relatively."""
    name = re.escape(folder.rpartition("/")[2])
    return path.rpartition("/")[0] == folder and bool(
        re.search(rf"(?m)^\s*((from|import)\s+{name}\b|from\s+\.)", files[path])
    )


def _root_of(path: str, files: Files) -> str:
    """Return the folder that a module is imported from, judged by packages and imports."""
    folder = path.rpartition("/")[0]
    if not folder:
        return ""
    if f"{folder}/__init__.py" in files:
        while folder and f"{folder}/__init__.py" in files:
            folder = folder.rpartition("/")[0]
        return folder
    siblings = {PurePosixPath(other).stem for other in files if other.rpartition("/")[0] == folder}
    for node in ast.walk(python.parse(files[path])):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            if node.level:
                return folder.rpartition("/")[0]
            names = [node.module or ""]
        if any(name.split(".")[0] == folder.split("/")[-1] for name in names):
            return folder.rpartition("/")[0]
        if any(name.split(".")[0] in siblings for name in names):
            return folder
    return "src" if folder.startswith("src/") else folder.rpartition("/")[0]
