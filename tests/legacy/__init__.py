"""Services that no template made, written for the tests after what is out there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from tests.support import Content


@dataclass(frozen=True)
class Legacy:
    """A service as its team left it, and what is to come of it."""

    files: Mapping[str, Content]
    answers: Mapping[str, Any]
    """What the template's questions are to be answered with."""
    folder: str = ""
    """Where the service lies in its repository."""
    carried: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Texts that a file of the result must hold."""
    todo: tuple[str, ...] = ()
    """What must be listed to be done by hand: `file`, or `file | what stands on its line`."""
    removed: tuple[str, ...] = ()
    """Files whose whole content is elsewhere now."""
    routes: tuple[str, ...] = ()
    """Paths that answer 200, whether the chassis is there or not; none: it does not boot."""
    tests: str = ""
    """Its own tests."""

    def places(self) -> set[str]:
        """Return `file` or `file:line` for all that is to be done by hand."""
        return {self._place(*one.split(" | ")) for one in self.todo}

    def _place(self, path: str, text: str = "") -> str:
        if not text:
            return path
        content = str(self.files[str(PurePosixPath(self.folder, path))])
        numbers = [n for n, line in enumerate(content.splitlines(), 1) if text in line]
        assert numbers, f"{text!r} is not in {path}"
        return f"{path}:{numbers[0]}"
