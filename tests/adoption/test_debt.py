"""Old code is formatted; the remaining findings are listed file by file."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache

import pytest
from drydock import locking
from drydock.adoption.debt import Debt, find, summary
from drydock.errors import BadInput

SETTINGS = """\
line-length = 100
target-version = "py311"
extend-exclude = ["noxfile.py", "tests/test_chassis.py"]

[lint]
select = ["E", "F", "I", "S"]

[lint.per-file-ignores]
"tests/**" = ["S101"]
"""
CODE = {
    "shop/main.py": b"import sys\nimport os\nx=1\nassert x\n",
    "shop/good.py": b"y = 2\n",
    "tests/test_a.py": b"def test_a():\n    assert True\n",
    "noxfile.py": b"x=1\n",
}


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")


@pytest.fixture(autouse=True, scope="module")
def _ruff_found_once() -> Iterator[None]:
    """Look for ruff once, as a command does: uv takes as long for it as all else in a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locking, "tool", cache(locking.tool))
        yield


def found(code: dict[str, bytes], settings: str = SETTINGS, *, formats: bool = True) -> Debt:
    return find({**code, "ruff.toml": settings.encode()}, "", formats=formats)


def test_code_is_formatted_and_remaining_findings_are_listed() -> None:
    debt = found(CODE)

    assert debt.formatted == {"shop/main.py": b"import sys\nimport os\n\nx = 1\nassert x\n"}
    listed = tomllib.loads(debt.settings)["lint"]["per-file-ignores"]
    assert listed == {"tests/**": ["S101"], "shop/main.py": ["F401", "I001", "S101"]}
    assert debt.rules == {"F401": 2, "I001": 1, "S101": 1}
    assert summary(debt) == [
        "1 file formatted, in a separate commit",
        "4 findings in 1 file, listed in ruff.toml: F401 2, I001 1, S101 1",
    ]


def test_without_formatting_unformatted_files_are_listed() -> None:
    debt = found(CODE, formats=False)

    assert (debt.formatted, debt.unformatted) == ({}, ("shop/main.py",))
    assert tomllib.loads(debt.settings)["format"]["exclude"] == ["shop/main.py"]
    assert "1 file not formatted, listed in ruff.toml" in summary(debt)


def test_markdown_is_never_formatted_but_listed_if_ruff_would_format_it() -> None:
    text = b"# Use\n\n```python\nx=1\n```\n"
    debt = found({"README.md": text, "a.py": b"x=1\n"})
    assert debt.formatted == {"a.py": b"x = 1\n"}
    assert debt.unformatted in ((), ("README.md",))
    # Another version of ruff may leave Markdown alone.
    again = find({"README.md": text, "ruff.toml": debt.settings.encode()}, "", formats=True)
    assert (again.unformatted, again.formatted) == ((), {})


def test_format_settings_of_the_service_are_kept() -> None:
    own = f'{SETTINGS}\n[format]\nquote-style = "single"\n'
    debt = found({"a.py": b'x = "1"\n'}, own, formats=False)
    expected = {"quote-style": "single", "exclude": ["a.py"]}
    assert tomllib.loads(debt.settings)["format"] == expected


def test_findings_are_listed_at_the_end_of_their_table() -> None:
    debt = found(CODE, f"{SETTINGS}\n[lint.isort]\ncombine-as-imports = true\n")
    lint = tomllib.loads(debt.settings)["lint"]
    assert lint["isort"] == {"combine-as-imports": True}
    assert "shop/main.py" in lint["per-file-ignores"]


def test_existing_ignores_of_a_file_are_kept_in_the_list() -> None:
    own = SETTINGS + '"shop/main.py" = ["S101", "S603"]\n"shop/good.py" = ["S101"]\n'
    debt = found(CODE, own)
    assert tomllib.loads(debt.settings)["lint"]["per-file-ignores"] == {
        "tests/**": ["S101"],
        "shop/good.py": ["S101"],
        "shop/main.py": ["S101", "S603", "F401", "I001"],
    }


def test_unparsable_file_is_excluded_and_reported() -> None:
    debt = found({"old.py": b"print 'of old'\n", "a.py": b"x = 1\n"})

    assert tomllib.loads(debt.settings)["extend-exclude"] == [
        "noxfile.py",
        "tests/test_chassis.py",
        "old.py",
    ]
    assert (debt.unreadable, debt.files) == (("old.py",), 0)
    assert "excluded in ruff.toml, since ruff cannot parse it: old.py" in summary(debt)


EXCLUDED = {
    "an empty list": ("extend-exclude = []", ["old.py"]),
    "no list": ("", ["old.py"]),
    "a comma in a pattern": ('extend-exclude = ["{a,b}.py"]', ["{a,b}.py", "old.py"]),
    "a comment behind it": ('extend-exclude = ["a.py"]  # why', ["a.py", "old.py"]),
    "one item per line": (
        'extend-exclude = [\n    "a.py",\n    # why\n    "b[0-9].py" # last\n]',
        ["a.py", "b[0-9].py", "old.py"],
    ),
    "an empty list over two lines": ("extend-exclude = [\n]", ["old.py"]),
}


@pytest.mark.parametrize("case", EXCLUDED)
def test_unparsable_files_are_added_to_any_extend_exclude(case: str) -> None:
    written, expected = EXCLUDED[case]
    own = re.sub(r"(?m)^extend-exclude = .*$", lambda _: written, SETTINGS)
    debt = found({"old.py": b"print 'of old'\n", "a.py": b"x = 1\n"}, own)
    assert tomllib.loads(debt.settings)["extend-exclude"] == expected
    assert ("# why" in own) == ("# why" in debt.settings)
    assert debt.unreadable == ("old.py",)


def test_unformatted_files_are_added_to_an_exclude_of_the_service() -> None:
    own = f'{SETTINGS}\n[format]\nexclude = ["b.py"]\nquote-style = "single"\n'
    debt = found({"a.py": b'x = "1"\n'}, own, formats=False)
    expected = {"quote-style": "single", "exclude": ["b.py", "a.py"]}
    assert tomllib.loads(debt.settings)["format"] == expected


def test_code_without_findings_changes_nothing() -> None:
    debt = found({"a.py": b"x = 1\n"})
    assert (debt.settings, debt.formatted, summary(debt)) == (SETTINGS, {}, [])


def test_modules_that_mypy_does_not_check_are_counted() -> None:
    ini = (
        b"[mypy]\nstrict = true\n\n[mypy-redis.*]\nignore_missing_imports = True\n\n"
        b"# Debt: modules in which no types are checked. Only ever shorten the list.\n"
        b"[mypy-a]\nignore_errors = True\n\n[mypy-b]\nignore_errors = True\n"
    )
    debt = found({"a.py": b"x = 1\n", "mypy.ini": ini})
    assert summary(debt) == ["2 modules not type-checked, listed in mypy.ini"]


def test_existing_list_is_never_extended() -> None:
    with pytest.raises(BadInput, match="already lists debt"):
        found(CODE, found(CODE).settings)


def test_settings_that_ruff_rejects_are_bad_input() -> None:
    with pytest.raises(BadInput, match=r"ruff rejects ruff\.toml: .*NOSUCH"):
        found(CODE, SETTINGS.replace('"E"', '"NOSUCH"'))


@pytest.mark.parametrize(
    "settings",
    [
        SETTINGS.partition("[lint.per-file-ignores]")[0],
        '[lint]\nper-file-ignores = { "tests/**" = ["S101"] }\n\n[format]\nindent-style = "tab"\n',
    ],
    ids=["no table", "an inline table"],
)
def test_missing_table_for_the_list_is_bad_input(settings: str) -> None:
    with pytest.raises(BadInput, match=r"ruff\.toml has no table \[lint\.per-file-ignores\]"):
        found({"shop/main.py": b"import os\n"}, settings)
