"""Readers tell the items of lists apart as the profile of the file says, and by names elsewhere."""

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
# The file, its text, by what one of its items is known, whether order means nothing there.
DECLARED: dict[str, tuple[str, str, object, bool]] = {
    "a variable of compose by its name": ("compose.yaml", COMPOSE, "LEVEL", True),
    "the same list in no file of compose by all of it": ("a.yaml", COMPOSE, "'LEVEL=info'", True),
    "a hook by its names, wherever it stands": (
        ".pre-commit-config.yaml",
        "repos:\n  - repo: local\n    hooks:\n      - id: lint\n        name: Lint\n",
        ("id+alias+name", "lint", "Lint"),
        True,
    ),
    "a step of a workflow in order": (
        ".github/workflows/ci.yml",
        "jobs:\n  build:\n    steps:\n      - id: lint\n        run: nox\n",
        ("id", "lint"),
        False,
    ),
    "what a hook needs by package": (
        ".pre-commit-config.yaml",
        "repos:\n  - repo: local\n    hooks:\n      - id: lint\n"
        "        additional_dependencies: [Tomli==2.0]\n",
        "tomli",
        True,
    ),
    "patterns of branches, in any order": (
        ".github/workflows/ci.yml", WORKFLOW.format("main, 'release/*'"), "main", True,
    ),
    "patterns of branches with an exception, in order": (
        ".github/workflows/ci.yml", WORKFLOW.format("'release/*', '!release/1'"), "release/*",
        False,
    ),
    "a variable of a container, in any order": (
        "deployment.yaml", DEPLOYMENT.format("shop"), ("name", "HOST"), True,
    ),
    "a variable that uses one above it, in order": (
        "deployment.yaml", DEPLOYMENT.format("$(NAME).local"), ("name", "HOST"), False,
    ),
    "a constraint by package": (
        "pyproject.toml", '[tool.uv]\nconstraint-dependencies = ["Tomli>=2"]\n', "tomli", True,
    ),
    "a dependency of an environment of tox by package": (
        "tox.ini", "[testenv:unit]\ndeps =\n    Tomli>=2\n", "tomli", True,
    ),
    "a variable of tox by its name": (
        "tox.ini", "[testenv]\nsetenv =\n    A = 1\n    B = 2\n", "A", True,
    ),
    "a table of an array by what it has": (
        "a.toml", '[[tool.x]]\nname = "a"\n', ("tool.x", ("name", "a")), False,
    ),
}  # fmt: skip


def _below(part: Part) -> Iterator[Part]:
    yield part
    for held in part.body.parts if part.body else ():
        yield from _below(held)


@pytest.mark.parametrize("case", DECLARED)
def test_an_item_is_known(case: str) -> None:
    path, text, key, unordered = DECLARED[case]
    known = formats.of(path)
    assert known
    items = [part for part in _below(known.read(text, invariants.profiles_of(path, text)))
             if part.key == key]  # fmt: skip
    assert [part.place is ANYWHERE for part in items] == [unordered]
