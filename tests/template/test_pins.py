"""What the template pins, Renovate raises in this repository: each pin is found by a manager."""

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.template import matrix
from tests.template.pipelines.test_pipelines import schema_says

CONFIG = matrix.REPOSITORY / "renovate.json"
COMPANY = matrix.REPOSITORY / "company.yml"


def raised(path: Path, text: str) -> set[tuple[str, str]]:
    """Return the names and versions in a file that Renovate's managers find."""
    name = path.relative_to(matrix.REPOSITORY).as_posix()
    found = set()
    for manager in json.loads(CONFIG.read_text(encoding="utf-8"))["customManagers"]:
        if any(re.search(pattern.strip("/"), name) for pattern in manager["managerFilePatterns"]):
            for pattern in manager["matchStrings"]:
                for match in re.finditer(pattern.replace("(?<", "(?P<"), text):
                    groups = match.groupdict()
                    dependency = groups.get("depName") or manager["depNameTemplate"]
                    found.add((dependency, groups["currentValue"]))
    return found


def test_renovate_knows_the_words() -> None:
    assert schema_says(CONFIG, "vendor.renovate") == ""


def test_every_tool_and_image_is_raised() -> None:
    text = COMPANY.read_text(encoding="utf-8")
    values = {name: value["default"] for name, value in yaml.safe_load(text).items()}
    tools = yaml.safe_load(values["company_tools"])
    images = [value for name, value in values.items() if name.endswith(("_image", "_docker"))]
    pinned = {tuple(image.rsplit(":", 1)) for image in images if ":" in image}
    pinned |= {(name, str(version)) for name, version in tools.items()}

    assert len(pinned) >= 8
    assert raised(COMPANY, text) == pinned


def test_a_digest_of_the_base_image_is_raised() -> None:
    digest = "sha256:" + "0123456789abcdef" * 4
    text = f'  default: \'{{"3.13": "{digest}"}}\'\n'

    assert raised(COMPANY, text) == {("docker.io/library/python", "3.13")}


@pytest.mark.parametrize("path", sorted(matrix.REPOSITORY.glob("template/*github*/*/*.jinja")))
def test_every_action_is_raised(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    used = set(re.findall(r"uses: ([\w-]+/[\w-]+)@", text))

    assert used
    assert {name for name, _ in raised(path, text)} == used
