"""`drydock update` has the same result whatever git settings the user has."""

import os
from pathlib import Path

import pytest
from drydock.commands.update import Options, update
from drydock.report.outcomes import UpdateReport

from tests.support import GIT_SETTINGS, Service, Template, git

HOSTILE = """\
[color]
	ui = always
	diff = always
	grep = always
	status = always
	branch = always
[column]
	ui = always
[core]
	abbrev = 4
	commentChar = ";"
	pager = false
	quotePath = true
	splitIndex = true
[diff]
	external = false
	ignoreSubmodules = all
	interHunkContext = 9
	mnemonicPrefix = true
	noprefix = true
	relative = true
	renames = false
[format]
	pretty = oneline
[grep]
	column = true
	fullName = true
	lineNumber = true
	patternType = perl
[i18n]
	commitEncoding = ISO-8859-1
	logOutputEncoding = ISO-8859-1
[init]
	defaultBranch = trunk
[log]
	abbrevCommit = true
	date = relative
	decorate = full
	diffMerges = combined
	follow = true
	showRoot = false
	showSignature = true
[merge]
	directoryRenames = true
	renames = false
	verbosity = 5
[rerere]
	enabled = true
[status]
	branch = true
	renames = copies
	short = true
	showStash = true
	showUntrackedFiles = no
[submodule]
	recurse = true
[tag]
	sort = -version:refname
"""
LINES = "".join(f"line {number}\n" for number in range(20))


def updated(place: Path, settings: str, *, commit: bool = False) -> tuple[UpdateReport, str, str]:
    """Return the report of an update under git settings, the files it leaves, and its message."""
    template = Template.make(place / "template")
    template.release(
        "v1.0.0",
        {
            "größe.txt": LINES,
            "moved.txt": LINES.replace("line", "row"),
            "gone.sh": "echo gone\n",
            "both.txt": LINES,
        },
    )
    service = Service.make(template, place / "service")
    git(service.path, "mv", "moved.txt", "elsewhere.txt")
    service.change({"größe.txt": f"mine\n{LINES}", "own.sh": "set -e\n./gone.sh\n"})
    if not commit:
        service.change({"both.txt": LINES.replace("line 3\n", "mine\n")})
    template.release(
        "v1.1.0",
        {
            "größe.txt": f"{LINES}new\n",
            "moved.txt": f"{LINES.replace('line', 'row')}new\n",
            "gone.sh": None,
            "both.txt": LINES.replace("line 3\n", "new\n"),
        },
    )
    (template.path / "template/untracked.txt").write_text("x")
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text(GIT_SETTINGS + settings)
    report = update(service.path, Options(defaults=True, commit=commit), lambda _: None)
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text(GIT_SETTINGS)
    paths = ("--", ".", ":!.copier-answers.yml")  # which has the template's address
    files = git(service.path, "ls-files", "--stage", *paths) + git(service.path, "diff", *paths)
    return report, files, git(service.path, "log", "-1", "--format=%e %B")


@pytest.mark.parametrize("commit", [False, True], ids=["staged", "committed"])
def test_settings_of_the_user_change_nothing(tmp_path: Path, commit: bool) -> None:
    usual, files, message = updated(tmp_path / "usual", "", commit=commit)
    report, same_files, same_message = updated(tmp_path / "hostile", HOSTILE, commit=commit)

    assert "own.sh:2 uses gone.sh, which the release removes" in report.notes
    assert (report.conflicts == []) == commit
    assert [note for note in report.notes if "has uncommitted changes" in note]
    assert [note.replace("/hostile/", "/usual/") for note in report.notes] == usual.notes
    assert report.files == usual.files
    assert same_files == files
    assert same_message.replace("/hostile/", "/usual/") == message
