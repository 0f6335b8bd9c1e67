"""Patterns of both sides hold, and the service's own decide."""

from drydock.adoption.translate.ignored import carry

STANDARD = "# Not needed\n/.venv/\n.env\n"


def test_own_patterns_come_last() -> None:
    carried = carry(".gitignore", STANDARD, {".gitignore": "*.log\n.env\n!keep.env\n"})
    assert carried.text == "# Not needed\n/.venv/\n\n*.log\n.env\n!keep.env\n"
    assert carried.accounted == {".gitignore"}
    assert not carried.todo


def test_what_has_all_of_it_stays() -> None:
    own = f"{STANDARD}*.log\n"
    assert carry(".gitignore", STANDARD, {".gitignore": own}).text == own


def test_what_the_image_needs_and_is_left_out_is_told() -> None:
    own = "*\n!README.md\n!app\n"
    todo = carry(".dockerignore", STANDARD, {".dockerignore": own, "README.md": ""}).todo
    assert [(one.line, one.how) for one in todo] == [
        (1, "add !pyproject.toml at the end"),
        (1, "add !uv.lock at the end"),
    ]
    assert not carry(".gitignore", STANDARD, {".gitignore": own}).todo


def test_what_is_let_in_again_is_not_told() -> None:
    own = "*.md\n!README.md\n**/*.toml\n!pyproject.toml\n"
    assert not carry(".dockerignore", STANDARD, {".dockerignore": own, "README.md": ""}).todo
