"""The template's releases, rendered for a service to adopt."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from drydock.adoption import ancestry
from drydock.adoption.ancestry import Candidate
from drydock.adoption.facts import RECORDED, Fact
from drydock.adoption.place import Place
from drydock.errors import BadInput
from drydock.template import rendering
from drydock.template.releases import Release, Template
from drydock.template.rendering import Checkout, Rendering, Request


class Releases:
    """Checks out each release once, into the folder `scratch`, and renders it for one service."""

    def __init__(self, place: Place, template: Template, scratch: Path) -> None:
        self._place, self._template, self._scratch = place, template, scratch
        self._checkouts: dict[str, Checkout] = {}

    def checkout(self, release: Release) -> Checkout:
        """Check out a release. Raises BadInput if it cannot be read."""
        if release.name not in self._checkouts:
            folder = self._scratch / f"template {release.name}"
            self._template.checkout(release, folder)
            self._checkouts[release.name] = Checkout(folder, self._template.address, release)
        return self._checkouts[release.name]

    def render(
        self, release: Release, values: Mapping[str, Any], exclude: tuple[str, ...] = ()
    ) -> Rendering:
        """Render a release with these answers, and defaults for the rest.

        Raises BadInput if an answer is invalid, or if a question has no default.
        """
        # Templates can read the name of the folder, so it is the service's.
        inside = self._place.prefix or self._place.folder.name
        # Rendered as an update: the service already has its starter files.
        request = Request(operation="update", data=values, defaults=True, exclude=exclude)
        folder = self._scratch / f"rendered {len(list(self._scratch.iterdir()))}" / inside
        return rendering.render(self.checkout(release), folder, request)

    def check(self, release: Release, name: str, value: Any, others: Mapping[str, Any]) -> Any:
        """Return the value of an answer in the type of its question.

        `others` are the other answers. Raises BadInput if the value is invalid.
        """
        checkout = self.checkout(release)
        rendering.check_data(checkout, {name: value})
        inside = self._place.prefix or self._place.folder.name
        request = Request("update", recorded=others, data={name: value}, defaults=True)
        return rendering.parse_answer(checkout, self._scratch / "none" / inside, request, name)

    def copied(
        self,
        facts: list[Fact],
        release: Release,
        values: Mapping[str, Any],
        theirs: Rendering,
    ) -> Rendering | None:
        """Render the release that the service was copied from; None if it is no copy.

        `values` are the answers, and `theirs` is the `release` rendered with them.
        """
        recorded = [fact.value for fact in facts if fact.about == "template_release"]
        if recorded and (named := self._template.releases.get(recorded[0])):
            return self._of_copy(named, values, theirs)
        if not any(fact.about == "adopted" and fact.weight == RECORDED for fact in facts):
            return None
        # The chassis does not record its release: take the one that shares the most files.
        own = self._place.contents
        best, most = None, 0
        for other in {
            one.commit: one for one in (*self._template.releases.values(), release)
        }.values():
            if self._template.is_older(release, other):
                continue
            with suppress(BadInput):  # an answer that this release does not accept
                rendered = self._of_copy(other, values, theirs)
                files = _candidates(rendered, other)
                same = sum(own.get(file.path) == file.content for file in files)
                if same >= most:
                    best, most = rendered, same
        return best

    def _of_copy(self, release: Release, values: Mapping[str, Any], theirs: Rendering) -> Rendering:
        known = rendering.config(self.checkout(release)).questions_data
        answers = {name: value for name, value in values.items() if name in known}
        # Files that the new release leaves to the service are not removed.
        return self.render(release, answers, exclude=theirs.exclude)

    def candidates(
        self, release: Release, values: Mapping[str, Any], theirs: Rendering
    ) -> Iterator[Candidate]:
        """Yield the template's files that the service may have copied; none if it is no copy.

        `values` are the answers, and `theirs` is the `release` rendered with them.
        """
        rendered = list(_candidates(theirs, release))
        if not ancestry.is_copy(self._place.contents, rendered):
            return
        yield from rendered
        newer = release
        for other in reversed(self._template.releases.values()):
            if self._template.is_older(other, release):
                yield from self._of_release(other, newer, values)
                newer = other

    def _of_release(
        self, release: Release, newer: Release, values: Mapping[str, Any]
    ) -> Iterator[Candidate]:
        """Yield the files of a release; those that `newer` has unchanged may be missing."""
        folder = self._scratch / f"changed {release.name}"
        is_partial = self._template.checkout_changed(release, newer, folder)
        if is_partial:
            address = self._template.address
            self._checkouts[release.name] = Checkout(folder, address, release)
        known = rendering.config(self.checkout(release)).questions_data
        answers = {name: value for name, value in values.items() if name in known}
        try:
            yield from _candidates(self.render(release, answers), release)
        except BadInput:
            if is_partial:  # changed files may include unchanged ones
                del self._checkouts[release.name]
                with suppress(BadInput):  # an answer that this release does not accept
                    yield from _candidates(self.render(release, answers), release)


def _candidates(rendered: Rendering, release: Release) -> Iterator[Candidate]:
    for path in rendered.files():
        if path != rendered.answers_file:
            content = (rendered.folder / path).read_bytes()
            yield Candidate(path, content, f"release {release.name}", of_template=True)
