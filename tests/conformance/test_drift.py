"""Which files of the template a service has otherwise than its release renders them."""

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


def test_a_service_as_it_was_made_has_not_drifted(service: Service) -> None:
    assert list(drift(service.path)) == []


def test_edited_and_deleted_files_are_told(service: Service) -> None:
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


def test_line_ends_are_no_drift_but_a_link_is(service: Service) -> None:
    write(service.path, {"same.txt": "a\r\n", "edited.txt": None})
    (service.path / "edited.txt").symlink_to("same.txt")
    assert list(drift(service.path)) == [Drifted("edited.txt", "edited")]


def test_a_release_that_is_not_there_is_bad_input(service: Service) -> None:
    answers = service.read(".copier-answers.yml").replace("v1.0.0", "v9.0.0")
    write(service.path, {".copier-answers.yml": answers})
    with pytest.raises(BadInput, match=r"has no release 'v9\.0\.0'"):
        list(drift(service.path))


def test_a_template_elsewhere_is_not_at_hand(service: Service, tmp_path: Path) -> None:
    assert is_at_hand(service.path)
    address = str(tmp_path / "template")
    answers = service.read(".copier-answers.yml").replace(address, "https://git.example.com/t.git")
    write(service.path, {".copier-answers.yml": answers})
    assert not is_at_hand(service.path)
