"""The major version of marshmallow that a service uses."""

import pytest
from drydock.codemods.marshmallow.version import major_version, required_in

KNOWN = {
    "uv.lock": ('[[package]]\nname = "marshmallow"\nversion = "3.26.1"\n', 3),
    "poetry.lock": ('[[package]]\nname = "marshmallow"\nversion = "4.1.0"\n', 4),
    "Pipfile.lock": ('{"default": {"marshmallow": {"hashes": [], "version": "==3.1.0"}}}', 3),
    "requirements.txt": ("flask\nmarshmallow==3.18.0\n", 3),
    "requirements-dev.txt": ("Marshmallow~=4.0\n", 4),
    "setup.py": ("install_requires=['marshmallow>=3.0,<4']", 3),
    "pyproject.toml": ('[tool.poetry.dependencies]\nmarshmallow = "^3.13"\n', 3),
    "setup.cfg": ("install_requires =\n    marshmallow>=4\n", 4),
}
UNKNOWN = {
    "requirements.txt": "marshmallow\n",
    "setup.py": "install_requires=['marshmallow>=3']",
    "pyproject.toml": 'dependencies = ["marshmallow-sqlalchemy==3.0"]\n',
    "requirements.in": "marshmallow==2.21.0\n",
}


@pytest.mark.parametrize("file", KNOWN)
def test_file_shows_major_version(file: str) -> None:
    text, version = KNOWN[file]
    assert major_version({file: text}) == version


@pytest.mark.parametrize("file", UNKNOWN)
def test_file_without_major_version_is_ignored(file: str) -> None:
    assert major_version({file: UNKNOWN[file]}) == 0


def test_lock_file_takes_precedence_over_requirements() -> None:
    files = {"pyproject.toml": 'dependencies = ["marshmallow>=4"]', "uv.lock": KNOWN["uv.lock"][0]}
    assert major_version(files) == 3


@pytest.mark.parametrize(
    ("path", "text", "lines"),
    [
        (
            "requirements.txt",
            "flask\nmarshmallow==3.1\npydantic>=2\n",
            {"marshmallow": 2, "pydantic": 3},
        ),
        ("requirements.txt", "marshmallow-sqlalchemy==1.0\npydantic-settings\n", {}),
        ("pyproject.toml", 'dependencies = [\n  "marshmallow>=4",\n]\n', {"marshmallow": 2}),
        ("pyproject.toml", '[tool.poetry.dependencies]\nmarshmallow = "^3"\n', {"marshmallow": 2}),
        ("requirements.txt", "# marshmallow\n", {}),
        ("uv.lock", KNOWN["uv.lock"][0], {}),
        ("README.md", "marshmallow\n", {}),
    ],
)
def test_lines_that_require_packages(path: str, text: str, lines: dict[str, int]) -> None:
    assert required_in(path, text) == lines
