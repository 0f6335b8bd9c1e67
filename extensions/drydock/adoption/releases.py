"""The template's releases, rendered for a service that no update of theirs has reached yet."""

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
    """Checks each release out once, into the folder `scratch`, and renders it for one service."""

    def __init__(self, place: Place, template: Template, scratch: Path) -> None:
        self._place, self._template, self._scratch = place, template, scratch
        self._checkouts: dict[str, Checkout] = {}

    def checkout(self, release: Release) -> Checkout:
        """Return the files of a release. Raises BadInput when it cannot be read."""
        if release.name not in self._checkouts:
            folder = self._scratch / f"template {release.name}"
            self._template.checkout(release, folder)
            made = Checkout(folder, self._template.address, release)
            self._checkouts[release.name] = made
        return self._checkouts[release.name]

    def render(
        self, release: Release, values: Mapping[str, Any], exclude: tuple[str, ...] = ()
    ) -> Rendering:
        """Render a release with these answers, and defaults where there is none.

        Raises BadInput where one of them is not allowed, or there is no default.
        """
        # The folder has the service's name, as templates can ask for it.
        inside = self._place.prefix or self._place.folder.name
        # As an update: what is born with a service, this one has already.
        request = Request(operation="update", data=values, defaults=True, exclude=exclude)
        folder = self._scratch / f"rendered {len(list(self._scratch.iterdir()))}" / inside
        return rendering.render(self.checkout(release), folder, request)

    def copied(
        self,
        facts: list[Fact],
        release: Release,
        values: Mapping[str, Any],
        theirs: Rendering,
    ) -> Rendering | None:
        """Render what a copy of a service of this template was copied from; None if it is none.

        `values` are the answers, and `theirs` is the `release` rendered with them.
        """
        recorded = [fact.value for fact in facts if fact.about == "template_release"]
        if recorded and (named := self._template.releases.get(recorded[0])):
            return self._of_copy(named, values, theirs)
        if not any(fact.about == "adopted" and fact.weight == RECORDED for fact in facts):
            return None
        # It has the chassis, which does not tell its release: the one with most of its files.
        own = self._place.contents
        best, most = None, 0
        for other in {
            one.commit: one for one in (*self._template.releases.values(), release)
        }.values():
            if self._template.is_older(release, other):
                continue
            with suppress(BadInput):  # an answer that this release did not allow
                made = self._of_copy(other, values, theirs)
                same = sum(own.get(one.path) == one.content for one in _versions(made, other))
                if same >= most:
                    best, most = made, same
        return best

    def _of_copy(self, release: Release, values: Mapping[str, Any], theirs: Rendering) -> Rendering:
        known = rendering.config(self.checkout(release)).questions_data
        given = {name: value for name, value in values.items() if name in known}
        # What the new release leaves to the service, it does not remove.
        return self.render(release, given, exclude=theirs.exclude)

    def candidates(
        self, release: Release, values: Mapping[str, Any], theirs: Rendering
    ) -> Iterator[Candidate]:
        """Yield the files that the service may have from this template: none if it is no copy.

        `values` are the answers, and `theirs` is the `release` rendered with them.
        """
        made = list(_versions(theirs, release))
        if not ancestry.is_copy(self._place.contents, made):
            return
        yield from made
        newer = release
        for other in reversed(self._template.releases.values()):
            if self._template.is_older(other, release):
                yield from self._of_release(other, newer, values)
                newer = other

    def _of_release(
        self, release: Release, newer: Release, values: Mapping[str, Any]
    ) -> Iterator[Candidate]:
        """Yield the files of a release, of which those that `newer` has the same may be missing."""
        folder = self._scratch / f"changed {release.name}"
        partly = self._template.checkout_changed(release, newer, folder)
        if partly:
            address = self._template.address
            self._checkouts[release.name] = Checkout(folder, address, release)
        known = rendering.config(self.checkout(release)).questions_data
        given = {name: value for name, value in values.items() if name in known}
        try:
            yield from _versions(self.render(release, given), release)
        except BadInput:
            if partly:  # what changed may include what did not
                del self._checkouts[release.name]
                with suppress(BadInput):  # an answer that this release did not allow
                    yield from _versions(self.render(release, given), release)


def _versions(rendered: Rendering, release: Release) -> Iterator[Candidate]:
    for path in rendered.files():
        if path != rendered.answers_file:
            content = (rendered.folder / path).read_bytes()
            yield Candidate(path, content, f"release {release.name}", of_template=True)
