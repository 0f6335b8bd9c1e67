"""Pages, help, reports and messages use the field's terms instead of old wording.

Terms such as comment, conflict, undo, request, response, client.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.template.matrix import REPOSITORY

# Each pattern with the wording to use instead.
OLD = {
    r"\bremark(s|ed)?\b": "comment",
    r"\bby meaning\b|\bpart by part\b": "structural, structurally",
    r"\banew\b": "regenerate, restart, again",
    r"\bmend(s|ed|ing)?\b": "fix",
    r"\btak(e|es|en|ing)( it| them| all)? back\b": "undo, abort, cancel",
    r"\b(gives?|gave|giving|brings?|brought) back\b": "restore",
    r"\bsettle(s|d)?\b|\bleft to a person\b": "resolve",
    r"\bno folder\b": "is not a directory",
    r"\bno valid \w+\b": "is not valid",
    r"\bhas it no more\b|\bcounts no more\b": "removed in the release, no longer used",
    r"\bin the way\b": "would be overwritten",
    r"\bits configuration is its own\b": "defines its own settings",
    r"\bit goes on\b|\bthey go on\b": "still works",
    r"\bone side\b|\bthe other side\b": "your version, the release",
    r"\bsomebody\b|\bwhoever\b|\bwho asks\b": "team, maintainer, operator",
    r"\bhas to bear\b|\bnot to be had\b": "must, cannot",
    r"\bis asked about\b|\bwants requests\b": "prediction, ready",
    r"\bto a person\b": "conflict",
    r"\blest\b": "so that … not",
    r"\bseldom\b": "rarely",
    r"\bbesides?\b": "next to, compared with, also",
    r"\bgiv(e|es|ing) way\b|\bgave way\b": "is replaced, is dropped",
    r"\btak(e|es|en|ing) apart\b": "parse, split",
    r"\btak(e|es|en|ing) (it |them |all )?out\b": "remove",
    r"\bstands? there\b": "is",
    r"\bas any\b": "like other",
    r"\bholds? to\b|\bheld to\b": "meets, is checked against",
    r"\b(come|comes|came) of\b": "result, outcome",
    r"\bgo(es)? with (the rest|--)|\bnot go with\b": "is compatible with, can be combined with",
    r"\bof today\b": "current",
    r"\bwithout a word\b": "silently",
    r"\blet it run\b": "run … instead",
    r"\b(is|was|are) led by\b": "starts with",
    r"\bfault of Drydock\b": "internal error",
}
# HTTP clients; in pages only, since `networkPolicy.callers` is a value of the chart.
OLD_IN_PAGES = OLD | {r"\b(the|its|their|a) callers?'?s?\b|^Callers\b": "client"}


def _old(text: str, words: dict[str, str]) -> list[str]:
    """Return the old words in a text, each with the wording to use instead."""
    return [
        f"{found[0]!r} in {line.strip()[:80]!r}: say {instead}"
        for line in text.splitlines()
        for word, instead in words.items()
        for found in re.finditer(word, line, re.IGNORECASE)
    ]


def _messages(path: Path) -> Iterator[str]:
    """Yield the texts in a module that users may see: all except docstrings, unless of commands."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    docstrings = {
        id(node.value)
        for node in nodes
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    if path.parent.name == "cli":
        functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
        help_texts = [function.body[0] for function in functions if function.decorator_list]
        docstrings -= {id(node.value) for node in help_texts if isinstance(node, ast.Expr)}
    for node in nodes:
        if id(node) in docstrings or not isinstance(node, ast.Constant):
            continue
        if isinstance(node.value, str):
            yield node.value


def _unreleased() -> str:
    text = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    return text.partition("## Unreleased")[2].partition("\n## v")[0]


PAGES = sorted(
    path.relative_to(REPOSITORY).as_posix()
    for pattern in (
        "README.md",
        "CONTRIBUTING.md",
        "copier.yml",
        "docs/*.md",
        "template/**/*.md*",
    )
    for path in REPOSITORY.glob(pattern)
)
MODULES = sorted(
    path.relative_to(REPOSITORY).as_posix() for path in REPOSITORY.glob("extensions/**/*.py")
)


@pytest.mark.parametrize("page", PAGES)
def test_page_has_no_old_words(page: str) -> None:
    assert _old((REPOSITORY / page).read_text(encoding="utf-8"), OLD_IN_PAGES) == []


def test_unreleased_changes_have_no_old_words() -> None:
    assert _old(_unreleased(), OLD) == []


@pytest.mark.parametrize("module", MODULES)
def test_messages_have_no_old_words(module: str) -> None:
    found = [old for text in _messages(REPOSITORY / module) for old in _old(text, OLD)]
    assert found == []


def test_old_words_are_found() -> None:
    assert _old("Take all back; the other side\nsaid: mended", OLD) == [
        "'Take all back' in 'Take all back; the other side': say undo, abort, cancel",
        "'the other side' in 'Take all back; the other side': say your version, the release",
        "'mended' in 'said: mended': say fix",
    ]


def test_help_is_checked_like_messages() -> None:
    commands = REPOSITORY / "extensions/drydock/cli"
    texts = [text for path in commands.glob("*.py") for text in _messages(path)]
    assert any("Update a service to a newer release" in text for text in texts)
    assert "Use default answers; don't prompt." in texts
    assert not any("The command line: arguments in" in text for text in texts)
