"""Has `drydock prove` compare a service with what a rule makes of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from drydock.commands.prove import Options, given, prove
from drydock.proving.proof import Proof

from tests.support import commit, git, write


def proved(
    folder: Path,
    before: Mapping[str, str],
    after: Mapping[str, str],
    *,
    variables: Sequence[str] = (),
    requests: Path | None = None,
) -> Proof:
    """Commit a service and what became of it to a new folder, and prove the one by the other."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    write(folder, dict(before))
    commit(folder, "As it was")
    write(folder, dict(after))
    commit(folder, "Carry the code to the libraries of today")
    options = Options(
        before="HEAD~",
        seconds=40,
        requests=requests,
        given=given(variables, [], network=False),
    )
    return prove(folder, options, lambda _: None)


def found(proof: Proof) -> set[tuple[str, str]]:
    """Return what differs and is not intended: the operation, and where.

    What the API document no longer promises of an operation is such a place, too.
    """
    rows = [(row, one) for row in proof.rows if row.outcome == "differs" for one in row.found]
    responses = {
        (row.operation, one.difference.where or one.difference.part)
        for row, one in rows
        if not one.intended
    }
    return responses | {(row.operation, broken) for row in proof.rows for broken in row.broken}
