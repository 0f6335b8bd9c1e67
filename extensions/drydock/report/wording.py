"""Wording that text and Markdown share."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from drydock.merging.results import FileOutcome, FileReport

if TYPE_CHECKING:  # importing these takes longer than reporting an update
    from drydock.adoption.derive import Derived
    from drydock.adoption.translate import Concern, Todo
    from drydock.adoption.translate import Entry as Instruction
    from drydock.codemods.finding import Finding

COLOURS: dict[FileOutcome, str] = {
    "conflict": "red",
    "declined": "yellow",
    "removed": "yellow",
    "merged": "cyan",
    "updated": "green",
    "added": "green",
    "kept": "bright_black",
}
CONCERNS: "dict[Concern, str]" = {
    "start": "May prevent the service from starting",
    "callers": "Changes for its clients",
    "operators": "Changes for its operators",
    "debt": "Debt",
}
"""The headings, most important first."""
_SHOWN = 3
"""How many places are listed as evidence for one answer."""


def word_for(outcome: FileOutcome) -> str:
    """Return the word for users; JSON keeps the original one."""
    return "skipped" if outcome == "declined" else outcome


def count_outcomes(files: list[FileReport]) -> str:
    """Return how many files have each outcome, the most important first."""
    counts = Counter(file.outcome for file in files)
    return ", ".join(
        f"{counts[outcome]} {word_for(outcome)}" for outcome in COLOURS if counts[outcome]
    )


def count_account(account: "list[Instruction]") -> str:
    """Return how many instructions on how the service runs have each outcome."""
    counts = Counter(entry.outcome for entry in account)
    parts = {"carried": "carried over", "standard": "covered by the standard", "by hand": "by hand"}
    counted = ", ".join(f"{counts[key]} {text}" for key, text in parts.items())  # type: ignore[index]
    return f"{len(account)} instructions: {counted}"


def evidence_of(answer: "Derived") -> str:
    """Return what an answer was derived from, and what contradicts it, on one line."""
    evidence = _few(fact.where for fact in answer.evidence) or "by default"
    against = _few(f"{fact.value} in {fact.where}" for fact in answer.against)
    return f"{evidence}; but {against}" if against else evidence


def _few(texts: Iterable[str]) -> str:
    """Return the first distinct texts, and how many more there are."""
    distinct = list(dict.fromkeys(texts))
    more = f" and {len(distinct) - _SHOWN} more" if len(distinct) > _SHOWN else ""
    return ", ".join(distinct[:_SHOWN]) + more


def place_of(item: "Todo | Finding") -> str:
    """Return the file, and the line if there is one."""
    return f"{item.path}:{item.line}" if item.line else item.path


def cell(text: str) -> str:
    """Return a text escaped for a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ")
