"""Repeats an update that people made to a real project with each engine, and compares results."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from copier._main import Worker, as_operation
from judge import Tree, both_changed, faults

ENGINES = ("copier", "drydock")
BIN = Path(sys.executable).parent
COMMIT = (
    "-c", "user.name=Replay", "-c", "user.email=replay@example.com",
    "commit", "--quiet", "--no-verify",
)  # fmt: skip
PATIENCE = 300
"""Time limit of one update, in seconds."""


class LeftOut(Exception):  # noqa: N818 - not an error
    """Why an update cannot be replayed, or is not worth replaying."""


@dataclass(frozen=True)
class Update:
    """One update that people made."""

    project: Path
    commit: str
    parent: str
    answers_file: str
    old: dict[str, Any]
    new: dict[str, Any]

    @property
    def name(self) -> str:
        """The name of the project, which is that of its folder."""
        return self.project.absolute().name.removesuffix(".git")

    @property
    def folder(self) -> str:
        """The project's folder in its repository."""
        return PurePosixPath(self.answers_file).parent.as_posix()


@dataclass
class Outcome:
    """The result of one update with one engine."""

    exit: int
    seconds: float
    message: str = ""
    conflicts: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    """Files that both sides changed, merged without a conflict."""
    as_people: list[str] = field(default_factory=list)
    """The merged files that equal what the people committed."""
    faults: dict[str, list[str]] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    """For each file to inspect: ours, the result, and what the people committed."""

    @property
    def failed(self) -> bool:
        """Whether the engine failed to update."""
        return self.exit != 0 and not (self.exit == 1 and self.conflicts)

    @property
    def clean(self) -> bool:
        """Whether nothing is left to resolve."""
        return self.exit == 0 and not self.conflicts

    @property
    def silent(self) -> bool:
        """Whether it reports success but leaves conflicts."""
        return self.exit == 0 and bool(self.conflicts)


@dataclass
class Replay:
    """One update, replayed with every engine."""

    project: str
    commit: str
    before: str
    after: str
    both_changed: list[str]
    outcomes: dict[str, Outcome]


def git(folder: Path, *arguments: str) -> str:
    """Run git; return its output."""
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        reason = done.stderr.strip().splitlines() or ["failed"]
        raise LeftOut(f"git {arguments[0]}: {reason[-1]}")
    return done.stdout


def updates(project: Path) -> Iterator[Update]:
    """Yield the updates in a project's history, oldest first."""
    log = git(
        project, "log", "--first-parent", "--diff-merges=first-parent", "--reverse", "--name-only",
        "--format=%x00%H %P", "-G^_commit:", "--", "*.yml", "*.yaml",
    )  # fmt: skip
    for entry in log.split("\0")[1:]:
        ids, *files = entry.strip().splitlines()
        commit, *parents = ids.split()
        for file in filter(None, files if parents else []):
            old, new = (_answers(project, at, file) for at in (parents[0], commit))
            if old and new and old["_commit"] != new["_commit"]:
                yield Update(project, commit, parents[0], file, old, new)


def _answers(project: Path, commit: str, file: str) -> dict[str, Any] | None:
    try:
        answers = yaml.safe_load(git(project, "show", f"{commit}:{file}"))
    except (LeftOut, yaml.YAMLError):
        return None
    is_valid = isinstance(answers, dict) and {"_commit", "_src_path"} <= answers.keys()
    return answers if is_valid else None


@dataclass(frozen=True)
class Rendering:
    """A release that Copier rendered with the answers of an update."""

    files: Tree
    worker: Worker

    def keeps(self, path: str) -> bool:
        """Return whether the template never replaces an existing file."""
        return self.worker.match_skip(Path(path))


class Bench:
    """A folder in which updates are replayed."""

    def __init__(self, template: Path, folder: Path, engines: Sequence[str]) -> None:
        self.template = folder / "template"
        self.folder = folder
        self.engines = engines
        git(folder, "clone", "--quiet", "--shared", str(template.resolve()), str(self.template))
        self.config = folder / "gitconfig"
        self.environment = os.environ | {
            "GIT_CONFIG_GLOBAL": str(self.config),
            "GIT_CONFIG_NOSYSTEM": "1",
            "NO_COLOR": "1",
            "UV_OFFLINE": "1",  # regenerating lock files is not measured
        }
        # Engines use bytecode, as when installed.
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def replay(self, update: Update) -> Replay:
        """Replay one update with every engine; raise LeftOut if that is impossible."""
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            folder = Path(scratch)
            data, base, theirs = self.begin(update, folder)
            clones = {engine: self.clone(update, folder / engine) for engine in self.engines}
            ours = read_tree(next(iter(clones.values())))
            both = [p for p in ours if both_changed(p, base.files, ours, theirs.files)]
            both = sorted(set(both) - {update.answers_file})
            outcomes = {}
            for engine, clone in clones.items():
                outcome = self._run(engine, clone, update, data)
                if not outcome.failed:
                    _compare(outcome, update, clone, both, (base, ours, theirs))
                outcomes[engine] = outcome
            before, after = str(update.old["_commit"]), str(update.new["_commit"])
            return Replay(update.name, update.commit[:8], before, after, both, outcomes)

    def begin(self, update: Update, folder: Path) -> tuple[dict[str, str], Rendering, Rendering]:
        """Prepare an update; return the answers to pass, and both releases rendered in `folder`.

        Raises LeftOut if the update cannot be replayed, or is not worth replaying.
        """
        for release in (update.old["_commit"], update.new["_commit"]):
            self._require_release(release)
        self._redirect(update.old["_src_path"], update.new["_src_path"])
        data, base, theirs = self._render(update, folder)
        if _without(base.files, update) == _without(theirs.files, update):
            raise LeftOut("the releases render the same files")
        return data, base, theirs

    def _require_release(self, release: Any) -> None:
        try:
            git(self.template, "rev-parse", "--verify", "--quiet", f"{release}^{{commit}}")
        except LeftOut as error:
            raise LeftOut("the template's clone lacks a release") from error

    def _redirect(self, *addresses: str) -> None:
        """Let git find the template's local clone at the recorded addresses."""
        forms = set()
        for address in addresses:
            url = address.removeprefix("git+")
            for short, host in (("gh:", "https://github.com/"), ("gl:", "https://gitlab.com/")):
                url = f"{host}{url.removeprefix(short)}" if url.startswith(short) else url
            if "://" not in url and not url.startswith("git@"):
                raise LeftOut("the recorded address of the template is a folder")
            url = url.removesuffix("/").removesuffix(".git")
            forms |= {url, f"{url}.git"}
        lines = [f'[url "{self.template}"]', *(f"  insteadOf = {form}" for form in sorted(forms))]
        identity = ["[user]", "  name = Replay", "  email = replay@example.com"]
        self.config.write_text("\n".join([*lines, *identity]) + "\n")

    def clone(self, update: Update, top: Path) -> Path:
        """Clone the project as it was before an update."""
        clone = top / update.name  # some templates use the folder's name
        origin = str(update.project.resolve())
        git(self.folder, "clone", "--quiet", "--shared", "--no-checkout", origin, str(clone))
        git(clone, "checkout", "--quiet", "-B", "replay", update.parent)
        if absent := list(filter(None, git(clone, "ls-files", "-z", "--deleted").split("\0"))):
            # A clone may lack large files, but engines reject uncommitted changes.
            git(clone, "rm", "--quiet", "--cached", "--", *absent)
            git(clone, *COMMIT, "--message=Remove files that the clone lacks")
        return clone

    def _render(self, update: Update, folder: Path) -> tuple[dict[str, str], Rendering, Rendering]:
        recorded = {k: v for k, v in update.old.items() if not k.startswith("_")}
        changed = {
            name: value
            for name, value in update.new.items()
            if not name.startswith("_") and (name not in recorded or recorded[name] != value)
        }
        theirs = self._rendered(update, folder / "theirs", "_commit", changed, ())
        questions = theirs.worker.template.questions_data
        base = self._rendered(update, folder / "base", "", recorded, theirs.worker.template.exclude)
        data = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in changed.items()
            if name in questions
        }
        return data, base, theirs

    def _rendered(
        self, update: Update, top: Path, new: str, data: dict[str, Any], exclude: Sequence[str]
    ) -> Rendering:
        release = (update.new if new else update.old)["_commit"]
        folder = top / update.name / update.folder
        folder.mkdir(parents=True)
        answers_file = PurePosixPath(update.answers_file).name
        if new:
            # As in an update, the default replaces an answer that is no longer valid.
            (folder / answers_file).write_text(yaml.safe_dump(update.old))
        try:
            with (
                warnings.catch_warnings(action="ignore"),
                Worker(
                    src_path=str(self.template), dst_path=folder, vcs_ref=str(release), data=data,
                    answers_file=Path(answers_file), exclude=exclude, defaults=True, quiet=True,
                    overwrite=True, unsafe=True, skip_tasks=True,
                ) as worker,
            ):  # fmt: skip
                as_operation("update")(worker.run_copy)()
                worker.match_skip, worker.template.questions_data  # noqa: B018 - before the clone goes
                return Rendering(read_tree(top / update.name), worker)
        except Exception as error:
            raise LeftOut(f"Copier cannot render: {type(error).__name__}: {error}") from error

    def command(self, engine: str, clone: Path, update: Update, data: dict[str, str]) -> list[str]:
        """Return the name and arguments of the update command."""
        folder, release = str(clone / update.folder), str(update.new["_commit"])
        answers = [f"--data={name}={value}" for name, value in data.items()]
        answers_file = f"--answers-file={PurePosixPath(update.answers_file).name}"
        common = ["--defaults", "--trust", answers_file, *answers, folder]
        stock = ["copier", "update", "--skip-tasks", "--quiet", f"--vcs-ref={release}", *common]
        ours = ["drydock", "update", f"--to={release}", *common]
        return stock if engine == "copier" else ours

    def _run(self, engine: str, clone: Path, update: Update, data: dict[str, str]) -> Outcome:
        program, *arguments = self.command(engine, clone, update, data)
        start = time.perf_counter()
        try:
            done = subprocess.run(
                [str(BIN / program), *arguments], env=self.environment, timeout=PATIENCE,
                capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Outcome(exit=124, seconds=PATIENCE, message=shlex.join([program, *arguments]))
        seconds = time.perf_counter() - start
        outcome = Outcome(done.returncode, seconds, (done.stderr or done.stdout).strip()[-2000:])
        outcome.conflicts = sorted(_conflicts(clone))
        return outcome


def read_tree(top: Path) -> dict[str, bytes]:
    """Return the content of every file below `top`; that of a symbolic link is its target."""
    tree = {}
    for folder, folders, files in os.walk(top):
        if ".git" in folders and folder == str(top):
            folders.remove(".git")
        links = [name for name in folders if Path(folder, name).is_symlink()]
        for name in [*files, *links]:
            path = Path(folder, name)
            link = path.is_symlink()
            content = b"-> " + os.fsencode(path.readlink()) if link else path.read_bytes()
            tree[path.relative_to(top).as_posix()] = content
    return tree


def _without(tree: Tree, update: Update) -> dict[str, bytes]:
    return {path: content for path, content in tree.items() if path != update.answers_file}


def _conflicts(clone: Path) -> set[str]:
    """Return the files in conflict: unmerged, with markers, or with a rejected patch."""
    unmerged = git(clone, "diff", "--name-only", "--diff-filter=U", "-z").split("\0")
    changed = git(clone, "ls-files", "--modified", "--others", "-z").split("\0")
    staged = git(clone, "diff", "--cached", "--name-only", "-z").split("\0")
    found = set(filter(None, unmerged))
    for path in filter(None, {*changed, *staged}):
        file = clone / path
        if path.endswith(".rej"):
            found.add(path.removesuffix(".rej"))
        elif file.is_file() and {b"<<<<<<<", b">>>>>>>"} <= {
            line[:7] for line in file.read_bytes().splitlines()
        }:
            found.add(path)
    return found


def _compare(
    outcome: Outcome,
    update: Update,
    clone: Path,
    both: list[str],
    sides: tuple[Rendering, Tree, Rendering],
) -> None:
    base, ours, theirs = sides
    result = read_tree(clone)
    ignored = {*outcome.conflicts, update.answers_file, *_ignored(clone)}
    ignored |= {path for path in result if path.endswith(".rej")}
    outcome.merged = [path for path in both if path not in ignored and path in result]
    people = {path: _committed(clone, update.commit, path) for path in outcome.merged}
    outcome.as_people = [path for path in outcome.merged if people[path] == result[path]]
    outcome.faults = faults(
        base.files, ours, theirs.files, result, conflicts=ignored, keeps=theirs.keeps
    )
    for path in sorted({*outcome.merged, *outcome.faults} - {*outcome.as_people}):
        texts = ours.get(path), result.get(path), _committed(clone, update.commit, path)
        outcome.texts[path] = [(text or b"").decode("utf-8", "replace") for text in texts]


def _ignored(clone: Path) -> list[str]:
    """Return the files that git ignores, which are not part of the project."""
    others = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard")
    return list(filter(None, git(clone, *others).split("\0")))


def _committed(clone: Path, commit: str, path: str) -> bytes | None:
    command = ["git", "-C", str(clone), "show", f"{commit}:{path}"]
    done = subprocess.run(command, capture_output=True, check=False)
    return None if done.returncode else done.stdout
