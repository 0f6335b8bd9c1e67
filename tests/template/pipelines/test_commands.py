"""The commands of the pipelines, run in a generated service as a pipeline runs them.

Commands that need containers or Helm are tested elsewhere.
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
    """The exit code and the output of a command."""

    code: int
    output: str


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
    """A company's template that publishes to the index, and uses this `drydock`."""
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
    """Return the branches of the server."""
    server = service.path.parent / "server.git"
    return git(server, "for-each-ref", "--format=%(refname:short)").splitlines()


def test_every_pipeline_command_is_tested(pipeline: Pipeline) -> None:
    assert set(sessions(pipeline)) <= HERE.union(*ELSEWHERE.values())


@pytest.mark.slow
def test_checks_pass_and_write_reports(service: Service, rendered: Rendered) -> None:
    for session in ("conflicts", "types", "tests"):
        for command in commands(rendered, session):
            outcome = run(command, service.path)
            assert outcome.code == 0, outcome.output

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
    service.change(
        {"notes.md": "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n", "title.md": "<<<<<<<< ours\n"}
    )

    (command,) = commands(rendered, "conflicts")
    outcome = run(command, service.path)

    assert outcome.code != 0
    assert "notes.md:1:<<<<<<< ours" in outcome.output
    assert "title.md:1:<<<<<<<< ours" in outcome.output


@pytest.mark.slow
def test_audit_passes_without_vulnerabilities(
    service: Service, rendered: Rendered, known: advisories.Advisories
) -> None:
    (command,) = commands(rendered, "audit")
    assert run("uv lock", service.path).code == 0
    commit(service.path, "Lock")
    known.queried.clear()

    outcome = run(command, service.path)

    assert outcome.code == 0, outcome.output
    assert {"fastapi", "uvicorn", "starlette"} <= known.queried  # indirect dependencies, too
    assert "pytest" not in known.queried


@pytest.mark.slow
def test_vulnerable_package_fails_until_accepted(
    service: Service, rendered: Rendered, known: advisories.Advisories, planted: str
) -> None:
    (command,) = commands(rendered, "audit")
    assert run("uv lock", service.path).code == 0
    commit(service.path, "Lock")

    refused = run(command, service.path)
    service.change({".trivyignore": f"  # not reachable\n{advisories.VULNERABILITY}\n"})
    accepted = run(command, service.path)

    assert refused.code != 0
    assert planted in refused.output
    assert advisories.VULNERABILITY in refused.output
    assert accepted.code == 0, accepted.output
    assert "--ignore-vuln=#" not in accepted.output, "a comment is not an id"


@pytest.fixture
def planted(known: advisories.Advisories) -> Iterator[str]:
    """Declare an indirect dependency of the service vulnerable."""
    known.vulnerable.add("starlette")
    yield "starlette"
    known.vulnerable.clear()


@pytest.mark.slow
def test_package_unknown_to_the_database_fails(service: Service, rendered: Rendered) -> None:
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
    assert locked.code == 0, locked.output
    commit(service.path, "Depend on what no database knows")

    outcome = run(command, service.path)

    assert outcome.code != 0
    assert "extra" in outcome.output


@pytest.mark.slow
def test_audit_without_database_fails(
    service: Service, rendered: Rendered, known: advisories.Advisories
) -> None:
    (command,) = commands(rendered, "audit")
    assert run("uv lock", service.path).code == 0
    noxfile = service.read("noxfile.py")
    assert known.address in noxfile
    service.change({"noxfile.py": noxfile.replace(known.address, "http://127.0.0.1:9/v1/query")})

    assert run(command, service.path).code != 0


@pytest.mark.slow
def test_secret_in_an_old_commit_fails(service: Service, rendered: Rendered) -> None:
    (command,) = commands(rendered, "audit")
    command = command.replace("audit ", "")
    letters = string.ascii_letters + string.digits
    secret = "ghp_" + "".join(secrets.choice(letters) for _ in range(36))
    clean = run(command, service.path)
    service.change({"config/local.env": f"GITHUB_TOKEN={secret}\n"})
    (service.path / "config/local.env").unlink()
    commit(service.path, "Take it back")

    outcome = run(command, service.path)

    assert clean.code == 0, clean.output
    assert outcome.code != 0
    assert "config/local.env" in outcome.output
    assert secret not in outcome.output


@pytest.mark.slow
def test_shallow_clone_is_refused(service: Service, rendered: Rendered) -> None:
    (command,) = commands(rendered, "audit")
    service.change({"notes.md": "more\n"})
    git(service.path, "push", "--quiet", "origin", "HEAD:main")
    shallow = service.path.parent / "shallow"
    server = (service.path.parent / "server.git").as_uri()
    git(service.path.parent, "clone", "--quiet", "--depth=1", "--branch=main", server, shallow)

    outcome = run(command.replace("audit ", ""), shallow)

    assert outcome.code != 0
    assert "this clone is shallow" in outcome.output


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

    assert snapshot.code == 0, snapshot.output
    assert release.code == 0, release.output
    published = {path.name for path in private.packages.iterdir()}
    assert published == {
        f"demo_service-{version}{end}"
        for version in (f"0.1.0.dev{seconds}", "0.1.0")
        for end in ("-py3-none-any.whl", ".tar.gz")
    }
    assert wrong.code != 0
    assert "pyproject.toml has version 0.1.0, and the tag is v0.2.0" in wrong.output
    assert stranger.code != 0
    assert service.status() == ""


def update_command(rendered: Rendered) -> str:
    """Return the command of the update job."""
    return next(text for text in commands(rendered, "update") if text not in GLUE)


@pytest.fixture
def update(service: Service, rendered: Rendered) -> Callable[..., Outcome]:
    """Return a function that runs the update job in a checkout of the main branch."""
    command = update_command(rendered)

    def run_job(clone: Path = service.path) -> Outcome:
        git(clone, "switch", "--quiet", "main")
        outcome = run(command, clone)
        # Each job has its own checkout; the tests commit everything in theirs.
        shutil.rmtree(clone / ".nox", ignore_errors=True)
        return outcome

    return run_job


@pytest.fixture
def newer(template: Template) -> Iterator[Callable[[], None]]:
    """Return a function that releases v1.2.0 for the time of the test."""

    def tag() -> None:
        git(template.path, "tag", "v1.2.0", "newer")

    yield tag
    if git(template.path, "tag", "--list", "v1.2.0"):
        git(template.path, "tag", "--delete", "v1.2.0")


def on_server(service: Service, *arguments: str) -> str:
    """Run git in the server's repository."""
    return git(service.path.parent / "server.git", *arguments)


def clone(service: Service, name: str, branch: str = "main") -> Path:
    """Clone the service from the server, as another user."""
    path = service.path.parent / name
    git(service.path.parent, "clone", "--quiet", "--branch", branch, "server.git", path)
    return path


@pytest.mark.slow
def test_update_is_pushed_as_a_branch(service: Service, update: Callable[..., Outcome]) -> None:
    outcome = update()

    assert outcome.code == 0, outcome.output
    assert branches(service) == ["drydock/update", "main"]
    assert "line-length = 110" in on_server(service, "show", "drydock/update:ruff.toml")
    message = on_server(service, "show", "--no-patch", "--format=%an%n%B", "drydock/update")
    assert message.splitlines()[:2] == ["Drydock", "Update the template to v1.1.0"]
    assert "| ruff.toml | updated |" in message
    pushed = on_server(service, "rev-parse", "drydock/update")

    again = update()
    assert again.code == 0, again.output
    assert "is up to date with the template" in again.output
    assert on_server(service, "rev-parse", "drydock/update") == pushed

    git(service.path, "switch", "--quiet", "main")
    git(service.path, "merge", "--quiet", pushed)
    merged = update()
    assert merged.code == 0, merged.output
    assert on_server(service, "rev-parse", "drydock/update") == pushed


@pytest.mark.slow
def test_newer_release_replaces_commits_of_the_job(
    service: Service, update: Callable[..., Outcome], newer: Callable[[], None]
) -> None:
    update()
    service_work = {"notes.md": "of the team\n"}
    git(service.path, "switch", "--quiet", "main")
    service.change(service_work)
    newer()

    outcome = update()

    assert outcome.code == 0, outcome.output
    assert "line-length = 120" in on_server(service, "show", "drydock/update:ruff.toml")
    main = git(service.path, "rev-parse", "main")
    assert on_server(service, "log", "--format=%s", f"{main}..drydock/update") == (
        "Update the template to v1.2.0"
    )


@pytest.mark.slow
def test_commits_of_others_on_the_branch_are_kept(
    service: Service, update: Callable[..., Outcome], newer: Callable[[], None]
) -> None:
    update()
    person = clone(service, "person", "drydock/update")
    (person / "fix.txt").write_text("a person's fix\n")
    git(person, "add", "fix.txt")
    # Its author is still the job: only the committer differs.
    git(person, "commit", "--quiet", "--amend", "--no-edit")
    git(person, "push", "--quiet", "--force")
    fixed = git(person, "rev-parse", "HEAD")

    nothing = update()
    assert nothing.code == 0, nothing.output
    assert on_server(service, "rev-parse", "drydock/update") == fixed

    newer()
    outcome = update()
    assert outcome.code == 0, outcome.output
    assert on_server(service, "rev-parse", "drydock/update~") == fixed
    assert on_server(service, "show", "drydock/update:fix.txt") == "a person's fix"
    assert "line-length = 120" in on_server(service, "show", "drydock/update:ruff.toml")

    pushed = on_server(service, "rev-parse", "drydock/update")
    again = update()
    assert again.code == 0, again.output
    assert on_server(service, "rev-parse", "drydock/update") == pushed


@pytest.mark.slow
@pytest.mark.parametrize("first", [True, False], ids=["a new branch", "an existing branch"])
def test_second_concurrent_run_overwrites_nothing(
    service: Service,
    rendered: Rendered,
    update: Callable[..., Outcome],
    newer: Callable[[], None],
    first: bool,
) -> None:
    if not first:
        update()
        newer()
    second = clone(service, "other")
    # The other run starts and ends after this one has fetched, and before it pushes.
    hook = service.path / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        "#!/bin/sh\nunset $(git rev-parse --local-env-vars)\n"
        f"cd {second} && {update_command(rendered)} >job.log 2>&1\n"
    )
    hook.chmod(0o755)

    outcome = update()

    assert "Session update was successful" in (second / "job.log").read_text()
    assert outcome.code != 0
    assert "rejected" in outcome.output
    pushed = git(second, "rev-parse", "drydock/update")
    assert on_server(service, "rev-parse", "drydock/update") == pushed


@pytest.mark.slow
def test_conflicts_are_not_pushed(service: Service, update: Callable[..., Outcome]) -> None:
    ruff = service.read("ruff.toml")
    service.change({"ruff.toml": ruff.replace("= 100", "= 90")})

    outcome = update()

    assert outcome.code != 0
    assert "conflict  ruff.toml" in outcome.output
    assert "nothing is pushed" in outcome.output
    assert branches(service) == ["main"]

    # After a person has resolved them on the branch, the job has nothing left to do.
    service.change({"ruff.toml": ruff.replace("= 100", "= 95")})
    git(service.path, "push", "--quiet", "origin", "drydock/update")
    resolved = git(service.path, "rev-parse", "drydock/update")
    later = update()
    assert later.code == 0, later.output
    assert on_server(service, "rev-parse", "drydock/update") == resolved
