"""`drydock prove`: run a service before and after a change, each in its own environment."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from drydock.commands.prove import Options, inputs, prove
from drydock.errors import BadInput
from drydock.proving import serving
from drydock.proving.proof import Proof, Row

from tests.support import Outcome, commit, git, write
from tests.waiting import wait_for

real = pytest.mark.prove
UV_CACHE = os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache/uv"  # before tests move home
MAIN = """\
import os
import uuid
from contextlib import asynccontextmanager
from datetime import datetime

from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel


@asynccontextmanager
async def lifespan(app):
    yield


app = FastAPI(lifespan=lifespan)
ITEMS = {}


class Item(BaseModel):
    name: str
    price: float = 1.5


@app.post("/items", status_code=201)
def add(item: Item):
    key = str(uuid.uuid4())
    ITEMS[key] = item
    return {"id": key, "at": datetime.now().isoformat(), "name": item.name}


@app.get("/items/{item_id}")
def read(item_id: str):
    if item_id not in ITEMS:
        raise HTTPException(404)
    return {"price": ITEMS[item_id].price}


@app.delete("/items/{item_id}", status_code=204)
def remove(item_id: str):
    if ITEMS.pop(item_id, None) is None:
        raise HTTPException(404)


@app.get("/status")
def status():
    return JSONResponse({}, 200)


@app.get("/header")
def header():
    return JSONResponse({}, headers={"X-Total": "3"})


@app.get("/gone")
def gone():
    return {}


@app.get("/same")
def same():
    return {"who": os.environ["GREETING"]}
"""
CHANGES = {
    "price: float = 1.5": "price: float = 2.5",
    "JSONResponse({}, 200)": "JSONResponse({}, 202)",
    '"X-Total": "3"': '"X-Count": "3"',
    '@app.get("/gone")\n': "",
    "datetime.now().isoformat()": 'datetime.now().isoformat() + "Z"',
    "    yield\n": "    yield\n    import time\n\n    time.sleep(600)\n",
}
NEVER = '\n\n@app.get("/never")\ndef never():\n    raise HTTPException(403)\n'
TESTS = """\
import pytest
import main


@pytest.mark.parametrize("path", ["/status", "/gone"])
def test_it_is_there(path):
    assert path in main.app.openapi()["paths"]
"""
GREETING = inputs(["GREETING=ada"], [], network=False)


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder for all temporary files."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("UV_CACHE_DIR", str(UV_CACHE))
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


@pytest.fixture
def service(tmp_path: Path) -> Path:
    folder = tmp_path / "service"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    write(folder, {"requirements.txt": "fastapi\nuvicorn\n", "main.py": MAIN})
    commit(folder, "As it was")
    return folder


def changed(folder: Path, changes: dict[str, str]) -> None:
    text = (folder / "main.py").read_text()
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    write(folder, {"main.py": text})
    commit(folder, "Change it")


def proved(folder: Path, before: str = "HEAD~") -> Proof:
    return prove(folder, Options(before=before, seconds=60, inputs=GREETING), lambda _: None)


def row(proof: Proof, operation: str) -> Row:
    return next(row for row in proof.rows if row.operation == operation)


def found(proof: Proof, operation: str) -> dict[str, tuple[str, str]]:
    return {
        one.difference.where or one.difference.part: (one.difference.before, one.difference.after)
        for one in row(proof, operation).found
    }


@real
def test_each_kind_of_difference_is_found(
    service: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "STOP", 5.0)
    write(service, {"main.py": MAIN + NEVER, "test_main.py": TESTS})
    commit(service, "Add an operation that never succeeds")
    changed(service, CHANGES)

    proof = proved(service)

    assert proof.exit_code == 1
    assert found(proof, "GET /items/{item_id}") == {"$.price": ("1.5", "2.5")}
    assert found(proof, "GET /status") == {"status": ("200 {}", "202 {}")}
    assert found(proof, "GET /header") == {
        "x-total": ("3", "(absent)"),
        "x-count": ("(absent)", "3"),
    }
    assert found(proof, "GET /gone")["status"][1].startswith("404")
    assert row(proof, "GET /gone").broken == ["the operation was removed"]
    assert row(proof, "GET /same").outcome == "same"
    # Values that differ in every run are ignored, unless their form changes.
    assert row(proof, "POST /items").noise == ["$.at", "$.id"]
    assert [*found(proof, "POST /items")] == ["$.at"]
    assert row(proof, "GET /never").outcome == "not proved"
    assert "403" in row(proof, "GET /never").problem
    assert proof.before.tests.count() == "2 passed"
    assert proof.after.tests.count() == "1 passed, 1 failed"
    assert proof.differences == [
        "its own tests now failing: test_main::test_it_is_there[/gone]",
        "on SIGTERM it must be killed; before, it exited with -15",
    ]
    assert list(scratch.iterdir()) == []


@real
def test_unchanged_service_behaves_as_before(
    service: Path, scratch: Path, drydock: Callable[..., Outcome]
) -> None:
    before = git(service, "status", "--porcelain", "--ignored")

    outcome = drydock("prove", service, "--before", "HEAD", "--env", "GREETING=ada", "--markdown")

    assert outcome.code == 0, outcome.out
    assert outcome.out.startswith("**It behaves as before**")
    assert "| `DELETE /items/{item_id}` | same |" in outcome.out
    assert git(service, "status", "--porcelain", "--ignored") == before
    assert git(service, "worktree", "list").count("\n") == 0
    assert list(scratch.iterdir()) == []


@real
def test_service_that_does_not_start_differs_or_is_unproved(service: Path, scratch: Path) -> None:
    changed(service, {"ITEMS = {}\n": "ITEMS = {}\nraise RuntimeError('no luck')\n"})

    after = proved(service)
    assert after.exit_code == 1
    assert "after does not start" in after.verdict
    assert "RuntimeError: no luck" in after.verdict

    before = prove(service, Options(before="HEAD", after="HEAD~", inputs=GREETING), lambda _: None)
    assert before.exit_code == 2
    assert "before does not start" in before.verdict
    assert list(scratch.iterdir()) == []


@real
def test_service_that_starts_only_once_is_unproved(
    service: Path, scratch: Path, tmp_path: Path
) -> None:
    marker = tmp_path / "started"
    setup = f"test ! -e {marker} && touch {marker}"
    once = inputs(["GREETING=ada"], [setup], network=False)

    proof = prove(service, Options(before="HEAD", seconds=10, inputs=once), lambda _: None)

    assert proof.exit_code == 2
    assert "before starts once, but not a second time" in proof.verdict
    assert list(scratch.iterdir()) == []


@real
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_proof_leaves_no_files_or_processes(
    service: Path, scratch: Path, number: signal.Signals
) -> None:
    # A background process of a shell may ignore Ctrl-C.
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from drydock.cli import main; main()"
    )
    command = [sys.executable, "-c", code, "prove", str(service), "--before", "HEAD"]
    log = service.parent / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [*command, "--env", "GREETING=ada"], stderr=output, stdout=output
        ) as process,
    ):
        wait_for(lambda: b"Sending requests" in log.read_bytes(), "requests are sent", process, log)
        time.sleep(0.5)
        process.send_signal(number)
        assert process.wait(60) == 130
    assert list(scratch.iterdir()) == []
    assert str(scratch) not in _all_commands()


def _all_commands() -> str:
    return subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


def test_missing_extra_is_named(
    service: Path, monkeypatch: pytest.MonkeyPatch, drydock: Callable[..., Outcome]
) -> None:
    monkeypatch.setitem(sys.modules, "schemathesis", None)
    outcome = drydock("prove", service)
    assert outcome.code == 2
    assert outcome.err == (
        "drydock: prove needs Schemathesis and Hypothesis; install them: "
        "pip install 'drydock-engine[prove]'\n"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (Options(before="v9"), "--before v9: there is no such commit"),
        (Options(after="v9"), "--after v9: there is no such commit"),
        (Options(), "--before HEAD~: there is no such commit"),
        (Options(before="HEAD", requests=Path("none")), "--requests none"),
    ],
)
def test_missing_commit_or_file_is_named(service: Path, options: Options, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        prove(service, options, lambda _: None)


def test_uncommitted_changes_are_refused(service: Path) -> None:
    write(service, {"main.py": MAIN + "\n"})
    with pytest.raises(BadInput, match=r"uncommitted changes: .*main.py"):
        prove(service, Options(before="HEAD"), lambda _: None)


def test_variable_without_value_is_refused() -> None:
    with pytest.raises(BadInput, match="--env takes NAME=VALUE, not 'A'"):
        inputs(["A"], [], network=False)
