"""The line end at the end of a file belongs to the file, not to its last line.

Editors add and drop it on their own; for git that is a change of the last line, which then
conflicts with whatever is done there.
"""

from drydock import git


def merge(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Merge three texts that differ in whether they end with a line end; None if that fails."""
    texts = (base, ours, theirs)
    ended = [text.endswith(b"\n") for text in texts]
    if len(set(ended)) == 1:
        return None
    merged = git.merge_texts(*(_with_end(text) for text in texts))
    if merged is None:
        return None
    # Where a side changed it, as that side has it.
    end = ended[1] if ended[2] == ended[0] else ended[2]
    return merged if end else merged.removesuffix(b"\n").removesuffix(b"\r")


def _with_end(text: bytes) -> bytes:
    if text.endswith(b"\n"):
        return text
    return text + (b"\r\n" if b"\r\n" in text else b"\n")
