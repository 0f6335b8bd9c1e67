"""Which versions of Python are maintained, as of a day: https://devguide.python.org/versions/."""

import datetime
import re

from packaging.specifiers import InvalidSpecifier, SpecifierSet

AS_OF = datetime.date(2026, 11, 28)
"""When this table was last compared with its source."""
END_OF_LIFE = {
    "2.7": datetime.date(2020, 1, 1),
    "3.4": datetime.date(2019, 3, 18),
    "3.5": datetime.date(2020, 9, 30),
    "3.6": datetime.date(2021, 12, 23),
    "3.7": datetime.date(2023, 6, 27),
    "3.8": datetime.date(2024, 10, 7),
    "3.9": datetime.date(2025, 10, 31),
    "3.10": datetime.date(2026, 10, 31),
    "3.11": datetime.date(2027, 10, 31),
    "3.12": datetime.date(2028, 10, 31),
    "3.13": datetime.date(2029, 10, 31),
    "3.14": datetime.date(2030, 10, 31),
    "3.15": datetime.date(2031, 10, 31),
}
_POETRYS = re.compile(r"([\^~])(?!=)\s*(\d+)(?:\.(\d+))?[\d.]*")


def ended(version: str) -> datetime.date | None:
    """Return the day since which `major.minor` gets no fixes; None if it does, or is not known."""
    last = END_OF_LIFE.get(version)
    return last if last and last < datetime.date.today() else None


def admitted(requires: str) -> list[str] | None:
    """Return the versions that a demand such as `>=3.11` or Poetry's `^3.9` admits, oldest first.

    None where it cannot be read.
    """
    try:
        sets = [SpecifierSet(_as_pep_440(part)) for part in re.split(r"\|\|?", requires)]
    except InvalidSpecifier:
        return None
    return [
        version
        for version in END_OF_LIFE
        if any(one.contains(f"{version}.{patch}") for one in sets for patch in (0, 99))
    ]


def _as_pep_440(demand: str) -> str:
    def plain(found: re.Match[str]) -> str:
        sign, major, minor = found[1], found[2], found[3]
        upper = f"{int(major) + 1}" if sign == "^" or minor is None else f"{major}.{int(minor) + 1}"
        return f">={found[0][1:].strip()},<{upper}"

    demand = demand.strip()
    if re.fullmatch(r"\d+(\.\d+)*(\.\*)?", demand):  # Poetry's for exactly this
        return f"=={demand}"
    if demand == "*":
        return ""
    return _POETRYS.sub(plain, re.sub(r"(\d)\s+([<>=!~^])", r"\1,\2", demand))
