"""Pipfile of Pipenv (https://pipenv.pypa.io/en/latest/pipfile.html)."""

from drydock.profiles import Exclusive, Profile

_PIPFILE = "https://pipenv.pypa.io/en/latest/pipfile.html#package-specifiers"

PROFILE = Profile(
    files=r"(^|/)Pipfile$",
    independent={"^packages": _PIPFILE, "^dev-packages": _PIPFILE},
    normalized=("^packages", "^dev-packages"),
    exclusive=(
        Exclusive("^*.*", frozenset({"git", "path", "file", "version"})),
        Exclusive("^*.*", frozenset({"ref", "rev", "tag", "branch"})),
    ),
)
