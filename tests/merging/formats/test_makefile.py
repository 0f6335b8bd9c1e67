"""A Makefile is merged by its targets, as long as order means nothing to make."""

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
    "both sides append a rule": (
        TEST, f"{TEST}\n{FIX}", f"{TEST}\n{DOCS}", f"{TEST}\n{FIX}\n{DOCS}",
    ),
    "both sides append one rule, differently": (
        TEST, f"{TEST}\n{DOCS}", f"{TEST}\ndocs:\n\tsphinx-build\n", None,
    ),
    "both sides append the same rule": (
        TEST, f"{TEST}\n{DOCS}\n{FIX}", f"{TEST}\n{DOCS}", f"{TEST}\n{DOCS}\n{FIX}",
    ),
    "both sides name what is no file": (
        f".PHONY: test\n{TEST}", f".PHONY: test fix\n{TEST}", f".PHONY: test docs\n{TEST}",
        f".PHONY: test fix docs\n{TEST}",
    ),
    "a recipe here, a rule below it there": (
        TEST, "test:\n\tpytest -q\n", f"{TEST}\n{DOCS}", f"test:\n\tpytest -q\n\n{DOCS}",
    ),
    "a comment stays with its rule": (
        TEST, f"{TEST}\n# Mend.\n{FIX}", f"{TEST}\n# Write.\n{DOCS}",
        f"{TEST}\n# Mend.\n{FIX}\n# Write.\n{DOCS}",
    ),
    "both sides change one recipe": (TEST, "test:\n\tpytest -q\n", "test:\n\tpytest -x\n", None),
    "both sides put a rule first: the default goal": (
        TEST, f"{FIX}\n{TEST}", f"{DOCS}\n{TEST}", None,
    ),
    "both sides set a variable in one place": (
        f"A := 1\n{TEST}", f"A := 1\nB := $(A)\n{TEST}", f"A := 1\nC := $(A)\n{TEST}", None,
    ),
    "rules whose prerequisites are looked up at once": (
        TEST, f"{TEST}\nfix: $(A)\n", f"{TEST}\ndocs: $(B)\n", None,
    ),
    "a condition": (IF + TEST, f"{IF}{TEST}\n{FIX}", f"{IF}{TEST}\n{DOCS}", None),
    "a removed rule that changed": (
        f"{TEST}\n{DOCS}", TEST, f"{TEST}\ndocs:\n\tmkdocs build -s\n", None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_merge(name: str) -> None:
    check("Makefile", *EXAMPLES[name])


READ = {
    "a recipe of several lines": "a:\n\tb \\\n\t  c\n# no recipe\n\n\td\n\ne: a\n",
    "a rule without a recipe": "a: b\\\n c\nb:\n",
    "one target twice": "a: b\na: c\n",
    "settings of make": ".ONESHELL:\n.SUFFIXES: .a .b\n",
    "nothing": "",
    "comments only": "# a\n\n# b\n",
}


@pytest.mark.parametrize("name", READ)
def test_nothing_is_lost_by_reading(name: str) -> None:
    assert nodes.source(makefile.read(READ[name])) == READ[name]


@pytest.mark.parametrize(
    "line",
    [
        "include other.mk", "-include other.mk", "export A = 1", "%.o: %.c", "a:: b", "a: b; c",
        "a: A = 1", "define a", "$(eval a)", "a b &: c", "a: b | c = d", "\ta",
    ],
)  # fmt: skip
def test_what_may_depend_on_order_is_not_understood(line: str) -> None:
    with pytest.raises(ValueError, match="not understood"):
        makefile.read(f"{line}\n")


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make")
def test_make_does_for_each_target_what_the_side_that_has_it_does(tmp_path: Path) -> None:
    base, ours, theirs, _ = EXAMPLES["both sides append a rule"]
    merged = structural.merge("Makefile", *(side.encode() for side in (base, ours, theirs))).text

    def does(text: str, *targets: str) -> str:
        (tmp_path / "Makefile").write_text(text)
        command = ["make", "--dry-run", "--no-print-directory", *targets]
        return subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout

    for side, targets in ((base, ()), (ours, ("fix",)), (theirs, ("docs",))):
        assert does(merged.decode(), *targets) == does(side, *targets)
