"""Write the reference of commands, questions and exit codes, and that of checks, from the code.

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

Generated from the code by `python -m tools.reference`; a test keeps it up to date.

## Exit codes

| code | meaning |
|---|---|
| 0 | done |
| 1 | conflicts are left, or checks failed |
| 2 | invalid input: one line, nothing changed |
| 3 | internal error of Drydock: one line, with what to report |

Output is coloured in a terminal, unless `NO_COLOR` is set. `drydock --install-completion` installs
shell completion for commands and options.

## Questions

Answer them with `--data NAME=VALUE` or in a YAML file (`--data-file`). `drydock questions` also
shows the first release with each question.

| name | help | answers | default |
|---|---|---|---|
"""


ABOUT_CHECKS = """\
# The standard as checks

Generated from the code by `python -m tools.reference`; a test keeps it up to date.

To check any service against the standard, generated or not:

```sh
drydock check
```

Nothing of the service is run or changed. The code of a check begins with its level: `DM` must, `DS`
should, `DC` could. The exit code is 1 if a must fails. `--json` is for machines, `--markdown` for a pull
request, and `--verbose` shows why checks were skipped. Checks that query a server (the package index, the
template's repository) are skipped without `--network`.

## Without the engine

The checks are a plugin for [repo-review](https://repo-review.readthedocs.io), in a separate distribution
that does not need the engine, `drydock-standard`:

```sh
uvx --from "drydock-standard @ git+https://git.example.com/platform/drydock.git#subdirectory=extensions/drydock_standard" repo-review --select DM
```

repo-review has no levels and exits with 3 if anything fails, so `--select DM` selects only the musts.
`DRYDOCK_CHECK_NETWORK=1` replaces `--network`. repo-review also prints HTML and JSON, and runs the checks
of other plugins. If pyproject.toml is not valid TOML, repo-review itself fails with the parser's error and
exit code 1; `drydock check` reports it. `drydock-engine` includes the same checks; install only one of the
two in an environment.

As a pre-commit hook:

```yaml
repos:
  - repo: https://git.example.com/platform/drydock.git
    rev: v1.5.0
    hooks:
      - id: drydock-check
```

As a GitHub Action, which writes its result to the run's summary:

```yaml
- uses: platform/drydock@v1.5.0
```

## Waivers

A service that cannot pass a check yet waives it in its pyproject.toml, with an end date and a reason:

```toml
[tool.repo-review.ignore]
DM402 = "until 2027-01-31: the base image of the platform has no tags yet"
DS504 = "the batch job has no metrics"
```

After the end date, the check runs again. A must cannot be waived without an end date, and `DM000`, which
finds waivers without a reason, cannot be waived at all. repo-review's `select` limits what repo-review
runs, but not `drydock check`.

"""  # noqa: E501


RULES = """\
## Rules

The rules of `drydock modernize`; [modernize.md](modernize.md) explains which changes are certain.

| name | what it changes | since | applied |
|---|---|---|---|
"""


def checks() -> str:
    """Return the page of checks."""
    return ABOUT_CHECKS + "\n".join(_families())


def _families() -> Iterator[str]:
    for family, module in families.modules().items():
        yield f"## {module.NAME}\n"
        for code, check in families.classes().items():
            if check.family == family:
                level = f"({check.level()}; since {check.since()})"
                yield f"### {code}\n\n**{check.summary()}** {level}\n"
                yield f"{check.why()}\n\nFix: {check.fix()}\n"


def text() -> str:
    """Return the page of commands, questions and exit codes."""
    commands = "\n".join(_commands())
    rules = "\n".join(_rules())
    return f"{INTRODUCTION}{chr(10).join(_questions())}\n\n{RULES}{rules}\n\n{commands}"


def _rules() -> Iterator[str]:
    for rule in codemods.all_rules():
        applied = "only if named" if rule.on_request else "always"
        yield f"| `{rule.name}` | {cell(rule.summary)} | {rule.since} | {applied} |"


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
