"""Fixtures of the chart's tests: generated services, and their manifests."""

from pathlib import Path

import pytest

from tests.template import matrix
from tests.template.chart import support


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> support.Generated:
    """Return a service with all defaults, on free ports."""
    port, management_port = support.free_ports(2)
    answers = {"service_port": port, "management_port": management_port}
    folder = tmp_path_factory.mktemp("service") / "default"
    return support.generate(folder, matrix.Variant("defaults", answers))


@pytest.fixture(scope="session")
def manifests(service: support.Generated) -> support.Manifests:
    """Return the manifests of the default service."""
    return support.manifests(service)


@pytest.fixture
def broken(service: support.Generated, tmp_path: Path) -> support.Generated:
    """Return a copy of the default service, for a test to break."""
    return service.copy(tmp_path / "broken")
