"""`drydock update` produces the same files as `copier update` where that is correct.

Each scenario is a template with two releases and the user's edits in between. Stock Copier and
drydock each update a copy of the service.
"""

import shutil
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import copier
import pytest

from tests.support import (
    ANSWERS,
    COPIER_YML,
    Content,
    Outcome,
    Template,
    commit,
    git,
    snapshot,
    write,
)

pytestmark = pytest.mark.slow

Drydock = Callable[..., Outcome]
Files = dict[str, Content]
LINES = "".join(f"line {number}\n" for number in range(1, 21))
EDITED = LINES.replace("line 3\n", "mine\n")
RELEASED = LINES.replace("line 17\n", "new\n")


@dataclass(frozen=True)
class Scenario:
    """Two releases of a template, and the user's edits in between."""

    before: Files
    after: Files
    user: Files = field(default_factory=dict)
    yml: str = COPIER_YML
    new_yml: str | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    """Answers of the new service."""
    data: dict[str, str] = field(default_factory=dict)
    """Answers given with the update."""
    folder: str = ""
    """The service's folder in its repository."""
    untagged: bool = False
    """Whether the service was made from a commit after the release."""


QUESTIONS = """\
_subdirectory: template
_secret_questions: [token]
kind:
  type: str
  choices: {One: one, Two: two}
  default: one
size:
  type: int
  default: 3
tags:
  type: yaml
  multiselect: true
  choices: [a, b, c]
  default: [a]
only_two:
  type: str
  when: "{{ kind == 'two' }}"
  default: "of-{{ kind }}"
title:
  type: str
  default: "{{ kind | upper }} {{ size }}"
computed:
  type: str
  when: false
  default: "c-{{ title }}"
unasked:
  type: bool
  ask: false
  default: true
token:
  type: str
  default: none
"""
ALL_ANSWERS = "{{ [kind, size, tags, only_two, title, computed, unasked, token] }}\n"

TO_RENAME = "_subdirectory: template\nkind: one\n"
RENAMED = """\
_subdirectory: template
sort:
  type: str
  default: "{{ kind | default('x') }}"
extra: 5
"""

TO_ALLOW = """\
_subdirectory: template
kind:
  type: str
  choices: [one, %s]
  default: one
"""

LEFT_ALONE = """\
_subdirectory: template
_skip_if_exists: ["*once.txt"]
_exclude: ["{% if _copier_operation == 'update' %}start.txt{% endif %}"]
"""

OTHER_MARKS = """\
_subdirectory: template
_templates_suffix: .tmpl
_envops:
  variable_start_string: "[["
  variable_end_string: "]]"
  block_start_string: "[%"
  block_end_string: "%]"
name: x
"""
OTHER_ANSWERS = ("[[ _copier_conf.answers_file ]].tmpl", "[[ _copier_answers|to_nice_yaml ]]")
EACH = "{% yield i from items %}{{ i }}"

SCENARIOS = {
    "nothing changed by the user": Scenario({"a.txt": LINES}, {"a.txt": RELEASED, "b.txt": "b\n"}),
    "edits in separate places": Scenario({"a.txt": LINES}, {"a.txt": RELEASED}, {"a.txt": EDITED}),
    "files added by the user": Scenario({"a.txt": LINES}, {"a.txt": RELEASED}, {"src/m.py": "m\n"}),
    "a file deleted by the user": Scenario(
        {"a.txt": LINES, "b.txt": "b\n"}, {"a.txt": RELEASED, "b.txt": "c\n"}, {"b.txt": None}
    ),
    "a file removed by the release": Scenario(
        {"a.txt": LINES, "x/b.txt": "b\n"}, {"x/b.txt": None}
    ),
    "identical changes of both sides": Scenario(
        {"a.txt": LINES}, {"a.txt": RELEASED, "b.txt": "b\n"}, {"a.txt": RELEASED, "b.txt": "b\n"}
    ),
    "modes": Scenario(
        {"run.sh": "#!/bin/sh\n"}, {"run.sh": "#!/bin/sh\ntrue\n", "go.sh": "#!/bin/sh\n"}
    ),
    "binary files": Scenario({"a.bin": b"\0\1"}, {"a.bin": b"\0\2", "b.bin": b"\xff\0"}),
    "no newline at end of file": Scenario({"a.txt": "a\nb"}, {"a.txt": "a\nb\nc"}),
    "paths from answers": Scenario(
        {
            "src/{{ name }}/m.py.jinja": "n = '{{ name }}'\n",
            "{% if name == 'x' %}x.txt{% endif %}": "x\n",
        },
        {"src/{{ name }}/m.py.jinja": "n = '{{ name }}'\nm = 1\n"},
        answers={"name": "deep/er"},
    ),
    "an answer changed": Scenario(
        {"src/{{ name }}.py.jinja": "n = '{{ name }}'\n" + LINES},
        {"src/{{ name }}.py.jinja": "n = '{{ name }}'\n" + RELEASED},
        data={"name": "other"},
    ),
    "every kind of question": Scenario(
        {"a.txt.jinja": ALL_ANSWERS},
        {"a.txt.jinja": "new\n" + ALL_ANSWERS},
        yml=QUESTIONS,
        answers={"kind": "two", "tags": ["c", "a"], "size": 7},
        data={"size": "9"},
    ),
    "a renamed and a new question": Scenario(
        {"a.txt.jinja": "{{ kind }}\n"},
        {"a.txt.jinja": "{{ sort }} {{ extra }}\n"},
        yml=TO_RENAME,
        new_yml=RENAMED,
        answers={"kind": "two"},
    ),
    "an answer no longer allowed": Scenario(
        {"a.txt.jinja": "{{ kind }}\n"},
        {"a.txt.jinja": "{{ kind }}!\n"},
        yml=TO_ALLOW % "two",
        new_yml=TO_ALLOW % "three",
        answers={"kind": "two"},
    ),
    "starters and files written once": Scenario(
        {"start.txt": "1\n", "once.txt": "1\n", "std.txt": LINES},
        {"start.txt": "2\n", "once.txt": "2\n", "std.txt": RELEASED, "late_once.txt": "x\n"},
        {"start.txt": "mine\n", "once.txt": "mine\n", "std.txt": EDITED},
        yml=LEFT_ALONE,
    ),
    "a file newly excluded in the release": Scenario(
        {"a.txt": "a\n", "b.txt": "b\n"},
        {"b.txt": "c\n"},
        {"a.txt": "mine\n"},
        yml="_subdirectory: template\n",
        new_yml="_subdirectory: template\n_exclude: [a.txt]\n",
    ),
    "delimiters, suffix and includes": Scenario(
        {
            OTHER_ANSWERS[0]: OTHER_ANSWERS[1],
            "a.txt.tmpl": "[[ name ]] [% include 'inc/part.txt' %]\n",
            "b.txt": "[[ name ]]\n",
        },
        {
            "a.txt.tmpl": "[[ name ]]! [% include 'inc/part.txt' %]\n",
            "b.txt.tmpl": "[[ name ]]\n",
            "b.txt": None,
        },
        yml=OTHER_MARKS,
    ),
    "every file a template": Scenario(
        {
            "{{ _copier_conf.answers_file }}": ANSWERS,
            "{{ _copier_conf.answers_file }}.jinja": None,
            "a.txt": "{{ name }}\r\n",
            "b.bin": b"\xff\xfe\0",
        },
        {"a.txt": "{{ name }}!\r\n", "c.txt": "{{ name }}"},
        yml="_subdirectory: template\n_templates_suffix: ''\nname: x\n",
    ),
    "a file for each item": Scenario(
        {EACH + ".txt{% endyield %}.jinja": "{{ i }}\n", "plain.txt": "p\n"},
        {EACH + ".txt{% endyield %}.jinja": "{{ i }}!\n", f"to/{EACH}{{% endyield %}}/f": "f\n"},
        yml="_subdirectory: template\nitems: {type: yaml, default: [a, b]}\n",
        data={"items": "[b, c]"},
    ),
    "a template without a subdirectory": Scenario(
        {
            "{{ _copier_conf.answers_file }}.jinja": None,
            "../a.txt.jinja": "{{ name }}\n",
            "../{{ _copier_conf.answers_file }}.jinja": ANSWERS,
        },
        {"../a.txt.jinja": "{{ name }}!\n"},
        yml="name: x\n",
    ),
    "a service in a folder": Scenario(
        {"a.txt": LINES, "old.txt": "o\n"},
        {"a.txt": RELEASED, "old.txt": None},
        {"a.txt": EDITED},
        folder="services/one",
    ),
    "a service made between releases": Scenario(
        {"a.txt": LINES}, {"a.txt": RELEASED}, {"a.txt": EDITED}, untagged=True
    ),
    "variables that Copier provides": Scenario(
        {"a.txt.jinja": "{{ _copier_conf.os }} {{ _copier_conf.sep }} {{ _copier_answers.name }}"},
        {"a.txt.jinja": "{{ _copier_conf.answers_file }} {{ _copier_phase }} {{ _commit }}"},
    ),
}


def make_service(scenario: Scenario, template: Template, top: Path) -> Path:
    """Create the service with stock Copier, and apply the user's edits."""
    service = top / scenario.folder
    copier.run_copy(
        str(template.path), service, data=scenario.answers, defaults=True, quiet=True,
        vcs_ref="HEAD" if scenario.untagged else "v1.0.0",
    )  # fmt: skip
    git(top, "init", "--quiet")
    commit(top, "start")
    write(service, scenario.user)
    commit(top, "work")
    return service


@pytest.mark.parametrize("name", SCENARIOS)
def test_update_equals_stock_copier(drydock: Drydock, tmp_path: Path, name: str) -> None:
    scenario = SCENARIOS[name]
    template = Template.make(tmp_path / "template", scenario.yml)
    write(template.path, {"inc/part.txt": "part of [[ name ]]"})
    template.release("v1.0.0", scenario.before)
    if scenario.untagged:
        write(template.path, {"README": "more\n"})
        commit(template.path, "more")
    (tmp_path / "ours").mkdir()
    service = make_service(scenario, template, tmp_path / "ours/repository")
    shutil.copytree(tmp_path / "ours", tmp_path / "stock", symlinks=True)
    stock = tmp_path / "stock/repository" / scenario.folder
    git(stock, "status")
    if scenario.new_yml:
        write(template.path, {"copier.yml": scenario.new_yml})
    template.release("v1.1.0", scenario.after)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        copier.run_update(
            stock, data=scenario.data, defaults=True, overwrite=True, quiet=True, skip_tasks=True
        )
    data = [f"--data={key}={value}" for key, value in scenario.data.items()]
    outcome = drydock("update", service, "--defaults", *data)
    assert outcome.code == 0, outcome

    expected, actual = snapshot(stock), snapshot(service)
    assert {k: v for k, v in actual.items() if not k.startswith(".git/")} == {
        k: v for k, v in expected.items() if not k.startswith(".git/")
    }
    assert git(stock, "status", "--porcelain")  # the scenario changes something


@pytest.mark.parametrize("name", ["edits in separate places", "every kind of question"])
def test_stock_copier_can_update_after_drydock(drydock: Drydock, tmp_path: Path, name: str) -> None:
    scenario = SCENARIOS[name]
    template = Template.make(tmp_path / "template", scenario.yml)
    template.release("v1.0.0", scenario.before)
    service = make_service(scenario, template, tmp_path / "service")
    template.release("v1.1.0", scenario.after)
    template.release("v1.2.0", {"c.txt": "c\n"})
    template.release("v1.3.0", {"d.txt": "d\n"})
    assert drydock("update", service, "--defaults", "--to", "v1.1.0").code == 0
    commit(service, "drydock")
    copier.run_update(service, defaults=True, overwrite=True, quiet=True, vcs_ref="v1.2.0")
    assert (service / "c.txt").exists()
    commit(service, "copier")
    assert drydock("update", service, "--defaults").code == 0
    assert (service / "d.txt").exists()
    assert "_commit: v1.3.0\n" in (service / ".copier-answers.yml").read_text()
