"""Template files of a service that differ from what its release renders."""

from pathlib import Path

import pytest
from drydock.conformance.drift import Drifted, drift, is_at_hand
from drydock.errors import BadInput

from tests.support import Content, Service, Template, write

COPIER_YML = """\
_subdirectory: template
_exclude: ["{% if _copier_operation == 'update' %}/starter.txt{% endif %}"]
_skip_if_exists: [/starter.txt, /kept.txt]
name: {type: str, default: demo}
"""
FILES: dict[str, Content] = {
    "starter.txt": "a\n",
    "kept.txt": "a\n",
    "edited.txt.jinja": "{{ name }}\n",
    "gone.txt": "a\n",
    "same.txt": "a\n",
}


@pytest.fixture
def service(tmp_path: Path) -> Service:
    template = Template.make(tmp_path / "template", COPIER_YML)
    template.release("v1.0.0", FILES)
    service = Service.make(template, tmp_path / "service")
    template.release("v2.0.0", {"same.txt": "newer\n"})
    return service


def test_unchanged_service_has_no_drift(service: Service) -> None:
    assert list(drift(service.path)) == []


def test_edited_and_deleted_files_are_reported(service: Service) -> None:
    changes: dict[str, Content] = {
        "starter.txt": "b\n",
        "kept.txt": "b\n",
        "edited.txt": "mine\n",
        "gone.txt": None,
        "own.txt": "",
    }
    write(service.path, changes)
    assert list(drift(service.path)) == [
        Drifted("edited.txt", "edited"),
        Drifted("gone.txt", "deleted"),
    ]


def test_symbolic_link_is_drift_but_line_endings_are_not(service: Service) -> None:
    write(service.path, {"same.txt": "a\r\n", "edited.txt": None})
    (service.path / "edited.txt").symlink_to("same.txt")
    assert list(drift(service.path)) == [Drifted("edited.txt", "edited")]


def test_missing_release_is_bad_input(service: Service) -> None:
    answers = service.read(".copier-answers.yml").replace("v1.0.0", "v9.0.0")
    write(service.path, {".copier-answers.yml": answers})
    with pytest.raises(BadInput, match=r"has no release 'v9\.0\.0'"):
        list(drift(service.path))


def test_remote_template_is_not_at_hand(service: Service, tmp_path: Path) -> None:
    assert is_at_hand(service.path)
    address = str(tmp_path / "template")
    answers = service.read(".copier-answers.yml").replace(address, "https://git.example.com/t.git")
    write(service.path, {".copier-answers.yml": answers})
    assert not is_at_hand(service.path)
