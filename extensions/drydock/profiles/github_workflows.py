"""Workflows and actions of GitHub (https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax)."""

from drydock.profiles import Exclusive, List, Profile, Reference

_SYNTAX = "https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax"
# "The order that you define patterns matters": only with `!`.
_PATTERNS = tuple(
    List(f"{name}[]", (r"(?P<id>.+)",), unordered=f"{_SYNTAX}#onpushbranches", ordered_if=r"^!")
    for name in ("branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore")
)

PROFILE = Profile(
    files=r"(^|/)(\.github/workflows/[^/]+|action)\.ya?ml$",
    lists=(
        *_PATTERNS,
        List("^on[]", (r"(?P<id>.+)",), unordered=f"{_SYNTAX}#on"),
        List("needs[]", (r"(?P<id>.+)",), unordered=f"{_SYNTAX}#jobsjob_idneeds"),
        # "A name for your step to display on GitHub."
        List("steps[]", ("id",), shown="name"),
    ),
    one_or_several={"^jobs.*.needs": f"{_SYNTAX}#jobsjob_idneeds"},
    exclusive=(
        Exclusive("steps[]", frozenset({"run", "uses"})),
        Exclusive("^jobs.*", frozenset({"steps", "uses"})),
    ),
    references=(
        Reference(("^jobs.*.needs", "^jobs.*.needs[]"), ("^jobs keys",)),
        Reference(("**",), ("steps[].id",), r"\bsteps\.(?P<id>[\w-]+)\."),
        # Each is set here or elsewhere; if elsewhere, neither side defines it here.
        Reference(("**",), ("inputs keys",), r"\binputs\.(?P<id>[\w-]+)"),
        Reference(("**",), ("env keys",), r"\benv\.(?P<id>[\w-]+)"),
        Reference(
            ("**",),
            ("matrix keys", "matrix.include[] keys"),
            r"\bmatrix\.(?P<id>[\w-]+)",
        ),
        Reference(("**",), ("^jobs keys",), r"\bneeds\.(?P<id>[\w-]+)\."),
    ),
)
