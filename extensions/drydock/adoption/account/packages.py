"""The system packages that a command in an image installs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from drydock.adoption.account import shell

_INSTALLS = {
    **dict.fromkeys(("apt", "apt-get", "aptitude", "yum", "dnf", "microdnf"), ("install",)),
    "apk": ("add",),
    "zypper": ("install", "in"),
}
"""Package managers, and their commands that install."""
_OPTIONS = {"pacman": re.compile(r"-S[a-z]*")}
"""Package managers whose command is an option."""
_DEBIAN = {"apt", "apt-get", "aptitude"}
_VALUED = {"-t", "--target-release", "--default-release", "-o", "-c", "--virtual", "-X",
           "--repository", "-p", "--root", "--enablerepo", "--disablerepo", "--setopt"}  # fmt: skip
_PACKAGE = re.compile(r"[a-z0-9][\w.+:-]*")
# Build tools and Python itself: the image has its own Python, and installs wheels.
_BUILD_ONLY = re.compile(
    r"build-essential|gcc|g\+\+|make|ca-certificates|python-dev|musl-dev|(lib)?python3?(\.\d+)?"
    r"(-(dev|pip|venv|setuptools|wheel|minimal|distutils|full))*"
)
RENAMED = {
    "libgl1-mesa-glx": "libgl1",
    "libmysqlclient-dev": "default-libmysqlclient-dev",
    "mysql-client": "default-mysql-client",
    "netcat": "netcat-openbsd",
}
"""Packages that Debian 13 lacks, or only Ubuntu has, each with the name in Debian 12 and 13.

https://packages.debian.org
"""
# Packages that only their vendor's images and apt sources have.
_VENDORS = re.compile(
    r"(cuda|libcud|libcublas|libcufft|libcurand|libcusolver|libcusparse|libnccl|libnv|nvidia-"
    r"|tensorrt|msodbcsql|mssql-tools|dotnet-|aspnetcore-|google-chrome|google-cloud-|mongodb-org"
    r"|docker-ce|datadog-|oracle-instantclient)[\w.+-]*"
    r"|azure-cli|powershell|kubectl|helm|terraform|vault|yarn"
)


@dataclass(frozen=True)
class Installed:
    """What a command installs with a distribution's package manager."""

    manager: str
    names: tuple[str, ...]
    """Without build tools."""
    versions: tuple[str, ...] = ()
    """Those of `names` for which a version or a release is given."""
    unclear: tuple[str, ...] = ()
    """Arguments that name no package: variables, files, addresses."""
    of_vendors: tuple[str, ...] = ()
    """Packages that come from their vendor, not from Debian."""
    renamed: tuple[str, ...] = ()
    """Old names, whose new ones are among `names`."""

    @property
    def of_debian(self) -> bool:
        """Whether the standard's image has this manager, and knows packages by these names."""
        return self.manager in _DEBIAN


def installed(command: str) -> Installed | None:
    """Return what a command of a shell installs; None if it installs nothing."""
    words = shell.unwrapped(shell.words(command))
    manager, rest = (words[0].rpartition("/")[2], words[1:]) if words else ("", [])
    if pattern := _OPTIONS.get(manager):
        installs = any(map(pattern.fullmatch, rest))
    else:
        at = next(_without_values(rest), len(rest))
        installs = rest[at : at + 1] != [] and rest[at] in _INSTALLS.get(manager, ())
        rest = [*rest[:at], *rest[at + 1 :]]
    if not installs:
        return None
    names, versions, unclear, of_vendors, renamed = [], [], [], [], []
    for word in _without_options(rest):
        name, *constraint = re.split(r"[=/<>~]", word, maxsplit=1)
        if not _PACKAGE.fullmatch(name):
            unclear.append(word)
        elif manager in _DEBIAN and _VENDORS.fullmatch(name):
            of_vendors.append(word)
        elif not _BUILD_ONLY.fullmatch(name):
            is_renamed = manager in _DEBIAN and name in RENAMED
            names.append(RENAMED[name] if is_renamed else name)
            renamed += [name] if is_renamed else []
            versions += [word] if constraint else []
    return Installed(
        manager, tuple(names), tuple(versions), tuple(unclear), tuple(of_vendors), tuple(renamed)
    )


def _without_values(words: list[str]) -> Iterator[int]:
    """Yield the places of words that are neither options nor their values."""
    for at, (before, word) in enumerate(zip(["", *words], words, strict=False)):
        if not word.startswith("-") and before not in _VALUED:
            yield at


def _without_options(words: list[str]) -> Iterator[str]:
    before = ""
    for word in words:
        if re.match(r"\d?>", word):
            return  # redirected output
        if not word.startswith("-") and before not in _VALUED:
            yield word
        before = word
