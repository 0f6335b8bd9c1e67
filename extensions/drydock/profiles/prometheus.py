"""Configuration of Prometheus (https://prometheus.io/docs/prometheus/latest/configuration/configuration/)."""

from drydock.profiles import List, Profile

_SCRAPED = "https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config"

PROFILE = Profile(
    files=r"\.ya?ml$",
    keys=frozenset({"scrape_configs"}),
    lists=(List("^scrape_configs[]", ("job_name",), unordered=_SCRAPED),),
)
