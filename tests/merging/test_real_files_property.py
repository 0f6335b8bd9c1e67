"""Random edits of real files on both sides: a merge has all changes of both, or is a conflict.

A parser of the format counts the facts in a text: contents with their places. An edit is known only
by the counts that it changes. So the expected counts of a merge are known without merging: those of
base, with what each side added and without what each side removed.
"""

import ast
import json
import os
import random
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from pathlib import Path

import pytest
import yaml
from drydock.documents import formats
from drydock.git import Entry, Repository
from drydock.merging.trees import Labels, three_way
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.support import git

CASES = int(os.environ.get("DRYDOCK_CASES", "300"))
LABELS = Labels(base="release v1", ours="yours", theirs="release v2")
ROOT = Path(__file__).parents[2]
Facts = Counter[tuple[str, str]]
"""The count of each place and content."""


def _leaves(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        yield place, "{}"
        for key, child in value.items():
            yield from _leaves(child, f"{place}.{key}")
    elif isinstance(value, list):
        yield place, "[]"
        for item in value:
            yield from _leaves(item, f"{place}[]")
    elif isinstance(value, str):
        yield place, "a text"
        yield from ((place, word) for word in value.split())
    else:
        yield place, repr(value)


def _words(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield names and constants without their places, because an edit can open or end a block."""
    for node in ast.walk(tree):
        values = [str(value) for _, value in ast.iter_fields(node) if isinstance(value, str | int)]
        for word in " ".join(values).split() or [""]:
            yield "", f"{type(node).__name__} {word}"


def _python(text: str) -> Facts:
    compile(text, "text", "exec")
    return Counter(_words(ast.parse(text)))


FACTS: dict[str, Callable[[str], Facts]] = {
    ".json": lambda text: Counter(_leaves(json.loads(text))),
    ".py": _python,
    ".toml": lambda text: Counter(_leaves(tomllib.loads(text))),
    ".yaml": lambda text: Counter(_leaves(yaml.safe_load(text))),
    ".yml": lambda text: Counter(_leaves(yaml.safe_load(text))),
}
INVALID = (ValueError, SyntaxError, yaml.YAMLError)
OPENS = (":", "|", ">", "-", "{", "[", "(")
"""Ends of lines that open a block, which would become part of another block without them."""
HEADER = re.compile(r"\s*\[.*\]\s*(#.*)?$")
"""A line that opens a table of TOML."""
FILES = sorted(
    path
    for pattern in (
        "[!c]*.yml",
        "company*.yml",
        "docs/renovate/*.json",
        "*.toml",
        "tests/template/chart/alerts.yaml",
    )
    for path in ROOT.glob(pattern)
) + sorted(ROOT.glob("extensions/drydock/*/*.py"))


def edited(text: str, suffix: str, side: str, chance: random.Random) -> str:
    """Return `text` after one to four edits, each of which leaves it valid."""
    for step in range(chance.randint(1, 4)):
        lines = text.splitlines(keepends=True) or ["\n"]
        at = chance.randrange(len(lines))
        line, name = lines[at], f"{side}_{step}"
        act = chance.choice(["change", "drop", "repeat", "define"])
        if _opens(lines, at, suffix) and (act == "drop" or suffix != ".py"):
            continue
        words = [
            word for word in line.split() if word.isidentifier() or word.strip("\"',").isalnum()
        ]
        if act == "change" and words:
            word = chance.choice(words)
            core = word.strip("\"',")
            lines[at] = line.replace(word, word.replace(core, f"{core}_{name}"), 1)
        elif act == "drop":
            del lines[at]
        elif act == "repeat" and words:
            core = words[0].strip("\"',")
            lines.insert(at + 1, line.replace(core, f"{core}_{name}", 1))
        elif act == "define" and suffix == ".py" and re.match(r"(def|class|@)\b", line):
            lines.insert(at, f"def {name}():\n    return {step}\n\n\n")
        candidate = "".join(lines)
        try:
            FACTS[suffix](candidate)
        except INVALID:
            continue
        if formats.problem(f"a{suffix}", candidate.encode()) is None:  # no key twice
            text = candidate
    return text


def _opens(lines: list[str], at: int, suffix: str) -> bool:
    """Tell whether the lines below a line belong to it.

    In data, the places of the lines below include the name in the line: if a side changes that name
    or removes the line, the changes of the other side below move along. That is correct, but
    counting by place cannot show it.
    """
    line, below = lines[at], lines[at + 1] if at + 1 < len(lines) else ""
    is_header = suffix == ".toml" and HEADER.match(line) is not None
    # Such as `- name: one`, followed by the rest of the item.
    is_item = suffix in {".yaml", ".yml"} and _indent(below) > _indent(line)
    return is_header or is_item or line.rstrip().endswith(OPENS)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def without_dropped_by_both(base: str, ours: str, theirs: str, suffix: str) -> str:
    """Return `base` without the lines that both sides dropped, if it is still valid.

    A side that drops a line and adds a similar one elsewhere has the same counts as base.
    """
    lines = base.splitlines(keepends=True)
    gone = _dropped(lines, ours) & _dropped(lines, theirs)
    left = "".join(line for at, line in enumerate(lines) if at not in gone)
    try:
        FACTS[suffix](left)
    except INVALID:
        return base
    return left


def _dropped(base: list[str], side: str) -> set[int]:
    """Return the indexes of the lines of `base` that a side lacks."""
    matcher = SequenceMatcher(None, base, side.splitlines(keepends=True), autojunk=False)
    kept = {
        at for start, _, size in matcher.get_matching_blocks() for at in range(start, start + size)
    }
    return {*range(len(base))} - kept


def allowed(base: int, ours: int, theirs: int) -> set[int]:
    """Return the possible counts of a fact in a merge, from those of the sides."""
    by_ours, by_theirs = ours - base, theirs - base
    counts = {base + by_ours + by_theirs}
    if by_ours * by_theirs > 0:  # both may have made the same change
        counts.add(base + max(by_ours, by_theirs, key=abs))
    return counts


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    folder = tmp_path_factory.mktemp("repository")
    git(folder, "init", "--quiet")
    with Repository.at(folder).quarantined() as quarantined:
        yield quarantined


@pytest.mark.slow
def test_merge_has_all_changes_or_conflicts(repository: Repository) -> None:
    outcomes: Counter[str] = Counter()

    @settings(
        max_examples=CASES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.integers(0, 2**32))
    def check(seed: int) -> None:
        chance = random.Random(seed)
        path = chance.choice(FILES)
        base = path.read_text()
        ours, theirs = (edited(base, path.suffix, side, chance) for side in ("ours", "theirs"))
        merged = merge(repository, path.name, base, ours, theirs)
        outcomes["clean" if merged is not None else "conflict"] += 1
        event("clean" if merged is not None else "conflict")
        if merged is None:
            return
        wrong = misfits(path.suffix, base, ours, theirs, merged)
        assert not wrong, (seed, path, wrong)

    check()
    assert outcomes["clean"] > CASES / 3, outcomes  # conflicts alone would prove nothing


def misfits(suffix: str, base: str, ours: str, theirs: str, merged: str) -> list[tuple[str, str]]:
    """Return the facts whose count in a merge does not follow from the edits of both sides."""
    left = without_dropped_by_both(base, ours, theirs, suffix)
    bases = [FACTS[suffix](text) for text in dict.fromkeys((base, left))]
    in_ours, in_theirs, in_merged = (FACTS[suffix](text) for text in (ours, theirs, merged))
    every = {fact for counts in (*bases, in_ours, in_theirs, in_merged) for fact in counts}
    return [
        fact
        for fact in sorted(every)
        if in_merged[fact]
        not in {
            count
            for in_base in bases
            for count in allowed(in_base[fact], in_ours[fact], in_theirs[fact])
        }
    ]


DROPPED_BY_BOTH = (
    "import os\n\nA = 1\nB = 2\nC = 3\n\n\ndef use():\n    return os.sep, B, C\n",
    "import os\n\nB = 2\nC = 3\nD = 4\n\n\ndef use():\n    return os.sep, B, C\n",
    "import os\n\nB = 2\nC = 3\n\n\ndef use():\n    return os.sep, C, B\n",
)
"""Both sides drop `A`, and ours defines another name: the number of assignments is unchanged."""


def test_line_removed_by_both_sides_is_removed_once(repository: Repository) -> None:
    merged = merge(repository, "a.py", *DROPPED_BY_BOTH)
    assert merged is not None
    assert misfits(".py", *DROPPED_BY_BOTH, merged) == []
    without_d = merged.replace("D = 4\n", "")
    assert ("", "Name D") in misfits(".py", *DROPPED_BY_BOTH, without_d)
    assert ("", "Name A") in misfits(".py", *DROPPED_BY_BOTH, f"A = 1\n{merged}")


def test_addition_below_removed_header_moves_along(
    repository: Repository,
) -> None:
    base = (
        '[build]\nrequires = ["a"]\n\n[project]\nname = "shop"\nlicense = "MIT"\nkeywords = ["x"]\n'
    )
    ours = base.replace("[project]\n", "")
    theirs = f'{base}urls = ["y"]\n'
    assert merge(repository, "a.toml", base, ours, theirs) == f'{ours}urls = ["y"]\n'


def merge(repository: Repository, name: str, base: str, ours: str, theirs: str) -> str | None:
    """Return the merge of a file; None for a conflict."""
    oids = repository.write_blobs([text.encode() for text in (base, ours, theirs)])
    trees = [{name: Entry("100644", oid)} for oid in oids]
    merged = three_way(repository, trees[0], trees[1], trees[2], LABELS)
    if merged.conflicts:
        return None
    entry = {**trees[1], **merged.changes}[name]
    assert entry is not None
    return repository.read_blobs([entry.oid])[entry.oid].decode()
