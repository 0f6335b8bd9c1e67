"""`drydock retrofit` prompts for doubtful answers, and derives others from what it is told."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.legacy.support import NOW
from tests.support import commit, git, write

pytestmark = pytest.mark.slow

MAIN = "from drydock.cli import main; main()"
APP = "from fastapi import FastAPI\n\napp = FastAPI()\n"
TWO = {
    "alpha/__init__.py": "", "alpha/main.py": APP, "beta/__init__.py": "", "beta/main.py": APP,
    "Dockerfile": 'FROM python:3.12\nEXPOSE 80\nCMD ["python", "-m", "beta"]\n',
    "k8s/deployment.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\n",
}  # fmt: skip


def prompted(
    folder: Path, template: Path, answers: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Any], str]:
    """Retrofit in a terminal; return the report's answers by name, and what the terminal shows.

    `answers` are what is typed at the prompts of a name, in order; then the defaults are accepted.
    """
    left = {name: list(lines) for name, lines in answers.items()}
    main, terminal = pty.openpty()
    command = ("retrofit", folder, "--template", template, "--to", NOW, "--dry-run", "--json")
    shown = ""
    with subprocess.Popen(
        [sys.executable, "-c", MAIN, *map(str, command)],
        stdin=terminal, stdout=subprocess.PIPE, stderr=terminal, text=True,
    ) as process:  # fmt: skip
        os.close(terminal)
        seen = 0
        with suppress(OSError):  # raised when the process has closed the terminal
            while chunk := os.read(main, 65536):
                shown += chunk.decode()
                for prompt in re.finditer(r"(\w+) \([^\n]*\) \[[^\n]*\]: ?$", shown[seen:]):
                    seen = len(shown)
                    lines = left.get(prompt[1], [])
                    os.write(main, f"{lines.pop(0) if lines else ''}\n".encode())
        assert process.stdout
        report = json.loads(process.stdout.read())
    os.close(main)
    assert not any(left.values()), shown
    return {answer["name"]: answer for answer in report["answers"]}, shown


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A service with two applications and a manifest."""
    write(tmp_path / "shop", TWO)
    git(tmp_path / "shop", "init", "--quiet", "--initial-branch=main")
    commit(tmp_path / "shop", "As it was")
    return tmp_path / "shop"


def test_other_answers_are_derived_from_prompted_ones(folder: Path, standard: Path) -> None:
    typed = {"app": ["beta.main:app"], "service_port": ["9000"], "helm": ["no"]}
    answers, _ = prompted(folder, standard, typed)
    values = {name: answer["value"] for name, answer in answers.items()}
    assert (values["app"], values["package_path"]) == ("beta.main:app", "beta")
    assert (values["service_port"], values["management_port"]) == (9000, 9001)
    assert values["helm"] is False
    assert not any(answer["doubtful"] for answer in answers.values())
    assert [(fact["path"], fact["value"]) for fact in answers["app"]["evidence"]] == [
        ("beta/main.py", "beta/main.py:app"),
        ("prompt", "beta.main:app"),
    ]
    assert [fact["path"] for fact in answers["app"]["against"]] == ["alpha/main.py"]
    assert [fact["path"] for fact in answers["service_port"]["evidence"]] == ["prompt"]


def test_invalid_answer_is_prompted_for_again_with_the_reason(folder: Path, standard: Path) -> None:
    typed = {
        "app": ["beta.main", "beta.api:app", "beta.main:app"],
        "service_port": ["many", "80", "8100"],
        "helm": ["maybe", "yes"],
    }
    answers, shown = prompted(folder, standard, typed)
    for problem in (
        "app=beta.main: like iris.main:app, which is module:attribute",
        "app=beta.api:app: the service has no module beta.api (beta/api.py): commit it first, or "
        "name another one, like alpha.main:app",
        "service_port=many: expected a whole number, like 8000",
        "service_port=80: like 8000: between 1024 and 65535",
        "helm=maybe: expected yes or no",
    ):
        assert f"{problem}\r\n" in shown
    assert [answers[name]["value"] for name in typed] == ["beta.main:app", 8100, True]


def test_accepted_answer_keeps_its_evidence(folder: Path, standard: Path) -> None:
    answers, _ = prompted(folder, standard, {})
    assert answers["app"]["value"] == "alpha.main:app"
    assert [fact["path"] for fact in answers["app"]["evidence"]] == ["alpha/main.py"]
    assert [fact["path"] for fact in answers["app"]["against"]] == ["beta/main.py"]
