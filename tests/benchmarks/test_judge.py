"""The judge rejects deliberately wrong merges and accepts right ones."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from judge import Tree, faults, merge_faults

TOML = """\
[project]
name = "a"
dependencies = [
  "httpx",
  "rich",
]

[tool.ruff]
line-length = 88
"""
YAML = "jobs:\n  build:\n    steps:\n      - uses: checkout@v3\n      - run: |\n          make\n"
PYTHON = """\
import os

app = App()


def run():
    first()
    second()


def stop():
    last()
"""
TEXT = "FROM python:3.11\nRUN one\nRUN two\nRUN three\nCMD run\n"
JSONC = '{\n  // why\n  "a": 1,\n  "b": [1, 2],\n}\n'


Change = tuple[str, str]


def judged(path: str, base: str, ours: str, theirs: str, result: str) -> list[str]:
    return merge_faults(path, base.encode(), ours.encode(), theirs.encode(), result.encode())


def edit(text: str, *changes: Change) -> str:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


ACTION = "steps:\n  - uses: acme/checkout@v3\n"
PINNED = "acme/checkout@0a1b2c # v4"
RIGHT: dict[str, tuple[Any, ...]] = {
    "import removed by the release but used by the user is kept": (
        "a.py", PYTHON,
        [("last()", "os.last()")], [("import os\n", ""), ("first()", "one()")],
        [("last()", "os.last()"), ("first()", "one()")],
    ),
    "higher version replaces a pinned action": (
        "a.yml", ACTION,
        [("acme/checkout@v3", PINNED)], [("@v3", "@v5")], [("@v3", "@v5")],
    ),
    "requirement combines version and extra": (
        "a.toml", TOML,
        [("httpx", "httpx==1")], [("httpx", "httpx[http2]")], [("httpx", "httpx[http2]==1")],
    ),
    "quotes and line breaks are ignored": (
        "a.py", "names = ['a']\nrun(1)\n",
        [("'a'", "'a', 'b'")], [("['a']", '[\n    "a",\n    "c",\n]')],
        [("['a']", '["a", "b", "c"]')],
    ),
    "both add an item": (
        "a.toml", TOML,
        [('  "rich",\n', '  "rich",\n  "typer",\n')], [('  "rich",\n', '  "rich",\n  "numpy",\n')],
        [('  "rich",\n', '  "rich",\n  "typer",\n  "numpy",\n')],
    ),
    "both add the same item": (
        "a.toml", TOML,
        [('  "rich",\n', '  "rich",\n  "typer",\n'), ("88", "100")],
        [('  "rich",\n', '  "rich",\n  "typer",\n')],
        [('  "rich",\n', '  "rich",\n  "typer",\n'), ("88", "100")],
    ),
    "the higher version wins": (
        "a.toml", TOML,
        [("httpx", "httpx>=0.9"), ("88", "100")], [("httpx", "httpx>=0.28")],
        [("httpx", "httpx>=0.28"), ("88", "100")],
    ),
    "renamed job gets the release's step": (
        "a.yml", YAML,
        [("  build:", "  image:")], [("checkout@v3", "checkout@v4")],
        [("  build:", "  image:"), ("checkout@v3", "checkout@v4")],
    ),
    "lines of a YAML block scalar": (
        "a.yml", YAML,
        [("make\n", "make\n          make test\n")],
        [("          make\n", "          cd src\n          make\n")],
        [("          make\n", "          cd src\n          make\n          make test\n")],
    ),
    "imports are a set": (
        "a.py", PYTHON,
        [("import os", "import os\nimport sys")], [("import os", "import json\nimport os")],
        [("import os", "import json\nimport os\nimport sys")],
    ),
    "lines in two functions": (
        "a.py", PYTHON,
        [("first()", "zeroth()\n    first()")], [("last()", "last()\n    done()")],
        [("first()", "zeroth()\n    first()"), ("last()", "last()\n    done()")],
    ),
    "lines of a Dockerfile": (
        "Dockerfile", TEXT,
        [("RUN two\n", "")], [("3.11", "3.13")], [("RUN two\n", ""), ("3.11", "3.13")],
    ),
    "JSON with comments": (
        "a.json", JSONC,
        [("1,", "2,")], [("[1, 2]", "[1, 2, 3]")], [("1,", "2,"), ("[1, 2]", "[1, 2, 3]")],
    ),
}  # fmt: skip

WRONG: dict[str, tuple[Any, ...]] = {
    "lower version replaces a pinned action": (
        "a.yml", ACTION,
        [("acme/checkout@v3", PINNED)], [("@v3", "@v2")], [("@v3", "@v2")],
        "missing, added by the user",
    ),
    "requirement lacks the user's version": (
        "a.toml", TOML,
        [("httpx", "httpx==1")], [("httpx", "httpx[http2]")], [("httpx", "httpx[http2]")],
        "missing, added by the user",
    ),
    "the user's item is missing": (
        "a.toml", TOML,
        [('  "rich",\n', '  "rich",\n  "typer",\n')], [("88", "100")], [("88", "100")],
        "missing, added by the user",
    ),
    "the release's value is missing": (
        "a.toml", TOML,
        [('  "rich",\n', "")], [("88", "100")], [('  "rich",\n', "")],
        "missing, added by the release",
    ),
    "removed item is kept": (
        "a.toml", TOML,
        [('  "rich",\n', "")], [("88", "100")], [("88", "100")],
        "kept, although removed by the user",
    ),
    "unused import removed by the release is kept": (
        "a.py", PYTHON,
        [("last()", "final()")], [("import os\n", ""), ("first()", "one()")],
        [("last()", "final()"), ("first()", "one()")],
        "kept, although removed by the release: import = os",
    ),
    "the lower version wins": (
        "a.toml", TOML,
        [("httpx", "httpx>=0.9"), ("88", "100")], [("httpx", "httpx>=0.28")],
        [("httpx", "httpx>=0.9"), ("88", "100")], "missing, added by the release",
    ),
    "value in the wrong table": (
        "a.toml", TOML,
        [("88", "88\nfix = true")], [('"a"', '"b"')], [('"a"', '"b"\nfix = true')],
        "missing, added by the user: tool.ruff.fix",
    ),
    "duplicate item": (
        "a.toml", TOML,
        [('  "rich",\n', '  "rich",\n  "typer",\n')], [('  "rich",\n', '  "typer",\n  "rich",\n')],
        [('  "rich",\n', '  "typer",\n  "rich",\n  "typer",\n')],
        "duplicate",
    ),
    "duplicate table": (
        "a.toml", TOML,
        [("88", "88\n[tool.mypy]\nstrict = true")], [('"a"', '"a"\n[tool.mypy]\nstrict = true')],
        [("88", "88\n[tool.mypy]\nstrict = true"), ('"a"', '"a"\n[tool.mypy]\nstrict = true')],
        "does not parse",
    ),
    "duplicate YAML key": (
        "a.yml", YAML,
        [("  build:", "  env: {}\n  build:")], [("make\n", "make\n  env: {}\n")],
        [("  build:", "  env: {}\n  build:"), ("make\n", "make\n  env: {}\n")],
        "does not parse",
    ),
    "second app": (
        "a.py", PYTHON,
        [("app = App()", "app = Api()")],
        [("    last()\n", "    last()\n\n\napp = Api()\n"), ("app = App()\n", "")],
        [("app = App()", "app = Api()"), ("    last()\n", "    last()\n\n\napp = Api()\n")],
        "duplicate",
    ),
    "line in the wrong function": (
        "a.py", PYTHON,
        [("last()", "last()\n    done()")], [("import os", "import sys")],
        [("first()", "first()\n    done()"), ("import os", "import sys")],
        "missing, added by the user: stop = done()",
    ),
    "step in the wrong order": (
        "Dockerfile", TEXT,
        [("RUN two\n", "RUN two\nRUN extra\n")], [("3.11", "3.13")],
        [("RUN one\n", "RUN extra\nRUN one\n"), ("3.11", "3.13")],
        "in an order nobody wrote",
    ),
    "missing comment": (
        "a.json", JSONC,
        [("// why", "// why not")], [("1,", "2,")], [("1,", "2,")],
        "missing, added by the user: # = ",
    ),
    "invented line": (
        "Dockerfile", TEXT,
        [("RUN one", "RUN 1")], [("3.11", "3.13")],
        [("RUN one", "RUN 1"), ("3.11", "3.13"), ("CMD", "RUN 4\nCMD")],
        "more often than both sides wrote it",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", RIGHT)
def test_right_merge_is_accepted(case: str) -> None:
    path, base, *sides = RIGHT[case]
    ours, theirs, result = (edit(base, *changes) for changes in sides)
    assert judged(path, base, ours, theirs, result) == []


@pytest.mark.parametrize("case", WRONG)
def test_wrong_merge_is_rejected(case: str) -> None:
    path, base, *sides, fault = WRONG[case]
    ours, theirs, result = (edit(base, *changes) for changes in sides)
    found = judged(path, base, ours, theirs, result)
    assert any(fault in line for line in found), found


@pytest.mark.parametrize("path", ["a.py", "a.txt"])
def test_each_lost_or_duplicated_line_is_found(path: str, tmp_path: Path) -> None:
    ours, theirs = edit(PYTHON, ("first()", "zeroth()")), edit(PYTHON, ("last()", "the_last()"))
    for name, text in (("base", PYTHON), ("ours", ours), ("theirs", theirs)):
        (tmp_path / name).write_text(text)
    merged = subprocess.run(
        ["git", "merge-file", "-p", "ours", "base", "theirs"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert judged(path, PYTHON, ours, theirs, merged) == []
    lines = merged.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if line.strip():
            for copies in (0, 2):
                wrong = "".join([*lines[:number], *[line] * copies, *lines[number + 1 :]])
                assert judged(path, PYTHON, ours, theirs, wrong), (line, copies)


def test_change_of_one_side_must_be_in_the_result() -> None:
    base = {"ours": b"1\n", "theirs": b"1\n", "gone": b"1\n", "kept": b"1\n"}
    ours = {"ours": b"2\n", "theirs": b"1\n", "kept": b"2\n", "own": b"1\n"}
    theirs = {"ours": b"1\n", "theirs": b"2\n", "gone": b"2\n", "kept": b"3\n"}
    right = {"ours": b"2\n", "theirs": b"2\n", "kept": b"2\n", "own": b"1\n"}
    assert tree_faults(base, ours, theirs, right) == {}
    wrong = {"ours": b"1\n", "theirs": b"1\n", "gone": b"2\n", "kept": b"3\n"}
    assert tree_faults(base, ours, theirs, wrong).keys() == wrong.keys() | {"own"}


def test_moved_file_must_contain_the_other_sides_edit() -> None:
    base = {"old.txt": b"one\ntwo\nthree\n"}
    ours = {"old.txt": b"one\ntwo\nthree\nmine\n"}
    theirs = {"new.txt": b"one\n2\nthree\n"}
    assert tree_faults(base, ours, theirs, {"new.txt": b"one\n2\nthree\nmine\n"}) == {}
    assert tree_faults(base, ours, theirs, {"new.txt": b"one\n2\nthree\n"}).keys() == {"old.txt"}
    # the other way round: the user moved it
    result = {"new.txt": b"one\n2\nthree\nmine\n"}
    assert tree_faults(base, theirs, ours, result) == {}
    assert tree_faults(base, theirs, ours, {"new.txt": b"1\n2\n3\n"}).keys() == {"new.txt"}


def test_renamed_file_may_stay_deleted_unless_changed() -> None:
    base = {"a/old.txt": b"one\ntwo\nthree\n"}
    for path, content in (("b/old.txt", b"one\n2\nthree\n"), ("new.txt", base["a/old.txt"])):
        assert tree_faults(base, {}, {path: content}, {}) == {}
        assert tree_faults(base, {}, {path: content}, {path: content}) == {}
    assert tree_faults(base, {}, {"new.txt": b"one\n2\nthree\n"}, {}).keys() == {"new.txt"}


def test_edited_file_that_the_template_keeps_must_stay() -> None:
    base, edited = {"kept": b"1\n"}, {"kept": b"2\n"}
    assert tree_faults(base, edited, {}, edited) == {}
    assert tree_faults(base, edited, {}, {}).keys() == {"kept"}
    results: list[Tree] = [{}, base]
    for result in results:
        assert tree_faults(base, base, {}, result) == {}
        assert tree_faults(base, {}, base, result) == {}


def tree_faults(base: Tree, ours: Tree, theirs: Tree, result: Tree) -> dict[str, list[str]]:
    return faults(base, ours, theirs, result, conflicts=(), keeps=lambda path: path == "kept")
