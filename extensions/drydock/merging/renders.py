"""Renders the two releases that an update merges: the service's current one and the new one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from drydock.errors import BadInput
from drydock.project import Service
from drydock.template.rendering import Checkout, Rendering, Request, paths, render


@dataclass(frozen=True)
class Renders:
    """The renders of an update, in the folder `scratch`."""

    service: Service
    old: Checkout
    new: Checkout
    asked: Request
    """The options of the update and the answers given to it."""
    scratch: Path
    say: Callable[[str], None]
    """Reports each render before it starts, except those of `brought`."""

    def theirs(self) -> Rendering:
        """Render the new release. Raises BadInput if a question has no answer."""
        self.say(f"Rendering {self.new.release.name}")
        recorded = self.service.answers.values
        asked = replace(
            self.asked, recorded=recorded, previous=self.old.release, alike=(self.new.folder,)
        )
        return self._render("theirs", self.new, asked)

    def base(self, theirs: Rendering) -> Rendering:
        """Render the current release of the service with its recorded answers."""
        self.say(f"Rendering {self.old.release.name}")
        # Files that the new release excludes belong to the service: it does not remove them.
        exclude = (*theirs.exclude, *self.asked.exclude)
        asked = self._unasked("update", self.service.answers.values)
        alike = theirs.folder, self.old.folder  # most files are the same in both
        return self._render("base", self.old, replace(asked, exclude=exclude, alike=alike))

    def brought(self, theirs: Rendering) -> Rendering | None:
        """Render the files that only the new answers add, as for a new service."""
        before = self.service.answers.values
        is_asked = not self.asked.defaults and bool(theirs.answers.keys() - before.keys())
        if not self.asked.data and not is_asked:
            return None
        try:
            old = self._copied(before)
        except BadInput:
            # A new question has no default, so its given answer is used on both sides.
            old = self._copied({**theirs.answers, **before})
        asked = self._unasked("copy", theirs.answers)
        leave_out = old | {*theirs.files()}
        rendering = self._render("brought", self.new, replace(asked, leave_out=leave_out))
        return rendering if rendering.folder.is_dir() else None  # there can be nothing to write

    def _copied(self, values: Mapping[str, Any]) -> set[str]:
        """Return the files of a new service with these answers."""
        asked = self._unasked("copy", values)
        return paths(self.new, self._folder("copied"), asked)

    def _unasked(self, operation: Literal["copy", "update"], values: Mapping[str, Any]) -> Request:
        """Return a request that uses only these answers and does not prompt."""
        return replace(self.asked, operation=operation, recorded=values, data={}, defaults=True)

    def _render(self, name: str, checkout: Checkout, request: Request) -> Rendering:
        return render(checkout, self._folder(name), request)

    def _folder(self, name: str) -> Path:
        # Templates can use the name of the destination folder.
        return self.scratch / name / (self.service.prefix or self.service.folder.name)
