"""An existing chassis: the service is a copy of one that this template made."""

import ast
from collections.abc import Iterator, Mapping
from functools import lru_cache

from drydock.adoption import python
from drydock.adoption.facts import RECORDED, Fact, Files

_CONSTANTS = {
    "SERVICE": "service_name",
    "APP": "app",
    "SERVICE_PORT": "service_port",
    "MANAGEMENT_PORT": "management_port",
    "ADOPTED": "adopted",
    "TEMPLATE_RELEASE": "template_release",
}
_MODELS = {"local": "inference.py", "triton": "triton.py"}
_PIPELINES = {
    "Jenkinsfile": "jenkins",
    ".github/workflows/pipeline.yml": "github",
    ".gitlab-ci.yml": "gitlab",
}
_CALLS_NOX = "is in noxfile.py, for you to run as well"
"""Text in the first line of the standard's pipelines."""
_IDENTITY = "/chassis/identity.py"
FILES = (_IDENTITY, "/chassis/application.py")
"""How the paths of a chassis' identifying files end."""


def find(files: Files) -> Iterator[Fact]:
    """Yield the answers that the chassis was rendered with."""
    for path, text in files.items():
        if (
            path.endswith(_IDENTITY)
            and f"{path.removesuffix('identity.py')}application.py" in files
        ):
            folder = path.removesuffix(_IDENTITY)
            yield Fact("package_path", folder, path, 0, RECORDED)
            yield _inference(files, folder)
            yield from _constants(path, text, folder)
            yield from _shipping(files)
            return


def _inference(files: Files, folder: str) -> Fact:
    for kind, name in _MODELS.items():
        if (path := f"{folder}/chassis/{name}") in files:
            return Fact("inference", kind, path, 0, RECORDED)
    return Fact("inference", "none", f"{folder}{_IDENTITY}", 0, RECORDED)


def _shipping(files: Files) -> Iterator[Fact]:
    """Yield the answers about chart and pipeline, if the copied release had these questions."""
    path = "noxfile.py"
    text = files.get(path, "")
    if "def push(" in text:
        line = _functions(text).get("chart", 0)
        yield Fact("helm", str(line > 0), path, line, RECORDED)
        pipelines = (path for path in _PIPELINES if _CALLS_NOX in files.get(path, ""))
        pipeline = next(pipelines, path)
        yield Fact("ci", _PIPELINES.get(pipeline, "none"), pipeline, 0, RECORDED)


@lru_cache(64)  # services of one release have the same noxfile.py
def _functions(text: str) -> Mapping[str, int]:
    """Return the line of each function in a module."""
    try:
        tree = python.parse(text)
    except (SyntaxError, ValueError):
        return {}
    return {node.name: node.lineno for node in tree.body if isinstance(node, ast.FunctionDef)}


def _constants(path: str, text: str, folder: str) -> Iterator[Fact]:
    try:
        tree = python.parse(text)
    except (SyntaxError, ValueError):
        return
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            about, value = _CONSTANTS.get(node.target.id), node.value
            if about and isinstance(value, ast.Constant):
                literal = str(value.value)
                if about == "app":
                    root = folder.rpartition("/")[0]
                    literal = f"{root}/{literal}" if root else literal
                yield Fact(about, literal, path, node.lineno, RECORDED)
