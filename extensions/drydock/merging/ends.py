"""Merges texts without the blank lines around them and the line end after the last line.

Editors add and remove these automatically. For git that is a change to the first or last line,
which conflicts with any other change there.
"""

import re

from drydock import git

_PARTS = re.compile(
    rb"(?P<head>(?:[ \t]*\r?\n)*)(?P<body>.*?)(?P<tail>(?:\r?\n[ \t]*)*)", re.DOTALL
)


def merge(base: bytes | None, ours: bytes, theirs: bytes) -> bytes | None:
    """Merge three texts that differ in their surrounding blank lines; None if that fails.

    If both sides added the text, ours is the result if only the blank lines differ.
    """
    matches = [_PARTS.fullmatch(text) for text in (base or b"", ours, theirs)]
    base_parts, our_parts, their_parts = (match.groups() if match else () for match in matches)
    if base is None:
        return ours if our_parts[1] == their_parts[1] else None
    surroundings = {(head, tail) for head, _, tail in (base_parts, our_parts, their_parts)}
    if len(surroundings) == 1:
        return None
    merged = git.merge_texts(*(_ended(body) for _, body, _ in (base_parts, our_parts, their_parts)))
    if merged is None:
        return None
    # The surrounding lines come from the side that changed them.
    head, tail = (
        their_parts[at] if our_parts[at] == base_parts[at] else our_parts[at] for at in (0, 2)
    )
    return head + merged.removesuffix(b"\n").removesuffix(b"\r") + tail


def _ended(body: bytes) -> bytes:
    return body and body + (b"\r\n" if b"\r\n" in body else b"\n")
