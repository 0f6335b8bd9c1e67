"""Finds answers that the code of a service contradicts."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from drydock.adoption import python
from drydock.adoption.facts import Fact, Files, chassis, image
from drydock.project import Service

_LITERAL = {"service_name", "service_port", "management_port"}
"""The answers that files of the chassis repeat literally."""
_COMPARED = _LITERAL | {"inference", "helm", "ci", "python_version"}
_LOCKS = {"uv": "uv.lock", "poetry": "poetry.lock"}


@dataclass(frozen=True)
class Disagreement:
    """An answer, and the value that the service has instead."""

    answer: str
    recorded: str
    found: str
    where: str


def disagreements(files: Files, recorded: Mapping[str, Any]) -> Iterator[Disagreement]:
    """Yield the recorded answers that the `files` of a service contradict.

    Nothing is run. Doubtful differences are not reported.
    """
    yield from _contradicted([*chassis.find(files), *_pythons(files)], recorded, _COMPARED)
    yield from _app(files, recorded)
    packaging = str(recorded.get("packaging"))
    others = [tool for tool, lock in _LOCKS.items() if lock in files and tool != packaging]
    if packaging in _LOCKS and _LOCKS[packaging] not in files and others:
        yield Disagreement("packaging", packaging, others[0], _LOCKS[others[0]])


def edited(service: Service) -> Iterator[str]:
    """Yield a note for each edited answer that the chassis of a service does not follow.

    Reads only the files that identify the chassis: every update calls this.
    """
    paths = [path for path in service.tracked if path.startswith(service.prefix)]
    files = [path for path in paths if path.endswith(chassis.FILES)]
    contents = service.repository.read_blobs([service.tracked[path].oid for path in files])
    texts = {
        path.removeprefix(service.prefix): contents[service.tracked[path].oid].decode(
            "utf-8", "replace"
        )
        for path in files
    }
    for one in _contradicted(chassis.find(texts), service.answers.values, _LITERAL):
        yield (
            f"{service.answers.file} has {one.answer}: {one.recorded}, but {one.where} has "
            f"{one.found}. Editing answers does not change code: restore {one.found} "
            f"there, commit, then run drydock update --data {one.answer}={one.recorded}"
        )


def _contradicted(
    facts: Iterable[Fact], recorded: Mapping[str, Any], names: Set[str]
) -> Iterator[Disagreement]:
    """Yield those of the answers `names` of which the facts have another value."""
    for fact in facts:
        if fact.about in names and fact.about in recorded:
            answer = str(recorded[fact.about])
            if answer != fact.value:
                yield Disagreement(fact.about, answer, fact.value, fact.where)


def _pythons(files: Files) -> Iterator[Fact]:
    facts = image.find({"Dockerfile": files["Dockerfile"]} if "Dockerfile" in files else {})
    yield from (fact for fact in facts if fact.about == "python_version")


def _app(files: Files, recorded: Mapping[str, Any]) -> Iterator[Disagreement]:
    """Yield what is wrong with the answer `app`: the module or its attribute does not exist."""
    module, _, attribute = str(recorded.get("app")).partition(":")
    root = posixpath.dirname(str(recorded.get("package_path")))
    stem = posixpath.join(root, module.replace(".", "/"))
    path = next((p for p in (f"{stem}.py", f"{stem}/__init__.py") if p in files), None)
    if not attribute:
        return
    if path is None:
        yield Disagreement("app", f"{module}:{attribute}", "no such module", f"{stem}.py")
    elif not python.can_have(files[path], attribute):
        yield Disagreement("app", f"{module}:{attribute}", f"no {attribute} in it", path)
