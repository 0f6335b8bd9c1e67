"""greenlet as a dependency if the code uses `sqlalchemy.ext.asyncio`.

Source: https://docs.sqlalchemy.org/en/21/faq/installation.html (SQLAlchemy 2.1 installs greenlet
only as `sqlalchemy[asyncio]`).
"""

import re
from collections.abc import Iterator

from drydock.codemods import requirements
from drydock.codemods.finding import Edit, Finding
from drydock.codemods.project import Project
from drydock.codemods.rule import Rule

_NAME = "sqlalchemy-greenlet"
_WANTED = "greenlet>=3"
_AFTER = ("sqlalchemy", "sqlmodel")
_USES = re.compile(
    r"^\s*(from|import) (sqlalchemy|sqlmodel)\.ext\.asyncio\b"
    r"|^\s*from (sqlalchemy|sqlmodel)\.ext import [^#\n]*\basyncio\b",
    re.MULTILINE,
)
_EXTRA = re.compile(
    r"^[^#\n]*\bsqlalchemy(\s*=\s*\{[^}\n]*\bextras\s*=\s*)?\[[^\]\n]*\basyncio\b",
    re.MULTILINE | re.IGNORECASE,
)


def _survey(project: Project) -> Iterator[Edit | Finding]:
    code = ((path, text) for path, text in project.files.items() if path.endswith(".py"))
    uses = next((path for path, text in code if _USES.search(text)), "")
    if not uses or requirements.requires(project, "greenlet"):
        return
    if any(_EXTRA.search(text) for _, text in requirements.requirement_files(project)):
        return
    why = "uses sqlalchemy.ext.asyncio, and SQLAlchemy 2.1 no longer installs greenlet"
    yield from requirements.add(project, _NAME, _WANTED, after=_AFTER, path=uses, why=why)


RULE = Rule(
    name=_NAME,
    summary="greenlet as a dependency if the code uses `sqlalchemy.ext.asyncio`",
    since="1.7.0",
    survey=_survey,
)
