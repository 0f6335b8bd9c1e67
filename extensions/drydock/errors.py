"""The one error that a user is meant to see."""


class BadInput(Exception):  # noqa: N818 - it names what happened, as click's BadParameter does
    """Something the user gave cannot be used: one clear line, exit code 2, nothing changed."""

    def __init__(self, message: object) -> None:
        super().__init__(one_line(message))


def one_line(message: object) -> str:
    """Return the text of `message` on one line, without control characters."""
    text = " ".join(str(message).split())
    return "".join(c for c in text if c.isprintable())
