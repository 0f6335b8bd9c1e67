"""Pipelines of GitLab (https://docs.gitlab.com/ci/yaml/)."""

from drydock.profiles import Exclusive, List, Profile, Reference

PROFILE = Profile(
    files=r"(^|/)\.gitlab-ci\.ya?ml$",
    lists=(
        List("artifacts.paths[]", (r"(?P<id>.+)",),
             unordered="https://docs.gitlab.com/ci/yaml/#artifactspaths"),
        List("needs[]", (r"(?P<id>.+)", "job"), unordered="https://docs.gitlab.com/ci/yaml/#needs"),
        List("stages[]", (r"(?P<id>.+)",)),
    ),
    exclusive=(
        Exclusive("^*", frozenset({"rules", "only"})),
        Exclusive("^*", frozenset({"rules", "except"})),
    ),
    references=(
        Reference(("^*.extends", "^*.extends[]", "^*.needs[]", "^*.needs[].job",
                   "^*.dependencies[]"), ("^ keys",)),
        Reference(("^*.stage",), ("^stages[]",),
                  known=frozenset({".pre", "build", "test", "deploy", ".post"})),
    ),
)  # fmt: skip
