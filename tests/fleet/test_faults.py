"""Failures of single services: one line each; nothing is damaged, executed or leaked."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.fleet.conftest import Fleet, listed, publish
from tests.support import Service, Template, commit, git, snapshot, write

pytestmark = pytest.mark.slow

MAIN = [sys.executable, "-c", "from drydock.cli import main; main()", "fleet"]
BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


def errors(out: str) -> dict[str, str]:
    return {record["service"]: record["error"] for record in json.loads(out)}


@pytest.fixture
def forbidding() -> Iterator[str]:
    """The host of a server that answers every request with 403."""

    class Forbid(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(403)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Forbid)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_unreadable_remotes_fail_with_one_line_without_their_password(
    fleet: Fleet, remotes: Path, tmp_path: Path, forbidding: str
) -> None:
    file = listed(
        tmp_path / "fleet.yaml",
        f"file://{remotes}/iris.git",
        "http://me:hunter2@127.0.0.1:1/unreachable.git",
        f"http://me:hunter2@{forbidding}/forbidden.git",
        {"path": "nowhere"},
    )

    done = fleet("status", file)

    assert done.code == 1
    lines = {line.split()[0]: line for line in done.out.splitlines()}
    assert "v1.0.0" in lines["iris"]
    for name in ("unreachable", "forbidden", "nowhere"):
        assert "failed" in lines[name]
    assert "403" in lines["forbidden"]
    assert done.out.splitlines()[-1] == "4 services: 0 up to date, 1 behind, 3 failed"
    output = done.out + done.err + Path("fleet.jsonl").read_text()
    cached = [content[1] for content in snapshot(tmp_path / "cache").values()]
    assert "hunter2" not in output
    assert not any(b"hunter2" in content for content in cached)


def test_refused_push_is_one_line(fleet: Fleet, three: Path, remotes: Path) -> None:
    write(remotes / "iris.git", {"hooks/pre-receive": "#!/bin/sh\necho not you\nexit 1\n"})

    done = fleet("update", three, "--wave", "0", "--push", "--json")

    assert done.code == 1
    assert "cannot push drydock/update" in errors(done.out)["iris"]
    assert not git(remotes / "iris.git", "branch", "--list", "drydock/*")


def test_checkout_with_uncommitted_changes_is_forecast_but_not_updated(
    fleet: Fleet, releases: Template, tmp_path: Path
) -> None:
    service = Service.make(releases, tmp_path / "all" / "iris")
    write(service.path, {"own.txt": "not committed\n"})
    before = snapshot(tmp_path / "all")

    forecast = fleet("forecast", tmp_path / "all")
    update = fleet("update", tmp_path / "all", "--json")

    assert forecast.code == 0
    assert "uncommitted changes" in errors(update.out)["iris"]
    assert snapshot(tmp_path / "all") == before


@pytest.mark.parametrize("damage", ["objects", "lock", "head"])
def test_damaged_clone_of_a_killed_run_is_cloned_again(
    damage: str, fleet: Fleet, three: Path, tmp_path: Path, releases: Template
) -> None:
    fleet("status", three)
    for clone in (tmp_path / "cache/drydock/fleet").glob("*/objects"):
        if damage == "objects":
            for file in clone.rglob("*"):
                if file.is_file():
                    file.chmod(0o600)
                    file.write_bytes(b"half")
        elif damage == "lock":
            (clone.parent / "shallow.lock").touch()
        else:
            (clone.parent / "HEAD").unlink()

    done = fleet("forecast", three, "--json")

    assert set(errors(done.out).values()) == {""}


@pytest.mark.parametrize("option", ["--cache", "--reports", "--output"])
def test_unwritable_path_fails_with_one_line(
    option: str, fleet: Fleet, three: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()

    done = fleet("update", three, option, tmp_path / "file" / "inside")

    assert done.code == 2
    assert done.err.splitlines()[-1].startswith(f"drydock: {tmp_path}/file")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux only")
def test_full_disk_fails_with_one_line(fleet: Fleet, three: Path) -> None:
    done = fleet("status", three, "--output", "/dev/full")

    assert done.code == 2
    assert done.err.splitlines()[-1] == "drydock: /dev/full: No space left on device"


def test_clone_that_does_not_fit_on_disk_fails_for_its_service_only(
    fleet: Fleet, three: Path, remotes: Path, tmp_path: Path
) -> None:
    work = remotes.parent / "work/parcel"
    write(work, {"large.bin": os.urandom(300_000)})
    commit(work, "Grow")
    git(work, "push", "--quiet", remotes / "parcel.git", "main")

    def limit_file_size() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    done = subprocess.run(
        [*MAIN, "status", three, "--json"], capture_output=True, text=True, check=False,
        preexec_fn=limit_file_size, cwd=tmp_path,
    )  # fmt: skip

    found = errors(done.stdout)
    assert done.returncode == 1
    assert "cannot be read" in found["parcel"]
    assert found["iris"] == found["tulip"] == ""
    assert errors(fleet("status", three, "--json").out)["parcel"] == ""


@pytest.mark.parametrize("records", [0, 1, 2])
def test_next_run_completes_a_killed_run(
    records: int, fleet: Fleet, three: Path, remotes: Path, tmp_path: Path
) -> None:
    file = tmp_path / "fleet.jsonl"
    running = subprocess.Popen(
        [*MAIN, "update", three, "--push"], cwd=tmp_path,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while running.poll() is None and (not file.exists() or _lines(file) < records):
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.wait()

    done = fleet("update", three, "--push", "--json")

    found = {record["service"]: record.get("outcome") for record in json.loads(done.out)}
    assert found["iris"] in ("pushed", "is there already")
    assert (found["parcel"], found["tulip"]) == ("conflict", "up to date")
    assert git(remotes / "iris.git", "rev-list", "--count", "main..drydock/update") == "1"
    git(remotes / "iris.git", "fsck", "--strict")


def _lines(file: Path) -> int:
    return file.read_bytes().count(b"\n")


def test_two_concurrent_runs_give_the_result_of_one(
    three: Path, remotes: Path, tmp_path: Path
) -> None:
    running = [
        subprocess.Popen(
            [*MAIN, "update", three, "--push", "--json"], cwd=tmp_path, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]  # fmt: skip

    results = [errors(process.communicate()[0]) for process in running]

    assert results == [dict.fromkeys(("iris", "parcel", "tulip"), "")] * 2
    assert git(remotes / "iris.git", "rev-list", "--count", "main..drydock/update") == "1"
    lines = (tmp_path / "fleet.jsonl").read_text().splitlines()
    assert sorted(json.loads(line)["service"] for line in lines) == sorted(
        [*results[0], *results[1]]
    )


HOSTILE: dict[str, tuple[str | bytes, str]] = {
    "helper": ("_src_path: 'ext::sh -c touch% PWNED'\n_commit: v1.0.0\n", "not an address"),
    "option": ("_src_path: '--upload-pack=touch PWNED'\n_commit: v1.0.0\n", "not usable"),
    "commit": ("_src_path: TEMPLATE\n_commit: '--output=PWNED'\n", "not usable"),
    "bomb": (f"_src_path: TEMPLATE\n_commit: v1.0.0\n{BOMB}", "is too large"),
    "huge": (b"#" * (2 << 20), "larger than"),
    "types": ("_src_path: [1]\n_commit: {a: b}\n", "must be a string"),
    "none": ("just a text\n", "must map names to answers"),
    "objects": ("_src_path: !!python/object/apply:os.system [touch PWNED]\n", "not valid YAML"),
    "secret": (
        "_src_path: 'https://me:hunter2@h/t.git'\n_commit: v1.0.0\n",
        "contains credentials",
    ),
    "name": ("_src_path: TEMPLATE\n_commit: v1.0.0\nname: '../../../PWNED'\n", ""),
}


def test_hostile_answers_files_fail_with_one_line_each(
    fleet: Fleet, releases: Template, tmp_path: Path
) -> None:
    for name, (text, _) in HOSTILE.items():
        content = text.encode() if isinstance(text, str) else text
        content = content.replace(b"TEMPLATE", bytes(releases.path))
        content = content.replace(b"PWNED", bytes(tmp_path / "PWNED"))
        git(tmp_path, "init", "--quiet", "--initial-branch=main", f"all/{name}")
        write(tmp_path / "all" / name, {".copier-answers.yml": content})
        commit(tmp_path / "all" / name, "Start")
    link = tmp_path / "all" / "link"
    git(tmp_path, "init", "--quiet", "--initial-branch=main", link)
    (link / ".copier-answers.yml").symlink_to("/etc/passwd")
    commit(link, "Start")
    before = snapshot(tmp_path / "all")

    runs = [fleet(command, tmp_path / "all", "--json") for command in ("status", "forecast")]

    for done in runs:
        found = errors(done.out)
        for name, (_, message) in HOSTILE.items():
            assert message in found[name]
        assert "must be a file inside" in found["link"]
        assert all("\n" not in error and len(error) <= 500 for error in found.values())
    assert not (tmp_path / "PWNED").exists()
    assert "hunter2" not in "".join(done.out + done.err for done in runs)
    assert snapshot(tmp_path / "all") == before


def test_linked_folder_outside_the_repository_is_refused(
    fleet: Fleet, releases: Template, tmp_path: Path
) -> None:
    other = Service.make(releases, tmp_path / "other")
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "mono")
    (tmp_path / "mono" / "iris").symlink_to(other.path)
    commit(tmp_path / "mono", "Start")
    publish(tmp_path / "mono", tmp_path / "remotes")
    file = listed(
        tmp_path / "fleet.yaml",
        {"url": f"file://{tmp_path}/remotes/mono.git", "folder": "iris"},
        {"path": "mono", "folder": "iris", "name": "checkout"},
    )

    found = errors(fleet("update", file, "--json").out)

    assert set(found.values()) == {"folder iris leads outside the repository"}
    assert not git(other.path, "branch", "--list", "drydock/*")


def test_submodules_and_large_files_are_not_fetched(
    fleet: Fleet, releases: Template, tmp_path: Path
) -> None:
    service = Service.make(releases, tmp_path / "work" / "iris")
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 9\n"
    write(
        service.path,
        {
            ".gitmodules": f'[submodule "s"]\n\tpath = s\n\turl = "ext::touch {tmp_path}/PWNED"\n',
            ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n",
            "model.bin": pointer,
        },
    )
    head = git(service.path, "rev-parse", "HEAD")
    git(service.path, "update-index", "--add", "--cacheinfo", f"160000,{head},s")
    git(service.path, "add", ".gitmodules", ".gitattributes", "model.bin")
    git(service.path, "commit", "--quiet", "--message=Hold others' files")
    publish(service.path, tmp_path / "remotes")
    # The filter that `git lfs install` sets up; GIT_LFS_SKIP_SMUDGE makes it fetch nothing.
    smudge = f"sh -c 'test \"$GIT_LFS_SKIP_SMUDGE\" = 1 || touch {tmp_path}/PWNED; cat'"
    for key, value in {"smudge": smudge, "clean": "cat", "required": "true"}.items():
        git(tmp_path, "config", "--global", f"filter.lfs.{key}", value)
    file = listed(tmp_path / "fleet.yaml", f"file://{tmp_path}/remotes/iris.git")

    done = fleet("update", file, "--push", "--json")

    assert errors(done.out) == {"iris": ""}
    changed = git(
        tmp_path / "remotes/iris.git", "diff", "--name-only", "main", "drydock/update"
    ).splitlines()
    assert changed == [".copier-answers.yml", "app.cfg", "more.txt"]
    assert not (tmp_path / "PWNED").exists()


def test_repository_with_50000_files_is_updated(
    fleet: Fleet, releases: Template, tmp_path: Path
) -> None:
    service = Service.make(releases, tmp_path / "work" / "iris")
    blob = git(service.path, "hash-object", "-w", "--stdin", stdin=b"same\n")
    lines = "".join(f"100644 {blob}\tdata/{n // 500}/{n}.txt\n" for n in range(50_000))
    git(service.path, "update-index", "--add", "--index-info", stdin=lines.encode())
    git(service.path, "commit", "--quiet", "--message=Grow")
    publish(service.path, tmp_path / "remotes")
    file = listed(tmp_path / "fleet.yaml", f"file://{tmp_path}/remotes/iris.git")

    status, update = (fleet(*command, file, "--json") for command in (["status"], ["update"]))

    assert errors(status.out) == errors(update.out) == {"iris": ""}
    assert json.loads(update.out)[0]["files"] == {"updated": 2, "added": 1}
