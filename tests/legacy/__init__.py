"""Hand-written services for the tests, modelled on real ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from tests.support import Content


@dataclass(frozen=True)
class Legacy:
    """A service before its adoption, and the expected result."""

    files: Mapping[str, Content]
    answers: Mapping[str, Any]
    """The expected answers to the template's questions."""
    folder: str = ""
    """The service's folder in its repository."""
    carried: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Texts that files of the result must contain."""
    todo: tuple[str, ...] = ()
    """Expected items to do by hand: `file`, or `file | text of the line`."""
    removed: tuple[str, ...] = ()
    """Files that are removed because they are fully carried over."""
    routes: tuple[str, ...] = ()
    """Paths that respond 200 with and without the chassis; empty if the service cannot start."""
    tests: str = ""
    """The service's own tests."""

    def places(self) -> set[str]:
        """Return `file` or `file:line` of each expected item."""
        return {self._place(*one.split(" | ")) for one in self.todo}

    def _place(self, path: str, text: str = "") -> str:
        if not text:
            return path
        content = str(self.files[str(PurePosixPath(self.folder, path))])
        numbers = [n for n, line in enumerate(content.splitlines(), 1) if text in line]
        assert numbers, f"{text!r} is not in {path}"
        return f"{path}:{numbers[0]}"
