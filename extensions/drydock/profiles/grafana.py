"""Dashboards of Grafana (https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/)."""

from drydock.profiles import List, Profile

PROFILE = Profile(
    files=r"\.json$",
    keys=frozenset({"panels"}),
    lists=(List("panels[]", ("id",)),),
)
