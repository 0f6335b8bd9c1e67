"""The blank lines around a text, and its last line end, belong to the file, not to its lines.

Editors add and drop them on their own; for git that is a change of the first or the last line,
which then conflicts with whatever is done there.
"""

import re

from drydock import git

_PARTS = re.compile(
    rb"(?P<head>(?:[ \t]*\r?\n)*)(?P<body>.*?)(?P<tail>(?:\r?\n[ \t]*)*)", re.DOTALL
)


def merge(base: bytes | None, ours: bytes, theirs: bytes) -> bytes | None:
    """Merge three texts that differ in what is around them; None if that fails.

    Where both sides added the text, yours stands if it is the same but for that.
    """
    found = [_PARTS.fullmatch(text) for text in (base or b"", ours, theirs)]
    was, mine, new = (part.groups() if part else () for part in found)
    if base is None:
        return ours if mine[1] == new[1] else None
    if (was[0], was[2]) == (mine[0], mine[2]) == (new[0], new[2]):
        return None
    merged = git.merge_texts(*(_ended(body) for _, body, _ in (was, mine, new)))
    if merged is None:
        return None
    # What is around them is as the side has it that changed it.
    head, tail = (new[at] if mine[at] == was[at] else mine[at] for at in (0, 2))
    return head + merged.removesuffix(b"\n").removesuffix(b"\r") + tail


def _ended(body: bytes) -> bytes:
    return body and body + (b"\r\n" if b"\r\n" in body else b"\n")
