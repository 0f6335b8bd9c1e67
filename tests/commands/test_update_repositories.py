"""`drydock update` in all kinds of repositories and with all kinds of files."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import Outcome, Service, Template, commit, git, snapshot, write

Drydock = Callable[..., Outcome]
LINES = "".join(f"line {number}\n" for number in range(1, 21))


def changed(text: str, number: int, suffix: str) -> str:
    return text.replace(f"line {number}\n", f"line {number} {suffix}\n")


MERGED = changed(changed(LINES, 3, "mine"), 17, "new")


@pytest.fixture
def started(template: Template) -> Template:
    template.release("v1.0.0", {"code.txt": LINES})
    return template


def test_update_in_a_folder_leaves_siblings_alone(
    drydock: Drydock, template: Template, tmp_path: Path
) -> None:
    # The release moves a file; the repository has the same file at a similar path.
    template.release("v1.0.0", {"code.txt": LINES, "old/kept.txt": LINES + "kept\n"})
    mono = tmp_path / "mono"
    write(mono, {"code.txt": LINES, "new/kept.txt": LINES + "kept\n"})
    git(mono, "init", "--quiet")
    one = Service.make(template, mono / "services/one")
    two = Service.make(template, mono / "services/two")
    one.change({"code.txt": changed(LINES, 3, "mine")})
    two.change({"old/kept.txt": None, "copy.txt": LINES})
    others = {k: v for k, v in snapshot(mono).items() if not k.startswith((".git", "services/one"))}
    template.release(
        "v1.1.0",
        {"code.txt": changed(LINES, 17, "new"), "old/kept.txt": None, "lib/kept.txt": LINES},
    )
    outcome = drydock("update", one.path, "--defaults", "--json")
    assert outcome.code == 0, outcome.err
    assert one.read("code.txt") == MERGED
    others_after = {
        k: v for k, v in snapshot(mono).items() if not k.startswith((".git", "services/one"))
    }
    assert others_after == others
    assert git(mono, "diff", "--cached", "--name-only", "--no-renames").splitlines() == [
        "services/one/.copier-answers.yml",
        "services/one/code.txt",
        "services/one/lib/kept.txt",
        "services/one/old/kept.txt",
    ]


def test_deleted_file_is_not_mistaken_for_a_move_to_a_sibling(
    drydock: Drydock, template: Template, tmp_path: Path
) -> None:
    template.release("v1.0.0", {"code.txt": LINES})
    mono = tmp_path / "mono"
    mono.mkdir()
    git(mono, "init", "--quiet")
    one = Service.make(template, mono / "one")
    one.change({"code.txt": None})  # the sibling has the same text
    write(mono, {"two/code.txt": LINES})
    commit(mono, "sibling")
    template.release("v1.1.0", {"code.txt": changed(LINES, 17, "new")})
    outcome = drydock("update", one.path, "--defaults", "--json")
    assert outcome.code == 0
    assert (mono / "two/code.txt").read_text() == LINES
    assert "declined" in outcome.out


def test_file_modes_are_merged(drydock: Drydock, template: Template, tmp_path: Path) -> None:
    template.release("v1.0.0", {"a.sh": LINES, "b.sh": LINES})
    service = Service.make(template, tmp_path / "service")
    (service.path / "a.sh").chmod(0o755)
    service.change({"b.sh": changed(LINES, 3, "mine")})
    (template.path / "template/b.sh").chmod(0o755)
    template.release("v1.1.0", {"a.sh": changed(LINES, 17, "new")})
    assert drydock("update", service.path, "--defaults").code == 0
    assert service.read("a.sh") == changed(LINES, 17, "new")
    assert service.read("b.sh") == changed(LINES, 3, "mine")
    assert os.access(service.path / "a.sh", os.X_OK)
    assert os.access(service.path / "b.sh", os.X_OK)


def test_symbolic_links_are_merged(drydock: Drydock, tmp_path: Path) -> None:
    template = Template.make(
        tmp_path / "template", "_subdirectory: template\n_preserve_symlinks: true\n"
    )
    template.write({"one.txt": "1\n", "two.txt": "2\n"})
    links = {name: template.path / "template" / name for name in ("theirs", "mine", "both")}
    for link in links.values():
        link.symlink_to("one.txt")
    template.release("v1.0.0")
    service = Service.make(template, tmp_path / "service")
    for name in ("mine", "both"):
        (service.path / name).unlink()
        (service.path / name).symlink_to("mine.txt")
    service.change({})
    for name in ("theirs", "both"):
        links[name].unlink()
        links[name].symlink_to("two.txt")
    template.release("v1.1.0")
    outcome = drydock("update", service.path, "--defaults")
    assert outcome.code == 1
    assert str((service.path / "theirs").readlink()) == "two.txt"
    assert str((service.path / "mine").readlink()) == "mine.txt"
    assert "conflict  both" in outcome.out
    assert str((service.path / "both").readlink()) == "mine.txt"


def test_folder_replaced_by_a_link_is_not_written_through(
    drydock: Drydock, template: Template, tmp_path: Path
) -> None:
    template.release("v1.0.0", {"docs/a.txt": "1\n"})
    service = Service.make(template, tmp_path / "service")
    (tmp_path / "outside").mkdir()
    service.change({"docs/a.txt": None})
    (service.path / "docs").rmdir()
    (service.path / "docs").symlink_to(tmp_path / "outside")
    service.change({})
    template.release("v1.1.0", {"docs/b.txt": "2\n"})
    outcome = drydock("update", service.path, "--defaults")
    assert outcome.code == 1
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.parametrize("how", ["stored", "attributes", "autocrlf"])
def test_windows_line_ends_do_not_conflict(
    drydock: Drydock, started: Template, tmp_path: Path, how: str
) -> None:
    service = Service.make(started, tmp_path / "service")
    if how == "attributes":
        service.change({".gitattributes": "*.txt text eol=crlf\n"})
    if how == "autocrlf":
        git(service.path, "config", "core.autocrlf", "true")
    service.change({"code.txt": changed(LINES, 3, "mine").replace("\n", "\r\n")})
    git(service.path, "config", "core.safecrlf", "true")
    stored = b"\r\n" in subprocess.check_output(["git", "show", "HEAD:code.txt"], cwd=service.path)
    assert stored == (how == "stored")
    started.release("v1.1.0", {"code.txt": changed(LINES, 17, "new")})
    assert drydock("update", service.path, "--defaults").code == 0
    assert (service.path / "code.txt").read_bytes() == MERGED.replace("\n", "\r\n").encode()
    assert git(service.path, "diff", "--name-only") == ""


def test_binary_files_are_updated_kept_or_conflict(
    drydock: Drydock, template: Template, tmp_path: Path
) -> None:
    template.release("v1.0.0", dict.fromkeys(("new.bin", "my.bin", "both.bin"), b"\x00" * 9 + b"1"))
    service = Service.make(template, tmp_path / "service")
    service.change({"my.bin": b"\0mine", "both.bin": b"\0mine"})
    template.release("v1.1.0", {"new.bin": b"\0new", "both.bin": b"\0new"})
    outcome = drydock("update", service.path, "--defaults")
    assert outcome.code == 1
    assert (service.path / "new.bin").read_bytes() == b"\0new"
    assert (service.path / "my.bin").read_bytes() == b"\0mine"
    assert (service.path / "both.bin").read_bytes() == b"\0mine"
    assert "UU both.bin" in service.status()


def test_clean_and_smudge_filters_apply(
    drydock: Drydock, started: Template, tmp_path: Path
) -> None:
    service = Service.make(started, tmp_path / "service")
    git(service.path, "config", "filter.shout.clean", "tr A-Z a-z")
    git(service.path, "config", "filter.shout.smudge", "tr a-z A-Z")
    git(service.path, "config", "filter.shout.required", "true")
    write(service.path, {".gitattributes": "code.txt filter=shout\n"})
    service.change({"code.txt": changed(LINES, 3, "mine").upper()})
    assert git(service.path, "show", "HEAD:code.txt").islower()
    started.release("v1.1.0", {"code.txt": changed(LINES, 17, "new")})
    assert drydock("update", service.path, "--defaults").code == 0
    assert service.read("code.txt") == MERGED.upper()
    assert git(service.path, "show", ":code.txt") == MERGED.rstrip()
    assert git(service.path, "diff", "--name-only") == ""


def test_submodules_are_left_alone(
    drydock: Drydock, started: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file")
    service = Service.make(started, tmp_path / "service")
    git(service.path, "submodule", "--quiet", "add", started.path, "vendor/part")
    service.change({"code.txt": changed(LINES, 3, "mine")})
    write(service.path, {"vendor/part/work.txt": "in work\n"})
    before = git(service.path, "submodule", "status")
    started.release("v1.1.0", {"code.txt": changed(LINES, 17, "new")})
    assert drydock("update", service.path, "--defaults").code == 0
    assert service.read("code.txt") == MERGED
    assert git(service.path, "submodule", "status") == before
    assert service.read("vendor/part/work.txt") == "in work\n"


@pytest.fixture
def with_submodule(started: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service with a submodule, in a repository with submodule.recurse."""
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file")
    service = Service.make(started, tmp_path / "service")
    git(service.path, "submodule", "--quiet", "add", started.path, "vendor/part")
    git(service.path, "config", "submodule.recurse", "true")
    service.change({"code.txt": changed(LINES, 3, "mine")})
    started.release("v1.1.0", {"code.txt": changed(LINES, 17, "new")})
    return service


def test_abort_keeps_commits_in_submodules(drydock: Drydock, with_submodule: Service) -> None:
    assert drydock("update", with_submodule.path, "--defaults").code == 0
    part = with_submodule.path / "vendor/part"
    write(part, {"copier.yml": "in: work\n"})
    git(part, "add", "--all")
    git(part, "commit", "--quiet", "--message", "work")
    head = git(part, "rev-parse", "HEAD")
    refused = drydock("update", with_submodule.path, "--abort")
    assert (refused.code, "vendor/part" in refused.err) == (2, True)
    assert git(part, "rev-parse", "HEAD") == head


def test_abort_keeps_untracked_files_in_submodules(
    drydock: Drydock, with_submodule: Service
) -> None:
    part = with_submodule.path / "vendor/part"
    assert drydock("update", with_submodule.path, "--defaults").code == 0
    write(part, {"work.txt": "untracked work\n"})
    before = snapshot(part)
    assert drydock("update", with_submodule.path, "--abort").code == 0
    assert snapshot(part) == before
    assert with_submodule.read("code.txt") == changed(LINES, 3, "mine")


@pytest.mark.parametrize("work", ["changed", "committed", "staged"])
def test_uncommitted_work_in_a_submodule_is_refused(
    drydock: Drydock, with_submodule: Service, work: str
) -> None:
    part = with_submodule.path / "vendor/part"
    write(part, {"copier.yml": "in: work\n"})
    if work != "changed":
        git(part, "commit", "--quiet", "--all", "--message", "work")
    if work == "staged":
        git(with_submodule.path, "add", "vendor/part")
    before = snapshot(with_submodule.path)
    refused = drydock("update", with_submodule.path, "--defaults")
    assert refused.code == 2
    assert "uncommitted changes: commit or stash them first: vendor/part" in refused.err
    assert snapshot(with_submodule.path) == before


def test_file_replaced_by_a_link_is_a_single_conflict(
    drydock: Drydock, started: Template, tmp_path: Path
) -> None:
    service = Service.make(started, tmp_path / "service")
    (service.path / "code.txt").unlink()
    (service.path / "code.txt").symlink_to("other.txt")
    service.change({"other.txt": "mine\n"})
    started.release("v1.1.0", {"code.txt": changed(LINES, 17, "new")})
    outcome = drydock("update", service.path, "--defaults", "--json")
    assert outcome.code == 1
    reason = "it is a symbolic link in your version, a file in the release"
    files = {file["path"]: file for file in json.loads(outcome.out)["files"]}
    assert files["code.txt"] == {"path": "code.txt", "outcome": "conflict", "reason": reason}
    assert not [path for path in snapshot(service.path) if "~" in path]
    assert (service.path / "code.txt").readlink() == Path("other.txt")
    assert len(git(service.path, "ls-files", "--unmerged", "code.txt").splitlines()) == 3
    assert drydock("update", service.path, "--abort").code == 0
    assert service.status() == ""


def test_file_ignored_by_the_template_is_not_reported_as_deleted(
    drydock: Drydock, template: Template, tmp_path: Path
) -> None:
    template.release("v1.0.0", {".gitignore": "*.gen\n", "a.gen": "1\n", "b.gen": "1\n"})
    service = Service.make(template, tmp_path / "service")
    assert git(service.path, "ls-files", "*.gen") == ""
    template.release("v1.1.0", {"a.gen": "2\n", "new.txt": "new\n"})
    outcome = drydock("update", service.path, "--defaults", "--json")
    assert outcome.code == 0, outcome.err
    report = json.loads(outcome.out)
    assert [file["path"] for file in report["files"]] == [".copier-answers.yml", "new.txt"]
    assert [note for note in report["notes"] if "gen" in note] == [
        "a.gen: the release changes it, but git ignores it, so updates skip it: "
        "to track it, run git add --force"
    ]
    assert service.read("a.gen") == "1\n"


def test_attributes_of_the_service_apply_rather_than_those_of_the_template(
    drydock: Drydock, template: Template, tmp_path: Path
) -> None:
    template.release("v1.0.0", {"code.txt": LINES, ".gitattributes": "*.txt text\n"})
    service = Service.make(template, tmp_path / "service")
    service.change({".gitattributes": "*.txt text\nnotes/* merge=union\n", "notes/n": "a\n"})
    template.release("v1.1.0", {".gitattributes": "*.txt text eol=crlf\n", "notes/n": "b\n"})
    assert drydock("update", service.path, "--defaults").code == 0
    assert sorted(service.read("notes/n").split()) == [
        "a",
        "b",
    ]  # merged with the service's union driver
    assert git(service.path, "show", ":code.txt") == LINES.rstrip()


def test_tracked_files_that_match_ignore_rules_are_updated(
    drydock: Drydock, template: Template, tmp_path: Path
) -> None:
    template.release("v1.0.0", {".gitignore": "*.log\n", "kept.log": "1\n"})
    service = Service.make(template, tmp_path / "service")
    service.change({})  # the helper adds ignored files with --force
    template.release("v1.1.0", {"kept.log": "2\n", "more.log": "new\n"})
    assert drydock("update", service.path, "--defaults").code == 0
    assert service.read("kept.log") == "2\n"
    assert service.read("more.log") == "new\n"


def test_big_files_other_encodings_and_odd_names_are_merged(
    drydock: Drydock, template: Template, tmp_path: Path
) -> None:
    latin = "".join(f"Zeile {n} f\u00fcr\n" for n in range(30)).encode("latin-1")
    big = os.urandom(2 << 20)
    names = ["a b.txt", "\u00fc.txt", '"quoted".txt', "tab\there.txt", "new\nline.txt"]
    template.release("v1.0.0", {"latin.py": latin, "big.bin": big, **dict.fromkeys(names, LINES)})
    service = Service.make(template, tmp_path / "service")
    git(service.path, "config", "core.bigFileThreshold", "1m")
    mine = changed(LINES, 3, "mine")
    service.change(
        {"latin.py": latin + b"# mine \xfc\n", "mine.bin": big[::-1], **dict.fromkeys(names, mine)}
    )
    theirs = changed(LINES, 17, "new")
    template.release(
        "v1.1.0",
        {"latin.py": b"# \xe4\n" + latin, "big.bin": big[1:], **dict.fromkeys(names, theirs)},
    )
    outcome = drydock("update", service.path, "--defaults")
    assert outcome.code == 0, outcome.out
    assert (service.path / "latin.py").read_bytes() == b"# \xe4\n" + latin + b"# mine \xfc\n"
    assert (service.path / "big.bin").read_bytes() == big[1:]
    assert {name: service.read(name) for name in names} == dict.fromkeys(names, MERGED)
    git(service.path, "fsck", "--strict")


def test_shallow_clone_is_updated(drydock: Drydock, started: Template, tmp_path: Path) -> None:
    service = Service.make(started, tmp_path / "service")
    service.change({"code.txt": changed(LINES, 3, "mine")})
    git(tmp_path, "clone", "--quiet", "--depth=1", service.path.as_uri(), "shallow")
    started.release("v1.1.0", {"code.txt": changed(LINES, 17, "new")})
    assert drydock("update", tmp_path / "shallow", "--defaults").code == 0
    assert Service(tmp_path / "shallow").read("code.txt") == MERGED


def test_linked_work_tree_is_updated(drydock: Drydock, started: Template, tmp_path: Path) -> None:
    service = Service.make(started, tmp_path / "service")
    git(service.path, "worktree", "add", "--quiet", tmp_path / "linked")
    started.release("v1.1.0", {"code.txt": changed(LINES, 17, "new")})
    assert drydock("update", tmp_path / "linked", "--defaults").code == 0
    assert Service(tmp_path / "linked").read("code.txt") == changed(LINES, 17, "new")
    assert service.status() == ""
    assert drydock("update", service.path, "--abort").code == 2
    assert drydock("update", tmp_path / "linked", "--abort").code == 0


def test_sha256_repository_is_updated(drydock: Drydock, started: Template, tmp_path: Path) -> None:
    (tmp_path / "service").mkdir()
    git(tmp_path / "service", "init", "--quiet", "--object-format=sha256")
    service = Service.make(started, tmp_path / "service/one")
    service.change({"code.txt": changed(LINES, 3, "mine"), "gone.txt": "x\n"})
    started.release("v1.1.0", {"code.txt": changed(LINES, 17, "new"), "new.txt": "new\n"})
    assert drydock("update", service.path, "--defaults").code == 0
    assert service.read("code.txt") == MERGED
    git(service.path, "fsck", "--strict")


def test_sha256_template_updates_a_sha1_service(drydock: Drydock, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--object-format=sha256", "-b", "main", "other")
    write(tmp_path / "other", {"copier.yml": "name: x\n", "a.txt": "1\n"})
    write(
        tmp_path / "other",
        {"{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml }}"},
    )
    template = Template(tmp_path / "other")
    template.path.joinpath("template").mkdir()
    template.release("v1.0.0")
    service = Service.make(template, tmp_path / "service")
    write(template.path, {"a.txt": "2\n"})
    template.release("v1.1.0")
    assert drydock("update", service.path, "--defaults").code == 0
    assert service.read("a.txt") == "2\n"


def test_hooks_and_file_system_monitor_do_not_run(
    drydock: Drydock, started: Template, tmp_path: Path
) -> None:
    service = Service.make(started, tmp_path / "service")
    hook = f"#!/bin/sh\ntouch '{tmp_path}/ran'\n"
    for name in ("post-index-change", "post-checkout", "pre-commit", "reference-transaction"):
        write(service.path / ".git/hooks", {name: hook})
    write(tmp_path, {"monitor": hook})
    git(service.path, "config", "core.fsmonitor", str(tmp_path / "monitor"))
    (tmp_path / "ran").unlink(missing_ok=True)
    started.release("v1.1.0", {"code.txt": changed(LINES, 17, "new")})
    assert drydock("update", service.path, "--defaults").code == 0
    assert not (tmp_path / "ran").exists()


def test_update_works_inside_a_hook_of_another_repository(
    drydock: Drydock, started: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service.make(started, tmp_path / "service")
    started.release("v1.1.0", {"code.txt": changed(LINES, 17, "new")})
    monkeypatch.setenv("GIT_DIR", str(started.path / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(started.path / ".git/index"))
    assert drydock("update", service.path, "--defaults").code == 0
    assert service.read("code.txt") == changed(LINES, 17, "new")
