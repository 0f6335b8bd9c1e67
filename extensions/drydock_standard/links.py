"""Where the page about the checks is: in the repository that this package was installed from."""

import json
import re
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution

DISTRIBUTIONS = ("drydock-standard", "drydock-engine")
"""The package, and the engine, which brings it along."""


def page(check: str) -> str:
    """Return the address of a check's description; empty where the origin is not known.

    PEP 610 says where an installation came from; forges show a file at `/blob/<commit>/`.
    """
    return f"{base}#{check.lower()}" if (base := _base()) else ""


@cache
def _base() -> str:
    for name in DISTRIBUTIONS:
        try:
            found = _of(distribution(name))
        except PackageNotFoundError:
            continue
        if found:
            return found
    return ""


def _of(package: Distribution) -> str:
    try:
        direct = json.loads(package.read_text("direct_url.json") or "{}")
        address, commit = direct["url"], direct["vcs_info"]["commit_id"]
    except (KeyError, TypeError, ValueError):
        return ""
    # A login in the address is nobody else's business.
    there = re.fullmatch(r"(?:git\+)?https?://(?:[^/@]*@)?([^/]+/.+?)(?:\.git)?/?", address)
    return f"https://{there[1]}/blob/{commit}/docs/checks.md" if there else ""
