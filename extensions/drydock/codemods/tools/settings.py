"""Settings of black, isort and flake8, and what starts tasks: told, with ruff's or nox's equal.

Source: https://docs.astral.sh/ruff/faq/ names the equal settings of ruff; the sessions of a service
are those of its noxfile.py. `drydock retrofit` brings both, and takes over the line length.
"""

import re
from collections.abc import Iterator

from drydock.codemods.finding import Finding
from drydock.codemods.project import Project
from drydock.codemods.rule import Rule

_NAME = "tools-settings"
_EQUALS = {
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
_HOLDERS = {"pyproject.toml", "setup.cfg", "tox.ini", ".flake8", ".isort.cfg"}
_TASKS = re.compile(r"\b(pytest|black|flake8|isort|pylint|mypy|ruff)\b")


def _survey(project: Project) -> Iterator[Finding]:
    for path, text in sorted(project.files.items()):
        if path in _HOLDERS:
            yield from _settings(path, text)
        if path == "tox.ini" and re.search(r"^\[tox\]|^\[testenv", text, re.MULTILINE):
            yield Finding(_NAME, path, 1, "left", "tox runs the tests", "make it sessions of nox")
        elif path in {"Makefile", "Taskfile.yml"}:
            for number, line in enumerate(text.splitlines(), 1):
                if line.startswith(("\t", "  ")) and (tool := _TASKS.search(line)):
                    what = f"{line.strip()[:60]}: it runs {tool[1]}"
                    yield Finding(_NAME, path, number, "left", what, "make it a session of nox")


def _settings(path: str, text: str) -> Iterator[Finding]:
    for section in _SECTION.finditer(text):
        tool = "isort" if section[1] == "settings" else section[1]
        end = text.find("\n[", section.end())
        body = text[section.end() : end if end >= 0 else len(text)]
        for key in _KEY.finditer(body):
            line = text[: section.end() + key.start()].count("\n") + 1
            equal = _EQUALS.get(key[1])
            if equal == "":
                continue  # ruff sorts imports as isort's profile black does
            how = f"ruff.toml: {equal}" if equal else "ruff has no equal setting"
            yield Finding(_NAME, path, line, "left", f"{tool}: {key[1]} = {key[2].strip()}", how)


RULE = Rule(
    name=_NAME,
    summary="settings of black, isort, flake8; tox, Makefile: told, with ruff's and nox's equal",
    since="1.5.0",
    survey=_survey,
)
