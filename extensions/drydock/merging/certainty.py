"""The exception for a structural merge that would be a guess."""


class NotCertain(Exception):  # noqa: N818 - not an error: the file stays a conflict
    """A structural merge would be a guess; the message is one line and gives the reason."""
