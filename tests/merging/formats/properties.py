"""Properties that hold for every merge of drawn files, and wrong merges that violate them.

The module of a format in `drawn` renders drawn files and lists the properties to check.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from tests.merging.formats.wrong import Wrong

T = TypeVar("T")


@dataclass(frozen=True)
class Property(Generic[T]):
    """A strategy for cases, and an assertion that holds for each."""

    drawn: st.SearchStrategy[T]
    check: Callable[[T], None]
    examples: int
    wrong: Mapping[str, Wrong] = field(default_factory=dict)
    """Deliberately wrong merges by name: the check must catch each of them."""
    slow: bool = False
    """Whether drawing and checking the examples takes seconds."""

    def check_examples(self) -> None:
        """Draw the examples, and check each."""

        @settings(max_examples=self.examples)
        @given(self.drawn)
        def holds(case: T) -> None:
            self.check(case)

        holds()


def catches(check: Callable[[T], None], drawn: st.SearchStrategy[T]) -> bool:
    """Tell whether a check finds a wrong merge; a conflict does not count."""

    def fails(case: T) -> bool:
        try:
            check(case)
        except AssertionError:
            return True
        except Exception:
            return False
        return False

    generating = settings(
        max_examples=2000, deadline=None, phases=[Phase.generate], database=None, derandomize=True
    )
    try:
        find(drawn, fails, settings=generating)
    except NoSuchExample:
        return False
    return True
