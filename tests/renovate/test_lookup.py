"""The updates that the real Renovate finds for a service, and for each wave."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.renovate import parts
from tests.support import Service, Template, git, run_alone
from tests.template.matrix import REPOSITORY

pytestmark = pytest.mark.renovate

PRESETS = REPOSITORY / "docs/renovate"
HOME = "local>platform/renovate-config"


def renovate(service: Service, **options: str) -> dict[str, Any]:
    """Run Renovate on a service in place; return the files that it finds, by manager."""
    done = subprocess.run(
        [parts.node(), parts.renovate() / "renovate.js", "--platform=local"],
        cwd=service.path, capture_output=True, text=True, check=False,
        env=os.environ | {
            "LOG_FORMAT": "json",
            "LOG_LEVEL": "debug",
            "RENOVATE_BASE_DIR": str(service.path.parent / "renovate"),
        } | options,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    entries = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    for entry in entries:
        if entry["msg"] in ("packageFiles with updates", "Extracted dependencies"):
            return dict(entry.get("config") or entry.get("packageFiles"))
    raise AssertionError(done.stdout)


def releases(service: Service) -> list[str]:
    """Return the template releases that Renovate would open a pull request for."""
    found = renovate(service, RENOVATE_ENABLED_MANAGERS='["copier"]')
    (file,) = found["copier"]
    (template,) = file["deps"]
    return [update["newValue"] for update in template["updates"]]


@pytest.fixture
def company(tmp_path: Path) -> Iterator[str]:
    """The address of a server with the presets of the docs."""
    folder = tmp_path / "presets"
    folder.mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        for path in PRESETS.glob("*.json"):
            text = path.read_text("utf-8").replace(HOME, f"{address}/default.json")
            (folder / path.name).write_text(text)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield address
        server.shutdown()


def extend(service: Service, preset: str) -> None:
    """Add a service to a wave."""
    config = json.loads(service.read("renovate.json"))
    service.change({"renovate.json": json.dumps(config | {"extends": [preset]})})


def allow(company: str, tmp_path: Path, versions: str) -> None:
    """Set the allowed releases of the first wave, as the platform team does."""
    path = tmp_path / "presets/wave-1.json"
    config = json.loads(path.read_text())
    (rule,) = config["packageRules"]
    rule["allowedVersions"] = versions
    path.write_text(json.dumps(config))


@pytest.mark.parts
def test_template_and_dependencies_are_found(service: Service) -> None:
    found = renovate(service, RENOVATE_DRY_RUN="extract")

    assert {"copier", "pep621", "dockerfile", "github-actions"} <= found.keys()
    (template,) = found["copier"][0]["deps"]
    assert (template["datasource"], template["currentValue"]) == ("git-tags", "v1.0.0")
    (project,) = found["pep621"]
    assert project["lockFiles"] == ["uv.lock"]


def test_next_release_is_found(service: Service) -> None:
    assert releases(service) == ["v1.1.0"]


def test_canary_gets_every_release(service: Service, company: str) -> None:
    extend(service, f"{company}/canary.json")

    assert releases(service) == ["v1.1.0"]


def test_wave_gets_only_allowed_releases(service: Service, company: str, tmp_path: Path) -> None:
    extend(service, f"{company}/wave-1.json")

    allow(company, tmp_path, "<=1.0.0")
    assert releases(service) == []
    allow(company, tmp_path, "<=1.1.0")
    assert releases(service) == ["v1.1.0"]


def waves(folder: Path, release: str, *options: str, extends: str = HOME) -> list[Path]:
    """Write the presets of three waves with `drydock fleet waves`; return the presets."""
    services = [{"url": f"https://h/s{wave}.git", "wave": wave} for wave in (0, 1, 2)]
    listing = folder.parent / "fleet.yaml"
    listing.write_text(json.dumps({"services": services}))
    to = ("--to", release, "--presets", folder, "--extends", extends)
    done = run_alone("fleet", "waves", listing, *to, *options)
    assert done.code == 0, done.err
    return sorted(folder.glob("wave-*.json"))


def test_renovate_follows_the_presets_of_fleet_waves(
    service: Service, company: str, tmp_path: Path
) -> None:
    folder = tmp_path / "presets"
    (folder / "wave-1.json").unlink()  # the preset of the docs
    waves(folder, "v1.0.0")
    for path in folder.glob("wave-*.json"):
        path.write_text(path.read_text().replace(HOME, f"{company}/default.json"))

    found = {}
    for wave in (0, 1):
        extend(service, f"{company}/wave-{wave}.json")
        found[wave] = releases(service)
    waves(folder, "v1.1.0", "--promote", "1")
    path = folder / "wave-1.json"
    path.write_text(path.read_text().replace(HOME, f"{company}/default.json"))

    assert found == {0: ["v1.1.0"], 1: []}
    assert releases(service) == ["v1.1.0"]


def test_wave_can_be_limited_to_a_release_of_a_fork(
    service: Service, template: Template, company: str, tmp_path: Path
) -> None:
    fork = tmp_path / "fork"
    git(tmp_path, "clone", "--quiet", template.path, fork)
    for number in (1, 2, 10):
        git(fork, "tag", f"v1.1.0+acme.{number}", "v1.1.0")
    answers = service.read(".copier-answers.yml")
    moved = answers.replace(template.path.as_uri(), fork.as_uri())
    service.change({".copier-answers.yml": moved})
    folder = tmp_path / "presets"
    (folder / "wave-1.json").unlink()

    waves(folder, "v1.1.0+acme.2")
    path = folder / "wave-1.json"
    path.write_text(path.read_text().replace(HOME, f"{company}/default.json"))
    extend(service, f"{company}/wave-1.json")

    assert releases(service) == ["v1.1.0+acme.2"]


def validated(*paths: Path) -> subprocess.CompletedProcess[str]:
    """Check presets with Renovate's own validator."""
    return subprocess.run(
        [parts.node(), parts.renovate() / "config-validator.js", "--strict", "--no-global", *paths],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_presets_are_valid(tmp_path: Path) -> None:
    paths = sorted(PRESETS.glob("*.json"))
    assert [path.name for path in paths] == ["canary.json", "default.json", "wave-1.json"]
    fleet_presets = [
        *waves(tmp_path / "presets", "v1.4.0"),
        *waves(tmp_path / "fork", "v1.4.0+acme.1", extends="github>acme/renovate//python.json"),
    ]
    assert len(fleet_presets) == 6

    done = validated(*paths, *fleet_presets)

    assert done.returncode == 0, done.stdout + done.stderr


def test_invalid_preset_is_rejected(tmp_path: Path) -> None:
    path = waves(tmp_path / "presets", "v1.4.0")[1]
    path.write_text(path.read_text().replace("allowedVersions", "allowedVersion"))

    done = validated(path)

    assert done.returncode == 1
    assert "allowedVersion" in done.stdout + done.stderr
