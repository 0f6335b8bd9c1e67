"""A service's own Renovate configuration stays the one that Renovate reads."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.legacy import requirements
from tests.legacy.support import NOW, make
from tests.support import Outcome, Service, Template, commit, git, write

pytestmark = pytest.mark.slow

Drydock = Callable[..., Outcome]
OWN = {"extends": ["local>platform/ours"], "packageRules": [{"matchDepTypes": ["dev"]}]}
STANDARD: dict[str, Any] = {"extends": ["config:recommended"], "copier": {"automerge": False}}
NAMES = [".github/renovate.json5", ".renovaterc", "package.json"]


def own(name: str) -> str:
    """Return the content of a Renovate configuration with this file name."""
    if name == "package.json":
        return json.dumps({"private": True, "renovate": OWN}, indent=2)
    comment = "// of the team\n" if name.endswith("5") else ""
    return comment + json.dumps(OWN, indent=2)


def outcomes(outcome: Outcome) -> dict[str, str]:
    assert outcome.code == 0, (outcome.out, outcome.err)
    return {file["path"]: file["outcome"] for file in json.loads(outcome.out)["files"]}


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")


def retrofit(drydock: Drydock, folder: Path, standard: Path, *arguments: str) -> Outcome:
    options = ("--defaults", "--template", standard, "--to", NOW, "--data", "ci=github", "--json")
    return drydock("retrofit", folder, *options, *arguments)


@pytest.mark.parametrize("name", NAMES)
def test_retrofit_adds_no_second_configuration(
    drydock: Drydock, tmp_path: Path, standard: Path, name: str
) -> None:
    folder = make(requirements.FLAT, tmp_path / "parcels")
    write(folder, {name: own(name)})
    commit(folder, "Let Renovate look")

    outcome = retrofit(drydock, folder, standard)

    assert outcomes(outcome)["renovate.json"] == "declined"
    assert not (folder / "renovate.json").exists()
    assert (folder / name).read_text() == own(name)
    (todo,) = (todo for todo in json.loads(outcome.out)["todo"] if todo["path"] == name)
    assert "Renovate reads only one" in todo["why"]
    assert '"extends": ["config:recommended"]' in todo["how"]


def test_retrofit_adds_renovate_json_to_a_service_without_one(
    drydock: Drydock, tmp_path: Path, standard: Path
) -> None:
    folder = make(requirements.FLAT, tmp_path / "parcels")
    write(folder, {"package.json": '{"private": true}', "docs/renovate.json5": "{}"})
    commit(folder, "Add files that are not Renovate's")

    assert outcomes(retrofit(drydock, folder, standard))["renovate.json"] == "added"


def test_retrofit_in_a_folder_of_a_repository_adds_renovate_json(
    drydock: Drydock, tmp_path: Path, standard: Path
) -> None:
    """Renovate reads its configuration at the root, and the report says to move it there."""
    make(requirements.FLAT, tmp_path / "all/shop")
    git(tmp_path / "all", "init", "--quiet")
    write(tmp_path / "all", {"shop/.renovaterc": own(".renovaterc")})
    (tmp_path / "all/shop/.git").rename(tmp_path / "was")
    commit(tmp_path / "all", "As it was")

    outcome = retrofit(drydock, tmp_path / "all/shop", standard)

    assert outcomes(outcome)["renovate.json"] == "added"
    assert "renovate.json" in {todo["path"] for todo in json.loads(outcome.out)["todo"]}


def test_retrofit_does_not_replace_an_existing_renovate_json(
    drydock: Drydock, tmp_path: Path, standard: Path
) -> None:
    folder = make(requirements.FLAT, tmp_path / "parcels")
    write(folder, {"renovate.json": own("renovate.json")})
    commit(folder, "Let Renovate look")

    outcome = retrofit(drydock, folder, standard)

    assert outcome.code == 1  # both set extends
    report = json.loads(outcome.out)
    assert [file["path"] for file in report["files"] if file["outcome"] == "conflict"] == [
        "renovate.json"
    ]
    text = (folder / "renovate.json").read_text()
    yours, release = text.split("=======")
    assert json.loads(yours.replace("<<<<<<< yours", "")) == OWN
    assert '"copier": {' in release


@pytest.fixture
def template(tmp_path: Path) -> Template:
    """A template whose second release adds a renovate.json, and whose third changes it."""
    template = Template.make(tmp_path / "template")
    template.release("v1.0.0", {"README.md": "# It\n"})
    template.release("v2.0.0", {"renovate.json": json.dumps(STANDARD, indent=2) + "\n"})
    more = STANDARD | {"timezone": "UTC"}
    template.release("v3.0.0", {"renovate.json": json.dumps(more, indent=2) + "\n"})
    return template


@pytest.mark.parametrize("name", NAMES)
def test_update_adds_no_second_configuration(
    drydock: Drydock, tmp_path: Path, template: Template, name: str
) -> None:
    service = Service.make(template, tmp_path / "service")
    service.change({name: own(name)})

    outcome = drydock("update", service.path, "--to", "v2.0.0", "--json")

    assert outcomes(outcome)["renovate.json"] == "declined"
    assert not (service.path / "renovate.json").exists()
    assert service.read(name) == own(name)
    notes = " ".join(json.loads(outcome.out)["notes"])
    assert f"Renovate reads only one configuration file, and yours is {name}" in notes
    assert '"extends": ["config:recommended"], "copier": {"automerge": false}' in notes

    commit(service.path, "Update")
    later = drydock("update", service.path, "--json")
    assert outcomes(later)["renovate.json"] == "declined"
    assert '"timezone": "UTC"' in " ".join(json.loads(later.out)["notes"])
    assert not (service.path / "renovate.json").exists()


def test_template_moving_its_renovate_json_moves_it_in_the_service(
    drydock: Drydock, tmp_path: Path, template: Template
) -> None:
    text = json.dumps(STANDARD, indent=2) + "\n"
    template.release("v4.0.0", {"renovate.json": None, ".github/renovate.json": text})
    service = Service.make(template, tmp_path / "service", ref="v2.0.0")

    assert drydock("update", service.path).code == 0

    assert not (service.path / "renovate.json").exists()
    assert json.loads(service.read(".github/renovate.json")) == STANDARD


def test_release_is_merged_with_an_edited_renovate_json(
    drydock: Drydock, tmp_path: Path, template: Template
) -> None:
    service = Service.make(template, tmp_path / "service", ref="v2.0.0")
    edited = STANDARD | OWN
    service.change({"renovate.json": json.dumps(edited, indent=2) + "\n"})

    outcome = drydock("update", service.path, "--json")

    assert outcomes(outcome)["renovate.json"] == "merged"
    assert json.loads(service.read("renovate.json")) == edited | {"timezone": "UTC"}


@pytest.mark.parametrize(
    ("path", "moved"),
    [("renovate.json", ".github/renovate.json"), ("README.md", "Readme.md")],
)
def test_file_that_the_service_moved_is_merged_without_a_note(
    drydock: Drydock, tmp_path: Path, template: Template, path: str, moved: str
) -> None:
    template.release("v4.0.0", {"README.md": "# It\nMore.\n"})
    service = Service.make(template, tmp_path / "service", ref="v2.0.0")
    git(service.path, "mv", path, "moving")
    (service.path / moved).parent.mkdir(exist_ok=True)
    git(service.path, "mv", "moving", moved)
    commit(service.path, "Move it")

    outcome = drydock("update", service.path, "--json")

    assert outcomes(outcome)[moved] in ("updated", "merged")
    assert not [note for note in json.loads(outcome.out)["notes"] if "is not added" in note]


def test_release_adding_renovate_json_does_not_replace_an_existing_one(
    drydock: Drydock, tmp_path: Path, template: Template
) -> None:
    service = Service.make(template, tmp_path / "service")
    service.change({"renovate.json": own("renovate.json")})

    outcome = drydock("update", service.path, "--to", "v2.0.0", "--json")

    assert outcome.code == 1  # both set extends
    text = service.read("renovate.json")
    assert "local>platform/ours" in text
    assert "matchDepTypes" in text
    assert "<<<<<<<" in text
