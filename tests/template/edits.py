"""Edits that teams make to their services, each with a check that it is still in effect.

The weights follow the histories of real projects (benchmarks/README.md): dependencies and tool
settings lead, then code, then images; files are rarely renamed or deleted.
"""

import configparser
import random
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import Requirement


@dataclass(frozen=True)
class Edit:
    """One change: in the file at `path`, `old` becomes `new`."""

    name: str
    weight: int
    path: str
    """Relative to the service's folder; `{package}` and `{app}` are replaced by the answers."""
    old: str
    """Empty: the end of the file."""
    new: str
    in_effect: Callable[["Place"], object]
    """Returns whether the edit is in effect."""
    test: str = ""
    """The body of a test in the service that checks it as well."""
    moved_to: str = ""
    """The file's new name; `nowhere` deletes it."""
    also: tuple[str, str] = ("", "")
    """Another text of the file, and its replacement."""
    creates: bool = False
    """Whether the edit creates the file."""


@dataclass(frozen=True)
class Place:
    """A service to which edits are made."""

    folder: Path
    renames: tuple[str, str] = ("", "")
    """A file, and the name that the release gave it."""

    def answers(self) -> dict[str, Any]:
        """Return the answers to the template's questions."""
        read: dict[str, Any] = yaml.safe_load((self.folder / ".copier-answers.yml").read_text())
        return read

    def path(self, name: str) -> Path:
        """Return the path of a file of an edit."""
        answers = self.answers()
        package = answers["package_path"]
        root, _, own = package.rpartition("/")
        app = answers["app"].partition(":")[0].replace(".", "/") + ".py"
        named = name.format(package=package, app=f"{root}/{app}" if root else app, own=own)
        old, new = self.renames
        return self.folder / (new if named == old else named)

    def text(self, name: str) -> str:
        """Return the text of a file, empty if it does not exist."""
        path = self.path(name)
        return path.read_text() if path.exists() else ""

    def toml(self, name: str) -> dict[str, Any]:
        """Return the content of a TOML file."""
        return tomllib.loads(self.text(name))

    def dependencies(self, group: str = "") -> set[str]:
        """Return the requirements of the service, or of one of its groups."""
        project = self.toml("pyproject.toml")
        found = project["dependency-groups"][group] if group else project["project"]["dependencies"]
        assert len(found) == len({re.split(r"[<>=;\[ ]", one)[0] for one in found}), found
        return set(found)

    def allows(self, package: str, version: str) -> bool:
        """Return whether the service accepts a version of a package that it depends on."""
        (found,) = (one for one in map(Requirement, self.dependencies()) if one.name == package)
        return found.specifier.contains(version)

    def yaml(self, name: str) -> dict[str, Any]:
        """Return the content of a YAML file."""
        read: dict[str, Any] = yaml.safe_load(self.text(name) or "{}")
        return read

    def hooks(self) -> list[str]:
        """Return the ids of the pre-commit hooks."""
        repos = self.yaml(".pre-commit-config.yaml").get("repos", [])
        return [hook["id"] for repo in repos for hook in repo["hooks"]]

    def ini(self, name: str) -> configparser.ConfigParser:
        """Return the content of an INI file."""
        parser = configparser.ConfigParser()
        parser.read_string(self.text(name))
        return parser


OWN = "    # The service's own:\n"
LAST_COPY = "COPY --from=build /app /app\n"
HOOK = """\
      - id: ours
        name: ours
        entry: "true"
        language: system
"""
GZIP = "from starlette.middleware.gzip import GZipMiddleware\n"
SESSION = '''

@nox.session
def ours(session: nox.Session) -> None:
    """Do what only this service does."""
    session.run("true", external=True)
'''
ROUTE = '''

@router.get("/ours")
def ours() -> dict[str, bool]:
    """Tell that this route is the team's."""
    return {"ours": True}
'''

EDITS = [
    Edit(
        "dependency added", 9, "pyproject.toml", OWN, f'{OWN}    "attrs>=23",\n',
        lambda at: "attrs>=23" in at.dependencies(),
        "import attrs\n\n    assert attrs.__name__ == 'attrs'",
    ),
    Edit(
        "tool added", 5, "pyproject.toml", '    "ruff>=0.14",\n',
        '    "pytest-timeout>=2.3",\n    "ruff>=0.14",\n',
        lambda at: "pytest-timeout>=2.3" in at.dependencies("dev"),
    ),
    Edit(
        "tool removed", 3, "pyproject.toml", '    "nox>=2025.5",\n', "",
        lambda at: not any(one.startswith("nox") for one in at.dependencies("dev")),
    ),
    Edit(
        "dependency raised", 5, "pyproject.toml", '"structlog>=25.1"', '"structlog>=25.2"',
        lambda at: not at.allows("structlog", "25.1.0"),
    ),
    Edit(
        "version of the service", 6, "pyproject.toml", 'version = "0.1.0"', 'version = "0.2.0"',
        lambda at: at.toml("pyproject.toml")["project"]["version"] == "0.2.0",
    ),
    Edit(
        "tool setting added", 6, "ruff.toml", '    "S104", #',
        '    "PLC0415", # imports where they are needed\n    "S104", #',
        lambda at: {"PLC0415", "S104"} <= set(at.toml("ruff.toml")["lint"]["ignore"]),
    ),
    Edit(
        "tool setting changed", 4, "ruff.toml", "line-length = 100", "line-length = 110",
        lambda at: at.toml("ruff.toml")["line-length"] == 110,
    ),
    Edit(
        "type checks loosened", 3, "mypy.ini", "",
        "\n[mypy-ours.*]\nignore_missing_imports = True\n",
        lambda at: at.ini("mypy.ini").has_section("mypy-ours.*"),
    ),
    Edit(
        "warnings are errors", 3, "pytest.toml", "xfail_strict = true",
        'xfail_strict = true\nmarkers = ["ours: a marker"]',
        lambda at: "markers" in at.toml("pytest.toml")["pytest"],
        'assert "ours: a marker" in request.config.getini("markers")',
    ),
    Edit(
        "layer added", 5, "Dockerfile", LAST_COPY,
        f"{LAST_COPY}RUN apt-get update && apt-get install --yes libgomp1\n",
        lambda at: at.text("Dockerfile").index("libgomp1") < at.text("Dockerfile").index("\nUSER "),
    ),
    Edit(
        "stage added", 2, "Dockerfile", "\n\nFROM ",
        "\n\nFROM build AS debug\nRUN uv pip install debugpy\n\n\nFROM ",
        lambda at: "AS build" in at.text("Dockerfile").split("FROM build AS debug\n")[0],
    ),
    Edit(
        "variable of the image", 3, "Dockerfile", "PYTHONUNBUFFERED=1",
        "PYTHONUNBUFFERED=1 OMP_NUM_THREADS=1",
        lambda at: "PYTHONUNBUFFERED=1 OMP_NUM_THREADS=1" in at.text("Dockerfile"),
    ),
    Edit(
        "session added", 3, "noxfile.py", "", SESSION,
        lambda at: re.findall(r"^def (\w+)", at.text("noxfile.py"), re.MULTILINE)[-1] == "ours",
    ),
    Edit(
        "session changed", 3, "noxfile.py", 'run("pytest"', 'run("pytest", "--durations=3"',
        lambda at: '"--durations=3", *session.posargs' in at.text("noxfile.py"),
    ),
    Edit(
        "file ignored", 5, ".gitignore", ".env\n", ".env\n/data/\n",
        lambda at: {".env", "/data/"} <= set(at.text(".gitignore").splitlines()),
    ),
    Edit(
        "file kept from the image", 2, ".dockerignore", "docs\n", "docs\nexamples\n",
        lambda at: {"docs", "examples"} <= set(at.text(".dockerignore").splitlines()),
    ),
    Edit(
        "hook added", 3, ".pre-commit-config.yaml", "      - id: uv-lock\n",
        f"{HOOK}      - id: uv-lock\n",
        lambda at: at.hooks().count("ours") == 1,
    ),
    Edit(
        "route added", 8, "{package}/routes.py", "", ROUTE,
        lambda at: "def ours()" in at.text("{package}/routes.py"),
        'assert client.get("/api/v1/ours").json() == {"ours": True}',
    ),
    Edit(
        "middleware added", 3, "{app}", "", "app.add_middleware(GZipMiddleware)\n",
        lambda at: "add_middleware" in at.text("{app}"),
        "from starlette.middleware.gzip import GZipMiddleware\n\n"
        "    assert GZipMiddleware.__name__ in str([one.cls for one in app.user_middleware])",
        also=("import FastAPI\n", f"import FastAPI\n{GZIP}"),
    ),
    Edit(
        "setting added", 5, "{package}/settings.py", "", "    top_k: int = 3\n",
        lambda at: "top_k: int = 3" in at.text("{package}/settings.py"),
        "assert Settings.model_fields['top_k'].default == 3",
    ),
    Edit(
        "value changed", 5, "config/application.yml", "level: INFO", "level: WARNING",
        lambda at: at.yaml("config/application.yml")["logging"]["level"] == "WARNING",
    ),
    Edit(
        "chassis changed", 2, "{package}/chassis/metrics.py", "0.001, 0.0025,",
        "0.0005, 0.001, 0.0025,",
        lambda at: "0.0005, 0.001, 0.0025," in at.text("{package}/chassis/metrics.py"),
    ),
    Edit(
        "starter renamed", 2, "tests/test_routes.py", '"""The API', '"""Our API',
        lambda at: at.text("tests/test_api.py") and not at.text("tests/test_routes.py"),
        moved_to="tests/test_api.py",
    ),
    Edit(
        "standard file renamed", 1, "docs/operations.md", "# Operating", "# How we operate",
        lambda at: "# How we operate" in at.text("docs/runbook.md")
        and not at.text("docs/operations.md"),
        moved_to="docs/runbook.md",
    ),
    Edit(
        "starter deleted", 1, "CHANGELOG.md", "", "", lambda at: not at.text("CHANGELOG.md"),
        moved_to="nowhere",
    ),
    Edit(
        "standard file deleted", 2, ".pre-commit-config.yaml", "", "",
        lambda at: not at.text(".pre-commit-config.yaml"),
        moved_to="nowhere",
    ),
    Edit(
        "reformatted", 3, "pytest.toml", '["--strict-markers", "--strict-config"]',
        "[\n    '--strict-markers',\n    '--strict-config',\n]",
        lambda at: at.toml("pytest.toml")["pytest"]["addopts"][:2]
        == ["--strict-markers", "--strict-config"],
    ),
    Edit(
        "own file", 4, "{package}/ours.py", "", '"""What the team wrote."""\n',
        lambda at: at.text("{package}/ours.py"),
        creates=True,
    ),
]  # fmt: skip

# The beginning of the tests that are added to a service.
PRELUDE = '''\
"""What the team added is still there."""

import pytest
from starlette.testclient import TestClient

from {module} import {attribute} as app
from {own}.settings import Settings
'''
TEST = """

def test_{name}(client: TestClient, request: pytest.FixtureRequest) -> None:
    {body}
"""


def chosen(place: Place, seed: int, number: int) -> list[Edit]:
    """Return `number` compatible edits, drawn by weight."""
    rng = random.Random(seed)
    possible = [edit for edit in EDITS if edit.creates or place.path(edit.path).exists()]
    keys = {edit.name: rng.random() ** (1 / edit.weight) for edit in possible}
    found: list[Edit] = []
    for edit in sorted(possible, key=lambda edit: -keys[edit.name]):
        rivals = [other for other in found if other.path == edit.path]
        moves = edit.moved_to or any(other.moved_to for other in rivals)
        if len(found) < number and not (rivals and moves):
            found.append(edit)
    return found


def make(place: Place, edits: list[Edit]) -> None:
    """Make the edits, and add the tests that check them."""
    tests = [edit for edit in edits if edit.test]
    for edit in edits:
        _make(place, edit)
    if tests and (place.folder / "tests/conftest.py").exists():
        answers = place.answers()
        module, attribute = answers["app"].split(":")
        own = answers["package_path"].rpartition("/")[2]
        text = PRELUDE.format(module=module, attribute=attribute, own=own)
        text += "".join(_tests(tests))
        (place.folder / "tests/test_ours.py").write_text(text)


def _tests(edits: list[Edit]) -> Iterator[str]:
    for edit in edits:
        yield TEST.format(name=edit.name.replace(" ", "_"), body=edit.test)


def _make(place: Place, edit: Edit) -> None:
    path = place.path(edit.path)
    if edit.moved_to == "nowhere":
        path.unlink()
        return
    text = "" if edit.creates else path.read_text()
    for old in (edit.old, edit.also[0]):
        assert old in text, f"{edit.name}: {edit.path} lacks {old!r}"
    text = text.replace(edit.old, edit.new, 1) if edit.old else text + edit.new
    text = text.replace(*edit.also) if edit.also[0] else text
    path.write_text(text)
    if edit.moved_to:
        path.rename(place.path(edit.moved_to))
