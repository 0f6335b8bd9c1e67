"""Finds answers that the code of a service contradicts."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from drydock.adoption import python
from drydock.adoption.facts import Fact, Files, chassis, image

_COMPARED = {
    "service_name", "service_port", "management_port", "inference", "helm", "ci", "python_version",
}  # fmt: skip
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
    for fact in [*chassis.find(files), *_pythons(files)]:
        answer = recorded.get(fact.about)
        if fact.about in _COMPARED and answer is not None and str(answer) != fact.value:
            yield Disagreement(fact.about, str(answer), fact.value, fact.where)
    yield from _app(files, recorded)
    packaging = str(recorded.get("packaging"))
    others = [tool for tool, lock in _LOCKS.items() if lock in files and tool != packaging]
    if packaging in _LOCKS and _LOCKS[packaging] not in files and others:
        yield Disagreement("packaging", packaging, others[0], _LOCKS[others[0]])


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
