"""Kubernetes manifests (https://kubernetes.io/docs/reference/kubernetes-api/)."""

from drydock.profiles import Exclusive, List, Profile, Reference

# Lists with a merge key are merged by it, regardless of order.
_MERGED = "https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy"

PROFILE = Profile(
    files=r"\.ya?ml$",
    keys=frozenset({"kind", "metadata"}),
    lists=(
        # `$(NAME)` in a value can refer only to variables above it.
        List("env[]", ("name",), unordered=_MERGED, ordered_if=r"\$\("),
        List("containers[]", ("name",), unordered=_MERGED),
        List("initContainers[]", ("name",)),
        List("containers[].ports[]", ("name", "containerPort+protocol"), unordered=_MERGED),
        List("volumes[]", ("name",), unordered=_MERGED),
        List("volumeMounts[]", ("mountPath",), unordered=_MERGED),
        List("imagePullSecrets[]", ("name",), unordered=_MERGED),
    ),
    exclusive=(
        *(
            Exclusive(f"{probe}Probe", frozenset({"httpGet", "tcpSocket", "exec", "grpc"}))
            for probe in ("readiness", "liveness", "startup")
        ),
        Exclusive("env[]", frozenset({"value", "valueFrom"})),
        Exclusive("volumes[]", besides=frozenset({"name"})),
    ),
    references=(
        Reference(
            ("volumeMounts[].name",), ("volumes[].name", "volumeClaimTemplates[].metadata.name")
        ),
        Reference(
            tuple(
                f"{probe}Probe.{kind}.port"
                for probe in ("readiness", "liveness", "startup")
                for kind in ("httpGet", "tcpSocket")
            ),
            ("ports[].name",),
            r"(?P<id>.*[a-z].*)",
        ),
    ),
)
