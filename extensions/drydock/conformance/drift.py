"""Which files of the template a service has otherwise than its release renders them."""

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
    """A file of the template that is not as the release has it."""

    path: str
    how: Literal["edited", "deleted"]


def is_at_hand(service: Path) -> bool:
    """Tell whether the template that made a service is on this machine.

    Raises BadInput where the answers file cannot be used.
    """
    return local_folder(answers.read(service, answers.find(service)).template, service) is not None


def drift(service: Path) -> Iterator[Drifted]:
    """Yield the files that an update would merge, and that are not as they were rendered.

    Starters take no part: they belong to the service. Raises BadInput where the release cannot be
    read or rendered.
    """
    try:
        yield from _drift(service)
    except GitError as error:
        raise BadInput(f"git: {error}") from error


def _drift(service: Path) -> Iterator[Drifted]:
    read = answers.read(service, answers.find(service))
    with (
        open_template(read.template, service) as template,
        tempfile.TemporaryDirectory(prefix="drydock.drift.") as scratch,
    ):
        release = template.find(read.release)
        template.checkout(release, Path(scratch, "template"))
        rendered = rendering.render(
            rendering.Checkout(Path(scratch, "template"), read.template, release, read.release),
            Path(scratch, "render", service.resolve().name),
            rendering.request_as_recorded(read, service),
        )
        for path in rendered.merged():
            yield from _compared(path, service / path, rendered.folder / path)


def _compared(path: str, there: Path, rendered: Path) -> Iterator[Drifted]:
    if not there.is_symlink() and not there.is_file():
        yield Drifted(path, "deleted")
        return
    try:
        same = there.is_symlink() == rendered.is_symlink() and _content(there) == _content(rendered)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error
    if not same:
        yield Drifted(path, "edited")


def _content(path: Path) -> bytes:
    if path.is_symlink():
        return bytes(path.readlink())
    return path.read_bytes().replace(b"\r\n", b"\n")
