"""What every merge of parts may say: that it would be a guess."""


class NotCertain(Exception):  # noqa: N818 - no error: the file stays a conflict
    """A merge by meaning would be a guess; the text says why, on one line."""
