"""`drydock shim`: the `copier` that Renovate runs, and the work tree it leaves."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import Outcome, Service, Template, commit, git, snapshot

pytestmark = pytest.mark.slow

Drydock = Callable[..., Outcome]
Copier = Callable[..., Outcome]
RENOVATE = ("update", "--skip-answered", "--defaults", "--answers-file", ".copier-answers.yml")
LINES = "".join(f"line {number}\n" for number in range(1, 21))
PYPROJECT = '[project]\nname = "demo"\nversion = "{version}"\nrequires-python = ">=3.11"\n'


@pytest.fixture
def service(template: Template, tmp_path: Path) -> Service:
    """A service whose next update makes every kind of change to a file."""
    template.release(
        "v1.0.0",
        {
            "both.txt": LINES,
            "changed.txt": LINES,
            "gone.txt": "gone\n",
            "moved.txt": LINES + "moved\n",
        },
    )
    service = Service.make(template, tmp_path / "service")
    service.change({"both.txt": LINES.replace("line 3\n", "mine\n")})
    template.release(
        "v1.1.0",
        {
            "both.txt": LINES.replace("line 15\n", "new\n"),
            "changed.txt": LINES.replace("line 9\n", "new\n"),
            "gone.txt": None,
            "moved.txt": None,
            "to/moved.txt": LINES + "moved\n",
            "run.sh": "#!/bin/sh\n",
        },
    )  # fmt: skip
    return service


@pytest.fixture
def copier(drydock: Drydock, tmp_path: Path) -> Copier:
    """Run the command in a service, with the reduced environment of Renovate."""
    (tmp_path / "bin").mkdir()

    def call(service: Path, *arguments: str, options: tuple[str, ...] = ()) -> Outcome:
        assert drydock("shim", tmp_path / "bin", *options).code == 0
        names = ("HOME", "LANG", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "PYTHONPATH")
        environment = {name: os.environ[name] for name in names if name in os.environ}
        path = os.pathsep.join([str(tmp_path / "bin"), os.environ["PATH"]])
        done = subprocess.run(
            ["copier", *arguments],
            cwd=service, env=environment | {"PATH": path, "CI": "true"},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return Outcome(done.returncode, done.stdout, done.stderr)

    return call


def status(service: Path) -> dict[str, str]:
    """Return the status that Renovate reads: the state of index and work tree by path."""
    output = git(service, "status", "--porcelain", "--untracked-files=all", "--no-renames", "-z")
    return {line[3:]: line[:2] for line in output.split("\0") if line}


def test_changes_are_unstaged_and_new_files_untracked(service: Service, copier: Copier) -> None:
    outcome = copier(service.path, *RENOVATE, "--vcs-ref", "v1.1.0")

    assert outcome.code == 0, outcome.err
    assert status(service.path) == {
        ".copier-answers.yml": " M",
        "both.txt": " M",
        "changed.txt": " M",
        "gone.txt": " D",
        "moved.txt": " D",
        "to/moved.txt": "??",
        "run.sh": "??",
    }
    both = LINES.replace("line 3\n", "mine\n").replace("line 15\n", "new\n")
    assert service.read("both.txt") == both
    assert os.access(service.path / "run.sh", os.X_OK)
    assert "_commit: v1.1.0" in service.read(".copier-answers.yml")


def test_conflict_exits_with_0_and_stays_unmerged(service: Service, copier: Copier) -> None:
    service.change({"changed.txt": LINES.replace("line 9\n", "mine\n")})

    outcome = copier(service.path, *RENOVATE, "--trust", "--vcs-ref", "v1.1.0")

    assert outcome.code == 0, outcome.err
    assert "conflict  changed.txt" in outcome.out
    found = status(service.path)
    assert (found["changed.txt"], found["both.txt"], found["run.sh"]) == ("UU", " M", "??")
    assert "<<<<<<< yours" in service.read("changed.txt")


def test_changed_mode_reaches_the_index_with_core_filemode_off(
    template: Template, tmp_path: Path, copier: Copier
) -> None:
    template.release("v1.0.0", {"run.sh": "#!/bin/sh\n", "old.sh": "#!/bin/sh\n# old\n"})
    (template.path / "template/old.sh").chmod(0o755)
    template.release("v1.1.0")
    service = Service.make(template, tmp_path / "service", "v1.1.0")
    git(service.path, "config", "core.fileMode", "false")
    (template.path / "template/run.sh").chmod(0o755)
    (template.path / "template/old.sh").chmod(0o644)
    template.release("v1.2.0")

    outcome = copier(service.path, *RENOVATE, "--vcs-ref", "v1.2.0")

    assert outcome.code == 0, outcome.err
    git(service.path, "add", "--all")  # as Renovate does
    modes = git(service.path, "ls-files", "--stage", "run.sh", "old.sh").splitlines()
    assert [line.split()[0] for line in modes] == ["100644", "100755"]


def test_no_markers_keeps_the_file_and_lists_the_conflict(service: Service, copier: Copier) -> None:
    mine = LINES.replace("line 9\n", "mine\n")
    service.change({"changed.txt": mine, "gone.txt": "gone, and more\n"})

    outcome = copier(service.path, *RENOVATE, "--vcs-ref", "v1.1.0", options=("--no-markers",))

    assert outcome.code == 0, outcome.err
    assert "conflict  changed.txt" in outcome.out
    found = status(service.path)
    assert (found["changed.txt"], found["gone.txt"]) == ("UU", "UD")
    assert service.read("changed.txt") == mine
    assert service.read("gone.txt") == "gone, and more\n"


def test_current_release_changes_nothing(service: Service, copier: Copier) -> None:
    outcome = copier(service.path, *RENOVATE, "--vcs-ref", "v1.0.0")

    assert (outcome.code, status(service.path)) == (0, {})


def test_bad_input_fails_with_one_line_and_changes_nothing(
    service: Service, copier: Copier
) -> None:
    outcome = copier(service.path, *RENOVATE, "--vcs-ref", "v7.0.0")

    assert outcome.code == 2
    assert "has no release 'v7.0.0'" in outcome.err
    assert "Traceback" not in outcome.err
    assert status(service.path) == {}


def test_ignored_new_file_aborts_the_update(service: Service, copier: Copier) -> None:
    service.change({".gitignore": "*.sh\n"})

    outcome = copier(service.path, *RENOVATE, "--vcs-ref", "v1.1.0")

    assert outcome.code == 2
    assert "run.sh is new but ignored by git" in outcome.err
    assert status(service.path) == {}
    assert not (service.path / "run.sh").exists()


def test_service_in_a_folder_is_updated(
    template: Template, service: Service, copier: Copier, tmp_path: Path
) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    git(repository, "init", "--quiet", "--initial-branch=main")
    inside = Service.make(template, repository / "services/one")
    commit(repository, "start")

    outcome = copier(inside.path, *RENOVATE, "--vcs-ref", "v1.1.0")

    assert outcome.code == 0, outcome.err
    found = status(repository)
    assert found["services/one/changed.txt"] == " M"
    assert found["services/one/run.sh"] == "??"
    assert all(path.startswith("services/one/") for path in found)


def test_lock_file_is_regenerated(template: Template, tmp_path: Path, copier: Copier) -> None:
    template.release("v1.0.0", {"pyproject.toml": PYPROJECT.format(version="1")})
    service = Service.make(template, tmp_path / "service")
    assert 'version = "1"' in service.read("uv.lock")
    template.release("v1.1.0", {"pyproject.toml": PYPROJECT.format(version="2")})

    outcome = copier(service.path, *RENOVATE, "--vcs-ref", "v1.1.0")

    assert outcome.code == 0, outcome.err
    assert status(service.path)["uv.lock"] == " M"
    assert 'version = "2"' in service.read("uv.lock")


def test_lock_file_that_cannot_be_regenerated_is_reported(
    template: Template, tmp_path: Path, copier: Copier
) -> None:
    index = '\n[[tool.uv.index]]\nurl = "http://127.0.0.1:9/simple/"\ndefault = true\n'
    needs = 'dependencies = ["nowhere"]\n'
    template.release("v1.0.0", {"pyproject.toml": PYPROJECT.format(version="1") + needs + index})
    service = Service.make(template, tmp_path / "service")
    service.change({"uv.lock": "version = 1\n"})
    template.release("v1.1.0", {"pyproject.toml": PYPROJECT.format(version="2") + needs + index})

    outcome = copier(service.path, *RENOVATE, "--vcs-ref", "v1.1.0")

    assert outcome.code == 0, outcome.err
    assert "uv.lock was not regenerated" in outcome.out
    assert status(service.path)["pyproject.toml"] == " M"
    assert "uv.lock" not in status(service.path)


def test_other_commands_are_run_by_copier(
    service: Service, template: Template, copier: Copier, tmp_path: Path
) -> None:
    real = subprocess.run(
        [sys.executable, "-m", "copier", "--version"], capture_output=True, text=True, check=True
    )

    assert copier(service.path, "--version").out == real.stdout
    copied = copier(tmp_path, "copy", "--defaults", "--quiet", str(template.path), "copied")
    assert copied.code == 0, copied.err
    assert (tmp_path / "copied/run.sh").exists()
    stock = copier(service.path, "update", "--defaults", "--vcs-ref", "v1.1.0")
    assert stock.code == 0, stock.err
    assert "Updated " not in stock.out
    assert copier(service.path, "update", "--no-such-option").code != 0


def test_code_of_the_service_is_not_run(service: Service, copier: Copier) -> None:
    bomb = "raise SystemExit('the code of the service was run')\n"
    names = ("drydock/__init__.py", "copier.py", "yaml.py", "argparse.py", "sitecustomize.py")
    service.change(dict.fromkeys(names, bomb))

    assert copier(service.path, *RENOVATE, "--vcs-ref", "v1.1.0").code == 0
    assert copier(service.path, "--version").code == 0


def test_another_program_named_copier_is_not_replaced(drydock: Drydock, tmp_path: Path) -> None:
    (tmp_path / "copier").write_text("#!/bin/sh\necho real\n")

    outcome = drydock("shim", tmp_path)

    assert outcome.code == 2
    assert "is another program" in outcome.err
    assert (tmp_path / "copier").read_text() == "#!/bin/sh\necho real\n"


def test_missing_folder_fails_with_one_line(drydock: Drydock, tmp_path: Path) -> None:
    before = snapshot(tmp_path)

    outcome = drydock("shim", tmp_path / "nowhere")

    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert snapshot(tmp_path) == before


def test_copier_earlier_on_the_path_is_reported(
    drydock: Drydock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    (first / "copier").write_text("#!/bin/sh\n")
    (first / "copier").chmod(0o755)
    monkeypatch.setenv("PATH", f"{first}{os.pathsep}{second}")

    outcome = drydock("shim", second)

    assert outcome.code == 0
    assert f"{first / 'copier'} comes first on the PATH" in outcome.err
