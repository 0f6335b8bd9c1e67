"""`drydock questions`: the questions of a release, and the release that introduced each."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drydock import git
from drydock.errors import BadInput
from drydock.report.outcomes import Question
from drydock.template import answers, rendering
from drydock.template.addresses import absolute, without_credentials
from drydock.template.origin import origin
from drydock.template.releases import Release, Template, open_template

Say = Callable[[str], None]


def questions(folder: Path, template: str | None, to: str | None, say: Say) -> list[Question]:
    """Return the questions of the release `to` (None: the newest) of a template.

    The template is `template`, or that of the service in `folder`, or the one drydock was
    installed from. `say` reports each step before it starts. Raises BadInput when the template or
    the release does not exist.
    """
    address = template or _template_of(folder) or origin()[0]
    say(f"Reading the template {without_credentials(address)}")
    try:
        with (
            open_template(absolute(address, Path.cwd()), Path.cwd()) as opened,
            tempfile.TemporaryDirectory(prefix="drydock.") as scratch,
        ):
            return _questions(opened, to, Path(scratch))
    except git.GitError as error:
        raise BadInput(f"git: {error}") from error


def _template_of(folder: Path) -> str | None:
    if not (folder / answers.DEFAULT_NAME).is_file():
        return None
    return answers.read(folder, answers.DEFAULT_NAME).template


def _questions(template: Template, to: str | None, scratch: Path) -> list[Question]:
    release = template.find(to) if to else template.latest()
    asked = _asked(template, release, scratch)
    since = dict.fromkeys(asked, release.name)
    for older in reversed(template.releases.values()):
        if template.is_older(older, release):
            asked_before = _asked(template, older, scratch)
            since |= {name: older.name for name in since if name in asked_before}
    return [
        Question(
            name=name,
            help=str(question.get("help", "")),
            type=str(question.get("type", "yaml")),
            choices=_choices(question.get("choices", [])),
            default=question.get("default"),
            since=since[name],
        )
        for name, question in asked.items()
    ]


def _asked(template: Template, release: Release, scratch: Path) -> dict[str, dict[str, Any]]:
    folder = scratch / release.name.replace("/", "_")
    template.checkout(release, folder)
    config = rendering.config(rendering.Checkout(folder, template.address, release))
    return {
        name: question
        for name, question in config.questions_data.items()
        if rendering.is_asked(question)
    }


def _choices(choices: Any) -> list[Any]:
    if isinstance(choices, dict):
        return [
            choice.get("value") if isinstance(choice, dict) else choice
            for choice in choices.values()
        ]
    return list(choices) if isinstance(choices, list) else []
