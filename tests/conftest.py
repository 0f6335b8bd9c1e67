"""Every test runs away from the user's own settings, with a git identity of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from drydock import cli
from hypothesis import settings

from tests.support import Outcome, Template, own_settings

# How long a case takes says what else the machine does.
settings.register_profile("drydock", deadline=None)
settings.load_profile("drydock")


@pytest.fixture(autouse=True)
def _own_settings(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path_factory.mktemp("home")
    for name, value in own_settings(home).items():
        monkeypatch.setenv(name, value)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)


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
