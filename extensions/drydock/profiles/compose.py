"""Compose files (https://docs.docker.com/reference/compose-file/)."""

from drydock.profiles import Exclusive, List, Profile, Reference

_MERGED = "https://docs.docker.com/reference/compose-file/merge/#unique-resources"
_VARIABLES = "https://docs.docker.com/reference/compose-file/services/#environment"
_NETWORKS = "https://docs.docker.com/reference/compose-file/services/#networks"
# The published port of `8000:80` or `127.0.0.1:8000:80/udp`.
_PUBLISHED = r"(?:(?:\d+\.){3}\d+:)?(?P<id>[\d-]+)(?::[\d-]+)?(?:/\w+)?"
_HOST_PORT = r"(?:0\.0\.0\.0:)?(?P<id>\d+):\d+(?:/tcp)?"

PROFILE = Profile(
    files=r"(^|/)(docker-)?compose[\w.-]*\.ya?ml$",
    lists=(
        List("environment[]", (r"(?P<id>[^=]+)(=.*)?",), unordered=_VARIABLES),
        List("ports[]", (_PUBLISHED,), unordered=_MERGED),
        # "Any service containers on that network can reach each other."
        List("services.*.networks[]", (r"(?P<id>.+)",), unordered=_NETWORKS),
        List("services.*.volumes[]", (r"(?:[^:]+:)?(?P<id>/[^:]*)(:\w+)?",), unordered=_MERGED),
    ),
    exclusive=(Exclusive("^services.*", frozenset({"network_mode", "networks"})),),
    # "Compose does not scale a service beyond one container if you specify a custom name."
    unique=("^services.*.container_name",),
    # A port of the host is published for one service.
    unique_part={"^services.*.ports[]": _HOST_PORT, "^services.*.ports[].published": r"(?P<id>.+)"},
    references=(
        *(
            Reference((f"^services.*.{kind}[]", f"^services.*.{kind}[].source"), (f"^{kind} keys",))
            for kind in ("secrets", "configs")
        ),
        Reference(("^services.*.depends_on[]", "^services.*.depends_on keys"), ("^services keys",)),
        Reference(("^services.*.networks[]", "^services.*.networks keys"), ("^networks keys",),
                  known=frozenset({"default"})),
        Reference(("^services.*.volumes[]",), ("^volumes keys",), r"(?P<id>\w[\w.-]*):.*"),
    ),
)  # fmt: skip
