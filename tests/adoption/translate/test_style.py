"""A service keeps its line length, quotes and rules; the standard's rules are added."""

import tomllib
from collections.abc import Mapping
from typing import Any

import pytest
from drydock.adoption.translate.style import carry

STANDARD = """\
line-length = 100
target-version = "py311"
src = ["src"]
# The template's own files.
extend-exclude = ["noxfile.py", "src/shop/chassis"]

[lint]
select = ["A", "B", "E"]
ignore = [
    "S104", # a container listens on all its interfaces
]

[lint.per-file-ignores]
"tests/**" = ["S101", "S603"]
"""
LINT = tomllib.loads(STANDARD)["lint"]

TOP: dict[str, tuple[Mapping[str, str], dict[str, Any]]] = {
    "line length in ruff.toml": ({"ruff.toml": "line-length = 79\n"}, {"line-length": 79}),
    "line length in .ruff.toml, which ruff reads first": (
        {".ruff.toml": "line-length = 79\n", "ruff.toml": "line-length = 80\n"},
        {"line-length": 79},
    ),
    "line length in pyproject.toml": (
        {"pyproject.toml": "[tool.ruff]\nline-length = 120\nindent-width = 2\n"},
        {"line-length": 120, "indent-width": 2},
    ),
    "default line length of ruff": (
        {"pyproject.toml": "[tool.ruff.lint]\nselect = ['E']\n"},
        {"line-length": 88},
    ),
    "line length of black": (
        {"pyproject.toml": "[tool.black]\nline-length = 110\n"}, {"line-length": 110},
    ),
    "default line length of black's hook": (
        {".pre-commit-config.yaml": "repos:\n- repo: x\n  hooks:\n  - id: black\n"},
        {"line-length": 88},
    ),
    "line length of ruff before black's": (
        {"pyproject.toml": "[tool.ruff]\nline-length = 90\n[tool.black]\nline-length = 91\n"},
        {"line-length": 90},
    ),
    "line length of flake8": (
        {"setup.cfg": "[flake8]\nmax-line-length = 119\n"},
        {"line-length": 119},
    ),
    "excluded files": (
        {"ruff.toml": "line-length = 100\nexclude = ['old']\nextend-exclude = ['gen']\n"},
        {"extend-exclude": ["noxfile.py", "src/shop/chassis", "old", "gen"]},
    ),
    "folders of code": (
        {"ruff.toml": "line-length = 100\nsrc = ['src', 'lib']\n"},
        {"src": ["src", "lib"]},
    ),
    "quotes": (
        {"ruff.toml": "line-length = 100\n[format]\nquote-style = 'single'\n"},
        {"format": {"quote-style": "single"}},
    ),
    "unchanged quotes": (
        {"pyproject.toml": "[tool.black]\nline-length = 100\nskip-string-normalization = true\n"},
        {"format": {"quote-style": "preserve"}},
    ),
}  # fmt: skip
RULES: dict[str, tuple[Mapping[str, str], dict[str, Any]]] = {
    "rules in addition to the standard's": (
        {"ruff.toml": "[lint]\nselect = ['E', 'D']\nextend-select = ['ANN']\n"},
        {"select": ["A", "B", "E", "D", "ANN"]},
    ),
    "rules at the top, as before ruff 0.2": (
        {"ruff.toml": "select = ['D']\nignore = ['E203']\n[isort]\ncombine-as-imports = true\n"},
        {
            "select": ["A", "B", "E", "D"],
            "ignore": ["S104", "E203"],
            "isort": {"combine-as-imports": True},
        },
    ),
    "ignores by file": (
        {"ruff.toml": "[lint.per-file-ignores]\n'tests/**' = ['D']\n'a/*.py' = ['E501']\n"},
        {"per-file-ignores": {"tests/**": ["S101", "S603", "D"], "a/*.py": ["E501"]}},
    ),
    "asserts in other folders of tests": (
        {"shop/test/test_a.py": ""},
        {"per-file-ignores": {**LINT["per-file-ignores"], "shop/test/**": ["S101", "S603"]}},
    ),
    "settings of rules": (
        {"ruff.toml": "[lint]\npreview = true\n[lint.mccabe]\nmax-complexity = 7\n"},
        {"preview": True, "mccabe": {"max-complexity": 7}},
    ),
    "settings of isort": (
        {".isort.cfg": "[settings]\nprofile = black\nknown_first_party = a, b\n"
                       "force_single_line = true\nlines_after_imports = 2\n"},
        {"isort": {"known-first-party": ["a", "b"], "force-single-line": True,
                   "lines-after-imports": 2}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TOP)
def test_style_of_the_service_is_kept(case: str) -> None:
    files, expected = TOP[case]
    found = tomllib.loads(carry(STANDARD, files).text)
    found.pop("lint")
    standard = tomllib.loads(STANDARD)
    del standard["lint"]
    assert found == {**standard, **expected}


@pytest.mark.parametrize("case", RULES)
def test_rules_of_both_are_combined(case: str) -> None:
    files, expected = RULES[case]
    assert tomllib.loads(carry(STANDARD, files).text)["lint"] == {**LINT, **expected}


def test_service_without_settings_gets_the_standards() -> None:
    carried = carry(STANDARD, {"shop/main.py": "", "requirements.txt": "fastapi\n"})
    assert (carried.text, carried.todo, carried.rules) == (STANDARD, (), ())


def test_settings_and_comments_that_are_lost_are_listed() -> None:
    files = {
        "ruff.toml": "extend = '../ruff.toml'\n# why\nline-length = 80\n",
        "pyproject.toml": "[tool.black]\nexclude = 'old|gen'\n[tool.isort]\nsrc_paths = ['x']\n",
        ".flake8": "[flake8]\nignore = E203\n",
    }
    carried = carry(STANDARD, files)
    listed = {(one.path, one.line, bool(one.how)) for one in carried.todo}
    assert listed == {
        ("ruff.toml", 1, True),
        ("ruff.toml", 2, False),
        ("pyproject.toml", 2, True),
        ("pyproject.toml", 4, True),
        (".flake8", 1, True),
    }
    assert carried.accounted == {"ruff.toml"}


@pytest.mark.parametrize(
    ("required", "target"),
    [(">=3.12,<3.13", "py312"), (">=3.11", "py311"), ("==3.13.*", "py313"), ("", "py311")],
)
def test_target_version_is_the_oldest_python(required: str, target: str) -> None:
    project = f'[project]\nname = "shop"\nrequires-python = "{required}"\n'
    assert tomllib.loads(carry(STANDARD, {}, project).text)["target-version"] == target


@pytest.mark.parametrize(
    ("target", "todo"),
    [
        ("py39", []),
        ("py311", []),
        ("py312", []),
        ("py313", ['not carried over: target-version = "py313" of ruff']),
    ],
)
def test_only_a_newer_target_version_is_left_by_hand(target: str, todo: list[str]) -> None:
    files = {"pyproject.toml": f'[tool.ruff]\ntarget-version = "{target}"\n'}
    carried = carry(STANDARD, files, '[project]\nrequires-python = ">=3.12"\n')
    assert [one.why for one in carried.todo] == todo
