"""The commands in the pipelines, run in a generated service as a pipeline runs them.

What needs containers or Helm is run elsewhere.
"""

import os
import secrets
import shutil
import string
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support import Service, Template, commit, git
from tests.template import matrix
from tests.template.image import index
from tests.template.pipelines import advisories
from tests.template.pipelines.pipelines import FILES, Pipeline, Rendered
from tests.template.pipelines.test_pipelines import GLUE, sessions

BIN = Path(sys.executable).parent
UV_CACHE = os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache/uv"  # before tests move home
HERE = {"conflicts", "lint", "audit", "secrets", "types", "tests", "publish", "update"}
ELSEWHERE = {
    "tests/template/image": {"image", "scan", "sbom", "push", "attest"},
    "tests/template/chart/test_sessions.py": {"chart", "push_chart", "deploy"},
}


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    code: int
    said: str


def run(command: str, folder: Path, **environment: str) -> Outcome:
    """Run a pipeline's command, as its shell does."""
    names = os.environ | {"UV_CACHE_DIR": str(UV_CACHE), "UV_PYTHON": sys.executable}
    names |= {"PATH": f"{BIN}{os.pathsep}{names['PATH']}"} | environment
    names.pop("VIRTUAL_ENV", None)
    done = subprocess.run(
        ["sh", "-ec", command], cwd=folder, env=names, capture_output=True, text=True, check=False
    )
    return Outcome(done.returncode, done.stdout + done.stderr)


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Iterator[index.Index]:
    with index.private(tmp_path_factory.mktemp("index") / "index") as started:
        yield started


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[advisories.Advisories]:
    with advisories.serving() as known:
        yield known


@pytest.fixture(scope="module")
def template(
    tmp_path_factory: pytest.TempPathFactory,
    private: index.Index,
    known: advisories.Advisories,
) -> Template:
    """A company's template that publishes to the index, and whose `drydock` is this one."""
    company = {
        "company_publish_url": private.address.removesuffix("simple/"),
        "company_advisories_url": known.address,
        "company_engine": f"drydock-engine @ {matrix.REPOSITORY.as_uri()}",
    }
    path = matrix.fork(tmp_path_factory.mktemp("template") / "template", company)
    git(path, "init", "--quiet", "--initial-branch=main")
    git(path, "config", "user.name", "Tester")
    git(path, "config", "user.email", "tester@example.invalid")
    template = Template(path)
    template.release("v1.0.0")
    ruff = (path / "template/ruff.toml.jinja").read_text(encoding="utf-8")
    template.release("v1.1.0", {"ruff.toml.jinja": ruff.replace("= 100", "= 110")})
    git(path, "switch", "--quiet", "--create", "newer")
    template.write({"ruff.toml.jinja": ruff.replace("= 100", "= 120")})
    commit(path, "Lines of 120")
    git(path, "switch", "--quiet", "main")
    return template


@pytest.fixture
def service(tmp_path: Path, template: Template, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service of the older release, cloned from a server."""
    monkeypatch.setenv("UV_CACHE_DIR", str(UV_CACHE))
    service = Service.make(template, tmp_path / "service", service_name="demo-service")
    git(service.path, "branch", "--force", "--move", "main")
    git(tmp_path, "init", "--quiet", "--bare", "server.git")
    git(service.path, "remote", "add", "origin", tmp_path / "server.git")
    git(service.path, "push", "--quiet", "origin", "main")
    return service


def commands(rendered: Rendered, session: str) -> list[str]:
    """Return the commands of that session, in any pipeline."""
    every = [command for kind in FILES for command in rendered(kind, "large").commands]
    return list(dict.fromkeys(text for text in every if f" -s {session}" in text))


def branches(service: Service) -> list[str]:
    """Return what the server has."""
    server = service.path.parent / "server.git"
    return git(server, "for-each-ref", "--format=%(refname:short)").splitlines()


def test_every_command_is_run_somewhere(pipeline: Pipeline) -> None:
    assert set(sessions(pipeline)) <= HERE.union(*ELSEWHERE.values())


@pytest.mark.slow
def test_checks_pass_and_leave_reports(service: Service, rendered: Rendered) -> None:
    for session in ("conflicts", "types", "tests"):
        for command in commands(rendered, session):
            outcome = run(command, service.path)
            assert outcome.code == 0, outcome.said

    junit = ElementTree.parse(service.path / "reports/junit.xml").getroot()
    assert int(junit[0].attrib["tests"]) > 5
    coverage = ElementTree.parse(service.path / "reports/coverage.xml").getroot()
    assert float(coverage.attrib["line-rate"]) > 0.5
    assert any(
        element.attrib["filename"].endswith("chassis/server.py")
        for element in coverage.iter("class")
    )
    assert service.status() == ""


@pytest.mark.slow
def test_conflict_markers_are_refused(service: Service, rendered: Rendered) -> None:
    service.change({"notes.md": "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n"})

    (command,) = commands(rendered, "conflicts")
    outcome = run(command, service.path)

    assert outcome.code != 0
    assert "notes.md:1:<<<<<<< ours" in outcome.said


@pytest.mark.slow
def test_what_is_clean_passes_the_audit(
    service: Service, rendered: Rendered, known: advisories.Advisories
) -> None:
    (command,) = commands(rendered, "audit")
    assert run("uv lock", service.path).code == 0
    commit(service.path, "Lock")
    known.asked.clear()

    outcome = run(command, service.path)

    assert outcome.code == 0, outcome.said
    assert {"fastapi", "uvicorn", "starlette"} <= known.asked  # what others need, too
    assert "pytest" not in known.asked


@pytest.mark.slow
def test_a_vulnerable_package_fails_until_it_is_accepted(
    service: Service, rendered: Rendered, known: advisories.Advisories, planted: str
) -> None:
    (command,) = commands(rendered, "audit")
    assert run("uv lock", service.path).code == 0
    commit(service.path, "Lock")

    refused = run(command, service.path)
    service.change({".trivyignore": f"  # not reachable\n{advisories.VULNERABILITY}\n"})
    accepted = run(command, service.path)

    assert refused.code != 0
    assert planted in refused.said
    assert advisories.VULNERABILITY in refused.said
    assert accepted.code == 0, accepted.said
    assert "--ignore-vuln=#" not in accepted.said, "a comment is not an id"


@pytest.fixture
def planted(known: advisories.Advisories) -> Iterator[str]:
    """Let a package be vulnerable that the service only needs because others do."""
    known.vulnerable.add("starlette")
    yield "starlette"
    known.vulnerable.clear()


@pytest.mark.slow
def test_what_cannot_be_audited_fails(service: Service, rendered: Rendered) -> None:
    (command,) = commands(rendered, "audit")
    own = "# The service's own:\n"
    project = service.read("pyproject.toml")
    service.change({
        "pyproject.toml": project.replace(own, f'{own}    "extra",\n')
        + '\n[tool.uv.sources]\nextra = { path = "extra" }\n',
        "extra/pyproject.toml": '[project]\nname = "extra"\nversion = "1"\n',
        "extra/extra.py": "",
    })  # fmt: skip
    locked = run("uv lock", service.path)
    assert locked.code == 0, locked.said
    commit(service.path, "Depend on what no database knows")

    outcome = run(command, service.path)

    assert outcome.code != 0
    assert "extra" in outcome.said


@pytest.mark.slow
def test_an_audit_without_a_database_fails(
    service: Service, rendered: Rendered, known: advisories.Advisories
) -> None:
    (command,) = commands(rendered, "audit")
    assert run("uv lock", service.path).code == 0
    noxfile = service.read("noxfile.py")
    assert known.address in noxfile
    service.change({"noxfile.py": noxfile.replace(known.address, "http://127.0.0.1:9/v1/query")})

    assert run(command, service.path).code != 0


@pytest.mark.slow
def test_a_secret_that_was_ever_committed_fails(service: Service, rendered: Rendered) -> None:
    (command,) = commands(rendered, "audit")
    command = command.replace("audit ", "")
    letters = string.ascii_letters + string.digits
    secret = "ghp_" + "".join(secrets.choice(letters) for _ in range(36))
    clean = run(command, service.path)
    service.change({"config/local.env": f"GITHUB_TOKEN={secret}\n"})
    (service.path / "config/local.env").unlink()
    commit(service.path, "Take it back")

    outcome = run(command, service.path)

    assert clean.code == 0, clean.said
    assert outcome.code != 0
    assert "config/local.env" in outcome.said
    assert secret not in outcome.said


@pytest.mark.slow
def test_a_history_that_is_cut_off_is_no_history(service: Service, rendered: Rendered) -> None:
    (command,) = commands(rendered, "audit")
    service.change({"notes.md": "more\n"})
    git(service.path, "push", "--quiet", "origin", "HEAD:main")
    shallow = service.path.parent / "shallow"
    server = (service.path.parent / "server.git").as_uri()
    git(service.path.parent, "clone", "--quiet", "--depth=1", "--branch=main", server, shallow)

    outcome = run(command.replace("audit ", ""), shallow)

    assert outcome.code != 0
    assert "the history is cut off here" in outcome.said


@pytest.mark.slow
def test_snapshots_and_releases_are_published(
    service: Service, rendered: Rendered, private: index.Index
) -> None:
    (command,) = commands(rendered, "publish")
    login = {"UV_PUBLISH_USERNAME": index.USER, "UV_PUBLISH_PASSWORD": private.password}
    seconds = git(service.path, "show", "--no-patch", "--format=%ct", "HEAD")

    snapshot = run(command, service.path, **login)
    release = run(command, service.path, RELEASE_TAG="v0.1.0", **login)
    wrong = run(command, service.path, RELEASE_TAG="v0.2.0", **login)
    stranger = run(command, service.path, UV_PUBLISH_USERNAME="x", UV_PUBLISH_PASSWORD="y")

    assert snapshot.code == 0, snapshot.said
    assert release.code == 0, release.said
    published = {path.name for path in private.packages.iterdir()}
    assert published == {
        f"demo_service-{version}{end}"
        for version in (f"0.1.0.dev{seconds}", "0.1.0")
        for end in ("-py3-none-any.whl", ".tar.gz")
    }
    assert wrong.code != 0
    assert "pyproject.toml has version 0.1.0, and the tag is v0.2.0" in wrong.said
    assert stranger.code != 0
    assert service.status() == ""


def update_command(rendered: Rendered) -> str:
    """Return the command of the job that brings updates."""
    return next(text for text in commands(rendered, "update") if text not in GLUE)


@pytest.fixture
def update(service: Service, rendered: Rendered) -> Callable[..., Outcome]:
    """Run the job that brings updates, in a checkout of the main branch as a server makes one."""
    command = update_command(rendered)

    def run_job(clone: Path = service.path) -> Outcome:
        git(clone, "switch", "--quiet", "main")
        outcome = run(command, clone)
        # Each job has a checkout of its own; the tests commit whatever they find in theirs.
        shutil.rmtree(clone / ".nox", ignore_errors=True)
        return outcome

    return run_job


@pytest.fixture
def newer(template: Template) -> Iterator[Callable[[], None]]:
    """Release v1.2.0, for as long as the test runs."""

    def tag() -> None:
        git(template.path, "tag", "v1.2.0", "newer")

    yield tag
    if git(template.path, "tag", "--list", "v1.2.0"):
        git(template.path, "tag", "--delete", "v1.2.0")


def on_server(service: Service, *arguments: str) -> str:
    """Ask the server's repository something."""
    return git(service.path.parent / "server.git", *arguments)


def clone(service: Service, name: str, branch: str = "main") -> Path:
    """Clone the service from the server, as somebody else."""
    path = service.path.parent / name
    git(service.path.parent, "clone", "--quiet", "--branch", branch, "server.git", path)
    return path


@pytest.mark.slow
def test_an_update_is_pushed_on_a_branch(service: Service, update: Callable[..., Outcome]) -> None:
    outcome = update()

    assert outcome.code == 0, outcome.said
    assert branches(service) == ["drydock/update", "main"]
    assert "line-length = 110" in on_server(service, "show", "drydock/update:ruff.toml")
    message = on_server(service, "show", "--no-patch", "--format=%an%n%B", "drydock/update")
    assert message.splitlines()[:2] == ["Drydock", "Update the template to v1.1.0"]
    assert "| ruff.toml | updated |" in message
    pushed = on_server(service, "rev-parse", "drydock/update")

    again = update()
    assert again.code == 0, again.said
    assert "is up to date with the template" in again.said
    assert on_server(service, "rev-parse", "drydock/update") == pushed

    git(service.path, "switch", "--quiet", "main")
    git(service.path, "merge", "--quiet", pushed)
    merged = update()
    assert merged.code == 0, merged.said
    assert on_server(service, "rev-parse", "drydock/update") == pushed


@pytest.mark.slow
def test_a_release_in_between_replaces_what_only_the_job_committed(
    service: Service, update: Callable[..., Outcome], newer: Callable[[], None]
) -> None:
    update()
    service_work = {"notes.md": "of the team\n"}
    git(service.path, "switch", "--quiet", "main")
    service.change(service_work)
    newer()

    outcome = update()

    assert outcome.code == 0, outcome.said
    assert "line-length = 120" in on_server(service, "show", "drydock/update:ruff.toml")
    main = git(service.path, "rev-parse", "main")
    assert on_server(service, "log", "--format=%s", f"{main}..drydock/update") == (
        "Update the template to v1.2.0"
    )


@pytest.mark.slow
def test_what_others_committed_on_the_branch_stays(
    service: Service, update: Callable[..., Outcome], newer: Callable[[], None]
) -> None:
    update()
    person = clone(service, "person", "drydock/update")
    (person / "fix.txt").write_text("a person's fix\n")
    git(person, "add", "fix.txt")
    # Its author is still the job: only who changed it tells.
    git(person, "commit", "--quiet", "--amend", "--no-edit")
    git(person, "push", "--quiet", "--force")
    fixed = git(person, "rev-parse", "HEAD")

    nothing = update()
    assert nothing.code == 0, nothing.said
    assert on_server(service, "rev-parse", "drydock/update") == fixed

    newer()
    outcome = update()
    assert outcome.code == 0, outcome.said
    assert on_server(service, "rev-parse", "drydock/update~") == fixed
    assert on_server(service, "show", "drydock/update:fix.txt") == "a person's fix"
    assert "line-length = 120" in on_server(service, "show", "drydock/update:ruff.toml")

    pushed = on_server(service, "rev-parse", "drydock/update")
    again = update()
    assert again.code == 0, again.said
    assert on_server(service, "rev-parse", "drydock/update") == pushed


@pytest.mark.slow
@pytest.mark.parametrize("first", [True, False], ids=["a new branch", "a branch that is there"])
def test_of_two_runs_at_once_the_second_overwrites_nothing(
    service: Service,
    rendered: Rendered,
    update: Callable[..., Outcome],
    newer: Callable[[], None],
    first: bool,
) -> None:
    if not first:
        update()
        newer()
    other = clone(service, "other")
    # The other run starts and ends after this one has looked, and before it pushes.
    hook = service.path / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        "#!/bin/sh\nunset $(git rev-parse --local-env-vars)\n"
        f"cd {other} && {update_command(rendered)} >job.log 2>&1\n"
    )
    hook.chmod(0o755)

    outcome = update()

    assert "Session update was successful" in (other / "job.log").read_text()
    assert outcome.code != 0
    assert "rejected" in outcome.said
    pushed = git(other, "rev-parse", "drydock/update")
    assert on_server(service, "rev-parse", "drydock/update") == pushed


@pytest.mark.slow
def test_conflicts_are_pushed_nowhere(service: Service, update: Callable[..., Outcome]) -> None:
    ruff = service.read("ruff.toml")
    service.change({"ruff.toml": ruff.replace("= 100", "= 90")})

    outcome = update()

    assert outcome.code != 0
    assert "conflict  ruff.toml" in outcome.said
    assert "nothing is pushed" in outcome.said
    assert branches(service) == ["main"]

    # A person resolves them on the branch: the job has nothing left to do.
    service.change({"ruff.toml": ruff.replace("= 100", "= 95")})
    git(service.path, "push", "--quiet", "origin", "drydock/update")
    resolved = git(service.path, "rev-parse", "drydock/update")
    later = update()
    assert later.code == 0, later.said
    assert on_server(service, "rev-parse", "drydock/update") == resolved
