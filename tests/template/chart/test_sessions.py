"""The nox sessions of a generated service that package, push and deploy its chart."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.support import commit, git
from tests.template import matrix
from tests.template.chart import cluster, effects, parts, support
from tests.template.image import registry

STAGE = "autoscaling:\n  minReplicas: 3\n"
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Iterator[registry.Registry]:
    with registry.private(tmp_path_factory.mktemp("registry") / "registry") as started:
        yield started


@pytest.fixture(params=["helm3", "helm4"])
def helm(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a folder whose `helm` has that major version."""
    program = tmp_path / "bin/helm"
    program.parent.mkdir()
    program.symlink_to(parts.path(request.param))
    return program.parent


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[cluster.Cluster, Path]]:
    """Return a fake cluster, in which pods of images named `broken` never become ready."""

    def comes_up(deployment: support.Manifest) -> bool:
        containers = deployment["spec"]["template"]["spec"]["containers"]
        return "broken" not in containers[0]["image"]

    with cluster.running(tmp_path, comes_up) as started:
        yield started


@pytest.fixture
def service(tmp_path: Path, private: registry.Registry) -> support.Generated:
    """A service of a company whose registry is the private one, with values for a stage."""
    template = matrix.fork(tmp_path / "template", {"company_registry": f"{private.address}/team"})
    rendering = matrix.render(template, tmp_path / "service", {"service_name": "demo-service"})
    service = support.Generated(tmp_path / "service", dict(rendering.answers))
    (service.chart / "values-production.yaml").write_text(STAGE, encoding="utf-8")
    git(service.folder, "init", "--quiet")
    git(service.folder, "config", "user.name", "Tester")
    git(service.folder, "config", "user.email", "tester@example.invalid")
    commit(service.folder, "Start from the template")
    return service


def nox(
    service: support.Generated,
    helm: Path,
    *arguments: str,
    code: int = 0,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run sessions of the service, which must exit with `code`; return their output."""
    names = os.environ | {"PATH": f"{helm}{os.pathsep}{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["nox", "-s", *arguments], cwd=service.folder, env=names | dict(environment or {}),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_chart_is_packaged_and_pushed_with_the_built_version(
    service: support.Generated, helm: Path, private: registry.Registry
) -> None:
    login = {"REGISTRY_USERNAME": registry.USER, "REGISTRY_PASSWORD": private.password}
    tagged = {"RELEASE_TAG": "v0.1.0"}
    seconds = git(service.folder, "show", "--no-patch", "--format=%ct", "HEAD")

    nox(service, helm, "chart")
    nox(service, helm, "push_chart", "--", "--plain-http", environment=login)
    nox(service, helm, "chart", environment=tagged)
    nox(service, helm, "push_chart", "--", "--plain-http", environment=login | tagged)

    assert {"0.1.0", f"0.1.0-dev.{seconds}"} <= set(private.tags("team/charts/demo-service"))


def deploy(
    service: support.Generated,
    helm: Path,
    kubeconfig: Path,
    *options: str,
    code: int = 0,
    **names: str,
) -> str:
    """Deploy to production; without the cluster's schemas there is nothing to check against."""
    arguments = ("deploy", "--", "production", "--disable-openapi-validation", *options)
    named = {"KUBECONFIG": str(kubeconfig)} | names
    return nox(service, helm, *arguments, code=code, environment=named)


def test_stage_gets_its_values_and_the_built_image(
    service: support.Generated,
    helm: Path,
    private: registry.Registry,
    server: tuple[cluster.Cluster, Path],
) -> None:
    fake, kubeconfig = server

    deploy(service, helm, kubeconfig, RELEASE_TAG="v0.1.0", IMAGE_DIGEST=effects.DIGEST)

    sent = support.Manifests(fake.objects.values())
    image = f"{private.address}/team/demo-service:0.1.0@{effects.DIGEST}"
    assert sent.container["image"] == image
    assert sent.kind("HorizontalPodAutoscaler")["spec"]["minReplicas"] == 3
    assert sent.pod["metadata"]["labels"]["app.kubernetes.io/version"] == "0.1.0"


def test_pushed_digest_is_deployed(
    service: support.Generated, helm: Path, server: tuple[cluster.Cluster, Path]
) -> None:
    fake, kubeconfig = server
    (service.folder / "dist").mkdir()
    (service.folder / "dist/image.digest").write_text(effects.DIGEST, encoding="utf-8")

    deploy(service, helm, kubeconfig)

    assert image_of(fake).endswith(f"@{effects.DIGEST}")


def test_failed_deployment_is_rolled_back(
    service: support.Generated, helm: Path, server: tuple[cluster.Cluster, Path]
) -> None:
    fake, kubeconfig = server
    deploy(service, helm, kubeconfig)
    good = image_of(fake)

    broken = ("--set-string=image.repository=broken", "--timeout=4s")
    output = deploy(service, helm, kubeconfig, *broken, code=1)

    sent = [str(one) for _, resource, one in fake.written if resource == "deployments"]
    assert any("broken" in one for one in sent)
    assert image_of(fake) == good
    assert "has been rolled back" in output
    assert any(
        one["metadata"]["labels"].get("status") == "deployed"
        and one["metadata"]["labels"]["version"] == "3"
        for (resource, _), one in fake.objects.items()
        if resource == "secrets"
    )


def test_failed_first_deployment_is_uninstalled(
    service: support.Generated, helm: Path, server: tuple[cluster.Cluster, Path]
) -> None:
    fake, kubeconfig = server

    deploy(
        service, helm, kubeconfig, "--set-string=image.repository=broken", "--timeout=4s", code=1
    )

    assert {kind for kind, _ in fake.objects} <= {"replicasets"}


def test_changed_secret_starts_new_pods(
    service: support.Generated, helm: Path, server: tuple[cluster.Cluster, Path]
) -> None:
    fake, kubeconfig = server
    names = ("whole", "single", "mounted")
    options = (
        "--set=secrets={whole}",
        "--set=secretEnv.PASSWORD.secret=single,secretEnv.PASSWORD.key=password",
        "--set=volumes[0].name=keys,volumes[0].secret.secretName=mounted",
    )

    def pods_after(changed: str) -> support.Manifest:
        if changed:
            metadata = {"name": changed, "labels": {}}
            fake.put("secrets", {"apiVersion": "v1", "kind": "Secret", "metadata": metadata})
        deploy(service, helm, kubeconfig, *options)
        template: support.Manifest = fake.deployment["spec"]["template"]
        return template

    before = pods_after("")
    for name in names:
        after = pods_after(name)
        assert after != before, name
        before = after
    assert pods_after("other") == before


def image_of(fake: cluster.Cluster) -> str:
    """Return the image of the wanted pods."""
    image: str = support.Manifests([fake.deployment]).container["image"]
    return image


def test_unknown_stage_is_refused(service: support.Generated, helm: Path) -> None:
    output = nox(service, helm, "deploy", "--", "moon", code=1)

    assert "expected one of staging, production after --" in output
