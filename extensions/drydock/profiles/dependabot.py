"""Configuration of Dependabot (https://docs.github.com/code-security/dependabot/working-with-dependabot/dependabot-options-reference)."""

from drydock.profiles import List, Profile

_OPTIONS = "https://docs.github.com/code-security/dependabot/working-with-dependabot/dependabot-options-reference#updates--"

PROFILE = Profile(
    files=r"(^|/)\.github/dependabot\.ya?ml$",
    lists=(List("^updates[]", ("package-ecosystem+directory",), unordered=_OPTIONS),),
)
