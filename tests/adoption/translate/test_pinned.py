"""A Python version that the service no longer allows is replaced or reported."""

from collections.abc import Mapping

import pytest
from drydock.adoption.translate.pinned import PATH, carry

PROJECT = '[project]\nname = "shop"\nversion = "1"\nrequires-python = "{}"\n'


@pytest.mark.parametrize(
    ("required", "text", "expected"),
    [
        (">=3.11", "3.10.13\n", "3.11\n"),
        (">=3.11", "# ours\n3.10\n3.12\n", "# ours\n3.11\n3.12\n"),
        ("==3.13.*", "3.12.1", "3.13"),
        (">=3.11,<3.13", "3.13.1\n", "3.11\n"),
        (">=3.11", "2.7.18\n", "3.11\n"),
        (">=3.11", "pypy3.9-7.3.9\n", "3.11\n"),
        (">=3.11", "pypy@3.10\n", "3.11\n"),
    ],
)
def test_unsupported_python_is_replaced(required: str, text: str, expected: str) -> None:
    carried, todo = carry(PROJECT.format(required), {PATH: text})
    assert carried is not None
    assert (carried.text, todo) == (expected, [])
    assert len(carried.rules) == 1


@pytest.mark.parametrize(
    ("required", "files"),
    [
        (">=3.11", {PATH: "3.12.4\n"}),
        (">=3.11", {PATH: "3.11\n"}),
        (">=3.11.5", {PATH: "3.11\n"}),
        (">=3.11", {PATH: "shop-env\n"}),
        (">=3.11", {PATH: "pypy3.11-7.3.20\n"}),
        (">=3.11", {PATH: "3.11\n3.11\n"}),
        (">=3.11", {PATH: ""}),
        (">=3.11", {}),
    ],
)
def test_supported_python_is_kept(required: str, files: Mapping[str, str]) -> None:
    assert carry(PROJECT.format(required), files) == (None, [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3.8\n3.9\n", "3.11\n"), ("3.8\n# ours\n3.11\n3.12\n3.9\n", "3.11\n# ours\n3.12\n")],
)
def test_no_version_is_listed_twice(text: str, expected: str) -> None:
    carried, _ = carry(PROJECT.format(">=3.11"), {PATH: text})
    assert carried is not None
    assert carried.text == expected


def test_files_of_other_tools_are_reported() -> None:
    files = {".tool-versions": "nodejs 20\npython 3.9.1\n", "runtime.txt": "python-3.10.4\n"}
    carried, todo = carry(PROJECT.format(">=3.11"), files)
    assert carried is None
    assert [(one.path, one.line) for one in todo] == [(".tool-versions", 2), ("runtime.txt", 1)]


def test_other_implementations_and_python_2_are_reported_too() -> None:
    files = {".tool-versions": "nodejs 20\npython pypy3.9-7.3\n", "runtime.txt": "python-2.7.18\n"}
    carried, todo = carry(PROJECT.format(">=3.11"), files)
    assert carried is None
    assert [(one.path, one.line) for one in todo] == [(".tool-versions", 2), ("runtime.txt", 1)]
    assert "pypy3.9-7.3" in todo[0].why
