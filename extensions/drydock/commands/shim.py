"""`drydock shim`: a command `copier` that lets Renovate's updates be merged by drydock.

Renovate's copier manager runs `copier update` by that name, then commits what git says was changed
in the work tree (https://docs.renovatebot.com/modules/manager/copier/). What it wants, of its
release 44: exit code 0, or it takes nothing at all; nothing staged, since it overlooks new files
that are; conflicts as unmerged files, which it lists on the pull request.
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
# -P: nothing of the folder that it runs in, which is the service, is imported.
_SCRIPT = """\
#!/bin/sh
{mark} Renovate's updates by drydock, all else by Copier.
exec {python} -P -c "from drydock.cli import main; main()" copier {options}-- "$@"
"""


def write(folder: Path, *, markers: bool) -> Path:
    """Write an executable `copier` into `folder`, which is there; return its path.

    Without `markers` a conflict leaves the service's own version of the file. Raises BadInput
    where another program of that name is there, or the file cannot be written.
    """
    path = folder / _NAME
    text = _SCRIPT.format(
        mark=_MARK,
        python=shlex.quote(sys.executable),
        options="" if markers else "--no-markers ",
    )
    try:
        if path.is_symlink() or (path.exists() and _MARK.encode() not in path.read_bytes()):
            raise BadInput(f"{path} is another program: name another folder, or remove it")
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error
    return path


class _Parser(argparse.ArgumentParser):
    """A parser that raises ValueError for what it does not know."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(message)


def run(arguments: Sequence[str], *, markers: bool) -> int:
    """Do what `copier` was called for, in the current folder; return the exit code.

    An update as Renovate asks for it is done by drydock. Anything else replaces this process by
    Copier.
    """
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("command", choices=["update"])
    parser.add_argument("--skip-answered", action="store_true", required=True)
    parser.add_argument("--defaults", action="store_true", required=True)
    parser.add_argument("--trust", action="store_true")
    parser.add_argument("--answers-file", required=True)
    parser.add_argument("--vcs-ref", required=True)
    try:
        asked = parser.parse_args(arguments)
    except ValueError:
        os.execv(sys.executable, [sys.executable, "-P", "-m", "copier", *arguments])
    options = Options(
        to=asked.vcs_ref, answers_file=asked.answers_file, defaults=True, trust=asked.trust
    )
    report = update(Path(), options, print_step)
    print_update(report)
    if report.files:
        _hand_over(Path(), markers=markers)
    return 0


def _hand_over(service: Path, *, markers: bool) -> None:
    """Leave the update of `service` in the work tree only, conflicts unmerged in the index."""
    try:
        repository = repository_of(service)
        if ignored := sorted(repository.ignored(repository.additions())):
            abort(service)
            raise BadInput(
                f"{ignored[0]}: it is new, and ignored by git, so Renovate would lose it: "
                "add an exception to .gitignore, or run drydock update"
            )
        if not markers:
            repository.check_out_ours()
        repository.unstage()
        work_tree.forget(repository)
    except git.GitError as error:
        raise BadInput(f"git: {error}") from error
