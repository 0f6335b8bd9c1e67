"""The packages that a command of pip, or of `uv pip`, installs.

https://pip.pypa.io/en/stable/cli/pip_install/ and https://docs.astral.sh/uv/reference/cli/#uv-pip-install
"""

import re
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from drydock.adoption.account import shell

INSTALLERS = {
    "pip", "setuptools", "wheel", "poetry", "poetry-core", "pipenv", "uv", "pdm", "build",
}  # fmt: skip
"""Packages that install others; the standard's image has its own way to install."""
_COMMAND = re.compile(r"(?:pip3?|uv\s+pip)\s+(?:-\S+\s+)*install\s+(.*)")
_LISTS = {"-r", "--requirement", "--requirements", "-e", "--editable", "--group", "--extra"}
_REPLACING = {"-i", "--index-url", "--default-index"}
_VALUED = _LISTS | _REPLACING | {
    "-c", "--constraint", "--constraints", "--override", "--overrides", "--index",
    "--extra-index-url", "-f", "--find-links", "--trusted-host", "--allow-insecure-host",
    "--index-strategy", "--keyring-provider", "-t", "--target", "--prefix", "--root", "--src",
    "--platform", "--python-platform", "--python-version", "--implementation", "--abi", "-p",
    "--python", "--resolution", "--prerelease", "--exclude-newer", "--upgrade-strategy", "-P",
    "--upgrade-package", "--no-binary", "--only-binary", "-C", "--config-setting",
    "--config-settings", "--global-option", "--link-mode", "--progress-bar",
    "--root-user-action", "--report", "--log", "--proxy", "--retries", "--timeout",
    "--exists-action", "--cert", "--client-cert", "--cache-dir",
}  # fmt: skip
_ARCHIVE = re.compile(r"\.(whl|tar\.gz|tar\.bz2|tgz|zip)$")


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
    if not (found := _COMMAND.search(command)) or not shell.is_one_command(command):
        return None
    by_kind: dict[str, list[str]] = {}
    takes_lists, index, option = False, "", ""
    for word in shell.words(found[1]):
        name, sign, value = word.partition("=")
        if option:
            index = word if option in _REPLACING else index
            option = ""
        elif word.startswith("-"):
            takes_lists |= name in _LISTS or bool(re.match(r"-[re]\S", word))
            if sign and name in _REPLACING:
                index = value
            option = word if word in _VALUED else ""
        else:
            by_kind.setdefault(_kind(word), []).append(word)
    return Install(
        requirements=tuple(by_kind.get("requirement", ())),
        unclear=tuple(by_kind.get("unclear", ())),
        archives=tuple(by_kind.get("archive", ())),
        addresses=tuple(by_kind.get("address", ())),
        takes_lists=takes_lists or "project" in by_kind,
        index=index,
    )


def _kind(word: str) -> str:
    if "$" in word:
        return "unclear"
    try:
        return "requirement" if Requirement(word) else ""
    except InvalidRequirement:
        pass
    if "://" in word:
        return "address"
    if _ARCHIVE.search(word):
        return "archive"
    return "project" if re.match(r"[./]", word) else "unclear"


def name_of(requirement: str) -> str:
    """Return the normalized name of a requirement's package."""
    return canonicalize_name(re.split(r"[\[<>=!~;@ ]", requirement)[0])
