"""What text and Markdown say in the same words."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from drydock.report.files import FileOutcome, FileReport

if TYPE_CHECKING:  # what reads a service takes longer to import than an update to report
    from drydock.adoption.derive import Derived
    from drydock.adoption.translate import Concern, Todo
    from drydock.adoption.translate import Entry as Said
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
    "start": "What may stop it from starting",
    "callers": "What changes for its callers",
    "operators": "What changes for its operators",
    "debt": "Debt",
}
"""What matters first comes first."""
_SHOWN = 3
"""How many places are named that say the same."""


def word_for(outcome: FileOutcome) -> str:
    """Return what people read; machines read on what they always did."""
    return "skipped" if outcome == "declined" else outcome


def count_outcomes(files: list[FileReport]) -> str:
    """Return how many files came to each outcome, what matters first."""
    counts = Counter(file.outcome for file in files)
    return ", ".join(
        f"{counts[outcome]} {word_for(outcome)}" for outcome in COLOURS if counts[outcome]
    )


def count_account(account: "list[Said]") -> str:
    """Return what became of how many instructions about how the service runs."""
    counts = Counter(one.outcome for one in account)
    parts = {"carried": "carried over", "standard": "done by the standard", "by hand": "by hand"}
    counted = ", ".join(f"{counts[key]} {text}" for key, text in parts.items())  # type: ignore[index]
    return f"{len(account)} instructions: {counted}"


def evidence_of(answer: "Derived") -> str:
    """Return what led to an answer, and what says otherwise, on one line."""
    said = _few(fact.where for fact in answer.evidence) or "by default"
    against = _few(f"{fact.value} in {fact.where}" for fact in answer.against)
    return f"{said}; but {against}" if against else said


def _few(texts: Iterable[str]) -> str:
    """Return the first of some texts, and how many more there are."""
    every = list(dict.fromkeys(texts))
    more = f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return ", ".join(every[:_SHOWN]) + more


def place_of(one: "Todo | Finding") -> str:
    """Return the file, and the line where there is one."""
    return f"{one.path}:{one.line}" if one.line else one.path


def cell(text: str) -> str:
    """Return a text that stays in one cell of a table of Markdown."""
    return text.replace("|", "\\|").replace("\n", " ")
