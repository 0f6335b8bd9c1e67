"""Which pins of a service stand in the way of the standard's Python, and what would do instead.

uv answers, from wheels alone: nothing of the service or of what it depends on is built or run.
"""

import re
import subprocess
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from drydock.adoption.translate.project import OWN, PATH
from drydock.errors import BadInput, one_line
from drydock.locking import find_uv


@dataclass(frozen=True)
class Way:
    """A pin that stands in the way, and what would do instead."""

    pin: str
    instead: str
    """Empty: no version of it works."""
    line: int


def resolve(folder: Path, python: str, say: Callable[[str], None]) -> list[Way]:
    """Return which of a service's own requirements do not resolve on `python`; none: all do.

    `say` is told each step before it starts. Raises BadInput when there is nothing to resolve, or
    uv cannot be asked.
    """
    try:
        text = (folder / PATH).read_text("utf-8")
        own = _own(text)
    except (OSError, ValueError) as error:
        raise BadInput(f"{folder / PATH}: {one_line(error)}") from error
    standard = [one for one in tomllib.loads(text)["project"]["dependencies"] if one not in own]
    say(f"Resolving {len(standard) + len(own)} requirements on Python {python}")
    if _compile(standard + own, python) is not None:
        return []
    found, taken = [], list(standard)
    for pin in own:
        say(f"Resolving {pin}")
        if _compile([*taken, pin], python) is not None:
            taken.append(pin)
            continue
        # Its versions from the pinned one on, the lowest first; or else whichever works.
        wanted = Requirement(pin)
        bare = f"{wanted.name}{_extras(wanted)}"
        versions = re.findall(r"\d+(?:\.\d+)*", str(wanted.specifier))
        tries = [f"{bare}>={versions[0]}"] if versions else []
        lowest = next((r for one in [*tries, bare] if (r := _lowest([*taken, one], python))), None)
        version = lowest.get(canonicalize_name(wanted.name), "") if lowest else ""
        instead = f"{bare}>={version}" if version else ""
        if instead:
            taken.append(instead)
        line = next((n for n, held in enumerate(text.splitlines(), 1) if pin in held), 0)
        found.append(Way(pin, instead, line))
    return found


def _own(text: str) -> list[str]:
    """Return the requirements that are the service's: behind the standard's remark."""
    wanted: list[str] = tomllib.loads(text)["project"]["dependencies"]
    _, mark, rest = text.partition(OWN)
    return [one for one in wanted if mark and one in rest.partition("\n]")[0]] if mark else wanted


def _extras(wanted: Requirement) -> str:
    return f"[{','.join(sorted(wanted.extras))}]" if wanted.extras else ""


def _lowest(wanted: list[str], python: str) -> dict[str, str] | None:
    return _compile(wanted, python, "--resolution=lowest-direct")


def _compile(wanted: list[str], python: str, *more: str) -> dict[str, str] | None:
    """Return the version of each package that meets what is wanted; None if nothing does."""
    uv = find_uv()
    if uv is None:
        raise BadInput("uv is not installed: pip install uv")
    with tempfile.TemporaryDirectory(prefix="drydock.") as scratch:
        done = subprocess.run(
            [uv, "pip", "compile", "-", "--quiet", "--no-header", "--no-annotate",
             "--only-binary=:all:", f"--python-version={python}", *more],
            input="\n".join(wanted), cwd=scratch, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        said = done.stderr.lower()
        if "no solution found" in said or "requires-python" in said or "no wheels" in said:
            return None
        raise BadInput(f"uv: {one_line(done.stderr)[:300]}")
    pinned = (line.partition(";")[0].split("==") for line in done.stdout.splitlines())
    return {
        canonicalize_name(pin[0].split("[")[0].strip()): pin[1].strip() for pin in pinned if pin[1:]
    }
