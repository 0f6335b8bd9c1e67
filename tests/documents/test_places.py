"""Where a file says something is found by what leads there, never by a text that resembles it."""

import pytest
from drydock.documents.places import line_of, places

TOML = """\
# redis
[project]
name = "redis-shop"  # "redis"
dependencies = [
    "redis>=5",
    "redis",
]
"quoted key".inner = 1

[tool.poetry.dependencies]
redis = { version = "^5", extras = ["hiredis"] }

[[tool.mypy.overrides]]
module = "redis.*"
"""
YAML = """\
metadata:
  name: redis  # port: 1
spec:
  ports: [{port: 80}, {port: 6379}]
  args:
    - redis
---
name: second
"""
INI = """\
; [options]
[metadata]
name = redis-shop
[options]
install_requires =
    redis>=5

    redis
"""
JSON = '{\n"name": "redis-shop",\n"list": ["a",\n"redis"]}'
FOUND = {
    "a table": ("a.toml", TOML, ("project",), None, 2),
    "an item, not a name that begins like it": (
        "a.toml", TOML, ("project", "dependencies"), "redis", 6,
    ),
    "an item with its version": ("a.toml", TOML, ("project", "dependencies"), "redis>=5", 5),
    "a quoted key": ("a.toml", TOML, ("project", "quoted key", "inner"), None, 8),
    "a table without a header of its own": ("a.toml", TOML, ("tool", "mypy"), None, 13),
    "a key of a table": ("a.toml", TOML, ("tool", "poetry", "dependencies", "redis"), None, 11),
    "an item in an inline table": ("a.toml", TOML, ("redis", "extras"), "hiredis", 11),
    "a key by its end alone": ("a.toml", TOML, ("module",), None, 14),
    "no key": ("a.toml", TOML, ("redis-shop",), None, 0),
    "no item": ("a.toml", TOML, ("project", "dependencies"), "red", 0),
    "a scalar in YAML": ("a.yaml", YAML, ("metadata", "name"), "redis", 2),
    "a number in a list of mappings": ("a.yaml", YAML, ("port",), "6379", 4),
    "an item of a block": ("a.yaml", YAML, ("spec", "args"), "redis", 6),
    "a key of a second document": ("a.yaml", YAML, ("name",), "second", 8),
    "a section": ("setup.cfg", INI, ("options",), None, 4),
    "a key of a section": ("setup.cfg", INI, ("metadata", "name"), None, 3),
    "a line of a value": ("setup.cfg", INI, ("options", "install_requires"), "redis", 8),
    "an item in JSON": ("a.json", JSON, ("list",), "redis", 4),
}  # fmt: skip


@pytest.mark.parametrize("case", FOUND)
def test_the_line_is_that_of_what_is_said(case: str) -> None:
    path, text, names, value, line = FOUND[case]
    assert line_of(path, text, *names, value=value) == line


@pytest.mark.parametrize("text", ["a: [\n", "- a\n--- !x\n%", "{{ a }}: b: c\n"])
def test_what_cannot_be_read_has_no_lines(text: str) -> None:
    assert places("a.yaml", text) == ()


def test_files_of_other_formats_have_no_lines() -> None:
    assert (places("a.py", "a = 1\n"), places("a", "")) == ((), ())
