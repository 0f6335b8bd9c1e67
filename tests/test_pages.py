"""Every command in README and docs is run as written, or listed with the reason why it is not.

Their addresses lead to repositories on this machine, through git's `insteadOf`.
"""

import datetime
import os
import pty
import re
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.legacy import requirements
from tests.legacy.support import make, released
from tests.support import commit, git, write
from tests.template.matrix import REPOSITORY, as_upstream
from tests.test_documents import PAGES
from tools import ci, proof, release

DAY = datetime.date(2026, 11, 22)
NEWS = "## Unreleased\n\n- More changes.\n\n"
HOST = "https://git.example.com/"
BLOCK = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)
TYPED = re.compile(r"^ *(?:\$|Example:) (.+)$", re.MULTILINE)
INLINE = re.compile(r"`((?:copier|drydock|nox|uv)\s[^`]+)`")
UV_CACHE = os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache/uv"  # before tests move home
SILENCE = 0.5  # seconds without output after which a program waits for an answer
PATIENCE = 240  # seconds without output after which it hangs


@dataclass(frozen=True)
class Run:
    """Where a command runs, and its result."""

    where: str
    """`empty`; a `service` of an old release, or of the `oldest`; `legacy` or `shop`: hand-written
    services; `fleet`: with a list of services on a remote."""
    leaves: str = ""
    """A file that exists afterwards."""
    before: str = ""
    """The command that a reader has run before."""


INSTALL = """\
uv tool install git+https://git.example.com/platform/drydock.git
drydock new iris"""
LOCKED = "uv lock --quiet && git add uv.lock"
STANDARD = (
    'uvx --from "drydock-standard @ git+https://git.example.com/platform/drydock.git'
    '#subdirectory=extensions/drydock_standard" repo-review --select DM'
)
RUNS = {
    "copier copy https://git.example.com/platform/drydock.git iris": Run(
        "empty", "iris/pyproject.toml"
    ),
    INSTALL: Run("empty", "iris/uv.lock"),
    "drydock new iris --data inference=none": Run(
        "empty", "iris/uv.lock", INSTALL.partition("\n")[0]
    ),
    "copier update": Run("service"),
    "drydock check": Run("service", before=LOCKED),
    "drydock check --markdown": Run("service", before=LOCKED),
    STANDARD: Run("service", before=LOCKED),
    "drydock update": Run("service"),
    "copier update --vcs-ref v1.0.0": Run("oldest"),
    "drydock update --abort": Run("service", before="drydock update --defaults"),
    "drydock update --commit": Run("service"),
    "drydock update --commit --defaults": Run("service"),
    "drydock update --data tracing=true --dry-run": Run("service"),
    "drydock update --dry-run": Run("service"),
    "drydock update --explain Dockerfile": Run("service"),
    "drydock update --explain FILE": Run("service"),
    "drydock modernize --dry-run --diff": Run("legacy"),
    "drydock retrofit --modernize": Run("legacy", "counter/chassis/__init__.py"),
    "drydock modernize --rule marshmallow-to-pydantic": Run("legacy"),
    "drydock update --data python_version=3.13": Run("service"),
    "drydock update --data service_port=8080": Run("service"),
    "drydock questions": Run("service"),
    "drydock questions --json": Run("service"),
    "uv lock": Run("service", "uv.lock"),
    "drydock retrofit": Run("legacy", "counter/chassis/__init__.py"),
    "drydock retrofit --abort": Run("legacy", "requirements.txt", "drydock retrofit"),
    "drydock retrofit --data app=shop.main:app --dry-run": Run("shop"),
    "drydock retrofit --data-file answers.yml --data app=shop.main:app": Run(
        "shop", "shop/chassis/__init__.py", "echo 'owner: team-iris' > answers.yml"
    ),
    "drydock retrofit --defaults": Run("legacy", "counter/chassis/__init__.py"),
    "drydock retrofit --dry-run --json": Run("legacy"),
    "drydock retrofit --resolve": Run("legacy", before="drydock retrofit"),
    "drydock fleet status fleet.yaml": Run("fleet", "fleet.jsonl"),
    "drydock fleet forecast fleet.yaml --to ../drydock": Run("fleet", "fleet.jsonl"),
    "drydock fleet impact 'fastapi==0.165' fleet.yaml": Run("fleet", "fleet.jsonl"),
    "drydock fleet waves fleet.yaml --to v1.4.0 --promote 1": Run("fleet", "wave-1.json"),
    "drydock fleet report --html fleet.html": Run(
        "fleet", "fleet.html", "drydock fleet status fleet.yaml"
    ),
    "drydock fleet update fleet.yaml --wave 1 --push": Run("fleet", "fleet-reports/parcel.md"),
    "drydock fleet update fleet.yaml --wave 0 --push": Run("fleet", "fleet-reports/iris.md"),
    "drydock shim --no-markers DIR": Run("empty", "DIR/copier", "mkdir DIR"),
}
FORK = (
    """\
git clone https://git.example.com/upstream/drydock.git && cd drydock
nox -s tags
git remote rename origin upstream && git remote add origin https://git.example.com/platform/drydock.git""",
    """\
nox -s release -- 1.4.0+acme.1
git push --set-upstream origin main && git push --tags origin""",
    """\
git fetch --no-tags upstream refs/tags/v1.5.0 && git merge FETCH_HEAD
nox -s release -- 1.5.0+acme.1""",
)
NOT_RUN = {
    "nox -s rehearsal -- fleet.yaml --most 5": (
        "installs an environment; it calls `drydock fleet forecast --to .`, which is run"
    ),
    "drydock update --data NAME=VALUE": "a placeholder; it is run with real answers",
    "drydock update --template URL": "the new address of a template that moved",
    "nox -s rules": "takes minutes; only needed after changing a rule",
    "nox -s update": "a session of services; the tests of their pipelines run it",
    'drydock modernize\ngit commit -am "Migrate to Pydantic 2 and FastAPI\'s lifespan"\n'
    "drydock retrofit --defaults\ndrydock prove --before main": (
        "slow; tests/commands/test_year_2021.py does the same"
    ),
    "drydock modernize --rule marshmallow-to-pydantic\n"
    'git add --all && git commit --message "Translate the schemas"\n'
    "drydock prove --before HEAD~ --requests requests.json": (
        "slow; tests/codemods/marshmallow/test_proved.py does the same"
    ),
    "drydock fleet": "a name; its subcommands are run",
    "drydock modernize": "a name; it is run with arguments",
    "drydock retrofit --debt": "needs conflicts; tests/commands/test_retrofit_settles.py runs it",
    "drydock prove": "a name; it is run with arguments",
    "drydock prove --before main": "slow; tests/commands/test_prove.py proves services",
    "python3 -m venv .venv && .venv/bin/pip install --quiet nox && .venv/bin/nox -s demo": (
        "nox -s first_run runs it"
    ),
    ".venv/bin/nox": "CI runs its sessions, nox -s fresh itself",
    "drydock --install-completion": "would change the shell's settings",
    "drydock new": "a name; it is run with arguments",
    "drydock prove --before main --after drydock/retrofit": (
        "slow; tests/commands/test_prove.py proves services"
    ),
    "drydock shim": "a name; it is run with arguments",
    "drydock shim /usr/local/bin": "would write there; it is run with another folder",
    "copier copy": "a name; it is run with arguments",
    "python3 -m venv .venv && .venv/bin/pip install nox uv && .venv/bin/nox -s unit": (
        "nox -s first_run does the same with another session, and CI runs this one"
    ),
    "nox -s debt": "a session of adopted services; nox -s retrofits runs it",
    "nox -s corpus -- main --clones DIR": "needs clones of other projects",
    "nox -s corpus -- --fetch --clones DIR": "clones other projects",
    "nox -s picture": "changes a file of this repository",
    "nox -s tags": "run with the page of the fork",
    "nox -s variants -- every": "slow; a release runs it",
    "nox -s release -- X.Y.Z": "a placeholder; it is run with a fork's next release",
}


def commands() -> Iterator[str]:
    """Yield each command; the lines of a block are one command."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in BLOCK.finditer(text):
            if block["language"] == "sh":
                yield block["text"].strip()
            else:
                yield from TYPED.findall(block["text"])
        for inline in INLINE.findall(BLOCK.sub("", text)):
            yield " ".join(inline.split())


def is_run_by_ci(command: str) -> bool:
    """Return whether continuous integration runs the session of this command."""
    sessions = re.fullmatch(r"nox -s ([\w ]+?)(?: -- (tests/\S+))?", command)
    if sessions is None or not (REPOSITORY / (sessions[2] or "tests")).exists():
        return False
    return set(sessions[1].split()) <= {name for name, *_ in ci.SESSIONS}


def test_each_command_is_run_or_has_a_reason() -> None:
    documented = {command for command in commands() if not is_run_by_ci(command)}

    assert documented == {*RUNS, *FORK, *NOT_RUN}


@pytest.fixture(scope="module")
def standard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template with its old releases, and newer ones from the working tree."""
    return released(tmp_path_factory.mktemp("standard") / "drydock")


@pytest.fixture(scope="module")
def services(standard: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two services, of an old release and of the oldest."""
    folder = tmp_path_factory.mktemp("services")
    for name, ref in {"service": "v1.3.0", "oldest": "v1.0.0"}.items():
        copy = ["copier", "copy", "--quiet", "--defaults", "--vcs-ref", ref, str(standard), name]
        subprocess.run(copy, cwd=folder, check=True)
        answers = folder / name / ".copier-answers.yml"
        address = f"{HOST}platform/drydock.git"
        answers.write_text(answers.read_text().replace(str(standard), address))
    return folder


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the addresses in the pages lead to, and that programs are installed in."""
    folders = {"UV_TOOL_DIR": "tools", "UV_TOOL_BIN_DIR": "bin", "COPIER_CACHE_DIR": "cache"}
    for variable, name in folders.items():
        monkeypatch.setenv(variable, str(tmp_path / name))
    path = [tmp_path / "bin", Path(sys.executable).parent, os.environ["PATH"]]
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, path)))
    monkeypatch.setenv("UV_CACHE_DIR", str(UV_CACHE))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("GIT_MERGE_AUTOEDIT", "no")
    git(tmp_path, "config", "--global", f"url.{tmp_path}/git/.insteadOf", HOST)
    return tmp_path


def type_in(folder: Path, command: str) -> None:
    """Run a command in a terminal, press Enter at each prompt; fail unless it exits with 0."""
    main, terminal = pty.openpty()
    running = subprocess.Popen(
        ["bash", "-ec", command], cwd=folder, stdin=terminal, stdout=terminal, stderr=terminal
    )
    os.close(terminal)
    output, silent = b"", 0.0
    with suppress(OSError):  # raised when the process has closed the terminal
        while silent < PATIENCE:
            if select.select([main], [], [], SILENCE)[0]:
                output, silent = output + os.read(main, 4096), 0.0
            else:
                silent += SILENCE
                os.write(main, b"\r")
    os.close(main)
    running.terminate()
    assert running.wait() == 0, output.decode(errors="replace")


def start(where: str, here: Path, services: Path) -> Path:
    """Create the folder that a command runs in; return it."""
    if where == "empty":
        (here / "empty").mkdir()
        return here / "empty"
    if where == "fleet":
        return start_fleet(here, services)
    if where in ("service", "oldest"):
        folder = shutil.copytree(services / where, here / where)
        git(folder, "init", "--quiet", "--initial-branch=main")
        commit(folder, "Start")
        return folder
    folder = make(requirements.FLAT, here / where)
    if where == "shop":
        (folder / "shop").mkdir()
        git(folder, "mv", "main.py", "store.py", "shop")
        code = (folder / "shop/main.py").read_text().replace("from store", "from shop.store")
        names = {"api = ": "app = ", "@api.": "@app.", "main:api": "shop.main:app"}
        for old, new in names.items():
            code = code.replace(old, new)
        tests = (folder / "test_main.py").read_text()
        write(
            folder,
            {
                "shop/main.py": code,
                "Procfile": "web: uvicorn shop.main:app --port 8123\n",
                "test_main.py": tests.replace("from main import api", "from shop.main import app")
                .replace("TestClient(api)", "TestClient(app)"),
            },
        )  # fmt: skip
        commit(folder, "Make it a package")
    return folder


def start_fleet(here: Path, services: Path) -> Path:
    """Create a folder with a list of two services on a remote, and a template next to it."""
    folder = here / "platform"
    folder.mkdir()
    lines = ["services:"]
    for wave, (name, source) in enumerate({"iris": "oldest", "parcel": "service"}.items()):
        work = shutil.copytree(services / source, here / "work" / name)
        git(work, "init", "--quiet", "--initial-branch=main")
        commit(work, "Start")
        git(here, "clone", "--quiet", "--bare", work, here / f"git/shop/{name}.git")
        address = f"{HOST}shop/{name}.git"
        lines += [f"  - {{url: '{address}', owner: team-{name}, wave: {wave}}}"]
    (folder / "fleet.yaml").write_text("\n".join(lines) + "\n")
    git(here, "clone", "--quiet", here / "git/platform/drydock.git", "drydock")
    return folder


def record_proofs(fork: Path, tree: str) -> None:
    """Record that CI, every variant and all updates passed for a tree, to save half an hour."""
    oid = git(fork, "rev-parse", tree.strip()).strip()
    (fork / ".nox").mkdir(exist_ok=True)
    with (fork / ".nox/proved").open("a") as proved:
        proved.writelines(f"{oid} {what}\n" for what in proof.ALL)


@pytest.mark.slow
@pytest.mark.parametrize("command", RUNS)
def test_documented_command_works(command: str, here: Path, standard: Path, services: Path) -> None:
    (here / "git/platform").mkdir(parents=True)
    (here / "git/platform/drydock.git").symlink_to(standard)
    run = RUNS[command]
    folder = start(run.where, here, services)
    if run.before:
        type_in(folder, run.before)

    type_in(folder, command.replace(" FILE", " Dockerfile"))

    assert not run.leaves or (folder / run.leaves).exists()


@pytest.mark.slow
def test_fork_is_created_released_and_merged_as_documented(here: Path) -> None:
    upstream = here / "work"
    for name in git(REPOSITORY, "ls-files").splitlines():
        (upstream / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, upstream / name)
    git(upstream, "init", "--quiet", "--initial-branch=main")
    as_upstream(upstream / "company.yml")
    notes = upstream / "CHANGELOG.md"
    notes.write_text("# Changelog\n\n## Unreleased\n\n- It begins.\n", encoding="utf-8")
    commit(upstream, "Begin")
    release.cut(upstream, "1.4.0", DAY)
    git(here, "clone", "--quiet", "--bare", upstream, here / "git/upstream/drydock.git")
    (here / "git/platform").mkdir()
    git(here / "git/platform", "init", "--quiet", "--bare", "drydock.git")

    type_in(here, FORK[0])

    fork = here / "drydock"
    company = fork / "company.yml"
    head, name, text = company.read_text().partition("company_name:")
    company.write_text(head + name + text.replace("default: ''", "default: acme", 1))
    commit(fork, "Make it ours")
    record_proofs(fork, "HEAD^{tree}")
    type_in(fork, FORK[1])
    assert git(here / "git/platform/drydock.git", "tag", "--list", "v1.4.0*").split() == [
        "v1.4.0",
        "v1.4.0+acme.1",
    ]

    notes.write_text(notes.read_text().replace("# Changelog\n", "# Changelog\n\n" + NEWS))
    commit(upstream, "Go on")
    release.cut(upstream, "1.5.0", DAY)
    git(upstream, "push", "--quiet", here / "git/upstream/drydock.git", "main", "v1.5.0")
    git(fork, "fetch", "--quiet", "--no-tags", "upstream", "refs/tags/v1.5.0")
    record_proofs(fork, git(fork, "merge-tree", "--write-tree", "HEAD", "FETCH_HEAD"))
    type_in(fork, FORK[2])
    assert git(fork, "describe").strip() == "v1.5.0+acme.1"
