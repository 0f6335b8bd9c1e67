"""The packages that a command of pip, or of `uv pip`, installs.

https://pip.pypa.io/en/stable/cli/pip_install/ and https://docs.astral.sh/uv/reference/cli/#uv-pip-install
"""

import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from drydock.adoption.account import shell
from drydock.adoption.account.steps import Step

INSTALLERS = {
    "pip", "pipx", "pip-tools", "virtualenv", "setuptools", "wheel", "poetry",
    "poetry-core", "pipenv", "uv", "pdm", "build",
}  # fmt: skip
"""Packages that install others; the standard's image has its own way to install."""
LISTS = {"-r", "--requirement", "--requirements"}
"""Options with a requirements file."""
CONSTRAINTS = {"-c", "--constraint", "--constraints", "--override", "--overrides"}
"""Options with a file that limits versions, or replaces requirements."""
_COMMAND = re.compile(r"(?:pip(?:3(?:\.\d+)?)?|uv\s+pip)\s+(?:-\S+\s+)*install\s+(.*)")
_LISTS = LISTS | {"-e", "--editable", "--group", "--extra", "<"}
_OUTPUT = re.compile(r"\d?>>?(&?\S*)")
"""A word that redirects the output; without its target, the next word is it."""
_REPLACING = {"-i", "--index-url", "--pypi-url", "--default-index"}
_SOURCES = {
    **{option: option.lstrip("-") for option in _REPLACING},
    "-i": "index-url", "--extra-index-url": "extra-index-url", "--index": "index",
    "-f": "find-links", "--find-links": "find-links", "--no-index": "no-index",
    "--trusted-host": "trusted-host", "--allow-insecure-host": "trusted-host",
}  # fmt: skip
"""Options about where packages come from, with pip's name for each."""
_VALUED = _LISTS | CONSTRAINTS | (_SOURCES.keys() - {"--no-index"}) | {
    "--index-strategy", "--keyring-provider", "-t", "--target", "--prefix", "--root", "--src",
    "--platform", "--python-platform", "--python-version", "--implementation", "--abi", "-p",
    "--python", "--resolution", "--prerelease", "--exclude-newer", "--upgrade-strategy", "-P",
    "--upgrade-package", "--no-binary", "--only-binary", "-C", "--config-setting",
    "--config-settings", "--global-option", "--link-mode", "--progress-bar",
    "--root-user-action", "--report", "--log", "--proxy", "--retries", "--timeout",
    "--exists-action", "--cert", "--client-cert", "--cache-dir",
}  # fmt: skip
_ADDING = re.compile(
    r"\b(?:uv\s+(?:add|tool\s+install)|pipx\s+install|(?:poetry|pdm)\s+add|pipenv\s+install)\s+(.*)"
)
_VALUED_OF_OTHERS = _VALUED | {"-G", "-E", "--extras", "--source", "--package", "--with", "--from"}
ARCHIVE = re.compile(r"\.(whl|tar\.gz|tar\.bz2|tgz|zip)$")
"""The end of the name of a wheel or source archive."""


@dataclass(frozen=True)
class Install:
    """The arguments of one command."""

    arguments: tuple[tuple[str, str], ...]
    """Each option with its value, and the other arguments with an empty option."""

    @property
    def requirements(self) -> tuple[str, ...]:
        """Packages by name, in the form of PEP 508."""
        return self._of("requirement")

    @property
    def unclear(self) -> tuple[str, ...]:
        """Arguments with a variable, or that are not valid in PEP 508."""
        return self._of("unclear")

    @property
    def archives(self) -> tuple[str, ...]:
        """Wheels and source archives in a folder."""
        return self._of("archive")

    @property
    def addresses(self) -> tuple[str, ...]:
        """Addresses of archives and repositories, without the name of their package."""
        return self._of("address")

    @property
    def takes_lists(self) -> bool:
        """Whether it also installs a requirements file, a group, an extra or a project."""
        return bool(self.values(_LISTS) or self._of("project", "list"))

    @property
    def index(self) -> str:
        """The index that replaces the default one; empty if there is none."""
        return (self.values(_REPLACING) or [""])[-1]

    @property
    def sources(self) -> list[tuple[str, str]]:
        """The settings about where packages come from, by pip's names, with their values."""
        return [(_SOURCES[option], value) for option, value in self.arguments if option in _SOURCES]

    def values(self, options: Set[str]) -> list[str]:
        """Return the values of options; of `""` the other arguments."""
        return [value for option, value in self.arguments if option in options]

    def _of(self, *kinds: str) -> tuple[str, ...]:
        return tuple(value for value in self.values({""}) if _kind(value) in kinds)


def installs(steps: Iterable[Step]) -> Iterator[tuple[Step, Install]]:
    """Yield the installs by pip of an image, each with its instruction."""
    for step in steps:
        for _, command in step.commands() if step.word == "RUN" else ():
            if install := installed(command):
                yield step, install


def installed(command: str) -> Install | None:
    """Return what a command of a shell installs; None if it is not an install by pip.

    A condition or a loop may install nothing.
    """
    if not (found := _COMMAND.search(command)) or not shell.is_one_command(command):
        return None
    return Install(tuple(_arguments(found[1])))


def added(command: str) -> list[str]:
    """Return the packages that a command of uv, Poetry, PDM or Pipenv adds by name."""
    if not (found := _ADDING.search(command)) or not shell.is_one_command(command):
        return []
    words = shell.words(found[1])
    pairs = zip(["", *words], words, strict=False)
    return [
        word for before, word in pairs if word[:1] not in "-./" and before not in _VALUED_OF_OTHERS
    ]


def _arguments(text: str) -> Iterator[tuple[str, str]]:
    """Yield each option with its value, and the other arguments with an empty option."""
    option = ""
    words = iter(shell.words(text))
    for word in words:
        if not option and (redirection := _OUTPUT.fullmatch(word)):
            if not redirection[1]:
                next(words, "")
        elif option:
            yield option, word
            option = ""
        elif word in _VALUED:
            option = word
        elif re.fullmatch(r"-[UIqv]+\w", word) and f"-{word[-1]}" in _VALUED:
            option = f"-{word[-1]}"
        elif word.startswith("--"):
            name, _, value = word.partition("=")
            yield name, value
        else:
            yield (word[:2], word[2:]) if word.startswith("-") else ("", word)


def _kind(word: str) -> str:
    if "$" in word:
        return "unclear"
    if re.search(r"\.(txt|in)$", word):
        return "list"
    try:
        return "requirement" if Requirement(word) else ""
    except InvalidRequirement:
        pass
    if "://" in word:
        return "address"
    if ARCHIVE.search(word):
        return "archive"
    return "project" if re.match(r"[./]", word) else "unclear"


def name_of(requirement: str) -> str:
    """Return the normalized name of a requirement's package."""
    return canonicalize_name(re.split(r"[\[<>=!~;@ ]", requirement)[0])
