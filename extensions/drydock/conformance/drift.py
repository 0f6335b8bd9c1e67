"""Finds template files of a service that differ from what its release renders."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from drydock.errors import BadInput
from drydock.git import GitError
from drydock.template import answers, rendering
from drydock.template.addresses import local_folder
from drydock.template.releases import open_template


@dataclass(frozen=True)
class Drifted:
    """A template file that differs from the release."""

    path: str
    how: Literal["edited", "deleted"]


def is_at_hand(service: Path) -> bool:
    """Return whether a service's template is on this machine.

    Raises BadInput if the answers file cannot be used.
    """
    return local_folder(answers.read(service, answers.find(service)).template, service) is not None


def drift(service: Path) -> Iterator[Drifted]:
    """Yield the files that an update would merge and that differ from the rendered release.

    Starters are excluded, since they belong to the service. Raises BadInput if the release cannot
    be read or rendered.
    """
    try:
        yield from _drift(service)
    except GitError as error:
        raise BadInput(f"git: {error}") from error


def _drift(service: Path) -> Iterator[Drifted]:
    recorded = answers.read(service, answers.find(service))
    with (
        open_template(recorded.template, service) as template,
        tempfile.TemporaryDirectory(prefix="drydock.drift.") as scratch,
    ):
        release = template.find(recorded.release)
        template.checkout(release, Path(scratch, "template"))
        rendered = rendering.render(
            rendering.Checkout(
                Path(scratch, "template"), recorded.template, release, recorded.release
            ),
            Path(scratch, "render", service.resolve().name),
            rendering.request_as_recorded(recorded, service),
        )
        for path in rendered.merged():
            yield from _compared(path, service / path, rendered.folder / path)


def _compared(path: str, own: Path, rendered: Path) -> Iterator[Drifted]:
    if not own.is_symlink() and not own.is_file():
        yield Drifted(path, "deleted")
        return
    try:
        same = own.is_symlink() == rendered.is_symlink() and _content(own) == _content(rendered)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error
    if not same:
        yield Drifted(path, "edited")


def _content(path: Path) -> bytes:
    if path.is_symlink():
        return bytes(path.readlink())
    return path.read_bytes().replace(b"\r\n", b"\n")
