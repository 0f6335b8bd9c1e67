"""Makefiles are merged by target, as long as order means nothing to make."""

import shutil
import subprocess
from pathlib import Path

import pytest
from drydock.documents import nodes
from drydock.documents.formats import makefile
from drydock.merging import structural

from tests.merging.formats.examples import Examples, check

TEST, FIX, DOCS = "test:\n\tpytest\n", "fix: test\n\truff check --fix\n", "docs:\n\tmkdocs build\n"
IF = "ifdef CI\nA = 1\nendif\n"
EXAMPLES: Examples = {
    "both_sides_append_different_rules": (
        TEST, f"{TEST}\n{FIX}", f"{TEST}\n{DOCS}", f"{TEST}\n{FIX}\n{DOCS}",
    ),
    "both_sides_append_same_target_differently_conflicts": (
        TEST, f"{TEST}\n{DOCS}", f"{TEST}\ndocs:\n\tsphinx-build\n", None,
    ),
    "both_sides_append_same_rule_ours_another": (
        TEST, f"{TEST}\n{DOCS}\n{FIX}", f"{TEST}\n{DOCS}", f"{TEST}\n{DOCS}\n{FIX}",
    ),
    "both_sides_add_phony_targets": (
        f".PHONY: test\n{TEST}", f".PHONY: test fix\n{TEST}", f".PHONY: test docs\n{TEST}",
        f".PHONY: test fix docs\n{TEST}",
    ),
    "ours_changes_recipe_theirs_appends_rule": (
        TEST, "test:\n\tpytest -q\n", f"{TEST}\n{DOCS}", f"test:\n\tpytest -q\n\n{DOCS}",
    ),
    "both_sides_append_commented_rules": (
        TEST, f"{TEST}\n# Mend.\n{FIX}", f"{TEST}\n# Write.\n{DOCS}",
        f"{TEST}\n# Mend.\n{FIX}\n# Write.\n{DOCS}",
    ),
    "both_sides_change_recipe_conflicts": (
        TEST, "test:\n\tpytest -q\n", "test:\n\tpytest -x\n", None,
    ),
    "both_sides_add_first_rule_conflicts": (
        TEST, f"{FIX}\n{TEST}", f"{DOCS}\n{TEST}", None,
    ),
    "both_sides_set_variable_in_one_place_conflicts": (
        f"A := 1\n{TEST}", f"A := 1\nB := $(A)\n{TEST}", f"A := 1\nC := $(A)\n{TEST}", None,
    ),
    "both_sides_append_rules_with_variables_conflicts": (
        TEST, f"{TEST}\nfix: $(A)\n", f"{TEST}\ndocs: $(B)\n", None,
    ),
    "conditionals_conflict": (IF + TEST, f"{IF}{TEST}\n{FIX}", f"{IF}{TEST}\n{DOCS}", None),
    "ours_removes_rule_theirs_changes_it_conflicts": (
        f"{TEST}\n{DOCS}", TEST, f"{TEST}\ndocs:\n\tmkdocs build -s\n", None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_merge(name: str) -> None:
    check("Makefile", *EXAMPLES[name])


READ = {
    "recipe_of_several_lines": "a:\n\tb \\\n\t  c\n# no recipe\n\n\td\n\ne: a\n",
    "rule_without_recipe": "a: b\\\n c\nb:\n",
    "repeated_target": "a: b\na: c\n",
    "special_targets": ".ONESHELL:\n.SUFFIXES: .a .b\n",
    "empty": "",
    "only_comments": "# a\n\n# b\n",
}


@pytest.mark.parametrize("name", READ)
def test_reading_preserves_source(name: str) -> None:
    assert nodes.source(makefile.read(READ[name])) == READ[name]


@pytest.mark.parametrize(
    "line",
    [
        "include other.mk", "-include other.mk", "export A = 1", "%.o: %.c", "a:: b", "a: b; c",
        "a: A = 1", "define a", "$(eval a)", "a b &: c", "a: b | c = d", "\ta",
    ],
)  # fmt: skip
def test_order_dependent_lines_are_rejected(line: str) -> None:
    with pytest.raises(ValueError, match="unsupported line"):
        makefile.read(f"{line}\n")


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
def test_make_runs_same_commands_as_side_with_target(tmp_path: Path) -> None:
    base, ours, theirs, _ = EXAMPLES["both_sides_append_different_rules"]
    merged = structural.merge("Makefile", *(side.encode() for side in (base, ours, theirs))).text

    def commands(text: str, *targets: str) -> str:
        (tmp_path / "Makefile").write_text(text)
        command = ["make", "--dry-run", "--no-print-directory", *targets]
        return subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout

    for side, targets in ((base, ()), (ours, ("fix",)), (theirs, ("docs",))):
        assert commands(merged.decode(), *targets) == commands(side, *targets)
