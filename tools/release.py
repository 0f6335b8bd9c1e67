"""Cut a release of the template: `nox -s release -- X.Y.Z`; `nox -s tags` rebuilds lost tags.

A release is a commit `release: vX.Y.Z` with an annotated tag. It turns the Unreleased section of
the changelog into the release's. Within a major version it must not break what services rely on:
no question, choice or standard file is removed.

A fork that names its company in `company.yml` numbers its releases after upstream's:
`v1.4.0+acme.2` is its second release based on v1.4.0. Its notes are in CHANGELOG.company.md.
"""

import datetime
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from drydock import git
from drydock.errors import BadInput
from drydock.template import rendering
from drydock.template.company import is_of
from drydock.template.releases import Release, Template, open_template
from packaging.version import Version

from tests.template import matrix
from tools import version as versions
from tools.proof import CI, EVERY, UPDATES, is_proved, proving

UNRELEASED = "## Unreleased\n"


def main(arguments: Sequence[str]) -> int:
    """Run `check X.Y.Z`, `prove`, `cut X.Y.Z` or `tags`; return the exit code."""
    try:
        match list(arguments):
            case ["tags"]:
                for name in rebuild_tags(matrix.REPOSITORY):
                    print(f"tagged {name}")
            case ["prove"]:
                prove(matrix.REPOSITORY)
            case ["check", version]:
                check(matrix.REPOSITORY, version)
            case ["cut", version]:
                check(matrix.REPOSITORY, version)
                cut(matrix.REPOSITORY, version, datetime.datetime.now(datetime.UTC).date())
                print(f"released v{version}; publish it with: git push --follow-tags")
            case _:
                raise BadInput("expected a version: nox -s release -- 1.2.0")
    except (BadInput, git.GitError) as error:
        print(f"release: {error}", file=sys.stderr)
        return 2
    return 0


def check(repository: Path, version: str) -> None:
    """Raise BadInput if the working tree cannot become the release `version`."""
    if git.run("status", "--porcelain", cwd=repository):
        raise BadInput("the working tree has uncommitted changes: commit them first")
    git.require_identity(repository)
    with open_template(str(repository), repository) as template:
        last = _last(template)
        _require_version(repository, template.company, last, version)
        _require_changes(repository, template.company, version)
        if last is None:
            return
        if last.version and Version(version) <= last.version:
            raise BadInput(f"v{version} is not newer than {last.name}")
        if last.version and Version(version).major == last.version.major:
            broken = list(breaks(template, last, repository))
            if broken:
                raise BadInput(f"{'; '.join(broken)}: this requires a new major version")


def prove(repository: Path) -> None:
    """Run what has not passed yet for exactly these files: CI, every variant, updates between.

    Raises BadInput if anything fails.
    """
    every = [sys.executable, "-m", "tests.template.variants", "every"]
    between = [sys.executable, "-m", "nox", "-s", "updates", "--", "-m", "updates and between"]
    commands = {CI: [".ci/run"], EVERY: every, UPDATES: between}
    for what, command in commands.items():
        if is_proved(repository, what):
            print(f"already passed for these files: {what}")
        elif not _passes(repository, what, command):
            raise BadInput(f"{what} failed")
        elif not is_proved(repository, what):
            raise BadInput(f"{what} passed, but the files have changed since")


def _passes(repository: Path, what: str, command: Sequence[str]) -> bool:
    with proving(repository, what) as proof:
        proof.passed = subprocess.run(command, cwd=repository, check=False).returncode == 0
    return proof.passed


def breaks(template: Template, last: Release, repository: Path) -> Iterator[str]:
    """Yield a phrase for everything that services of release `last` would miss."""
    with tempfile.TemporaryDirectory(prefix="release.") as scratch:
        old = Path(scratch, "template")
        template.checkout(last, old)
        before = _questions(old)
        lost_answers = list(_lost_answers(before, _questions(repository)))
        if lost_answers:
            yield from lost_answers
            return  # the old answers cannot render it
        lost: set[str] = set()
        for number, variant in enumerate(matrix.covering(2, {}, matrix.OF_AN_INSTALLATION)):
            answers = {
                name: value
                for name, value in variant.answers.items()
                if name in before and value in _choices(before[name], value)
            }
            files = [
                set(
                    matrix.render(
                        checkout, Path(scratch, f"{side}{number}"), answers, "update"
                    ).files()
                )
                for side, checkout in (("old", old), ("new", repository))
            ]
            lost |= files[0] - files[1]
        yield from (f"the standard file {name} was removed" for name in sorted(lost))


def cut(repository: Path, version: str, day: datetime.date) -> None:
    """Commit and tag the release `version`."""
    changelog = repository / (versions.COMPANY if "+" in version else versions.UPSTREAM)
    text = changelog.read_text(encoding="utf-8")
    heading = f"{UNRELEASED}\n## v{version} ({day.isoformat()})\n"
    if "+" in version and not _unreleased(changelog):
        heading += f"\n- No changes to upstream's v{version.partition('+')[0]}.\n"
    changelog.write_text(text.replace(UNRELEASED, heading, 1), encoding="utf-8")
    name = f"v{version}"
    git.run("commit", "--quiet", "--all", "--message", f"release: {name}", cwd=repository)
    git.run("tag", "--annotate", name, "--message", name, cwd=repository)


def rebuild_tags(repository: Path) -> list[str]:
    """Tag untagged release commits among the first parents; return the new tags."""
    with open_template(str(repository), repository) as template:
        present = set(git.run("tag", "--list", cwd=repository).decode().split())
        missing = [release for name, release in template.releases.items() if name not in present]
    for release in missing:
        # The tagger is the release's committer, so that all clones agree and no identity is needed.
        about = ("show", "--no-patch", "--format=%cn%n%ce%n%cI", release.commit)
        name, email, day = git.run(*about, cwd=repository).decode().splitlines()
        git.run(
            *("tag", "--annotate", release.name, release.commit, "--message", release.name),
            cwd=repository,
            environment={
                "GIT_COMMITTER_NAME": name,
                "GIT_COMMITTER_EMAIL": email,
                "GIT_COMMITTER_DATE": day,
            },
        )
    return [release.name for release in missing]


def _last(template: Template) -> Release | None:
    """Return the newest release: in a fork its own, or upstream's that it started from."""
    releases = list(template.releases.values())
    own = [item for item in releases if item.version and is_of(item.version, template.company)]
    newest = own if template.company and own else releases
    return newest[-1] if newest else None


def _require_version(repository: Path, company: str, last: Release | None, version: str) -> None:
    if not company:
        if not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", version):
            raise BadInput(f"{version}: expected a version like 1.2.0")
        return
    upstream = versions.newest(repository / versions.UPSTREAM)
    if upstream is None:
        raise BadInput(f"{versions.UPSTREAM} has no release")
    number = 1
    if last and last.version and last.version.local and last.version.public == upstream:
        number += int(last.version.local.rpartition(".")[2])
    if version != (expected := f"{upstream}+{company}.{number}"):
        raise BadInput(
            f"{version}: expected {expected}, since this is a fork for {company} that has merged "
            f"upstream's v{upstream}"
        )


def _require_changes(repository: Path, company: str, version: str) -> None:
    """Raise BadInput if there are no notes; a fork needs none for upstream's new release."""
    name = versions.COMPANY if company else versions.UPSTREAM
    changelog = repository / name
    if not changelog.is_file() or UNRELEASED not in changelog.read_text(encoding="utf-8"):
        raise BadInput(f"{name}: the section Unreleased is missing or empty")
    if not _unreleased(changelog) and not (company and version.endswith(f"+{company}.1")):
        raise BadInput(f"{name}: the section Unreleased is missing or empty")
    if company and _unreleased(repository / versions.UPSTREAM):
        print(
            "release: this contains unreleased changes of upstream; "
            "upstream's next release will have their notes",
            file=sys.stderr,
        )


def _unreleased(changelog: Path) -> str:
    text = changelog.read_text(encoding="utf-8")
    return text.partition(UNRELEASED)[2].partition("\n## ")[0].strip()


def _questions(checkout: Path) -> dict[str, dict[str, Any]]:
    release = Release("v0", "0", None)
    config = rendering.config(rendering.Checkout(checkout, str(checkout), release))
    questions = config.questions_data.items()
    return {name: question for name, question in questions if question.get("when") is not False}


def _choices(question: dict[str, Any], default: object) -> list[object]:
    choices = question.get("choices", [default])
    return list(choices.values() if isinstance(choices, dict) else choices)


def _lost_answers(
    before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]
) -> Iterator[str]:
    added = [str(question.get("default")) for name, question in after.items() if name not in before]
    for name, question in before.items():
        if name not in after:
            if not any(re.search(rf"\b{name}\b", default) for default in added):
                yield f"the question {name} was removed, and no new one uses its answer as default"
        elif "choices" in question:
            kept = _choices(after[name], None) if "choices" in after[name] else None
            for value in _choices(question, None):
                if kept is not None and value not in kept:
                    yield f"the choice {value} of {name} was removed"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
