"""After an update the answers file has the rendered answers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import Outcome, Service, Template


@pytest.fixture
def service(template: Template, tmp_path: Path) -> Service:
    """A service made from the first of two releases."""
    template.release("v1.0.0", {"a.txt": "1\n"})
    service = Service.make(template, tmp_path / "service")
    template.release("v1.1.0", {"a.txt": "2\n"})
    return service


def test_edit_without_effect_is_kept(service: Service, drydock: Callable[..., Outcome]) -> None:
    service.change({".copier-answers.yml": service.read(".copier-answers.yml") + "# ours\n"})
    done = drydock("update", service.path, "--defaults")
    assert (done.code, "regenerated" in done.out) == (0, False)
    text = service.read(".copier-answers.yml")
    assert "_commit: v1.1.0" in text
    assert text.endswith("# ours\n")


def test_unknown_answer_is_dropped_and_reported(
    service: Service, drydock: Callable[..., Outcome]
) -> None:
    service.change({".copier-answers.yml": service.read(".copier-answers.yml") + "unasked: 1\n"})
    done = drydock("update", service.path, "--defaults")
    assert done.code == 0
    assert ".copier-answers.yml was regenerated: edits to its text are dropped" in done.out
    text = service.read(".copier-answers.yml")
    assert ("_commit: v1.1.0\n" in text, "unasked" in text) == (True, False)
