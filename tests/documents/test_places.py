"""Lines are found by the keys that lead to a value, never by text that resembles them."""

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
LINES = {
    "table": ("a.toml", TOML, ("project",), None, 2),
    "item_not_name_with_same_start": (
        "a.toml", TOML, ("project", "dependencies"), "redis", 6,
    ),
    "item_with_version": ("a.toml", TOML, ("project", "dependencies"), "redis>=5", 5),
    "quoted_key": ("a.toml", TOML, ("project", "quoted key", "inner"), None, 8),
    "table_without_header": ("a.toml", TOML, ("tool", "mypy"), None, 13),
    "key_of_table": ("a.toml", TOML, ("tool", "poetry", "dependencies", "redis"), None, 11),
    "item_in_inline_table": ("a.toml", TOML, ("redis", "extras"), "hiredis", 11),
    "key_by_last_name_only": ("a.toml", TOML, ("module",), None, 14),
    "missing_key": ("a.toml", TOML, ("redis-shop",), None, 0),
    "missing_item": ("a.toml", TOML, ("project", "dependencies"), "red", 0),
    "yaml_scalar": ("a.yaml", YAML, ("metadata", "name"), "redis", 2),
    "number_in_list_of_mappings": ("a.yaml", YAML, ("port",), "6379", 4),
    "item_of_block_list": ("a.yaml", YAML, ("spec", "args"), "redis", 6),
    "key_of_second_document": ("a.yaml", YAML, ("name",), "second", 8),
    "ini_section": ("setup.cfg", INI, ("options",), None, 4),
    "key_of_section": ("setup.cfg", INI, ("metadata", "name"), None, 3),
    "line_of_value": ("setup.cfg", INI, ("options", "install_requires"), "redis", 8),
    "json_item": ("a.json", JSON, ("list",), "redis", 4),
}  # fmt: skip


@pytest.mark.parametrize("case", LINES)
def test_line_of_key_or_value(case: str) -> None:
    path, text, names, value, line = LINES[case]
    assert line_of(path, text, *names, value=value) == line


@pytest.mark.parametrize("text", ["a: [\n", "- a\n--- !x\n%", "{{ a }}: b: c\n"])
def test_invalid_file_has_no_places(text: str) -> None:
    assert places("a.yaml", text) == ()


def test_files_of_other_formats_have_no_places() -> None:
    assert (places("a.py", "a = 1\n"), places("a", "")) == ((), ())
