"""AGENTS.md tells coding agents what is there, in every kind of service."""

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


def wrong(service: Path) -> list[str]:
    """Return what the file tells of that is not there, a line each."""
    text = (service / "AGENTS.md").read_text(encoding="utf-8")
    tree = ast.parse((service / "noxfile.py").read_text(encoding="utf-8"))
    sessions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    told = [name for names in re.findall(r"nox -s ([a-z_ ]+)", text) for name in names.split()]
    found = [f"there is no session {name}" for name in told if name not in sessions]
    for code in re.findall(r"`([^` ]+)`", text):
        made = code.startswith("APP__") or code.endswith(".lock")
        if re.search(r"[/.]", code) and not made:
            places = [service / code, *service.rglob(code.rstrip("/"))]
            if not any(place.exists() for place in places):
                found.append(f"there is no {code}")
    lines = text.count("\n")
    return found if 10 <= lines <= 30 else [*found, f"it has {lines} lines"]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_agents_are_told_what_is_there(tmp_path: Path, variant: matrix.Variant) -> None:
    variant.render(tmp_path / "service")

    assert wrong(tmp_path / "service") == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("nox -s push push_chart", "nox -s ship push_chart", "there is no session ship"),
        ("`ruff.toml`", "`.ruff.toml`", "there is no .ruff.toml"),
        ("Never:", "Never:\n" * 30, "lines"),
    ],
)
def test_what_is_not_there_is_found(tmp_path: Path, old: str, new: str, said: str) -> None:
    VARIANTS[0].render(tmp_path / "service")
    path = tmp_path / "service/AGENTS.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")

    assert any(said in problem for problem in wrong(tmp_path / "service"))
