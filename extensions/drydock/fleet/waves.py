"""Waves as presets of Renovate: one file per wave, which the services of that wave extend.

Renovate's minimumReleaseAge does not work here, because it trusts no dates of git tags. Instead,
the first wave gets every release, and each later wave those that its `allowedVersions` allows. Its
promotion is one changed line (https://docs.renovatebot.com/config-presets/).
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
    """Return the texts of the presets by file name.

    `extends` is the preset of all services, such as `local>platform/renovate-config`. `before`
    are the existing files. A wave with a file keeps its release, unless it is the one to `promote`
    to `release`; a new wave starts at `release`. Raises BadInput for invalid arguments.
    """
    if not _PRESET.fullmatch(extends):
        raise BadInput(
            f"{extends!r} is not a preset: expected one like local>platform/renovate-config"
        )
    waves = sorted({member.wave for member in members if member.wave is not None})
    if not waves:
        raise BadInput("no service has a wave: give services a wave in fleet.yaml")
    if promote is not None and promote not in waves[1:]:
        later = ", ".join(map(str, waves[1:])) or "none"
        raise BadInput(f"wave {promote} cannot be promoted: the waves after the first are: {later}")
    texts = {}
    for wave in waves:
        name = f"wave-{wave}.json"
        services = sorted(member.name for member in members if member.wave == wave)
        if wave == waves[0]:
            limits = {}
        elif name in before and wave != promote:
            limits = _allowed(_allowed_by(name, before[name]))
        else:
            limits = _allowed(_up_to(release))
        texts[name] = _text(f"Wave {wave}: {', '.join(services)}", extends, limits)
    return texts


def _up_to(release: str) -> str:
    """Return the PEP 440 specifier that allows releases up to `release`.

    A specifier cannot order local versions, so a company's own release is allowed exactly.
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
