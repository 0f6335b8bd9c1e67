"""`drydock update` reports names in your files that the release removes."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from drydock.commands.update import Options, update

from tests.support import Service, Template, own_settings

ACTION = "runs: {using: composite, steps: []}\n"
CLOCK = "def now() -> int:\n    return 1\n"
LINT = "all: lint\n\nlint:\n\truff check\n\nlint-docs:\n\tlint docs\n"
CHART = "lint:\n\thelm lint\n\nship:\n\thelm push\n\nkept:\n\ttrue\n"
REQUIRED = '[project]\nname = "shop"\ndependencies = [{}]\n\n[dependency-groups]\ndev = [{}]\n'
TIMES = """\
import os

from shop.clock import now as _now

ZONE = "UTC"


def parse(text: str) -> int:
    return int(text)


def show(time: int) -> str:
    return str(time)


def wait(seconds: int) -> None:
    pass


def later(time: int) -> int:
    return time
"""
NEW_TIMES = """\
ZONES = ["UTC"]


def show(time: int, zone: str) -> str:
    return str(time)


async def wait(seconds: int) -> None:
    pass


def later(time: int, by: int = 1) -> int:
    return time + by
"""
FIXTURES = """\
import pytest


@pytest.fixture
def client():
    return 1


@pytest.fixture(name="model")
def _model():
    return 2


@pytest.fixture
def moved():
    return 3
"""
NEW_FIXTURES = "import pytest\n\n\n@pytest.fixture\ndef moved():\n    return 3\n"
HAD: Mapping[str, str] = {
    ".github/actions/install/action.yml": f"name: Install what the service needs\n{ACTION}",
    ".github/actions/upload/action.yml": ACTION,
    ".github/workflows/_check.yml": "on: workflow_call\njobs: {}\n",
    "scripts/build.sh": "#!/bin/sh\necho build the service\n",
    "scripts/moves.sh": "#!/bin/sh\necho this one moves to another folder\n",
    "scripts/yours.sh": "#!/bin/sh\necho yours\n",
    "requirements-dev.txt": "nox\nruff\n",
    "src/shop/__init__.py": "",
    "src/shop/clock.py": CLOCK,
    "src/shop/becomes.py": f"# A package.\n{CLOCK}",
    "src/shop/times.py": TIMES,
    "tests/conftest.py": FIXTURES,
    "chart/Chart.yaml": "name: shop\n",
    "chart/values.yaml": "api:\n  port: 80\n  host: a\ncache:\n  size: 1\n  keep-alive: 2\n",
    "Makefile": LINT,
    "chart/GNUmakefile": CHART,
    "docs/makefile": "html:\n\tbuild\n",
    "moved/Makefile": "tidy:\n\ttrue\n",
    "other/Makefile": "lint:\n\ttrue\n",
    "pyproject.toml": REQUIRED.format('"deprecated", "other-lib>=1", "unused", "moves"', ""),
}
RELEASE: Mapping[str, str | None] = {
    ".github/actions/install/action.yml": None,
    ".github/actions/upload/action.yml": None,
    ".github/actions/upload/action.yaml": ACTION,
    ".github/workflows/_check.yml": None,
    "scripts/build.sh": None,
    "scripts/moves.sh": None,
    "scripts/yours.sh": None,
    "tools/moves.sh": HAD["scripts/moves.sh"],
    "requirements-dev.txt": None,
    "src/shop/clock.py": None,
    "src/shop/becomes.py": None,
    "src/shop/becomes/__init__.py": HAD["src/shop/becomes.py"],
    "src/shop/times.py": NEW_TIMES,
    "tests/conftest.py": "",
    "conftest.py": NEW_FIXTURES,
    "chart/values.yaml": "api:\n  ports: [80]\n  host: a\n",
    "Makefile": LINT.replace("lint", "check"),
    "chart/GNUmakefile": CHART.replace("lint:", "check:").replace("ship:", "push:"),
    "docs/makefile": None,
    "moved/Makefile": None,
    "moved/GNUmakefile": "tidy:\n\ttrue\n",
    "new.sh": "scripts/build.sh\n",
    "pyproject.toml": REQUIRED.format("", '"moves"'),
}
OWN = {
    ".github/workflows/own.yml": (
        "jobs:\n  own:\n    steps:\n"
        "      - uses: ./.github/actions/install\n      - uses: ./.github/actions/upload\n"
    ),
    "own/check.yml": "jobs:\n  own:\n    uses: ./.github/workflows/_check.yml\n",
    "deploy/own.sh": "set -e\n../scripts/build.sh --all\n",
    "Dockerfile": "FROM python\nRUN ./scripts/moves.sh\n",
    "requirements-own.txt": "-r requirements-dev.txt\n",
    "src/shop/own.py": "from .clock import now\n",
    "tests/test_own.py": "import os\nfrom shop import clock\n",
    "own.sh": "make -s lint\n",
    "docs.sh": "make lint-docs\n",
    "ship.sh": "set -e\nmake -s -C chart/ --jobs ship\n",
    "enter.sh": "cd chart && make lint\n",
    "chart/ci.sh": "make ship\n",
    "chart/check.sh": "make lint\n",
    "html.sh": "make --directory=docs html\n",
    "src/shop/old.py": "import os\n\nfrom deprecated.sphinx import versionadded\n",
    "src/shop/wire.py": "import other_lib\nimport moves\n",
    "src/shop/zone.py": "from .times import show, ZONE\n",
    "src/shop/parsing.py": "import shop.times as clocks\n\nVALUE = clocks.parse('1')\n",
    "src/shop/shown.py": "from shop import times\n\n\nTEXT = times.show(1)\n",
    "src/shop/waits.py": "from shop.times import wait as pause\n\npause(1)\n",
    "tests/test_client.py": "def test_client(client):\n    pass\n",
    "tests/test_model.py": "import os\n\n\ndef test_model(moved, model):\n    pass\n",
    "chart/templates/own.yaml": "host: {{ .Values.api.host }}\nport: {{ .Values.api.port }}\n",
    "chart/templates/cache.yaml": "size: {{ .Values.cache.size }}\n",
    # Files without a removed name:
    "chart/templates/other.yaml": "a: {{ .Values.api.ports }}\nb: {{ .Values.other.port }}\n",
    "deploy/templates/own.yaml": "port: {{ .Values.api.port }}\n",
    "src/shop/last.py": "from shop.times import later, show\n\nlater(1)\nshow(1, 'UTC')\n",
    "src/shop/local.py": "import other.times\n\nother.times.parse('1')\nZONE = 1\n",
    "tests/test_own_client.py": (
        "import pytest\n\n\n@pytest.fixture\ndef client():\n    return 5\n\n\n"
        "def test_it(client):\n    pass\n"
    ),
    "other/test_client.py": "def test_client(client):\n    pass\n",
    "src/shop/other.py": "from .becomes import now\n",
    "HISTORY.md": "scripts/build.sh was removed\n",
    "comments.sh": "# scripts/build.sh\n",
    "longer.sh": "scripts/build.sh.bak\nmy/scripts/build.sh\nmake lint-all\ncmake lint\n",
    "made.sh": "make -C chart kept\nmake -C other ship\nmake ship\nmake -C moved tidy\n",
    "made-elsewhere.sh": "make -C other lint\n(cd other; make lint)\n",
    "kept.sh": "scripts/yours.sh\n",
    "scripts/yours.sh": "#!/bin/sh\necho mine\n",
}
NOTES = {
    "a local action":
        ".github/workflows/own.yml:4 uses ./.github/actions/install, which the release removes",
    "a reusable workflow":
        "own/check.yml:3 uses .github/workflows/_check.yml, which the release removes",
    "a script": "deploy/own.sh:2 uses scripts/build.sh, which the release removes",
    "a script that moves":
        "Dockerfile:2 uses scripts/moves.sh, which the release moves to tools/moves.sh",
    "a requirements file":
        "requirements-own.txt:1 uses requirements-dev.txt, which the release removes",
    "a module": "src/shop/own.py:1 uses shop.clock, which the release removes",
    "a module imported from its package":
        "tests/test_own.py:2 uses shop.clock, which the release removes",
    "a constant of a module": "src/shop/zone.py:1 uses shop.times.ZONE, which the release removes",
    "a function of an imported module":
        "src/shop/parsing.py:3 uses shop.times.parse, which the release removes",
    "a function with another parameter":
        "src/shop/shown.py:4 calls shop.times.show, whose parameters the release changes",
    "a function that becomes async":
        "src/shop/waits.py:3 calls shop.times.wait, whose parameters the release changes",
    "a fixture": "tests/test_client.py:1 uses the fixture client, which the release removes",
    "a fixture with a name":
        "tests/test_model.py:4 uses the fixture model, which the release removes",
    "a value of a chart":
        "chart/templates/own.yaml:2 uses .Values.api.port, which the release removes",
    "a table of values of a chart":
        "chart/templates/cache.yaml:1 uses .Values.cache, which the release removes",
    "a required package":
        "src/shop/old.py:3 uses the package deprecated, which the release removes",
    "a required package with a hyphen":
        "src/shop/wire.py:1 uses the package other-lib, which the release removes",
    "a make target": "own.sh:1 uses make lint, which the release removes",
    "a make target with a hyphen": "docs.sh:1 uses make lint-docs, which the release removes",
    "a make target of a folder":
        "ship.sh:2 uses make -C chart ship, which the release removes",
    "a make target in an entered folder":
        "enter.sh:1 uses make -C chart lint, which the release removes",
    "a make target in its folder": "chart/ci.sh:1 uses make ship, which the release removes",
    "a make target of two files": "chart/check.sh:1 uses make lint, which the release removes",
    "a make target of a removed file":
        "html.sh:1 uses make -C docs html, which the release removes",
}  # fmt: skip


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The notes of an update that removes these names."""
    place = tmp_path_factory.mktemp("references")
    with pytest.MonkeyPatch.context() as patch:  # this fixture runs before a test's own settings
        for name, value in own_settings(tmp_path_factory.mktemp("home")).items():
            patch.setenv(name, value)
        yield notes_of_update(place)


def notes_of_update(place: Path) -> list[str]:
    template = Template.make(place / "template")
    template.release("v1.0.0", dict(HAD))
    service = Service.make(template, place / "service")
    service.change(dict(OWN))
    template.release("v1.1.0", dict(RELEASE))
    report = update(Path(service.path), Options(defaults=True), lambda _: None)
    assert [file.path for file in report.files if file.outcome == "conflict"] == [
        "scripts/yours.sh"
    ]
    return [note for note in report.notes if " uses " in note or " calls " in note]


@pytest.mark.parametrize("what", NOTES)
def test_removed_name_is_reported(what: str, notes: list[str]) -> None:
    assert NOTES[what] in notes


def test_nothing_else_is_reported(notes: list[str]) -> None:
    assert sorted(notes) == sorted(NOTES.values())
