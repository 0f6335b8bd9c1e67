"""Readers identify list items by the profile of the file, or else by the usual keys."""

from collections.abc import Iterator

import pytest
from drydock.documents import formats
from drydock.documents.kinds import ANYWHERE
from drydock.documents.nodes import Part
from drydock.merging.audit import invariants

COMPOSE = """\
services:
  web:
    environment:
      - LEVEL=info
      - DEBUG
"""
WORKFLOW = """\
on:
  push:
    branches: [{}]
"""
DEPLOYMENT = """\
kind: Deployment
metadata:
  name: shop
spec:
  template:
    spec:
      containers:
        - name: web
          env:
            - name: HOST
              value: {}
"""
# The file, its text, the identity of one of its items, whether the item is unordered.
DECLARED: dict[str, tuple[str, str, object, bool]] = {
    "compose_variable_by_name": ("compose.yaml", COMPOSE, "LEVEL", True),
    "variable_outside_compose_by_whole_text": ("a.yaml", COMPOSE, "'LEVEL=info'", True),
    "hook_by_id_alias_and_name_unordered": (
        ".pre-commit-config.yaml",
        "repos:\n  - repo: local\n    hooks:\n      - id: lint\n        name: Lint\n",
        ("id+alias+name", "lint", "Lint"),
        True,
    ),
    "workflow_step_ordered": (
        ".github/workflows/ci.yml",
        "jobs:\n  build:\n    steps:\n      - id: lint\n        run: nox\n",
        ("id", "lint"),
        False,
    ),
    "hook_dependency_by_package": (
        ".pre-commit-config.yaml",
        "repos:\n  - repo: local\n    hooks:\n      - id: lint\n"
        "        additional_dependencies: [Tomli==2.0]\n",
        "tomli",
        True,
    ),
    "branch_patterns_unordered": (
        ".github/workflows/ci.yml", WORKFLOW.format("main, 'release/*'"), "main", True,
    ),
    "branch_patterns_with_exception_ordered": (
        ".github/workflows/ci.yml", WORKFLOW.format("'release/*', '!release/1'"), "release/*",
        False,
    ),
    "container_variable_unordered": (
        "deployment.yaml", DEPLOYMENT.format("shop"), ("name", "HOST"), True,
    ),
    "container_variable_using_another_ordered": (
        "deployment.yaml", DEPLOYMENT.format("$(NAME).local"), ("name", "HOST"), False,
    ),
    "uv_constraint_by_package": (
        "pyproject.toml", '[tool.uv]\nconstraint-dependencies = ["Tomli>=2"]\n', "tomli", True,
    ),
    "tox_dependency_by_package": (
        "tox.ini", "[testenv:unit]\ndeps =\n    Tomli>=2\n", "tomli", True,
    ),
    "tox_variable_by_name": (
        "tox.ini", "[testenv]\nsetenv =\n    A = 1\n    B = 2\n", "A", True,
    ),
    "toml_array_table_by_name_key": (
        "a.toml", '[[tool.x]]\nname = "a"\n', ("tool.x", ("name", "a")), False,
    ),
}  # fmt: skip


def _descendants(part: Part) -> Iterator[Part]:
    yield part
    for child in part.body.parts if part.body else ():
        yield from _descendants(child)


@pytest.mark.parametrize("case", DECLARED)
def test_item_has_declared_identity_and_order(case: str) -> None:
    path, text, key, unordered = DECLARED[case]
    file_format = formats.of(path)
    assert file_format
    document = file_format.read(text, invariants.profiles_of(path, text))
    items = [part for part in _descendants(document) if part.key == key]
    assert [part.place is ANYWHERE for part in items] == [unordered]
