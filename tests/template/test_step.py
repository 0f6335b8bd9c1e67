"""The step of an update, from a recorded release to a newer one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from drydock.errors import BadInput
from drydock.template.answers import Answers
from drydock.template.releases import Template, open_template
from drydock.template.step import CURRENT, Step, choose

from tests import support
from tests.support import head


@pytest.fixture
def released(template: support.Template) -> Iterator[Template]:
    """A template with v1.0.0, v1.1.0 and the prerelease v1.2.0rc1."""
    for tag in ("v1.0.0", "v1.1.0", "v1.2.0rc1"):
        template.release(tag)
    with open_template(str(template.path), Path.cwd()) as opened:
        yield opened


def step(
    template: Template, recorded: str, to: str | None = None, *, prereleases: bool = False
) -> Step:
    answers = Answers(".copier-answers.yml", template.address, recorded, {})
    return choose(template, answers, to, prereleases=prereleases)


@pytest.mark.parametrize(
    ("recorded", "to", "prereleases", "new"),
    [
        ("v1.0.0", None, False, "v1.1.0"),
        ("v1.0.0", None, True, "v1.2.0rc1"),
        ("v1.0.0", "1.1.0", False, "v1.1.0"),
        ("v1.0.0", CURRENT, False, "v1.0.0"),
        ("v1.2.0rc1", None, False, "v1.2.0rc1"),
    ],
)
def test_the_new_release(
    released: Template, recorded: str, to: str | None, prereleases: bool, new: str
) -> None:
    chosen = step(released, recorded, to, prereleases=prereleases)

    assert (chosen.old.name, chosen.new.name) == (recorded, new)
    assert chosen.stays == (recorded == new)
    assert not chosen.replaces_commit


def test_an_older_release_is_refused(released: Template) -> None:
    with pytest.raises(BadInput, match=r"v1\.0\.0 is older than v1\.1\.0"):
        step(released, "v1.1.0", "v1.0.0")


def test_a_release_replaces_a_recorded_commit(
    released: Template, template: support.Template
) -> None:
    assert step(released, head(template.path)).replaces_commit


@pytest.mark.parametrize(
    ("recorded", "fix"),
    [
        ("v9.0.0", "give --template URL"),
        ("v1.1.0-2-gabcdef0", "set _commit to v1.1.0 in"),
        ("v1.0.5-2-gabcdef0", "set _commit to the nearest release in"),
        ("abcdef0", "set _commit to the nearest release in"),
    ],
)
def test_an_unknown_recorded_release_names_the_fix(
    released: Template, recorded: str, fix: str
) -> None:
    with pytest.raises(BadInput, match=f"has no release {recorded} .*{fix}"):
        step(released, recorded)
