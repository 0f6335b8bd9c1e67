"""The recipe of a company's own Renovate, as far as it can be checked without its image."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.renovate import parts
from tests.template.matrix import REPOSITORY

pytestmark = pytest.mark.renovate

RECIPE = REPOSITORY / "docs/renovate/Dockerfile"


def test_it_is_a_sound_dockerfile() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")

    done = subprocess.run([hadolint, RECIPE], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_it_starts_from_the_renovate_that_is_tested() -> None:
    tested = json.loads((parts.renovate().parent / "package.json").read_text())["version"]

    assert f"FROM ghcr.io/renovatebot/renovate:{tested}-full" in RECIPE.read_text()
