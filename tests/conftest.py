"""Every test runs without the user's settings, with its own git identity."""

import gc
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import typer.main
from drydock import cli
from hypothesis import HealthCheck, settings

from tests.support import GIT_SETTINGS, Outcome, Template, own_settings

# The time of a case depends on what else the machine does.
settings.register_profile("drydock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("drydock")


def pytest_collection_finish() -> None:
    """Spare the tests themselves from garbage collections: there are thousands, and they stay."""
    gc.collect()
    gc.freeze()


class Homes:
    """Homes for tests: they share one until a test changes it."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        self._factory = factory
        self._current: tuple[Path, dict[str, str]] | None = None

    def settings(self) -> dict[str, str]:
        """Return the environment of a home that contains only settings."""
        if self._current is None or not _is_untouched(self._current[0]):
            home = self._factory.mktemp("home")
            self._current = home, own_settings(home)
        return self._current[1]


def _is_untouched(home: Path) -> bool:
    try:
        files = [(path.name, path.read_text("utf-8")) for path in home.iterdir()]
    except OSError:
        return False
    return files == [(".gitconfig", GIT_SETTINGS)]


class Prepared:
    """Folders that many tests start from: each is built once, and restored for each test.

    That takes a fifth of the time. A folder stays at its path, which its services record.
    """

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        self._factory = factory
        self._places: dict[Callable[[Path], object], Path] = {}

    def __call__(self, build: Callable[[Path], object]) -> Path:
        """Return the folder that `build` fills, as it left it."""
        if build not in self._places:
            place = self._factory.mktemp("prepared")
            (place / "folder").mkdir()
            build(place / "folder")
            shutil.copytree(place / "folder", place / "original", symlinks=True)
            self._places[build] = place
        else:
            place = self._places[build]
            shutil.rmtree(place / "folder")
            shutil.copytree(place / "original", place / "folder", symlinks=True)
        return place / "folder"


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Folders that many tests start from: `prepared(build)` returns the one of a function."""
    return Prepared(tmp_path_factory)


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Homes:
    return Homes(tmp_path_factory)


@pytest.fixture(autouse=True)
def _own_settings(_homes: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in _homes.settings().items():
        monkeypatch.setenv(name, value)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def _uv_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uv")


@pytest.fixture
def shared_uv_cache(_uv_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let uv use one cache, or it starts every Python of the machine again for each home."""
    monkeypatch.setenv("UV_CACHE_DIR", str(_uv_cache))


@pytest.fixture(scope="session", autouse=True)
def _command_built_once() -> Iterator[None]:
    """Build the command line once for all tests, as a user's process does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.main, "get_command", cache(typer.main.get_command))
        yield


@pytest.fixture
def drydock(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Outcome]:
    """Run the command line in this process: `drydock("new", folder, "--defaults")`."""

    def run(*arguments: str | Path) -> Outcome:
        monkeypatch.setattr("sys.argv", ["drydock", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code = ended.value.code
        output = capsys.readouterr()
        return Outcome(code if isinstance(code, int) else 0, output.out, output.err)

    return run


@pytest.fixture
def template(tmp_path: Path) -> Template:
    """A template with one question and no release yet."""
    return Template.make(tmp_path / "template")
