"""Waves as presets of Renovate."""

import json
from pathlib import Path

import pytest
import yaml

from tests.fleet.conftest import Fleet


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    services = [{"url": f"https://h/s{wave}.git", "wave": wave} for wave in (0, 1, 2)]
    file = tmp_path / "fleet.yaml"
    file.write_text(yaml.safe_dump({"services": services}))
    return file


def allowed(folder: Path, wave: int) -> str | None:
    rules = json.loads((folder / f"wave-{wave}.json").read_text()).get("packageRules")
    return str(rules[0]["allowedVersions"]) if rules else None


def test_first_wave_is_unlimited_and_later_waves_are_limited(
    fleet: Fleet, listing: Path, tmp_path: Path
) -> None:
    assert fleet("waves", listing, "--to", "v1.3.0", "--presets", tmp_path / "p").code == 0

    assert [allowed(tmp_path / "p", wave) for wave in (0, 1, 2)] == [None, "<=1.3.0", "<=1.3.0"]
    preset = json.loads((tmp_path / "p/wave-0.json").read_text())
    assert preset["extends"] == ["local>platform/renovate-config"]


def test_promotion_changes_one_line_of_one_file(
    fleet: Fleet, listing: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "p"
    fleet("waves", listing, "--to", "v1.3.0", "--presets", folder)
    before = {path.name: path.read_text().splitlines() for path in folder.iterdir()}

    done = fleet("waves", listing, "--to", "v1.4.0", "--promote", "1", "--presets", folder)

    assert done.out == f"Wrote {folder}/wave-1.json\n"
    after = {path.name: path.read_text().splitlines() for path in folder.iterdir()}
    changed = [
        (one, other)
        for name, lines in before.items()
        for one, other in zip(lines, after[name], strict=True)
        if one != other
    ]
    assert changed == [('      "allowedVersions": "<=1.3.0"', '      "allowedVersions": "<=1.4.0"')]
    assert fleet("waves", listing, "--to", "v1.4.0", "--presets", folder).out.startswith("Nothing")


def test_company_release_is_allowed_exactly(fleet: Fleet, listing: Path, tmp_path: Path) -> None:
    """PEP 440 specifiers cannot order local versions: `<=` would also allow the next one."""
    fleet("waves", listing, "--to", "v1.4.0+acme.1", "--presets", tmp_path / "p")
    fleet("waves", listing, "--to", "v1.4.0+acme.2", "--promote", "1", "--presets", tmp_path / "p")

    found = [allowed(tmp_path / "p", wave) for wave in (0, 1, 2)]
    assert found == [None, "==1.4.0+acme.2", "==1.4.0+acme.1"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--to", "soon"), "is not a release"),
        (
            ("--to", "v1.4.0", "--promote", "0"),
            "cannot be promoted: the waves after the first are: 1, 2",
        ),
        (
            ("--to", "v1.4.0", "--promote", "7"),
            "cannot be promoted: the waves after the first are: 1, 2",
        ),
        (("--to", "v1.4.0", "--extends", "x y"), "is not a preset"),
    ],
)
def test_invalid_options_fail_with_one_line(
    options: tuple[str, ...], message: str, fleet: Fleet, listing: Path, tmp_path: Path
) -> None:
    done = fleet("waves", listing, *options, "--presets", tmp_path / "p")

    assert done.code == 2
    assert message in done.err
    assert not list((tmp_path / "p").glob("*.json"))
