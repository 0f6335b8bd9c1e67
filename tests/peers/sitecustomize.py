"""Replaces Copier's update with `drydock update` in each Python process that finds this file.

Python imports it by its name at start-up. It replaces the one method that Copier's function,
command line and worker all call, and translates what the two do differently: labels of conflict
markers, staging, and classes of errors. Settings without an option in Drydock are not passed on.
"""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml
from copier._main import Worker
from copier._types import VcsRef
from copier.errors import CopierError, UserMessageError
from drydock.cli import app
from drydock.errors import BadInput
from drydock.git import Repository


def run_update(worker: Worker) -> None:
    """Run the update of Copier's `worker` with Drydock."""
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch, "data.yml")
        data.write_text(yaml.safe_dump(dict(worker.data)), encoding="utf-8")
        arguments = ["update", str(worker.dst_path), f"--data-file={data}", *_options(worker)]
        try:
            app(arguments, standalone_mode=False)
        except BadInput as error:
            if isinstance(error.__cause__, CopierError):
                raise error.__cause__ from error
            raise UserMessageError(str(error)) from error
    repository = Repository.at(worker.dst_path)
    _translate_labels(repository)
    repository.unstage()


def _options(worker: Worker) -> Iterator[str]:
    ref = VcsRef.CURRENT.value if worker.vcs_ref is VcsRef.CURRENT else worker.vcs_ref
    values = {
        "vcs-ref": [ref],
        "answers-file": [worker.answers_file],
        "template": [worker.src_path],
        "exclude": worker.exclude,
        "skip": worker.skip_if_exists,
    }
    for name, arguments in values.items():
        yield from (f"--{name}={value}" for value in arguments if value is not None)
    flags = {
        "defaults": worker.defaults,
        "prereleases": worker.use_prereleases,
        "skip-answered": worker.skip_answered,
        "trust": worker.unsafe,
        "dry-run": worker.pretend,
    }
    yield from (f"--{name}" for name, is_set in flags.items() if is_set)


def _translate_labels(repository: Repository) -> None:
    for name in repository.text("diff", "--name-only", "--diff-filter=U", "-z").split("\0"):
        path = repository.top / name
        if name and path.is_file():
            text = re.sub(rb"(?m)^<{7} yours$", b"<<<<<<< before updating", path.read_bytes())
            path.write_bytes(re.sub(rb"(?m)^>{7} release .*$", b">>>>>>> after updating", text))


Worker.run_update = run_update  # type: ignore[method-assign]
