"""`drydock modernize`: migrate a service's code to current libraries."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from drydock import git
from drydock.adoption.place import texts_of
from drydock.codemods import all_rules
from drydock.codemods.run import run
from drydock.codemods.since import newer_than
from drydock.errors import BadInput, reason_of, undone_by
from drydock.git import Repository
from drydock.paths import resolved
from drydock.project import prefix_of, repository_of, require_clean
from drydock.report.modernized import Change, ModernizeReport

Say = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """The options of a modernization."""

    rules: tuple[str, ...] = ()
    """Names of rules; empty: all that are not on request."""
    since: str | None = None
    """Only rules of releases newer than this one."""
    unsafe: bool = False
    dry_run: bool = False
    before: Mapping[str, str] | None = None
    """The service's files before its requirements changed; None: they did not change."""


def modernize(folder: Path, options: Options, say: Say) -> ModernizeReport:
    """Apply the rules to the tracked files of the service in `folder`; stage nothing.

    Raises BadInput, with nothing changed, for an unknown rule or when other work would be lost.
    """
    _check(options.rules)
    rules: Sequence[str] | None = options.rules or None
    if options.since is not None:
        rules = [name for name in newer_than(options.since) if not rules or name in rules]
    try:
        folder = resolved(folder)
        repository = repository_of(folder)
        prefix = prefix_of(folder, repository)
        require_clean(repository, prefix)
        say("Reading the service")
        contents = _tracked(repository, folder, prefix)
        files = texts_of(contents)
        say("Applying the rules")
        outcome = run(files, rules, unsafe=options.unsafe, before=options.before)
        if not options.dry_run:
            _write(folder, contents, outcome.texts)
    except git.GitError as error:
        raise BadInput(f"git: {error}") from error
    except OSError as error:
        raise BadInput(reason_of(error)) from error
    return ModernizeReport(
        service=str(folder),
        dry_run=options.dry_run,
        unsafe=options.unsafe,
        files=[Change(p, files.get(p), text) for p, text in sorted(outcome.texts.items())],
        findings=outcome.findings,
    )


def _check(names: Sequence[str]) -> None:
    known = [rule.name for rule in all_rules()]
    if unknown := [name for name in names if name not in known]:
        raise BadInput(f"there is no rule {unknown[0]}; the rules are {', '.join(known)}")


def _tracked(repository: Repository, folder: Path, prefix: str) -> dict[str, bytes]:
    """Return the content of the service's tracked files in the work tree."""
    tracked, _ = repository.tracked()
    contents = {}
    for path, entry in tracked.items():
        file = repository.top / path
        if path.startswith(prefix) and entry.mode.startswith("100") and file.is_file():
            contents[path.removeprefix(prefix)] = file.read_bytes()
    return contents


def _write(folder: Path, contents: Mapping[str, bytes], texts: Mapping[str, str]) -> None:
    for path in texts.keys() - contents.keys():
        if (folder / path).exists():
            raise BadInput(f"untracked file would be overwritten: move it first: {path}")
    with undone_by("git checkout -- ."):
        for path, text in texts.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(_encoded(text, contents.get(path, b"")))


def _encoded(text: str, before: bytes) -> bytes:
    """Return a text in bytes, with the line ends and the byte order mark of `before`."""
    data = text.encode()
    if b"\r\n" in before:
        data = data.replace(b"\n", b"\r\n")
    if before.startswith(b"\xef\xbb\xbf"):
        data = b"\xef\xbb\xbf" + data
    if before and not before.endswith(b"\n"):
        data = data.removesuffix(b"\r\n" if b"\r\n" in before else b"\n")
    return data
