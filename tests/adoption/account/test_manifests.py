"""Settings of a service's manifests are listed with their place in the standard's chart."""

from drydock.adoption.account.files import find

TEXT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: pricing
spec:
  replicas: 3
  template:
    spec:
      nodeSelector:
        disk: fast
      containers:
        - name: pricing
          image: house/pricing
          ports:
            - containerPort: 8080
          env:
            - name: LEVEL
              value: high
            - name: PASSWORD
              valueFrom:
                secretKeyRef:
                  name: db
                  key: password
          envFrom:
            - secretRef:
                name: tokens
            - configMapRef:
                name: settings
          resources:
            limits:
              memory: 1Gi
          readinessProbe:
            httpGet:
              path: /health
---
apiVersion: v1
kind: Service
metadata:
  name: pricing
"""


def test_each_setting_has_its_place_in_the_chart() -> None:
    found = {(one.line, one.said): one.how for one in find({"k8s.yaml": TEXT}, [], "", "x serve")}
    places = {key: how.partition("chart: ")[2] for key, how in found.items()}
    assert places == {
        (
            6,
            "replicas: 3",
        ): "replicas in chart/values.yaml, and minReplicas of its autoscaling, which is on",
        (9, "nodeSelector"): "nodeSelector in chart/values.yaml",
        (14, "ports"): "the answers service_port and management_port",
        (17, "env LEVEL"): "env in chart/values.yaml",
        (19, "env PASSWORD"): "secretEnv in chart/values.yaml",
        (26, "envFrom tokens"): "secrets in chart/values.yaml",
        (28, "envFrom settings"): "env in chart/values.yaml, entry by entry",
        (29, "resources"): "resources in chart/values.yaml",
        (32, "readinessProbe"): "/readyz on the management port",
    }


def test_templates_and_invalid_manifests_are_ignored() -> None:
    for text in (
        "kind: Deployment\nname: {{ x }}\n",
        "kind: Deployment\n- a: [\n",
        "kind: Deployment\n",
    ):
        assert list(find({"k8s.yaml": text}, [], "", "x serve")) == []


def test_setting_without_a_value_in_the_chart_is_listed() -> None:
    text = TEXT.replace("      containers:", "      hostNetwork: true\n      containers:").replace(
        "          ports:", "          lifecycle: {}\n          ports:"
    )
    found = {one.said: one.how for one in find({"k8s.yaml": text}, [], "", "x serve")}
    assert all("see chart/templates" in found[key] for key in ("hostNetwork", "lifecycle"))


def test_manifest_of_a_database_is_ignored() -> None:
    text = TEXT.replace("house/pricing", "postgres:16")
    assert list(find({"k8s.yaml": text}, [], "", "x serve")) == []
