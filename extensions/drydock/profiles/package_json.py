"""package.json (https://nodejs.org/api/packages.html#conditional-exports)."""

from drydock.profiles import Profile

# "The order of conditions is significant": the first match wins.
PROFILE = Profile(
    files=r"(^|/)package\.json$",
    ordered=("^exports", "^exports.*", "^exports.*.*", "^imports.*"),
)
