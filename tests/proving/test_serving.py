"""A side is served in a sandbox, after its setup commands."""

import sys
from pathlib import Path, PurePath

import pytest
from drydock.proving.environments import Environment
from drydock.proving.messages import Request
from drydock.proving.revisions import Revision, read
from drydock.proving.serving import Inputs, Run, serving
from drydock.pythons import Python

from tests.proving.test_processes import SERVER, is_running
from tests.support import write

MAIN = "from fastapi import FastAPI\n\napp = FastAPI()\n"
# Each writes the id of the process that it leaves running.
SETUPS = {
    "background process": "sleep 600 & echo $! > $FOLDER/pid",
    "daemon": "setsid --fork sh -c 'echo $$ > $FOLDER/pid; exec sleep 600'; "
    "until test -s $FOLDER/pid; do sleep 0.05; done",
}


class _PlainServer(Revision):
    """A side that is served without installing anything."""

    def command(self, python: Path, ports: tuple[int, int]) -> list[str | Path]:
        return [python, "-c", SERVER, str(ports[0])]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has subreapers")
@pytest.mark.parametrize("setup", SETUPS)
def test_process_left_by_setup_runs_until_the_service_ends(setup: str, tmp_path: Path) -> None:
    folder = tmp_path / "service"
    folder.mkdir()
    write(folder, {"main.py": MAIN, "requirements.txt": "fastapi\n"})
    side = read("before", "main", "0" * 40, top=folder, inside=PurePath(), app=None)
    environment = Environment(Python((3, 11), Path(sys.executable)), Path(sys.prefix), "")
    inputs = Inputs({"FOLDER": "{folder}"}, [SETUPS[setup]])
    run = Run()
    with serving(_PlainServer(**vars(side)), environment, inputs, tmp_path / "run", run) as service:
        pid = int((tmp_path / "run/folder/pid").read_text())
        assert is_running(pid)
        assert service.send(Request("", "valid", "POST", "/", body=b"a")).status == 201
    assert not is_running(pid)
    assert run.ended_well
