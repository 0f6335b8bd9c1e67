"""The end of life of each Python version (https://devguide.python.org/versions/)."""

import datetime
import re

from packaging.specifiers import InvalidSpecifier, SpecifierSet

AS_OF = datetime.date(2026, 11, 28)
"""When END_OF_LIFE was last compared with its source."""
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
_POETRY_RANGE = re.compile(r"([\^~])(?!=)\s*(\d+)(?:\.(\d+))?[\d.]*")


def ended(version: str) -> datetime.date | None:
    """Return the end of life of `major.minor` if it is over; None if it is not, or unknown."""
    last = END_OF_LIFE.get(version)
    return last if last and last < datetime.date.today() else None


def admitted(requires: str) -> list[str] | None:
    """Return the Python versions admitted by a specifier (`>=3.11`, Poetry's `^3.9`), oldest first.

    None if the specifier is not valid.
    """
    try:
        sets = [SpecifierSet(_as_pep_440(part)) for part in re.split(r"\|\|?", requires)]
    except InvalidSpecifier:
        return None
    return [
        version
        for version in END_OF_LIFE
        if any(
            specifiers.contains(f"{version}.{patch}") for specifiers in sets for patch in (0, 99)
        )
    ]


def _as_pep_440(specifier: str) -> str:
    def as_range(match: re.Match[str]) -> str:
        sign, major, minor = match[1], match[2], match[3]
        upper = f"{int(major) + 1}" if sign == "^" or minor is None else f"{major}.{int(minor) + 1}"
        return f">={match[0][1:].strip()},<{upper}"

    specifier = specifier.strip()
    if re.fullmatch(r"\d+(\.\d+)*(\.\*)?", specifier):  # Poetry: exactly this version
        return f"=={specifier}"
    if specifier == "*":
        return ""
    return _POETRY_RANGE.sub(as_range, re.sub(r"(\d)\s+([<>=!~^])", r"\1,\2", specifier))
