"""The address of the page about the checks, in the repository that the package came from."""

import json
import re
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution

DISTRIBUTIONS = ("drydock-standard", "drydock-engine")
"""The package itself, and the engine, whose wheel includes it."""


def page(check: str) -> str:
    """Return the address of a check's description; empty if the origin is unknown.

    An installation records its origin (PEP 610); forges show a file at `/blob/<commit>/`.
    """
    return f"{base}#{check.lower()}" if (base := _base()) else ""


@cache
def _base() -> str:
    for name in DISTRIBUTIONS:
        try:
            address = _page_of(distribution(name))
        except PackageNotFoundError:
            continue
        if address:
            return address
    return ""


def _page_of(package: Distribution) -> str:
    try:
        direct = json.loads(package.read_text("direct_url.json") or "{}")
        address, commit = direct["url"], direct["vcs_info"]["commit_id"]
    except (KeyError, TypeError, ValueError):
        return ""
    # Credentials in the address must not be shown.
    match = re.fullmatch(r"(?:git\+)?https?://(?:[^/@]*@)?([^/]+/.+?)(?:\.git)?/?", address)
    return f"https://{match[1]}/blob/{commit}/docs/checks.md" if match else ""
