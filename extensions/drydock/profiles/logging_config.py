"""Logging as a dictionary (https://docs.python.org/3/library/logging.config.html#logging-config-dictschema)."""

from drydock.profiles import List, Profile, Reference

_SCHEMA = "https://docs.python.org/3/library/logging.config.html#logging-config-dictschema"

PROFILE = Profile(
    files=r"\.(ya?ml|json|toml)$",
    keys=frozenset({"handlers", "root"}),
    lists=(List("handlers[]", (r"(?P<id>.+)",), unordered=_SCHEMA),),
    references=(
        Reference(("root.handlers[]", "loggers.*.handlers[]"), ("handlers keys",)),
        Reference(("handlers.*.formatter",), ("formatters keys",)),
    ),
)
