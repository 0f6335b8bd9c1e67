"""Patterns of both sides are kept; the service's own decide."""

import pytest
from drydock.adoption.translate import Carried
from drydock.adoption.translate.ignored import carry

PROJECT = '[project]\nreadme = "README.md"\n'
STANDARD = "# Not needed\n/.venv/\n.env\n"


def image(own: str, project: str = PROJECT) -> Carried:
    return carry(".dockerignore", STANDARD, {".dockerignore": own}, project)


def test_own_patterns_come_last() -> None:
    carried = carry(".gitignore", STANDARD, {".gitignore": "*.log\n.env\n!keep.env\n"})
    assert carried.text == "# Not needed\n/.venv/\n\n*.log\n.env\n!keep.env\n"
    assert carried.accounted == {".gitignore"}
    assert not carried.todo


def test_list_with_all_patterns_of_the_standard_is_unchanged() -> None:
    own = f"{STANDARD}*.log\n"
    assert carry(".gitignore", STANDARD, {".gitignore": own}).text == own


def test_files_that_the_image_needs_are_included_again() -> None:
    own = "*\n!README.md\n!app\n"
    carried = image(own)
    assert carried.text.endswith(f"\n{own}# The image is built from:\n!pyproject.toml\n!uv.lock\n")
    assert carried.rules[1:] == (
        "!pyproject.toml at the end: line 1 excludes it",
        "!uv.lock at the end: line 1 excludes it",
    )
    assert not carried.todo
    assert carry(".gitignore", STANDARD, {".gitignore": own}).text.endswith(own)


def test_last_pattern_decides_what_the_image_lacks() -> None:
    own = "*.md\n!README.md\n\ndocs\nREADME*"
    carried = image(own)
    assert carried.text.endswith(f"\n{own}\n# The image is built from:\n!README.md\n")
    assert carried.rules[1:] == ("!README.md at the end: line 5 excludes it",)


@pytest.mark.parametrize(
    ("project", "names"),
    [
        ("[project]\n", ["pyproject.toml", "uv.lock"]),
        ('[tool.poetry]\nrequires-poetry = "2"\n', ["pyproject.toml", "poetry.lock"]),
        (
            '[project]\nreadme = { file = "README", content-type = "text/plain" }\n'
            'license = { file = "LICENSE" }\n',
            ["pyproject.toml", "uv.lock", "README", "LICENSE"],
        ),
        ("", []),
    ],
)
def test_image_is_built_from_what_pyproject_names(project: str, names: list[str]) -> None:
    lines = image("*\n", project).text.splitlines()
    assert [line for line in lines if line.startswith("!")] == [f"!{name}" for name in names]


def test_included_file_is_not_included_again() -> None:
    own = "*.md\n!README.md\n**/*.toml\n!pyproject.toml\n"
    carried = image(own)
    assert carried.text.endswith(own)
