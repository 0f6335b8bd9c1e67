"""The Dockerfile of a company's own Renovate, as far as it can be checked without building it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.renovate import parts
from tests.template.matrix import REPOSITORY

pytestmark = pytest.mark.renovate

DOCKERFILE = REPOSITORY / "docs/renovate/Dockerfile"


def test_hadolint_accepts_the_dockerfile() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")

    done = subprocess.run([hadolint, DOCKERFILE], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_base_image_is_the_tested_release_of_renovate() -> None:
    tested = json.loads((parts.renovate().parent / "package.json").read_text())["version"]

    assert f"FROM ghcr.io/renovatebot/renovate:{tested}-full" in DOCKERFILE.read_text()
