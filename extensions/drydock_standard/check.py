"""One check of the standard, as repo-review runs it.

A check is a class in a file of `families/`. Its docstring says, in this order: what holds (one
line, which reports show), why, `Fix:` what to do, and `Since` which release.
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
_LONGEST = 120  # characters of a file's name or value in a message
_FAULT = "This check itself failed, so it proves nothing; report it to the maintainers: "


class Skipped(Exception):  # noqa: N818 - it says what happened
    """There is nothing that this check could hold to the standard; the message says why."""


class Check:
    """A check; its subclasses say of what."""

    code: ClassVar[str]
    """`DM`, `DS` or `DC` by its level, and a number that no other check has."""
    family: ClassVar[str]
    requires: ClassVar[frozenset[str]] = frozenset()
    """Not used: repo-review skips what requires a waived check, without a word."""

    def __init__(self) -> None:
        self.skipped = ""
        """Why the last run was skipped; repo-review has no place for that but the docstring."""
        self._describe(self.summary())

    def find(self, repository: Repository) -> Iterator[str]:
        """Yield what is wrong, a line of Markdown each; raise Skipped where it does not apply."""
        raise NotImplementedError

    def check(self, drydock_repository: Repository) -> str | None:
        """Return what is wrong and how to fix it; nothing if it passed, None if it was skipped.

        Never raises: an exception in one check would stop all others.
        """
        try:
            findings = list(islice(self.find(drydock_repository), 1000))
            if not findings and not drydock_repository.complete:
                skip("the repository is too large to be read as a whole")
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
        """Where the check is described; empty where nobody knows where the package came from."""
        return links.page(self.code)

    @property
    def url(self) -> str:
        """The same, as repo-review takes it."""
        return escaped(self.address)

    @classmethod
    def level(cls) -> Level:
        """Return its level."""
        return LEVELS[cls.code[:2]]

    @classmethod
    def summary(cls) -> str:
        """Return what holds, in one line."""
        return cls._paragraphs()[0].rstrip(".")

    @classmethod
    def why(cls) -> str:
        """Return why it has to hold."""
        return "\n\n".join(
            text for text in cls._paragraphs()[1:] if not text.startswith(("Fix: ", "Since "))
        )

    @classmethod
    def fix(cls) -> str:
        """Return what to do where it does not hold."""
        return cls._paragraph("Fix: ")

    @classmethod
    def since(cls) -> str:
        """Return the release that brought the check."""
        return cls._paragraph("Since ").rstrip(".")

    @classmethod
    def _paragraph(cls, start: str) -> str:
        found = [text for text in cls._paragraphs() if text.startswith(start)]
        return found[0].removeprefix(start) if found else ""

    @classmethod
    @cache
    def _paragraphs(cls) -> Sequence[str]:
        text = inspect.cleandoc(cls.__doc__ or "")
        return [" ".join(part.split()) for part in text.split("\n\n")]

    def _describe(self, text: str) -> None:
        # An instance's docstring is what repo-review shows, after `str.format`.
        self.__doc__ = escaped(text)


def skip(reason: str) -> NoReturn:
    """Say that a check does not apply; `reason` is plain text, without anything of a file."""
    raise Skipped(reason)


def require_python(repository: Repository) -> None:
    """Raise Skipped where there is no Python to hold to anything."""
    if not any(path.endswith((".py", ".ipynb")) for path in repository.paths):
        skip("there is no Python")


def escaped(text: str) -> str:
    """Return `text` as `str.format` makes it itself again."""
    return text.replace("{", "{{").replace("}", "}}")


def code(value: object, longest: int = _LONGEST) -> str:
    """Return something of a repository as a code span of Markdown, in which nothing has meaning."""
    text = "".join(c if c.isprintable() else " " for c in str(value)).replace("`", "'")
    return f"`{text[:longest]}{'…' if len(text) > longest else ''}`" if text.strip() else "(empty)"


def plain(value: object) -> str:
    """Return something of a repository as text that is no markup of any report."""
    return re.sub(r"[^\w .,:;/()@+-]", "?", str(value))[:300]


def at(path: str, line: int = 0) -> str:
    """Return where something is, in Markdown; `line` from 1, 0 for the file as a whole."""
    return code(f"{path}:{line}" if line else path)


def line_of(text: str, position: int) -> int:
    """Return the line, from 1, of a position in a text."""
    return text.count("\n", 0, position) + 1


def first_line(text: str, pattern: str) -> int:
    """Return the line, from 1, of the first match of a regular expression; 0 without one."""
    found = re.search(pattern, text, re.MULTILINE)
    return line_of(text, found.start()) if found else 0
