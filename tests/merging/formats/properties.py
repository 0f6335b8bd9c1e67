"""What holds of every merge of files that are drawn, and which wrong merges show that it can fail.

A format says in a file of `drawn` how it writes what is drawn, and what is to hold.
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
    """What is drawn, and what is asserted of each case."""

    drawn: st.SearchStrategy[T]
    check: Callable[[T], None]
    examples: int
    wrong: Mapping[str, Wrong] = field(default_factory=dict)
    """Merges that are wrong on purpose, by name: the check must find each of them."""
    slow: bool = False
    """It takes seconds to draw and check that many examples."""
    slow_to_catch: bool = False
    """It takes seconds to draw a case that shows a wrong merge."""

    def hold(self) -> None:
        """Draw as many examples as it says, and check each."""

        @settings(max_examples=self.examples)
        @given(self.drawn)
        def holds(case: T) -> None:
            self.check(case)

        holds()


def catches(check: Callable[[T], None], drawn: st.SearchStrategy[T]) -> bool:
    """Tell whether a check finds a merge wrong; one that is only refused does not count."""

    def fails(one: T) -> bool:
        try:
            check(one)
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
