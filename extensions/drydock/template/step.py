"""The step of an update: from the release that a service records to the one it gets."""

from dataclasses import dataclass

from drydock.errors import BadInput
from drydock.template.answers import Answers
from drydock.template.releases import Release, Template, release_before, version_of

CURRENT = ":current:"
"""Names the recorded release, as for Copier."""


@dataclass(frozen=True)
class Step:
    """Two releases of one template; `new` is never older than `old`."""

    recorded: str
    """The old release as the answers file names it."""
    old: Release
    new: Release

    @property
    def stays(self) -> bool:
        """Whether both releases are one commit."""
        return self.old.commit == self.new.commit

    @property
    def replaces_commit(self) -> bool:
        """Whether a bare commit is recorded, as by a clone without tags, and becomes a release."""
        is_commit = self.old.commit.startswith(self.recorded) or version_of(self.recorded) is None
        return is_commit and self.new.version is not None


def choose(template: Template, answers: Answers, to: str | None, *, prereleases: bool) -> Step:
    """Return the step from the recorded release to `to`, or to the newest one.

    `to` can be `:current:`; `prereleases` lets the newest release be one. Raises BadInput when the
    template lacks a release, or `to` is older than the recorded one.
    """
    old = _recorded(template, answers)
    if to == CURRENT:
        return Step(answers.release, old, old)
    if to:
        new = template.find(to)
        if template.is_older(new, old):
            raise BadInput(f"{new.name} is older than {answers.release}: updates go forward only")
    else:
        new = template.latest(prereleases=prereleases)
        if template.is_older(new, old):
            new = old
    return Step(answers.release, old, new)


def _recorded(template: Template, answers: Answers) -> Release:
    try:
        return template.find(answers.release)
    except BadInput as error:
        file = answers.file
        missing = (
            f"{template.address} has no release {answers.release} (recorded as _commit in {file})"
        )
        if (tag := release_before(answers.release)) is None:
            raise BadInput(f"{missing}; if the template moved, give --template URL") from error
        nearest = tag if tag in template.releases else "the nearest release"
        raise BadInput(
            f"{missing}: the service was made from a state of the template that was not committed "
            f"or not pushed; set _commit to {nearest} in {file}, commit, and update again"
        ) from error
