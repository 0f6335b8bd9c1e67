"""Files of a service that the standard's files take over."""

from pathlib import Path

from drydock.adoption.translate.files import carry, replaced

STANDARD = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "shop"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = [
    # The service's own:
]

[project.scripts]
shop = "shop.chassis.cli:main"

[dependency-groups]
dev = [
    # The service's own:
]

[tool.hatch.build.targets.wheel]
packages = ["shop"]
"""


def test_list_that_another_file_names_stays_and_is_reported(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(STANDARD)
    files = {
        "requirements.txt": "babel\n-r requirements-base.txt\n",
        "requirements-base.txt": "arrow\n",
        "README.md": "pip install -r requirements.txt\n",
    }
    carried = carry(tmp_path, {"pyproject.toml"}, files)
    assert replaced(carried, files) == {"requirements-base.txt"}
    assert [(todo.path, todo.why) for todo in carried["pyproject.toml"].todo] == [
        ("requirements.txt", "all of it is in pyproject.toml now, but it is named in README.md")
    ]
