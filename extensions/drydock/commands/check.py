"""`drydock check`: hold a service to the standard; nothing of it is changed or run."""

from pathlib import Path

from drydock_standard.run import run

from drydock.errors import BadInput
from drydock.paths import expanded
from drydock.report.checks import CheckReport


def check(folder: Path, *, network: bool = False) -> CheckReport:
    """Run every check of the standard on the service in `folder`.

    With `network` those too that ask a package index or the template's server. Raises BadInput
    when there is no such folder, or nothing in it.
    """
    folder = expanded(folder).resolve()
    if not folder.is_dir():
        raise BadInput(f"{folder} is not a directory")
    try:
        if not any(folder.iterdir()):
            raise BadInput(f"{folder} is empty")
    except OSError as error:
        raise BadInput(f"{folder}: {error.strerror}") from error
    return CheckReport(str(folder), run(folder, network=network))
