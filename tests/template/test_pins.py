"""Renovate updates all pins of the template: one of its managers finds each."""

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.template import matrix
from tests.template.pipelines.test_pipelines import schema_says
from tests.template.pipelines.test_supply_chain import DIGEST

CONFIG = matrix.REPOSITORY / "renovate.json"
COMPANY = matrix.REPOSITORY / "company.yml"


def updated(path: Path, text: str) -> set[tuple[str, str]]:
    """Return the names and versions that Renovate's managers find in a file."""
    name = path.relative_to(matrix.REPOSITORY).as_posix()
    found = set()
    for manager in json.loads(CONFIG.read_text(encoding="utf-8"))["customManagers"]:
        if any(re.search(pattern.strip("/"), name) for pattern in manager["managerFilePatterns"]):
            for pattern in manager["matchStrings"]:
                for match in re.finditer(pattern.replace("(?<", "(?P<"), text):
                    found.add((match["depName"], match["currentValue"]))
    return found


def test_renovate_has_the_data_sources() -> None:
    assert schema_says(CONFIG, "vendor.renovate") == ""


def test_every_tool_and_image_is_updated() -> None:
    text = COMPANY.read_text(encoding="utf-8")
    values = {name: value["default"] for name, value in yaml.safe_load(text).items()}
    tools = yaml.safe_load(values["company_tools"])
    images = [value for name, value in values.items() if name.endswith(("_image", "_docker"))]
    pinned = {tuple(image.rsplit(":", 1)) for image in images if ":" in image}
    pinned |= {(name, str(version)) for name, version in tools.items()}

    assert len(pinned) >= 8
    assert updated(COMPANY, text) == pinned


@pytest.mark.parametrize(
    "image", ["docker.io/library/python", "registry.example.com:5000/base/python"]
)
def test_digests_of_base_images_are_updated(image: str) -> None:
    pinned = {version: f"{image}:{version}-slim@{DIGEST}" for version in ("3.12", "3.13")}
    text = f"  default: '{json.dumps(pinned)}'\n"

    assert updated(COMPANY, text) == {(image, "3.12-slim"), (image, "3.13-slim")}


@pytest.mark.parametrize("path", sorted(matrix.REPOSITORY.glob("template/*github*/*/*.jinja")))
def test_every_action_is_updated(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    used = set(re.findall(r"uses: ([\w-]+/[\w-]+)@", text))

    assert used
    assert {name for name, _ in updated(path, text)} == used
