"""Which marshmallow a service runs."""

import pytest
from drydock.codemods.marshmallow.version import major_version, required_in

TOLD = {
    "uv.lock": ('[[package]]\nname = "marshmallow"\nversion = "3.26.1"\n', 3),
    "poetry.lock": ('[[package]]\nname = "marshmallow"\nversion = "4.1.0"\n', 4),
    "Pipfile.lock": ('{"default": {"marshmallow": {"hashes": [], "version": "==3.1.0"}}}', 3),
    "requirements.txt": ("flask\nmarshmallow==3.18.0\n", 3),
    "requirements-dev.txt": ("Marshmallow~=4.0\n", 4),
    "setup.py": ("install_requires=['marshmallow>=3.0,<4']", 3),
    "pyproject.toml": ('[tool.poetry.dependencies]\nmarshmallow = "^3.13"\n', 3),
    "setup.cfg": ("install_requires =\n    marshmallow>=4\n", 4),
}
UNTOLD = {
    "requirements.txt": "marshmallow\n",
    "setup.py": "install_requires=['marshmallow>=3']",
    "pyproject.toml": 'dependencies = ["marshmallow-sqlalchemy==3.0"]\n',
    "requirements.in": "marshmallow==2.21.0\n",
}


@pytest.mark.parametrize("file", TOLD)
def test_a_file_tells_the_major_version(file: str) -> None:
    text, version = TOLD[file]
    assert major_version({file: text}) == version


@pytest.mark.parametrize("file", UNTOLD)
def test_a_file_that_does_not_tell_is_not_believed(file: str) -> None:
    assert major_version({file: UNTOLD[file]}) == 0


def test_a_lock_is_believed_before_what_it_was_made_from() -> None:
    files = {"pyproject.toml": 'dependencies = ["marshmallow>=4"]', "uv.lock": TOLD["uv.lock"][0]}
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
        ("uv.lock", TOLD["uv.lock"][0], {}),
        ("README.md", "marshmallow\n", {}),
    ],
)
def test_a_file_requires_packages_at_lines(path: str, text: str, lines: dict[str, int]) -> None:
    assert required_in(path, text) == lines
