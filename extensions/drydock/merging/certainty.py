"""What is certain enough for a structural merge."""

from collections.abc import Sequence

from drydock.documents.formats import Format
from drydock.documents.nodes import Part, source
from drydock.profiles import Profile


class NotCertain(Exception):  # noqa: N818 - not an error: the file stays a conflict
    """A structural merge would be a guess; the message is one line and gives the reason."""


def read(file_format: Format, text: str, file_profiles: Sequence[Profile]) -> Part:
    """Parse a text; raise NotCertain if that fails or loses something."""
    try:
        document = file_format.read(text, file_profiles)
    except (ValueError, RecursionError) as error:
        raise NotCertain("not all versions of it can be parsed") from error
    if source(document) != text:
        raise NotCertain("not all of it can be parsed")
    return document
