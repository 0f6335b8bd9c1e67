"""Every test runs away from the user's own settings, with a git identity of its own."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import typer.main
from drydock import cli
from hypothesis import HealthCheck, settings

from tests.support import GIT_SETTINGS, Outcome, Template, own_settings

# How long a case takes, or to draw one, says what else the machine does.
settings.register_profile("drydock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("drydock")


class Homes:
    """Homes for tests: one after the other has the same, as long as none of them changes it."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        self._factory = factory
        self._made: tuple[Path, dict[str, str]] | None = None

    def settings(self) -> dict[str, str]:
        """Return the environment that leads to a home in which nothing but settings is."""
        if self._made is None or not _is_untouched(self._made[0]):
            home = self._factory.mktemp("home")
            self._made = home, own_settings(home)
        return self._made[1]


def _is_untouched(home: Path) -> bool:
    try:
        held = [(path.name, path.read_text("utf-8")) for path in home.iterdir()]
    except OSError:
        return False
    return held == [(".gitconfig", GIT_SETTINGS)]


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Homes:
    return Homes(tmp_path_factory)


@pytest.fixture(autouse=True)
def _own_settings(_homes: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in _homes.settings().items():
        monkeypatch.setenv(name, value)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session", autouse=True)
def _command_built_once() -> Iterator[None]:
    """Build the command line once: a user's process does so once, tests would each time."""
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
        said = capsys.readouterr()
        return Outcome(code if isinstance(code, int) else 0, said.out, said.err)

    return run


@pytest.fixture
def template(tmp_path: Path) -> Template:
    """A template with one question and no release yet."""
    return Template.make(tmp_path / "template")
