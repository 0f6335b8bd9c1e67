"""`drydock shim`: a command `copier` with which Renovate's updates are merged by drydock.

Renovate's copier manager runs `copier update`, then commits the changes that git reports in the
work tree (https://docs.renovatebot.com/modules/manager/copier/). Renovate 44 needs exit code 0, or
it takes nothing; an unchanged index, because it overlooks new files that are staged; and conflicts
as unmerged files, which it lists on the pull request.
"""

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from drydock import git
from drydock.commands.update import Options, abort, update
from drydock.errors import BadInput
from drydock.merging import work_tree
from drydock.project import repository_of
from drydock.report.terminal import print_step
from drydock.report.text import print_update

_NAME = "copier"
_MARK = "# Written by `drydock shim`:"
# -P: Python must not import modules from the current folder, which is the service.
_SCRIPT = """\
#!/bin/sh
{mark} drydock runs Renovate's updates, Copier everything else.
exec {python} -P -c "from drydock.cli import main; main()" copier {options}-- "$@"
"""


def write(folder: Path, *, markers: bool) -> Path:
    """Write an executable `copier` to the existing `folder`; return its path.

    Without `markers`, files in conflict keep the service's version. Raises BadInput when another
    program of that name exists, or the file cannot be written.
    """
    path = folder / _NAME
    text = _SCRIPT.format(
        mark=_MARK,
        python=shlex.quote(sys.executable),
        options="" if markers else "--no-markers ",
    )
    try:
        if path.is_symlink() or (path.exists() and _MARK.encode() not in path.read_bytes()):
            raise BadInput(f"{path} is another program: give another folder, or remove it")
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error
    return path


class _Parser(argparse.ArgumentParser):
    """A parser that raises ValueError for unknown arguments."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(message)


def run(arguments: Sequence[str], *, markers: bool) -> int:
    """Run `copier` with these arguments in the current folder; return the exit code.

    Renovate's updates are run by drydock. For anything else Copier replaces this process.
    """
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("command", choices=["update"])
    parser.add_argument("--skip-answered", action="store_true", required=True)
    parser.add_argument("--defaults", action="store_true", required=True)
    parser.add_argument("--trust", action="store_true")
    parser.add_argument("--answers-file", required=True)
    parser.add_argument("--vcs-ref", required=True)
    try:
        parsed = parser.parse_args(arguments)
    except ValueError:
        os.execv(sys.executable, [sys.executable, "-P", "-m", "copier", *arguments])
    options = Options(
        to=parsed.vcs_ref, answers_file=parsed.answers_file, defaults=True, trust=parsed.trust
    )
    report = update(Path(), options, print_step)
    print_update(report)
    if report.files:
        _hand_over(Path(), markers=markers)
    return 0


def _hand_over(service: Path, *, markers: bool) -> None:
    """Keep the update of `service` in the work tree only, and conflicts unmerged in the index."""
    try:
        repository = repository_of(service)
        if ignored := sorted(repository.ignored(repository.additions())):
            abort(service)
            raise BadInput(
                f"{ignored[0]} is new but ignored by git, so Renovate would lose it: "
                "add an exception to .gitignore, or run drydock update"
            )
        if not markers:
            repository.check_out_ours()
        repository.unstage()
        work_tree.forget(repository)
    except git.GitError as error:
        raise BadInput(f"git: {error}") from error
