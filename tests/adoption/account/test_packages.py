"""The system packages that a command installs, by package manager."""

import pytest
from drydock.adoption.account.packages import Installed, installed

INSTALLED: dict[str, Installed | None] = {
    "apt-get install -y --no-install-recommends libpq5 gcc": Installed("apt-get", ("libpq5",)),
    "DEBIAN_FRONTEND=noninteractive apt-get -qq install jq >/dev/null": Installed(
        "apt-get", ("jq",)
    ),
    "apt install -t bookworm-backports libvips42=8.14.1-3 curl/stable tzdata:amd64": Installed(
        "apt",
        ("libvips42", "curl", "tzdata:amd64"),
        ("libvips42=8.14.1-3", "curl/stable"),
    ),
    "apt-get install -y $PACKAGES ./a.deb": Installed("apt-get", (), (), ("$PACKAGES", "./a.deb")),
    "apt-get install gcc python3-dev": Installed("apt-get", ()),
    "/sbin/apk add --no-cache --virtual .build build-base 'libpq>15'": Installed(
        "apk", ("build-base", "libpq"), ("libpq>15",)
    ),
    "apt-get install -y libgl1-mesa-glx netcat": Installed(
        "apt-get", ("libgl1", "netcat-openbsd"), renamed=("libgl1-mesa-glx", "netcat")
    ),
    "apk add netcat": Installed("apk", ("netcat",)),
    "apk --update add libffi": Installed("apk", ("libffi",)),
    "yum install -y postgresql-libs": Installed("yum", ("postgresql-libs",)),
    "microdnf install libpq": Installed("microdnf", ("libpq",)),
    "zypper --non-interactive in libpq5": Installed("zypper", ("libpq5",)),
    "pacman --noconfirm -Syu postgresql-libs": Installed("pacman", ("postgresql-libs",)),
    "apt-get update": None,
    "apk del .build": None,
    "pip install jq": None,
    "echo apt-get install jq": None,
    "": None,
}


@pytest.mark.parametrize("command", INSTALLED)
def test_packages_of_a_command(command: str) -> None:
    assert installed(command) == INSTALLED[command]
