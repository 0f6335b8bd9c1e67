"""One check of the standard, as repo-review runs it.

A check is a class in a file of `families/`. Its docstring has, in this order: the rule (one line,
shown in reports), the reason, `Fix:` with instructions, and `Since` with a release.
"""

import inspect
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import ClassVar, Literal, NoReturn

from drydock_standard import links
from drydock_standard.repository import Repository

Level = Literal["must", "should", "could"]
LEVELS: dict[str, Level] = {"DM": "must", "DS": "should", "DC": "could"}
_MOST_FINDINGS = 10
_LONGEST = 120  # characters of a file name or value in a message
_FAULT = "The check itself failed, so its result is unknown; report this to Drydock's maintainers: "


class Skipped(Exception):  # noqa: N818 - a result, not an error
    """The check does not apply; the message is the reason."""


class Check:
    """Base class of the checks."""

    code: ClassVar[str]
    """`DM`, `DS` or `DC` for the level, and a unique number."""
    family: ClassVar[str]
    requires: ClassVar[frozenset[str]] = frozenset()
    """Unused: repo-review silently skips checks that require a waived one."""

    def __init__(self) -> None:
        self.skipped = ""
        """Why the last run was skipped; repo-review can show it only in the docstring."""
        self._describe(self.summary())

    def find(self, repository: Repository) -> Iterator[str]:
        """Yield each finding as a line of Markdown; raise Skipped if the check does not apply."""
        raise NotImplementedError

    def check(self, drydock_repository: Repository) -> str | None:
        """Return findings and fix as Markdown; empty if the check passed, None if it was skipped.

        Never raises: an exception in one check would stop all others.
        """
        try:
            findings = list(islice(self.find(drydock_repository), 1000))
            if not findings and not drydock_repository.complete:
                skip("the repository is too large to be read completely")
        except Skipped as reason:
            self.skipped = str(reason)
            self._describe(f"{self.summary()} ({reason})")
            return None
        except Exception as error:
            return f"{_FAULT}{code(repr(error))}"
        if not findings:
            return ""
        more = len(findings) - _MOST_FINDINGS
        shown = [f"- {finding}" for finding in findings[:_MOST_FINDINGS]]
        shown += [f"- and {more} more"] if more > 0 else []
        return "\n".join([*shown, "", f"Fix: {self.fix()}"])

    @property
    def address(self) -> str:
        """The address of the check's description; empty if the origin of the package is unknown."""
        return links.page(self.code)

    @property
    def url(self) -> str:
        """The address, escaped for repo-review."""
        return escaped(self.address)

    @classmethod
    def level(cls) -> Level:
        """Return the level of the check."""
        return LEVELS[cls.code[:2]]

    @classmethod
    def summary(cls) -> str:
        """Return the rule, in one line."""
        return cls._paragraphs()[0].rstrip(".")

    @classmethod
    def why(cls) -> str:
        """Return the reason for the rule."""
        return "\n\n".join(
            text for text in cls._paragraphs()[1:] if not text.startswith(("Fix: ", "Since "))
        )

    @classmethod
    def fix(cls) -> str:
        """Return how to fix findings."""
        return cls._paragraph("Fix: ")

    @classmethod
    def since(cls) -> str:
        """Return the release that introduced the check."""
        return cls._paragraph("Since ").rstrip(".")

    @classmethod
    def _paragraph(cls, start: str) -> str:
        matches = [text for text in cls._paragraphs() if text.startswith(start)]
        return matches[0].removeprefix(start) if matches else ""

    @classmethod
    @cache
    def _paragraphs(cls) -> Sequence[str]:
        text = inspect.cleandoc(cls.__doc__ or "")
        return [" ".join(part.split()) for part in text.split("\n\n")]

    def _describe(self, text: str) -> None:
        # repo-review shows the docstring of the instance, after `str.format`.
        self.__doc__ = escaped(text)


def skip(reason: str) -> NoReturn:
    """Skip the check; `reason` is plain text without any content of a file."""
    raise Skipped(reason)


def require_python(repository: Repository) -> None:
    """Skip the check if the repository has no Python files."""
    if not any(path.endswith((".py", ".ipynb")) for path in repository.paths):
        skip("there are no Python files")


def escaped(text: str) -> str:
    """Return `text` escaped for `str.format`."""
    return text.replace("{", "{{").replace("}", "}}")


def code(value: object, longest: int = _LONGEST) -> str:
    """Return a value from a repository as a Markdown code span, free of other markup."""
    text = "".join(c if c.isprintable() else " " for c in str(value)).replace("`", "'")
    return f"`{text[:longest]}{'…' if len(text) > longest else ''}`" if text.strip() else "(empty)"


def plain(value: object) -> str:
    """Return a value from a repository as text without markup of any report format."""
    return re.sub(r"[^\w .,:;/()@+-]", "?", str(value))[:300]


def at(path: str, line: int = 0) -> str:
    """Return a location as Markdown; `line` counts from 1, 0 means the whole file."""
    return code(f"{path}:{line}" if line else path)


def line_of(text: str, position: int) -> int:
    """Return the line number of a position in a text, from 1."""
    return text.count("\n", 0, position) + 1


def first_line(text: str, pattern: str) -> int:
    """Return the line number of the first match of a pattern, from 1; 0 without a match."""
    match = re.search(pattern, text, re.MULTILINE)
    return line_of(text, match.start()) if match else 0
