"""Compares a service before and after a rule with `drydock prove`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from drydock.commands.prove import Options, inputs, prove
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
    """Commit both versions of a service to a new folder, and prove that they behave the same."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    write(folder, dict(before))
    commit(folder, "Before")
    write(folder, dict(after))
    commit(folder, "Migrate the code to current libraries")
    options = Options(
        before="HEAD~",
        seconds=40,
        requests=requests,
        inputs=inputs(variables, [], network=False),
    )
    return prove(folder, options, lambda _: None)


def found(proof: Proof) -> set[tuple[str, str]]:
    """Return the unintended differences: the operation, and the place in its response.

    Promises that the API document no longer makes count as differences.
    """
    rows = [(row, one) for row in proof.rows if row.outcome == "differs" for one in row.found]
    responses = {
        (row.operation, one.difference.where or one.difference.part)
        for row, one in rows
        if not one.intended
    }
    return responses | {(row.operation, broken) for row in proof.rows for broken in row.broken}
