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


DOCKERFILE = """\
FROM a AS build
COPY pyproject.toml uv.loc[k] ./
RUN uv sync --no-install-project
COPY . .

FROM a
COPY --from=build /app /app
CMD ["shop", "serve"]
"""


def test_image_has_the_services_own_packages_before_it_installs_dependencies(
    tmp_path: Path,
) -> None:
    (tmp_path / "pyproject.toml").write_text(STANDARD)
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    files = {
        "pyproject.toml": "[project]\nname = 'shop'\n[tool.uv.workspace]\nmembers = ['libs/*']\n"
        "[tool.uv.sources]\nrates = { path = './vendor/rates' }\nlog = { path = '../log' }\n"
        "web = { git = 'https://git.example.com/web' }\n",
        "libs/days/pyproject.toml": "",
        "libs/README.md": "",
        "vendor/rates/setup.py": "",
    }
    carried = carry(tmp_path, {"pyproject.toml", "Dockerfile"}, files)["Dockerfile"]
    after = "COPY pyproject.toml uv.loc[k] ./\n"
    copies = "COPY libs/days libs/days\nCOPY vendor/rates vendor/rates\n"
    assert carried.text == DOCKERFILE.replace(after, after + copies)
    assert carried.rules == (
        "copies libs/days, vendor/rates before the dependencies, which need it",
    )
    assert "Dockerfile" not in carry(tmp_path, {"pyproject.toml", "Dockerfile"}, {})


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
