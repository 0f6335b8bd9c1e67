"""Writes docs/reference.md, the reference of commands, questions and exit codes, from the code.

python -m tools.reference
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from drydock.cli import app
from drydock.template import rendering
from drydock.template.releases import Release

REPOSITORY = Path(__file__).parents[1]
FILE = REPOSITORY / "docs" / "reference.md"
INTRODUCTION = """\
# Reference

Written by `python -m tools.reference` from the code; a test holds it to that.

## Exit codes

| code | meaning |
|---|---|
| 0 | done |
| 1 | conflicts are left, or checks failed |
| 2 | something given cannot be used: one line, nothing changed |
| 3 | a fault of Drydock's own: one line, with what to report |

Colours are written where a terminal is, and never with `NO_COLOR`. `drydock --install-completion`
completes commands and options in the shell.

## Questions

Answered with `--data NAME=VALUE` or in a YAML file (`--data-file`); `drydock questions` tells
besides since which release each is asked.

| name | what | answers | default |
|---|---|---|---|
"""


def text() -> str:
    """Return the whole page."""
    commands = "\n".join(_commands())
    return f"{INTRODUCTION}{chr(10).join(_questions())}\n\n{commands}"


def _questions() -> Iterator[str]:
    checkout = rendering.Checkout(REPOSITORY, str(REPOSITORY), Release("v0", "0", None))
    for name, question in rendering.config(checkout).questions_data.items():
        if not rendering.is_asked(question):
            continue
        choices: Any = question.get("choices", [])
        values = choices.values() if isinstance(choices, dict) else choices
        answers = ", ".join(f"`{value}`" for value in values) or question["type"]
        default = str(question["default"])
        shown = "from other answers" if "{%" in default or "{{" in default else f"`{default}`"
        yield f"| `{name}` | {question['help']} | {answers} | {shown if default else 'none'} |"


def _commands() -> Iterator[str]:
    os.environ["COLUMNS"] = "80"
    group = typer.main.get_command(app)
    with typer.Context(group, info_name="drydock") as context:
        yield from _commands_of(group, context)


def _commands_of(group: Any, context: Any) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        with typer.Context(command, info_name=name, parent=context) as inner:
            yield f"## {inner.command_path}\n\n```\n{command.get_help(inner)}\n```\n"
            if hasattr(command, "list_commands"):
                yield from _commands_of(command, inner)


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
