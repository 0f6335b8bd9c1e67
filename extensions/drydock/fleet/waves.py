"""Waves as presets of Renovate: one file a wave, which the services of that wave extend.

Renovate cannot wait for days here, since tags of git have no time that it would trust. So wave 0
gets every release, and each later wave those up to `allowedVersions`, a line that is raised when
the wave before runs well on a release (https://docs.renovatebot.com/config-presets/).
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from packaging.version import Version

from drydock.errors import BadInput
from drydock.fleet.inventory import Member

_PRESET = re.compile(r"[\w.-]+>[\w./-]+")
_SCHEMA = "https://docs.renovatebot.com/renovate-schema.json"


def presets(
    members: Sequence[Member],
    extends: str,
    release: str,
    before: Mapping[str, str],
    promote: int | None,
) -> dict[str, str]:
    """Return the presets' texts by their file's name.

    `extends` is the preset of all services, such as `local>platform/renovate-config`. `before`
    are the files as they are; a wave that has one keeps its release, unless it is the one to
    `promote` to `release`; a new wave starts at `release`. Raises BadInput for what cannot be.
    """
    if not _PRESET.fullmatch(extends):
        raise BadInput(
            f"{extends!r} is no preset: expected one like local>platform/renovate-config"
        )
    waves = sorted({member.wave for member in members if member.wave is not None})
    if not waves:
        raise BadInput("no service has a wave")
    if promote is not None and promote not in waves[1:]:
        raise BadInput(f"wave {promote} gets no promotion: there are {waves[1:]} after the first")
    found = {}
    for wave in waves:
        name = f"wave-{wave}.json"
        services = sorted(member.name for member in members if member.wave == wave)
        if wave == waves[0]:
            limits = {}
        elif name in before and wave != promote:
            limits = _allowed(_allowed_by(name, before[name]))
        else:
            limits = _allowed(_up_to(release))
        found[name] = _text(f"Wave {wave}: {', '.join(services)}", extends, limits)
    return found


def _up_to(release: str) -> str:
    """Return what allows a release, in words of PEP 440, by which Renovate reads the template's.

    That has no order of local versions: of a company's own release the very one is allowed.
    """
    version = release.removeprefix("v")
    return f"=={version}" if Version(version).local else f"<={version}"


def _allowed(versions: str) -> dict[str, Any]:
    return {"packageRules": [{"matchManagers": ["copier"], "allowedVersions": versions}]}


def _allowed_by(name: str, text: str) -> str:
    try:
        rules = json.loads(text)["packageRules"]
        (versions,) = (rule["allowedVersions"] for rule in rules if "allowedVersions" in rule)
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{name} has no single allowedVersions: fix or delete it") from error
    return str(versions)


def _text(description: str, extends: str, limits: dict[str, Any]) -> str:
    about = {"$schema": _SCHEMA, "description": description, "extends": [extends], **limits}
    return json.dumps(about, indent=2, ensure_ascii=False) + "\n"
