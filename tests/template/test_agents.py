"""AGENTS.md describes every kind of service correctly."""

import ast
import re
from pathlib import Path

import pytest

from tests.template import matrix

VARIANTS = [
    matrix.Variant("defaults", {}),
    matrix.Variant("flat", {**matrix.LAYOUTS["flat"], "ci": "github", "inference": "none"}),
    matrix.Variant("Poetry", {"packaging": "poetry", "ci": "gitlab", "helm": False}),
]


def problems_of(service: Path) -> list[str]:
    """Return sessions and files in AGENTS.md that do not exist, a line each."""
    text = (service / "AGENTS.md").read_text(encoding="utf-8")
    tree = ast.parse((service / "noxfile.py").read_text(encoding="utf-8"))
    sessions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    named = [name for names in re.findall(r"nox -s ([a-z_ ]+)", text) for name in names.split()]
    problems = [f"there is no session {name}" for name in named if name not in sessions]
    for code in re.findall(r"`([^` ]+)`", text):
        generated = code.startswith("APP__") or code.endswith(".lock")
        if re.search(r"[/.]", code) and not generated:
            places = [service / code, *service.rglob(code.rstrip("/"))]
            if not any(place.exists() for place in places):
                problems.append(f"there is no {code}")
    lines = text.count("\n")
    return problems if 10 <= lines <= 30 else [*problems, f"it has {lines} lines"]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_agents_file_names_only_existing_things(tmp_path: Path, variant: matrix.Variant) -> None:
    variant.render(tmp_path / "service")

    assert problems_of(tmp_path / "service") == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("nox -s push push_chart", "nox -s ship push_chart", "there is no session ship"),
        ("`ruff.toml`", "`.ruff.toml`", "there is no .ruff.toml"),
        ("Never:", "Never:\n" * 30, "lines"),
    ],
)
def test_missing_things_are_detected(tmp_path: Path, old: str, new: str, message: str) -> None:
    VARIANTS[0].render(tmp_path / "service")
    path = tmp_path / "service/AGENTS.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")

    assert any(message in problem for problem in problems_of(tmp_path / "service"))
