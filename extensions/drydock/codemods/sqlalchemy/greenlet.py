"""greenlet as a dependency, where the code uses SQLAlchemy's asyncio part.

Source: https://docs.sqlalchemy.org/en/21/faq/installation.html (SQLAlchemy 2.1 is installed with
greenlet as `sqlalchemy[asyncio]` alone).
"""

import re
from collections.abc import Iterator

from drydock.codemods import requirements
from drydock.codemods.finding import Edit, Finding
from drydock.codemods.project import Project
from drydock.codemods.rule import Rule

_NAME = "sqlalchemy-greenlet"
_WANTED = "greenlet>=3"
_BESIDE = ("sqlalchemy", "sqlmodel")
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
    if any(_EXTRA.search(text) for _, text in requirements.lists(project)):
        return
    why = "uses SQLAlchemy's asyncio part, and SQLAlchemy 2.1 brings it no longer"
    yield from requirements.add(project, _NAME, _WANTED, beside=_BESIDE, path=uses, why=why)


RULE = Rule(
    name=_NAME,
    summary="greenlet as a dependency where the code uses SQLAlchemy's asyncio part",
    since="1.7.0",
    survey=_survey,
)
