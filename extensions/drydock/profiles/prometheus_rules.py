"""Rules of Prometheus (https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/)."""

from drydock.profiles import Exclusive, List, Profile

PROFILE = Profile(
    files=r"(^|/)[\w.-]*(rules?|alerts?)[\w.-]*\.ya?ml$|(^|/)(rules|alerts|prometheus)/[^/]+\.ya?ml$",
    keys=frozenset({"groups"}),
    lists=(
        # "The name of the group. Must be unique within a file."
        List("^groups[]", ("name",)),
        # "Rules within a group are run sequentially": in order. Several alerts can have one name.
        List("^groups[].rules[]", ("record+alert",)),
    ),
    exclusive=(Exclusive("^groups[].rules[]", frozenset({"record", "alert"})),),
)
