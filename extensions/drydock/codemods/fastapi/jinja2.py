"""Jinja2 as a dependency if something imports Starlette's templates.

Source: https://github.com/Kludex/starlette/commit/96479daca2e4bd8157f68d914fd162aa94eff73a
(`starlette.templating` cannot be imported without Jinja2; earlier releases needed it only to
create templates). Libraries that import it without requiring Jinja2: fastapi-cache2 in
`fastapi_cache/coder.py`; sentry-sdk before 2.56.0 in `integrations/starlette.py`, if MarkupSafe
is installed.
"""

import re
from collections.abc import Iterator

from packaging.version import InvalidVersion, Version

from drydock.codemods import requirements
from drydock.codemods.finding import Edit, Finding
from drydock.codemods.project import Project
from drydock.codemods.rule import Rule

_NAME = "fastapi-jinja2"
_WANTED = "jinja2>=3"
_AFTER = ("fastapi", "starlette", "fastapi-cache2", "sentry-sdk")
_TEMPLATES = re.compile(
    r"^\s*(from (starlette|fastapi)\.templating import|import (starlette|fastapi)\.templating\b"
    r"|from (starlette|fastapi) import [^#\n]*\btemplating\b)",
    re.MULTILINE,
)
_SENTRY_FIXED = Version("2.56.0")
"""The first release of sentry-sdk that does not import Starlette's templates."""


def _survey(project: Project) -> Iterator[Edit | Finding]:
    if requirements.requires(project, "jinja2"):
        return
    if importer := _importer(project):
        path, why = importer
        yield from requirements.add(project, _NAME, _WANTED, after=_AFTER, path=path, why=why)


def _importer(project: Project) -> tuple[str, str] | None:
    """Return the file that imports Starlette's templates, directly or not, and what it does."""
    for path, text in project.files.items():
        if path.endswith(".py") and _TEMPLATES.search(text):
            return path, "imports Starlette's templates"
    what = "imports Starlette's templates, which need Jinja2 since Starlette 1"
    for path, text in requirements.requirement_files(project):
        if requirements.find_entry(path, text, "fastapi-cache2"):
            return path, f"requires fastapi-cache2, which {what}"
    for path, text in project.before.items():
        sentry = requirements.pinned_version(path, text, "sentry-sdk")
        if requirements.pinned_version(path, text, "markupsafe") and sentry and _imports(sentry):
            return path, f"has sentry-sdk {sentry}, which {what}"
    return None


def _imports(sentry: str) -> bool:
    try:
        return Version(sentry) < _SENTRY_FIXED
    except InvalidVersion:
        return False


RULE = Rule(
    name=_NAME,
    summary="Jinja2 as a dependency if something imports Starlette's templates",
    since="1.7.0",
    survey=_survey,
)
