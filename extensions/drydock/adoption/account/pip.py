"""The packages that a command of pip, or of `uv pip`, installs.

https://pip.pypa.io/en/stable/cli/pip_install/ and https://docs.astral.sh/uv/reference/cli/#uv-pip-install
"""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from drydock.adoption.account import shell

INSTALLERS = {
    "pip", "setuptools", "wheel", "poetry", "poetry-core", "pipenv", "uv", "pdm", "build",
}  # fmt: skip
"""Packages that install others; the standard's image has its own way to install."""
LISTS = {"-r", "--requirement", "--requirements"}
"""Options with a requirements file."""
CONSTRAINTS = {"-c", "--constraint", "--constraints", "--override", "--overrides"}
"""Options with a file that limits versions, or replaces requirements."""
_COMMAND = re.compile(r"(?:pip(?:3(?:\.\d+)?)?|uv\s+pip)\s+(?:-\S+\s+)*install\s+(.*)")
_LISTS = LISTS | {"-e", "--editable", "--group", "--extra"}
_REPLACING = {"-i", "--index-url", "--default-index"}
_VALUED = _LISTS | CONSTRAINTS | _REPLACING | {
    "--index",
    "--extra-index-url", "-f", "--find-links", "--trusted-host", "--allow-insecure-host",
    "--index-strategy", "--keyring-provider", "-t", "--target", "--prefix", "--root", "--src",
    "--platform", "--python-platform", "--python-version", "--implementation", "--abi", "-p",
    "--python", "--resolution", "--prerelease", "--exclude-newer", "--upgrade-strategy", "-P",
    "--upgrade-package", "--no-binary", "--only-binary", "-C", "--config-setting",
    "--config-settings", "--global-option", "--link-mode", "--progress-bar",
    "--root-user-action", "--report", "--log", "--proxy", "--retries", "--timeout",
    "--exists-action", "--cert", "--client-cert", "--cache-dir",
}  # fmt: skip
_ADDING = re.compile(
    r"\b(?:uv\s+(?:add|tool\s+install)|(?:poetry|pdm)\s+add|pipenv\s+install)\s+(.*)"
)
_VALUED_OF_OTHERS = _VALUED | {"-G", "-E", "--extras", "--source", "--package", "--with", "--from"}
ARCHIVE = re.compile(r"\.(whl|tar\.gz|tar\.bz2|tgz|zip)$")
"""The end of the name of a wheel or source archive."""


@dataclass(frozen=True)
class Install:
    """The arguments of one command."""

    requirements: tuple[str, ...]
    """Packages by name, in the form of PEP 508."""
    unclear: tuple[str, ...]
    """Arguments with a variable, or that are not valid in PEP 508."""
    archives: tuple[str, ...]
    """Wheels and source archives in a folder."""
    addresses: tuple[str, ...]
    """Addresses of archives and repositories, without the name of their package."""
    takes_lists: bool
    """Whether it also installs a requirements file, a group, an extra or a project."""
    index: str
    """The index that replaces the default one; empty if there is none."""


def installed(command: str) -> Install | None:
    """Return what a command of a shell installs; None if it is not an install by pip.

    A condition or a loop may install nothing.
    """
    if (arguments := _install(command)) is None:
        return None
    by_kind: dict[str, list[str]] = {}
    takes_lists, index = False, ""
    for option, value in arguments:
        takes_lists |= option in _LISTS
        if option in _REPLACING:
            index = value
        elif not option:
            by_kind.setdefault(_kind(value), []).append(value)
    return Install(
        requirements=tuple(by_kind.get("requirement", ())),
        unclear=tuple(by_kind.get("unclear", ())),
        archives=tuple(by_kind.get("archive", ())),
        addresses=tuple(by_kind.get("address", ())),
        takes_lists=takes_lists or bool({"project", "list"} & by_kind.keys()),
        index=index,
    )


def values(command: str, options: Set[str]) -> list[str]:
    """Return the values of options of an install by pip; of `""` the other arguments."""
    return [value for option, value in _install(command) or () if option in options]


def added(command: str) -> list[str]:
    """Return the packages that a command of uv, Poetry, PDM or Pipenv adds by name."""
    if not (found := _ADDING.search(command)) or not shell.is_one_command(command):
        return []
    words = shell.words(found[1])
    pairs = zip(["", *words], words, strict=False)
    return [
        word for before, word in pairs if word[:1] not in "-./" and before not in _VALUED_OF_OTHERS
    ]


def _install(command: str) -> list[tuple[str, str]] | None:
    """Return the arguments of an install by pip; None if the command is not one."""
    if not (found := _COMMAND.search(command)) or not shell.is_one_command(command):
        return None
    return list(_arguments(found[1]))


def _arguments(text: str) -> Iterator[tuple[str, str]]:
    """Yield each option with its value, and the other arguments with an empty option."""
    option = ""
    for word in shell.words(text):
        if option:
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
