"""Settings of black, isort and flake8, and task runners: reported, with the ruff or nox equivalent.

Source: https://docs.astral.sh/ruff/faq/ lists ruff's equivalent settings. `drydock retrofit` adds
ruff.toml, with the line length of the service, and noxfile.py.
"""

import re
from collections.abc import Iterator

from drydock.codemods.finding import Finding
from drydock.codemods.project import Project
from drydock.codemods.rule import Rule

_NAME = "tools-settings"
_EQUIVALENTS = {
    "line-length": "line-length",
    "line_length": "line-length",
    "max-line-length": "line-length",
    "skip-string-normalization": 'format.quote-style = "preserve"',
    "target-version": "target-version",
    "known_first_party": "lint.isort.known-first-party",
    "known_third_party": "lint.isort.known-third-party",
    "extend-ignore": "lint.ignore",
    "ignore": "lint.ignore",
    "select": "lint.select",
    "max-complexity": "lint.mccabe.max-complexity",
    "per-file-ignores": "lint.per-file-ignores",
    "exclude": "extend-exclude",
    "profile": "",
}
_SECTION = re.compile(r"^\[(?:tool\.)?(black|isort|flake8|settings)\]\s*$", re.MULTILINE)
_KEY = re.compile(r"^([\w-]+)\s*[=:]\s*([^\n#]*)", re.MULTILINE)
_FILES = {"pyproject.toml", "setup.cfg", "tox.ini", ".flake8", ".isort.cfg"}
_TASKS = re.compile(r"\b(pytest|black|flake8|isort|pylint|mypy|ruff)\b")


def _survey(project: Project) -> Iterator[Finding]:
    for path, text in sorted(project.files.items()):
        if path in _FILES:
            yield from _settings(path, text)
        if path == "tox.ini" and re.search(r"^\[tox\]|^\[testenv", text, re.MULTILINE):
            yield Finding(_NAME, path, 1, "left", "tox runs the tests", "turn it into nox sessions")
        elif path in {"Makefile", "Taskfile.yml"}:
            for number, line in enumerate(text.splitlines(), 1):
                if line.startswith(("\t", "  ")) and (tool := _TASKS.search(line)):
                    what = f"`{line.strip()[:60]}` runs {tool[1]}"
                    yield Finding(_NAME, path, number, "left", what, "turn it into a nox session")


def _settings(path: str, text: str) -> Iterator[Finding]:
    for section in _SECTION.finditer(text):
        tool = "isort" if section[1] == "settings" else section[1]
        end = text.find("\n[", section.end())
        body = text[section.end() : end if end >= 0 else len(text)]
        for key in _KEY.finditer(body):
            line = text[: section.end() + key.start()].count("\n") + 1
            equivalent = _EQUIVALENTS.get(key[1])
            if equivalent == "":
                continue  # the profile: ruff sorts imports like isort's profile black
            how = f"set {equivalent} in ruff.toml" if equivalent else "ruff has no equivalent"
            yield Finding(
                _NAME, path, line, "left", f"{tool} sets {key[1]} = {key[2].strip()}", how
            )


RULE = Rule(
    name=_NAME,
    summary="settings of black, isort, flake8, tox, Makefile: reported with their equivalent",
    since="1.5.0",
    survey=_survey,
)
