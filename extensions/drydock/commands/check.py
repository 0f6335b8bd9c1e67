"""`drydock check`: check a service against the standard, without changing or running it."""

import re
from collections.abc import Iterator
from pathlib import Path

from drydock_standard.repository import Repository
from drydock_standard.run import run

from drydock.errors import BadInput
from drydock.paths import resolved
from drydock.report.checks import CheckReport
from drydock.template.answers import DEFAULT_NAME


def check(folder: Path, *, network: bool = False) -> CheckReport:
    """Run every check of the standard on the service in `folder`.

    With `network`, also run checks that contact a package index or the template's server. Raises
    BadInput when the folder does not exist or is empty.
    """
    folder = resolved(folder)
    if not folder.is_dir():
        raise BadInput(f"{folder} is not a directory")
    try:
        if not any(folder.iterdir()):
            raise BadInput(f"{folder} is empty")
    except OSError as error:
        raise BadInput(f"{folder}: {error.strerror}") from error
    return CheckReport(str(folder), run(folder, network=network), list(_services_in(folder)))


def _services_in(folder: Path) -> Iterator[str]:
    """Yield the folders with services, if the repository itself is not a service."""
    repository = Repository(folder)
    if repository.answers_file is None or "/" in repository.answers_file:
        for path in repository.named(re.escape(DEFAULT_NAME)):
            yield path.rpartition("/")[0]
