"""Writes the reference of commands, questions and exit codes, and that of checks, from the code.

python -m tools.reference
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from drydock import codemods
from drydock.cli import app
from drydock.report.wording import cell
from drydock.template import rendering
from drydock.template.releases import Release
from drydock_standard import families

REPOSITORY = Path(__file__).parents[1]
FILE = REPOSITORY / "docs" / "reference.md"
CHECKS = REPOSITORY / "docs" / "checks.md"
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


ABOUT_CHECKS = """\
# The standard as checks

Written by `python -m tools.reference` from the code; a test holds it to that.

How far a service holds to the standard, whether or not a template made it:

```sh
drydock check
```

Nothing of the service is run or changed. The code of a check begins with its level: `DM` must, `DS`
should, `DC` could. The exit code is 1 when a must fails. `--json` is for machines, `--markdown` for a
pull request, `--verbose` says why checks were skipped. A check that asks a server (the package index,
the template's repository) is skipped without `--network`.

## Without the engine

The checks are a plugin of [repo-review](https://repo-review.readthedocs.io), and a distribution of
their own that needs nothing of the engine, `drydock-standard`:

```sh
uvx --from "drydock-standard @ git+https://git.example.com/platform/drydock.git#subdirectory=extensions/drydock_standard" repo-review --select DM
```

repo-review knows no levels and exits with 3 when anything fails, so `--select DM` leaves only the
musts. `DRYDOCK_CHECK_NETWORK=1` is its `--network`. It also prints HTML and JSON, and runs the checks
of other plugins beside these. A pyproject.toml that is not TOML ends repo-review itself with the
reader's error and 1; `drydock check` reports it. `drydock-engine` brings the same checks along; an
environment has one of the two.

As a hook of pre-commit:

```yaml
repos:
  - repo: https://git.example.com/platform/drydock.git
    rev: v1.5.0
    hooks:
      - id: drydock-check
```

As a GitHub Action, which writes its result into the summary of the run:

```yaml
- uses: platform/drydock@v1.5.0
```

## Waivers

A service that cannot hold to a check yet says so in its pyproject.toml, with the last day and why:

```toml
[tool.repo-review.ignore]
DM402 = "until 2027-01-31: the base image of the platform has no tags yet"
DS504 = "the batch job has no metrics"
```

What has expired no longer holds: the check runs again. A must cannot be waived without an end, and
`DM000`, which finds waivers without a reason, cannot be waived. `select` of repo-review narrows what
repo-review runs, but not `drydock check`.

"""  # noqa: E501


RULES = """\
## Rules

What `drydock modernize` changes; [modernize.md](modernize.md) says how sure it is of what.

| name | what becomes of what | since | changes |
|---|---|---|---|
"""


def checks() -> str:
    """Return the page about the checks."""
    return ABOUT_CHECKS + "\n".join(_families())


def _families() -> Iterator[str]:
    for family, module in families.modules().items():
        yield f"## {module.NAME}\n"
        for code, check in families.classes().items():
            if check.family == family:
                about = f"({check.level()}; since {check.since()})"
                yield f"### {code}\n\n**{check.summary()}** {about}\n"
                yield f"{check.why()}\n\nFix: {check.fix()}\n"


def text() -> str:
    """Return the whole page."""
    commands = "\n".join(_commands())
    rules = "\n".join(_rules())
    return f"{INTRODUCTION}{chr(10).join(_questions())}\n\n{RULES}{rules}\n\n{commands}"


def _rules() -> Iterator[str]:
    for rule in codemods.all_rules():
        asked = "only when it is named" if rule.on_request else "always"
        yield f"| `{rule.name}` | {cell(rule.summary)} | {rule.since} | {asked} |"


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
    CHECKS.write_text(checks(), encoding="utf-8")
