"""pydantic-settings as a dependency if the code imports it; pins of Pydantic 1 are reported.

Source: https://docs.pydantic.dev/latest/migration/#basesettings-has-moved-to-pydantic-settings.
"""

import re
from collections.abc import Iterator

from drydock.codemods import requirements
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


def _survey(project: Project) -> Iterator[Edit | Finding]:
    code = {path: text for path, text in project.files.items() if path.endswith(".py")}
    uses = next((path for path, text in code.items() if _USES.search(text)), "")
    if uses and not requirements.requires(project, _PACKAGE):
        why = "imports pydantic_settings"
        yield from requirements.add(project, _NAME, _WANTED, after=["pydantic"], path=uses, why=why)
    if generation(project) == 1 and any(_USES_NEW.search(text) for text in code.values()):
        for path, text in requirements.requirement_files(project):
            pin = requirements.find_entry(path, text, "pydantic")
            if pin and re.search(r"[=~^<]", pin[0]):
                line = text[: pin.start()].count("\n") + 1
                what = f"{pin[0].strip()}: the code now uses Pydantic 2"
                how = "require pydantic>=2; drydock retrofit --resolve --apply relaxes other pins"
                yield Finding(_NAME, path, line, "left", what, how)


RULE = Rule(
    name=_NAME,
    summary="pydantic-settings as a dependency if the code imports it",
    since="1.5.0",
    survey=_survey,
)
