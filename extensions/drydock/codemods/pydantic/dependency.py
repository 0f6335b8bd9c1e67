"""pydantic-settings as a dependency, where the code imports it; pins of Pydantic 1 are told.

Source: https://docs.pydantic.dev/latest/migration/#basesettings-has-moved-to-pydantic-settings.
"""

import re
from collections.abc import Iterator

from drydock.codemods.finding import Edit, Finding
from drydock.codemods.project import Project
from drydock.codemods.pydantic.models import generation
from drydock.codemods.rule import Rule

_NAME = "pydantic-dependency"
_PACKAGE = "pydantic-settings"
_WANTED = f"{_PACKAGE}>=2"
_USES = re.compile(r"^\s*(from|import) pydantic_settings\b", re.MULTILINE)
_USES_NEW = re.compile(
    r"^\s*from pydantic import\b[^#\n]*\b(ConfigDict|field_validator|model_validator|RootModel"
    r"|TypeAdapter)\b|\.model_(dump|validate)",
    re.MULTILINE,
)
_HAS = re.compile(r"^[^#\n]*\bpydantic[-_]settings\b", re.MULTILINE | re.IGNORECASE)
# An entry for Pydantic, with what stands before and behind its name.
_LINE = re.compile(
    r"^(pydantic)\b(?![-_])[^\n]*(?<!\\)(?:\n[ \t]+#[^\n]*)*$", re.MULTILINE | re.IGNORECASE
)
_ITEM = re.compile(r"""^(\s*)(["'])pydantic\b(?![-_])[^\n]*$""", re.MULTILINE | re.IGNORECASE)
_POETRY = re.compile(r"^pydantic\s*=[^\n]*$", re.MULTILINE)
_LISTS = re.compile(r"(^|/)requirements[^/]*\.(txt|in)$|(^|/)requirements/[^/]+\.(txt|in)$")


def _survey(project: Project) -> Iterator[Edit | Finding]:
    code = {path: text for path, text in project.files.items() if path.endswith(".py")}
    uses = next((path for path, text in code.items() if _USES.search(text)), "")
    if uses and not any(_HAS.search(text) for path, text in _lists(project)):
        yield from _added(project, uses)
    if generation(project) == 1 and any(_USES_NEW.search(text) for text in code.values()):
        for path, text in _lists(project):
            pin = _LINE.search(text) or _ITEM.search(text) or _POETRY.search(text)
            if pin and re.search(r"[=~^<]", pin[0]):
                line = text[: pin.start()].count("\n") + 1
                what = f"{pin[0].strip()}: the code is written for Pydantic 2 now"
                how = "pydantic>=2; drydock retrofit --resolve --apply relaxes what it has to"
                yield Finding(_NAME, path, line, "left", what, how)


def _lists(project: Project) -> list[tuple[str, str]]:
    """Return the files that say what the service depends on."""
    return [
        (path, text)
        for path, text in sorted(project.files.items())
        if path in {"pyproject.toml", "Pipfile", "setup.py", "setup.cfg"} or _LISTS.search(path)
    ]


def _added(project: Project, uses: str) -> Iterator[Edit | Finding]:
    done = False
    for path, text in _lists(project):
        found = _LINE.search(text) if _LISTS.search(path) else None
        new = f"\n{_WANTED}"
        if path == "pyproject.toml":
            found = _ITEM.search(text)
            new = f"\n{found[1]}{found[2]}{_WANTED}{found[2]}," if found else ""
            if not found and (found := _POETRY.search(text)):
                new = f'\n{_PACKAGE} = "^2"'
        if found and not (
            path == "pyproject.toml" and not found[0].rstrip().endswith((",", '"', "'", "}"))
        ):
            done = True
            end = found.end()
            head = text[:end]
            if new.lstrip().startswith(('"', "'")) and not found[0].rstrip().endswith(","):
                head = f"{head},"
            line = head.count("\n") + 2
            yield Edit(path, head + new + text[end:])
            yield Finding(_NAME, path, line, "changed", f"{_PACKAGE} is added, for {uses}")
    if not done:
        what = f"{uses} imports pydantic_settings, which is no dependency"
        yield Finding(_NAME, uses, 0, "left", what, f"add {_WANTED}")
        return
    for path in ("uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock"):
        if path in project.files:
            what = f"{path} lacks {_PACKAGE}"
            yield Finding(_NAME, path, 0, "left", what, "lock it again")


RULE = Rule(
    name=_NAME,
    summary="pydantic-settings as a dependency where the code imports it",
    since="1.5.0",
    survey=_survey,
)
