"""Checks of the deployment."""

from pathlib import Path

import pytest

from tests.standard.support import ANSWERS, CHASSIS, run_check
from tests.support import Content

CONTAINER = """\
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: app
          image: registry/app:1.2.3
          ports:
            - name: http
              containerPort: 8000
            - containerPort: 9000
              name: management
          livenessProbe:
            httpGet:
              path: /livez
              port: management
          readinessProbe:
            httpGet:
              path: /readyz
              port: 9000
"""
SERVICE = "apiVersion: v1\nkind: Service\nspec:\n  ports:\n    - port: 80\n      targetPort: {}\n"
CHART: dict[str, Content] = {
    "chart/Chart.yaml": "apiVersion: v2\nname: app\nversion: 1.0.0\n",
    "chart/values.yaml": "port: http\nimage:\n  tag: '1.0'\n",
}
DEPLOYMENT = "chart/templates/deployment.yaml"
HELM = "{{{{ .Values.{} }}}}"
ANNOTATED = "a: {prometheus.io/scrape: 'true'}"
LATEST = "image:\n  tag: latest\n"
MONITOR = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\n"
VALUES = "config:\n  server:\n    port: {}\n  management:\n    port: 9000\n"


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("DM501", {"k8s/app.yaml": CONTAINER}),
        ("DM501", CHART | {DEPLOYMENT: CONTAINER}),
        ("DM501", CHART | {DEPLOYMENT: "{{- if .Values.on }}\n" + CONTAINER + "{{- end }}\n"}),
        ("DM502", {"k8s/app.yaml": CONTAINER, "k8s/service.yaml": SERVICE.format("http")}),
        ("DM502", {"k8s/app.yaml": CONTAINER, "k8s/service.yaml": SERVICE.format("8080")}),
        ("DM502", CHART | {DEPLOYMENT: CONTAINER.replace("port: management", "port: {{ .x }}")}),
        ("DM502", CHART | {DEPLOYMENT: CONTAINER.replace("name: http", "name: {{ .Values.port }}"),
                           "chart/templates/service.yaml": SERVICE.format("http")}),
        ("DM502", CHART | {DEPLOYMENT: CONTAINER.replace("name: http", "name: {{ .Values.no }}"),
                           "chart/templates/service.yaml": SERVICE.format("other")}),
        ("DS503", CHASSIS | {"chart/values.yaml": VALUES.format(8000)}),
        ("DS503", CHASSIS | {"chart/values.yaml": "config: {}\n"}),
        ("DS504", {"k8s/app.yaml": CONTAINER, "k8s/monitor.yaml": MONITOR}),
        ("DS504", {"k8s/app.yaml": CONTAINER + "# prometheus.io/scrape: 'true'\n"}),
        ("DS504", CHART | {DEPLOYMENT: CONTAINER, "chart/values.yaml": ANNOTATED}),
        ("DS505", CHART | {DEPLOYMENT: CONTAINER}),
        ("DS505", {"k8s/app.yaml": CONTAINER.replace("1.2.3", "latest-2")}),
    ],
)  # fmt: skip
def test_check_passes(code: str, files: dict[str, Content], tmp_path: Path) -> None:
    assert run_check(code, tmp_path, files).passed


@pytest.mark.parametrize(
    ("code", "files", "finding"),
    [
        ("DM501", {"a.yaml": CONTAINER.replace("liveness", "x")}, "has no `livenessProbe`"),
        (
            "DM501",
            CHART | {DEPLOYMENT: CONTAINER.replace("Probe", "")},
            f"`{DEPLOYMENT}` has no `livenessProbe` and no `readinessProbe`",
        ),
        (
            "DM502",
            {"a.yaml": CONTAINER.replace("port: management", "port: mgmt")},
            "`a.yaml:17`: no port is named `mgmt`, only `http, management`",
        ),
        (
            "DM502",
            {"a.yaml": CONTAINER, "b.yaml": SERVICE.format("web")},
            "`b.yaml:6`: no port is named `web`",
        ),
        (
            "DM502",
            CHART | {
                DEPLOYMENT: CONTAINER,
                "chart/values.yaml": "port: web\n",
                "chart/templates/service.yaml": SERVICE.format(HELM.format("port")),
            },
            "no port is named `web`",
        ),
        (
            "DS503",
            CHASSIS | {"chart/values.yaml": VALUES.format(8080)},
            "`config.server.port: 8080`, but the answer `service_port` is 8000",
        ),
        ("DS504", {"k8s/app.yaml": CONTAINER}, "`k8s/app.yaml`: no ServiceMonitor, PodMonitor"),
        ("DS505", {"a.yaml": CONTAINER.replace(":1.2.3", ":latest")}, "- `a.yaml:8`: `image:"),
        ("DS505", CHART | {DEPLOYMENT: CONTAINER, "chart/values.yaml": LATEST}, "`tag: latest`"),
    ],
)  # fmt: skip
def test_check_reports_finding(
    code: str, files: dict[str, Content], finding: str, tmp_path: Path
) -> None:
    assert finding in run_check(code, tmp_path, files).failed


NONE = "no chart or manifest deploys the service"
OTHER = "the service does not use this template"


@pytest.mark.parametrize(
    ("code", "files", "reason"),
    [
        *((code, {"a.py": ""}, NONE) for code in ("DM501", "DM502", "DS504", "DS505")),
        ("DM501", {"compose.yaml": "services: {}\n"}, NONE),
        ("DM501", {"docs/example.yaml": CONTAINER.replace("Probe", "")}, NONE),
        ("DM501", {".github/redis.yaml": CONTAINER.replace("Probe", "")}, NONE),
        ("DM501", {"e2e/app.yaml": CONTAINER.replace("Probe", "")}, NONE),
        ("DM501", CHART | {"chart/templates/job.yaml": "apiVersion: batch/v1\nkind: Job\n"}, NONE),
        ("DS503", {".copier-answers.yml": ANSWERS}, OTHER),
        ("DS503", CHASSIS, "the template's chart is missing or not valid"),
        (
            "DS503",
            CHASSIS | {"chart/values.yaml": "a: ["},
            "the template's chart is missing or not valid",
        ),
    ],
)
def test_check_is_skipped_with_reason(
    code: str, files: dict[str, Content], reason: str, tmp_path: Path
) -> None:
    assert run_check(code, tmp_path, dict(files)).skipped == reason
