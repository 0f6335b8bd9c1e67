"""Copier's prompts are loaded only when needed, and work as before."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import Template

_QUESTIONS = """\
_subdirectory: template
word: {type: str, default: demo}
one: {type: str, choices: {First: a, Second: b, Third: c}, default: b}
nothing: {type: yaml, choices: {Something: 1, Nothing: null}, default: 1}
closed: {type: str, choices: {Open: a, Shut: {value: b, validator: not today}}, default: a}
several: {type: str, choices: [x, y, z], multiselect: true, default: [z]}
data: {type: yaml, default: "[1, 2]"}
notes: {type: json, default: "{}"}
sure: {type: bool, default: false}
hidden: {type: str, secret: true, default: s}
"""
_DOWN, _ENTER = "\x1b[B", "\r"
_KEYS = [
    f"x{_ENTER}", f"{_DOWN}{_ENTER}", f"{_DOWN}{_ENTER}", f"{_DOWN}{_ENTER}", f" {_ENTER}",
    _ENTER, _ENTER, "y", _ENTER,
]  # fmt: skip
_ASK = """\
import json, sys
from pathlib import Path
template, folder, engine, keys = sys.argv[1:]
if engine == "drydock":
    from drydock.template.releases import open_template
    from drydock.template.rendering import Checkout, Request, render
    assert not {"prompt_toolkit", "questionary", "pygments"} & sys.modules.keys()
else:
    import copier

def made():
    if engine == "copier":
        return copier.run_copy(template, folder, quiet=True, vcs_ref="v1.0.0").answers.combined
    with open_template(template, Path.cwd()) as opened:
        release = opened.find("v1.0.0")
        checkout = Checkout(Path(folder, "checkout"), opened.address, release)
        opened.checkout(release, checkout.folder)
    return render(checkout, Path(folder, "service"), Request()).answers

from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
with create_pipe_input() as keyboard, create_app_session(input=keyboard, output=DummyOutput()):
    keyboard.send_text(keys)
    answers = made()
print(json.dumps(dict(answers), default=str))
"""


def _prompted(template: Template, folder: Path, engine: str) -> dict[str, Any]:
    paths = str(template.path), str(folder / engine)
    command = [sys.executable, "-c", _ASK, *paths, engine, "".join(_KEYS)]
    (folder / engine).mkdir()
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    answers: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answers


@pytest.mark.slow
def test_every_kind_of_question_prompts_as_copier_does(tmp_path: Path) -> None:
    template = Template.make(tmp_path / "template", _QUESTIONS)
    template.release("v1.0.0", {"a.txt.jinja": "{{ word }}"})
    ours = _prompted(template, tmp_path, "drydock")
    assert ours == {
        "word": "demox", "one": "c", "nothing": "Nothing", "closed": "a", "several": ["x", "z"],
        "data": [1, 2], "notes": {}, "sure": True,
    }  # fmt: skip
    assert ours.items() <= _prompted(template, tmp_path, "copier").items()


def test_update_without_new_questions_does_not_load_prompts(tmp_path: Path) -> None:
    template = Template.make(tmp_path / "template", _QUESTIONS)
    template.release("v1.0.0", {"a.txt.jinja": "{{ word }}"})
    code = _ASK.partition("\nfrom prompt_toolkit")[0].replace("Request()", "Request(defaults=True)")
    code += "\nmade()\nprint({'prompt_toolkit', 'questionary', 'pygments'} & sys.modules.keys())"
    command = [sys.executable, "-c", code, str(template.path), str(tmp_path), "drydock", ""]
    output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert output.strip() == "set()"
