"""Each format handles its files and recognizes valid texts."""

import pytest
from drydock.documents import formats
from drydock.documents.formats import ini

VALID = {
    "a.toml": "a = 1\n[b]\nc = 2\n",
    "a.yaml": "a: &x 1\nb: *x\nc: !Ref d\n---\na: 1\n",
    "deep/.pre-commit-config.yml": "<<: {a: 1}\nb: [{c: 1}, {c: 2}]\n",
    "a.json": '{"a": "// no comment, }", "b": [1, 2]}',
    "tsconfig.json": '{\n// why\n"a": 1, /* , */\n}',
    "a.py": "def f() -> None:\n    x = '\\d'\n",
    "a.txt": "anything { [",
    "Makefile": "a: b\n\tc\n",
    "empty.py": "",
    "bom.json": "\ufeff{}",
}
INVALID = {
    "a.toml": "a = 1\na = 2\n",
    "b.toml": "[a]\n[b]\n[a]\n",
    "a.yaml": "a: 1\nb: 2\na: 3\n",
    "b.yaml": "a:\n\t- b\n",
    "a.json": '{"a": 1, "b": 2, "a": 3}',
    "b.json": '{"a": 1 "b": 2}',
    "a.py": "def f(:\n",
    "b.py": "<<<<<<< yours\n",
    "c.py": "x = '\0'\n",
    "Makefile": "<<<<<<< yours\na:\n",
}


@pytest.mark.parametrize("path", VALID)
def test_valid_text_has_no_problem(path: str) -> None:
    assert formats.problem(path, VALID[path].encode()) is None


@pytest.mark.parametrize("path", INVALID)
def test_problem_of_invalid_text_is_one_line(path: str) -> None:
    problem = formats.problem(path, INVALID[path].encode())
    assert problem
    assert "\n" not in problem


def test_binary_content_is_not_valid() -> None:
    assert formats.problem("a.py", b"# \xff\n")


def test_every_module_is_a_format() -> None:
    assert len(formats.all_formats()) >= 4


def test_ini_is_read_as_tools_read_it() -> None:
    text = "[DEFAULT]\na = 1\n[flake8]\nMax-Line = 90\nb = %(a)s\n[flake8]\nb = 2\n  3\n"
    assert ini.data(text) == {"flake8": {"a": "1", "max-line": "90", "b": "2\n3"}}


def test_ini_that_no_tool_can_read_has_no_data() -> None:
    assert ini.data("a = 1\n") == {}
