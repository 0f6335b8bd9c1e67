"""The renders that an update merges: of the release a service is at, and of the new one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from drydock.errors import BadInput
from drydock.project import Service
from drydock.template.rendering import Checkout, Rendering, Request, paths, render


@dataclass(frozen=True)
class Renders:
    """The renders of one update, made in the folder `scratch`."""

    service: Service
    old: Checkout
    new: Checkout
    asked: Request
    """What was asked of the update; its answers are those given now."""
    scratch: Path
    say: Callable[[str], None]
    """Is told each render before it starts, but for those of `brought`."""

    def theirs(self) -> Rendering:
        """Render the new release. Raises BadInput where a question has no answer."""
        self.say(f"Rendering {self.new.release.name}")
        recorded = self.service.answers.values
        asked = replace(
            self.asked, recorded=recorded, previous=self.old.release, alike=(self.new.folder,)
        )
        return self._render("theirs", self.new, asked)

    def base(self, theirs: Rendering) -> Rendering:
        """Render the release that the service is at, with the answers it recorded."""
        self.say(f"Rendering {self.old.release.name}")
        # What the new release leaves to the service, it does not remove.
        exclude = (*theirs.exclude, *self.asked.exclude)
        asked = self._unasked("update", self.service.answers.values)
        alike = theirs.folder, self.old.folder  # most files are the same in both
        return self._render("base", self.old, replace(asked, exclude=exclude, alike=alike))

    def brought(self, theirs: Rendering) -> Rendering | None:
        """Render, as for a new service, the files that only the answers given now bring."""
        before = self.service.answers.values
        is_asked = not self.asked.defaults and bool(theirs.answers.keys() - before.keys())
        if not self.asked.data and not is_asked:
            return None
        try:
            old = self._copied(before)
        except BadInput:
            # A new question has no default: there is nothing to compare its answer with.
            old = self._copied({**theirs.answers, **before})
        asked = self._unasked("copy", theirs.answers)
        leave_out = old | {*theirs.files()}
        made = self._render("brought", self.new, replace(asked, leave_out=leave_out))
        return made if made.folder.is_dir() else None  # there may be nothing to write

    def _copied(self, values: Mapping[str, Any]) -> set[str]:
        """Return the files that a new service with these answers has."""
        asked = self._unasked("copy", values)
        return paths(self.new, self._folder("copied"), asked)

    def _unasked(self, operation: Literal["copy", "update"], values: Mapping[str, Any]) -> Request:
        """Return a request in which nobody is asked, and nothing is given but these answers."""
        return replace(self.asked, operation=operation, recorded=values, data={}, defaults=True)

    def _render(self, name: str, checkout: Checkout, request: Request) -> Rendering:
        return render(checkout, self._folder(name), request)

    def _folder(self, name: str) -> Path:
        # It has the service's name, as templates can ask for it.
        return self.scratch / name / (self.service.prefix or self.service.folder.name)
