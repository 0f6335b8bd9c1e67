"""An empty machine gets this machine's configuration of package indexes, and nothing else."""

from pathlib import Path

import pytest

from tools import fresh


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name, _ in list(fresh.kept()):
        monkeypatch.delenv(name)
    return home


def shared(tmp_path: Path) -> dict[str, Path]:
    return {target: source for source, target in fresh.configuration(tmp_path / "root")}


def test_users_configuration_is_in_the_machines_home(tmp_path: Path, home: Path) -> None:
    (home / ".npmrc").write_text("registry=https://packages.example.com/npm/\n")
    (home / ".bashrc").touch()

    sources = shared(tmp_path)

    assert sources["/root/.npmrc"] == home / ".npmrc"
    assert not any(target.endswith(".bashrc") for target in sources)


def test_folders_named_in_a_configuration_are_shared(tmp_path: Path, home: Path) -> None:
    wheels, index = tmp_path / "some-wheels", tmp_path / "index/simple"
    for folder in (wheels, index):
        folder.mkdir(parents=True)
    (home / ".config/pip").mkdir(parents=True)
    (home / ".config/pip/pip.conf").write_text(
        f"[global]\nfind-links = {wheels} /nowhere\nextra-index-url = file://{index}\n"
        "index-url = https://packages.example.com/etc\n"
    )

    sources = shared(tmp_path)

    assert sources[str(wheels)] == wheels
    assert sources[str(index.parent)] == index.parent, "an index's files are next to it"
    assert not {"/nowhere", "/etc"} & {*sources}


def test_certificates_named_in_the_environment_are_shared(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.touch()
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", str(bundle))

    assert shared(tmp_path)[str(bundle)] == bundle


def test_existing_file_of_the_machine_is_kept(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.touch()
    existing = Path(f"{tmp_path}/root{bundle}")
    existing.parent.mkdir(parents=True)
    existing.touch()
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", str(bundle))

    assert str(bundle) not in shared(tmp_path)


def test_variables_of_caches_and_sessions_are_dropped(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PIP_CACHE_DIR", "UV_CACHE_DIR", "UV_PYTHON", "UV_PROJECT_ENVIRONMENT", "TMP"):
        monkeypatch.setenv(name, "/somewhere")
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example.com/simple/")

    assert dict(fresh.kept()) == {"PIP_INDEX_URL": "https://packages.example.com/simple/"}


def test_failed_command_does_not_stop_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    ran = []

    def run(command: str) -> int:
        ran.append(command)
        return int(command == "nox")

    assert fresh.run_all(["demo", "nox", "ci"], run) == 1
    assert ran == ["demo", "nox", "ci"]
    assert [line.split()[1] for line in capsys.readouterr().err.splitlines()] == ["0", "1", "0"]
    assert fresh.run_all(["demo"], run) == 0
