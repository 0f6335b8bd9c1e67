"""Each part for tests of the chart starts on this machine, wherever it comes from."""

import subprocess
from pathlib import Path

import pytest

from tests.template.chart import parts, support
from tests.template.image import index, registry
from tests.waiting import wait_for

pytestmark = pytest.mark.parts

VERSIONS = {
    "helm3": ("version", "v3."),
    "helm4": ("version", "v4."),
    "promtool": ("--version", "promtool, version"),
    "python": ("--version", "Python 3."),
    "trivy": ("--version", "Version:"),
}


@pytest.mark.parametrize("name", VERSIONS)
def test_command_prints_its_version(name: str) -> None:
    option, expected = VERSIONS[name]
    done = subprocess.run(
        [parts.path(name), option], capture_output=True, text=True, check=False
    )  # fmt: skip

    assert expected in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("name", "configuration", "options"),
    [
        ("prometheus", "global: {}\n", ["--storage.tsdb.path=data"]),
        (
            "alertmanager",
            "route: {receiver: team}\nreceivers: [{name: team}]\n",
            ["--storage.path=data", "--cluster.listen-address="],
        ),
    ],
)
def test_server_becomes_ready(
    tmp_path: Path, name: str, configuration: str, options: list[str]
) -> None:
    (port,) = support.free_ports(1)
    (tmp_path / "configuration.yaml").write_text(configuration)
    log = tmp_path / "log"
    options += ["--config.file=configuration.yaml", f"--web.listen-address=127.0.0.1:{port}"]
    with log.open("wb") as file:
        process = subprocess.Popen(
            [parts.path(name), *options], cwd=tmp_path, stdout=file, stderr=subprocess.STDOUT
        )
    try:
        ready = lambda: support.request(port, "/-/ready").status == 200  # noqa: E731
        assert wait_for(ready, f"the start of {name}", process, log)
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("name", parts.SCHEMAS)
def test_schema_describes_an_object(name: str) -> None:
    assert '"object"' in parts.path(name).read_text(encoding="utf-8")


def test_registry_starts(tmp_path: Path) -> None:
    with registry.private(tmp_path / "registry") as started:
        assert started.address


def test_package_index_starts(tmp_path: Path) -> None:
    with index.private(tmp_path / "index") as started:
        assert started.address
