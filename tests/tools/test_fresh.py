"""An empty machine is told where packages come from, and nothing else of this one."""

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


def shown(tmp_path: Path) -> dict[str, Path]:
    return {target: source for source, target in fresh.configuration(tmp_path / "root")}


def test_a_users_configuration_is_in_the_home_there(tmp_path: Path, home: Path) -> None:
    (home / ".npmrc").write_text("registry=https://packages.example.com/npm/\n")
    (home / ".bashrc").touch()

    found = shown(tmp_path)

    assert found["/root/.npmrc"] == home / ".npmrc"
    assert not any(target.endswith(".bashrc") for target in found)


def test_what_a_configuration_names_is_there_too(tmp_path: Path, home: Path) -> None:
    wheels, index = tmp_path / "some-wheels", tmp_path / "index/simple"
    for folder in (wheels, index):
        folder.mkdir(parents=True)
    (home / ".config/pip").mkdir(parents=True)
    (home / ".config/pip/pip.conf").write_text(
        f"[global]\nfind-links = {wheels} /nowhere\nextra-index-url = file://{index}\n"
        "index-url = https://packages.example.com/etc\n"
    )

    found = shown(tmp_path)

    assert found[str(wheels)] == wheels
    assert found[str(index.parent)] == index.parent, "an index's files lie beside it"
    assert not {"/nowhere", "/etc"} & {*found}


def test_certificates_of_the_environment_are_there(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.touch()
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", str(bundle))

    assert shown(tmp_path)[str(bundle)] == bundle


def test_what_is_there_already_stays(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.touch()
    there = Path(f"{tmp_path}/root{bundle}")
    there.parent.mkdir(parents=True)
    there.touch()
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", str(bundle))

    assert str(bundle) not in shown(tmp_path)


def test_neither_caches_nor_what_a_session_sets_is_kept(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PIP_CACHE_DIR", "UV_CACHE_DIR", "UV_PYTHON", "UV_PROJECT_ENVIRONMENT", "TMP"):
        monkeypatch.setenv(name, "/somewhere")
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example.com/simple/")

    assert dict(fresh.kept()) == {"PIP_INDEX_URL": "https://packages.example.com/simple/"}


def test_a_command_that_fails_keeps_none_from_running(capsys: pytest.CaptureFixture[str]) -> None:
    ran = []

    def run(command: str) -> int:
        ran.append(command)
        return int(command == "nox")

    assert fresh.run_all(["demo", "nox", "ci"], run) == 1
    assert ran == ["demo", "nox", "ci"]
    assert [line.split()[1] for line in capsys.readouterr().err.splitlines()] == ["0", "1", "0"]
    assert fresh.run_all(["demo"], run) == 0
