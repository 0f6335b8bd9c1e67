"""The template that drydock itself comes from: its own repository."""

import json
from importlib.metadata import PackageNotFoundError, distribution
from urllib.request import url2pathname

from drydock.errors import BadInput

DISTRIBUTION = "drydock-engine"


def origin() -> tuple[str, str]:
    """Return the address of the repository that drydock was installed from, and its release.

    PEP 610 records the origin of an installation, except for one from a package index, where the
    package's metadata names the repository.
    """
    try:
        package = distribution(DISTRIBUTION)
    except PackageNotFoundError as error:
        raise BadInput("drydock is not installed as a package: give --template") from error
    release = f"v{package.version}"
    direct = json.loads(package.read_text("direct_url.json") or "{}")
    if "vcs_info" in direct:
        return str(direct["url"]), release
    if "dir_info" in direct:
        return url2pathname(direct["url"].removeprefix("file://")), release
    for line in package.metadata.get_all("Project-URL") or []:
        label, _, address = line.partition(",")
        if label.strip().lower() == "repository":
            return address.strip(), release
    raise BadInput("the origin of this installation of drydock is unknown: give --template")
