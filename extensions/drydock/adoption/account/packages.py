"""The system packages that a command of an image installs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from drydock.adoption.account import shell

_INSTALLS = {
    **dict.fromkeys(("apt", "apt-get", "aptitude", "yum", "dnf", "microdnf"), ("install",)),
    "apk": ("add",),
    "zypper": ("install", "in"),
}
"""Package managers, and what each calls it to install."""
_SHORT = {"pacman": re.compile(r"-S[a-z]*")}
"""Those that call it by an option."""
_DEBIAN = {"apt", "apt-get", "aptitude"}
_VALUED = {"-t", "--target-release", "--default-release", "-o", "-c", "--virtual", "-X",
           "--repository", "-p", "--root", "--enablerepo", "--disablerepo", "--setopt"}  # fmt: skip
_PACKAGE = re.compile(r"[a-z0-9][\w.+:-]*")
# What builds packages, and Python itself: the image has its own, and installs wheels.
_BUILD_ONLY = re.compile(
    r"build-essential|gcc|g\+\+|make|ca-certificates|python-dev|musl-dev|(lib)?python3?(\.\d+)?"
    r"(-(dev|pip|venv|setuptools|wheel|minimal|distutils|full))*"
)
# What no Debian has: its maker's images and apt sources have it.
_VENDORS = re.compile(
    r"(cuda|libcud|libcublas|libcufft|libcurand|libcusolver|libcusparse|libnccl|libnv|nvidia-"
    r"|tensorrt|msodbcsql|mssql-tools|dotnet-|aspnetcore-|google-chrome|google-cloud-|mongodb-org"
    r"|docker-ce|datadog-|oracle-instantclient)[\w.+-]*"
    r"|azure-cli|powershell|kubectl|helm|terraform|vault|yarn"
)


@dataclass(frozen=True)
class Installed:
    """What a command has a distribution's package manager install."""

    manager: str
    names: tuple[str, ...]
    """Without those that only build."""
    versions: tuple[str, ...] = ()
    """Those of `names` with the version, or the release, that is asked for."""
    unclear: tuple[str, ...] = ()
    """What names no package as it stands: a variable, a file, an address."""
    of_vendors: tuple[str, ...] = ()
    """Packages that no Debian has, but their maker."""

    @property
    def of_debian(self) -> bool:
        """Whether the standard's image has the manager, and knows packages by these names."""
        return self.manager in _DEBIAN


def installed(command: str) -> Installed | None:
    """Return what one command of a shell installs; None where it is no such command."""
    said = shell.unwrapped(shell.words(command))
    manager, rest = (said[0].rpartition("/")[2], said[1:]) if said else ("", [])
    if pattern := _SHORT.get(manager):
        begun = any(map(pattern.fullmatch, rest))
    else:
        at = next((n for n, word in enumerate(rest) if not word.startswith("-")), len(rest))
        begun = rest[at : at + 1] != [] and rest[at] in _INSTALLS.get(manager, ())
        rest = [*rest[:at], *rest[at + 1 :]]
    if not begun:
        return None
    names, versions, unclear, of_vendors = [], [], [], []
    for word in _without_options(rest):
        name, *asked = re.split(r"[=/<>~]", word, maxsplit=1)
        if not _PACKAGE.fullmatch(name):
            unclear.append(word)
        elif manager in _DEBIAN and _VENDORS.fullmatch(name):
            of_vendors.append(word)
        elif not _BUILD_ONLY.fullmatch(name):
            names.append(name)
            versions += [word] if asked else []
    return Installed(manager, tuple(names), tuple(versions), tuple(unclear), tuple(of_vendors))


def _without_options(words: list[str]) -> Iterator[str]:
    before = ""
    for word in words:
        if re.match(r"\d?>", word):
            return  # what it prints goes elsewhere
        if not word.startswith("-") and before not in _VALUED:
            yield word
        before = word
