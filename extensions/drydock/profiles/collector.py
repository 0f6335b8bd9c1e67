"""OpenTelemetry Collector (https://opentelemetry.io/docs/collector/configuration/)."""

from drydock.profiles import Profile, Reference

PROFILE = Profile(
    files=r"\.ya?ml$",
    keys=frozenset({"service"}),
    references=tuple(
        Reference((f"^service.pipelines.*.{kind}[]",), (f"^{kind} keys", "^connectors keys"))
        for kind in ("receivers", "processors", "exporters")
    ),
)
