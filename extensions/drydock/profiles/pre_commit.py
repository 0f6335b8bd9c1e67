"""Configuration of pre-commit (https://pre-commit.com/#pre-commit-configyaml---top-level)."""

from drydock.profiles import List, Profile

PROFILE = Profile(
    files=r"(^|/)\.pre-commit-config\.ya?ml$",
    lists=(
        # Hooks run in order, and the hooks of a repository are listed in one place.
        List("^repos[]", ("repo",), movable=True),
        List("hooks[]", ("id+alias+name",), movable=True),
        List("additional_dependencies[]", ("package",),
             unordered="https://pre-commit.com/#config-additional_dependencies"),
    ),
)  # fmt: skip
