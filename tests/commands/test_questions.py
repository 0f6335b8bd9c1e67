"""`drydock questions`: the template's questions, and the release that introduced each."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import COPIER_YML, Outcome, Service, Template

Drydock = Callable[..., Outcome]


@pytest.fixture
def grown(template: Template) -> Template:
    """A template whose second release adds a question."""
    template.release("v1.0.0")
    more = "size:\n  type: int\n  help: How big?\n  default: 3\n  choices: [3, 4]\n"
    hidden = "secret: {type: str, default: x, when: false}\n"
    (template.path / "copier.yml").write_text(COPIER_YML + more + hidden)
    template.release("v1.1.0")
    return template


def test_questions_have_choices_default_and_release(drydock: Drydock, grown: Template) -> None:
    outcome = drydock("questions", "--template", grown.path, "--json")
    assert outcome.code == 0, outcome.err
    name, size = json.loads(outcome.out)
    assert outcome.err == f"Reading the template {grown.path} …\n"
    assert (name["name"], name["type"], name["since"]) == ("name", "str", "v1.0.0")
    assert (size["choices"], size["default"], size["since"]) == ([3, 4], 3, "v1.1.0")


def test_template_is_read_from_the_service(
    drydock: Drydock, grown: Template, tmp_path: Path
) -> None:
    service = Service.make(grown, tmp_path / "service")
    outcome = drydock("questions", service.path)
    assert outcome.code == 0, outcome.err
    assert "size: How big?\n    3, 4; default 3; since v1.1.0\n" in outcome.out


def test_older_release_has_fewer_questions(drydock: Drydock, grown: Template) -> None:
    outcome = drydock("questions", "--template", grown.path, "--to", "v1.0.0")
    assert "size" not in outcome.out
    assert drydock("questions", "--template", grown.path, "--to", "v9").code == 2
