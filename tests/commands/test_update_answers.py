"""`drydock update` with changed answers: duties, moved folders, edited answers files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Prepared
from tests.legacy.support import NOW
from tests.support import Outcome, Service, Template, git, snapshot, write

Drydock = Callable[..., Outcome]
COPIER_YML = """\
_subdirectory: template
service_name: {type: str, default: demo}
service_port: {type: int, default: 8000}
kind: {type: str, default: local, choices: [local, remote]}
package_path: {type: str, default: src/demo}
"""
LOG = """\
## v1.1.0

What you must do:

- Look at the ports.

## v1.0.0

What you must do:

- A service with `kind: remote` names its server.
- Run `uv lock` and commit it.
"""
CHASSIS = {
    "{{ package_path }}/chassis/identity.py.jinja": (
        'SERVICE: Final = "{{ service_name }}"\nSERVICE_PORT: Final = {{ service_port }}\n'
    ),
    "{{ package_path }}/chassis/application.py": "APP = 1\n",
    "{% if kind == 'local' %}local.txt{% endif %}": "local\n",
    "{% if kind == 'remote' %}remote.txt{% endif %}": "remote\n",
}


def _build(folder: Path) -> None:
    template = Template.make(folder / "template", COPIER_YML)
    write(template.path, {"CHANGELOG.md": LOG})
    template.release("v1.0.0", dict(CHASSIS))
    Service.make(template, folder / "service")


@pytest.fixture
def service(prepared: Prepared) -> Service:
    """A service of a template with one release."""
    return Service(prepared(_build) / "service")


def test_changed_answer_applies_with_its_duties(drydock: Drydock, service: Service) -> None:
    outcome = drydock("update", service.path, "--defaults", "--data", "kind=remote")

    assert outcome.code == 0, outcome.err
    head, _, rest = outcome.out.partition("You must:")
    assert "Applied the answers" in head
    assert "kind: remote, was local" in head
    assert rest.startswith("\n  A service with `kind: remote` names its server.\n")
    assert "uv lock" not in rest
    assert "local.txt  no longer part of a service with these answers" in rest
    assert "remote.txt  added by the answers" in rest


def test_commit_of_changed_answers_does_not_claim_an_update(
    drydock: Drydock, service: Service
) -> None:
    change = ("update", service.path, "--defaults", "--data", "kind=remote")
    preview = drydock(*change, "--dry-run", "--markdown").out
    assert preview.startswith("Would apply the answers at `v1.0.0`.\n")
    assert "git commit -m 'Apply the answers at v1.0.0'" in drydock(*change).out
    drydock("update", service.path, "--abort")

    assert drydock(*change, "--commit").code == 0
    subject, _, body = git(service.path, "log", "-1", "--format=%B").partition("\n\n")
    assert subject == "Apply the answers at v1.0.0"
    assert body.startswith("Applies the answers at `v1.0.0`.\n")


def test_new_address_of_the_template_is_reported_as_such(
    drydock: Drydock, service: Service, tmp_path: Path
) -> None:
    old, new = service.path.parent / "template", tmp_path / "moved"
    old.rename(new)
    change = ("update", service.path, "--defaults", "--template", new)
    address = f"template: {new}, was {old}"

    preview = drydock(*change, "--dry-run")
    assert preview.out.startswith("Would record the new address of the template in "), preview.err
    markdown = drydock(*change, "--dry-run", "--markdown").out
    assert markdown.startswith("Would record the new address of the template at `v1.0.0`.\n")
    assert f"\nThe template is now at `{new}`, was `{old}`.\n" in markdown

    outcome = drydock(*change)
    assert outcome.out.startswith(
        f"Recorded the new address of the template in {service.path} at v1.0.0\n  {address}\n"
    )
    assert "git commit -m 'Record the new address of the template at v1.0.0'" in outcome.out
    drydock("update", service.path, "--abort")

    outcome = drydock(*change, "--data", "kind=remote")
    assert outcome.out.startswith(f"Applied the answers to {service.path} at v1.0.0\n")
    assert f"  {address}\n  kind: remote, was local\n" in outcome.out
    drydock("update", service.path, "--abort")

    assert drydock(*change, "--commit").code == 0
    subject, _, body = git(service.path, "log", "-1", "--format=%B").partition("\n\n")
    assert subject == "Record the new address of the template at v1.0.0"
    assert body.startswith("Records the new address of the template at `v1.0.0`.\n")


@pytest.mark.parametrize("options", [[], ["--commit"], ["--dry-run"]])
def test_unchanged_answer_is_nothing_to_do(
    drydock: Drydock, service: Service, options: list[str]
) -> None:
    service.change({"local.txt": "changed by the team\n"})
    before = snapshot(service.path)

    outcome = drydock("update", service.path, "--defaults", "--data", "kind=local", *options)

    assert outcome.code == 0
    assert outcome.out.startswith(f"Nothing to do: {service.path} is at v1.0.0.\n")
    assert "Next:" not in outcome.out
    assert snapshot(service.path) == before
    assert "there is no update to undo" in drydock("update", service.path, "--abort").err


def test_unchanged_answer_can_still_be_explained(drydock: Drydock, service: Service) -> None:
    service.change({"local.txt": "changed by the team\n"})
    same = ("update", service.path, "--defaults", "--data", "kind=local")

    outcome = drydock(*same, "--explain", "local.txt")

    assert outcome.code == 0
    assert outcome.out.startswith("local.txt: kept\n  changed by you only\n")


def test_new_question_without_a_default_is_named_with_the_option_to_answer_it(
    drydock: Drydock, service: Service
) -> None:
    template = Template(service.path.parent / "template")
    write(template.path, {"copier.yml": COPIER_YML + "team: {type: str}\n"})
    template.release("v1.1.0", {"team.txt.jinja": "{{ team }}\n"})

    outcome = drydock("update", service.path, "--defaults")

    assert outcome.code == 2
    assert "the question team has no default: answer it with --data team=VALUE" in outcome.err
    assert drydock("update", service.path).err.splitlines()[-1].endswith("--data NAME=VALUE")
    assert drydock("update", service.path, "--defaults", "--data", "team=a").code == 0
    assert (service.path / "team.txt").read_text() == "a\n"


def test_own_files_in_a_folder_that_an_answer_moves_are_listed(
    drydock: Drydock, service: Service
) -> None:
    service.change({"src/demo/own.py": "OWN = 1\n"})

    outcome = drydock("update", service.path, "--defaults", "--data", "package_path=src/other")

    assert outcome.code == 0, outcome.err
    assert "yours stay: src/demo/own.py. Move them with git mv" in outcome.out
    assert (service.path / "src/other/chassis/identity.py").exists()


def test_answers_file_that_contradicts_the_code_is_reported(
    drydock: Drydock, service: Service
) -> None:
    answers = service.read(".copier-answers.yml")
    edited = answers.replace("service_name: demo", "service_name: other")
    assert edited != answers
    service.change({".copier-answers.yml": edited})

    outcome = drydock("update", service.path, "--defaults")

    assert outcome.code == 0, outcome.err
    assert (
        ".copier-answers.yml has service_name: other, but src/demo/chassis/identity.py:1 has demo"
        in outcome.out
    )
    assert "drydock update --data service_name=other" in outcome.out


def test_recorded_commit_becomes_the_name_of_its_release(
    drydock: Drydock, service: Service
) -> None:
    commit = git(service.path.parent / "template", "rev-parse", "--short", "HEAD")
    answers = service.read(".copier-answers.yml")
    # In quotes, as Copier writes an id of digits only.
    service.change({".copier-answers.yml": answers.replace("v1.0.0", f"'{commit}'")})

    outcome = drydock("update", service.path, "--defaults")

    assert outcome.code == 0, outcome.err
    assert "_commit: v1.0.0\n" in service.read(".copier-answers.yml")
    assert "a clone of the template without tags" in outcome.out


@pytest.mark.slow
@pytest.mark.parametrize("place", ["before", "after"])
def test_own_dependencies_are_kept_when_the_model_moves_to_triton(
    drydock: Drydock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, standard: Path, place: str
) -> None:
    """In a real service: numpy belonged to the example, and now to the chassis."""
    monkeypatch.setenv("UV_OFFLINE", "1")
    template = Template(standard)
    service = Service.make(template, tmp_path / "service", ref=NOW, service_name="iris-api")
    numpy, own = '    "numpy>=2.1,<3",\n', "    # The service's own:\n"
    httpx = '    "httpx>=0.27",\n'
    text = service.read("pyproject.toml")
    assert own + numpy in text
    edited = own + (httpx + numpy if place == "before" else numpy + httpx)
    service.change({"pyproject.toml": text.replace(own + numpy, edited)})

    outcome = drydock(
        "update", service.path, "--to", ":current:", "--data", "inference=triton", "--defaults"
    )

    assert outcome.code == 0, outcome.out
    text = service.read("pyproject.toml")
    packages, _, rest = text.partition(own)
    assert numpy in packages
    assert "tritonclient" in packages
    assert rest.startswith(f"{httpx}]\n")
