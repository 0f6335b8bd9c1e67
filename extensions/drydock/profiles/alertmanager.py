"""Configuration of Alertmanager (https://prometheus.io/docs/alerting/latest/configuration/)."""

from drydock.profiles import List, Profile, Reference

PROFILE = Profile(
    files=r"\.ya?ml$",
    keys=frozenset({"route", "receivers"}),
    lists=(
        # "The unique name of the receiver." Routes are ordered: the first match wins.
        List("^receivers[]", ("name",)),
        List("^time_intervals[]", ("name",)),
    ),
    references=(
        Reference(("^route.receiver", "routes[].receiver"), ("^receivers[].name",)),
        Reference(("routes[].mute_time_intervals[]", "routes[].active_time_intervals[]"),
                  ("^time_intervals[].name", "^mute_time_intervals[].name")),
    ),
)  # fmt: skip
