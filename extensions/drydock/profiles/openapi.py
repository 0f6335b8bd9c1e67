"""OpenAPI documents (https://spec.openapis.org/oas/v3.1.1.html)."""

from drydock.profiles import List, Profile, Reference

_COMPONENTS = (
    "schemas", "responses", "parameters", "examples", "requestBodies", "headers",
    "securitySchemes", "links", "callbacks", "pathItems",
)  # fmt: skip

PROFILE = Profile(
    files=r"\.(ya?ml|json)$",
    keys=frozenset({"openapi", "paths"}),
    # "The list MUST NOT include duplicated parameters", which a name and a location identify.
    lists=(List("parameters[]", ("name+in",)), List("^tags[]", ("name",))),
    unique=("^paths.*.*.operationId",),
    references=tuple(
        Reference(("**",), (f"^components.{kind} keys",), rf"^#/components/{kind}/(?P<id>[\w.-]+)")
        for kind in _COMPONENTS
    ),
)
