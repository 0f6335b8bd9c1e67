"""Render a release of a template; only this file and `renderer.py` call Copier.

Copier's public functions cannot do what an update needs: render with the operation `update`
without updating, and return the answers. So this drives its `Worker`, as `run_copy` does.
"""

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from jinja2 import TemplateError
from yaml import YAMLError

from drydock.errors import NO_TERMINAL, BadInput
from drydock.template import deferred
from drydock.template.answers import Answers
from drydock.template.releases import Release
from drydock.template.renderer import OUTSIDE, CheckedOut, Extras, Renderer, checked_out

with deferred.imports():
    from copier._main import _operation
    from copier._subproject import Subproject
    from copier._template import Task
    from copier._template import Template as CopierTemplate
    from copier._types import Phase, RelativePath
    from copier.errors import (
        CopierAnswersInterrupt,
        CopierError,
        ForbiddenPathError,
        InteractiveSessionError,
        InvalidConfigFileError,
        UnsafeTemplateError,
    )

Operation = Literal["copy", "update"]

_UNANSWERED = re.compile(r'Question "(?P<name>\w+)" is required')
_TRUTHS = frozenset(("yes", "y", "true", "t", "on", "1", "no", "n", "false", "f", "off", "0"))


@dataclass(frozen=True)
class Checkout:
    """The files of one release of a template, and what the answers file records about it."""

    folder: Path
    address: str
    """The value for `_src_path`."""
    release: Release
    recorded: str | None = None
    """The value for `_commit`, if it is not the release's name."""
    complete: Callable[[], Path] | None = None
    """Returns a folder with all files, if `folder` may lack included ones."""


@dataclass(frozen=True)
class Request:
    """The options of a render."""

    operation: Operation = "copy"
    recorded: Mapping[str, Any] = field(default_factory=dict)
    """Recorded answers; for an invalid one the question is asked again or takes its default."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """New answers; an invalid one is an error."""
    defaults: bool = False
    """Whether questions without an answer take their default instead of being asked."""
    answers_file: str | None = None
    exclude: tuple[str, ...] = ()
    """Patterns of files to leave out, in addition to the template's own."""
    skip: tuple[str, ...] = ()
    """Patterns of existing files not to replace, in addition to the template's own."""
    trust: bool = False
    """Whether the template may load Jinja extensions."""
    service: Path | None = None
    """The folder of the files that `_external_data` names; None: the render itself."""
    leave_out: Set[str] = frozenset()
    """Paths of files not to write."""
    alike: tuple[Path, ...] = ()
    """Folders that may already have a file with the same content, by its path in the render or in
    the template. It is linked, so neither may be changed afterwards."""
    previous: Release | None = None
    """The release of the service before an update, which decides which migrations apply."""


def request_as_recorded(recorded: Answers, service: Path) -> Request:
    """Return the options to render a service's recorded release as an update does."""
    return Request(
        operation="update",
        recorded=recorded.values,
        defaults=True,
        answers_file=recorded.file,
        service=service,
    )


@dataclass(frozen=True)
class Rendering:
    """The result of a render."""

    folder: Path
    answers: Mapping[str, Any]
    """The answers in the answers file."""
    answers_file: str
    invalid: Mapping[str, Any]
    """Recorded answers that are not valid in this release."""
    skipped: tuple[str, ...]
    """The tasks and migrations that Copier would have run."""
    message: str
    """The template's messages before and after a copy or an update."""
    exclude: tuple[str, ...]
    """The template's patterns of excluded files."""
    excludes: Callable[[Path], bool]
    """Whether this render excludes a file of the service."""
    keeps: Callable[[Path], bool]
    """Whether an existing file of the service is never replaced (`_skip_if_exists`)."""
    sources: Mapping[str, str]
    """The template's file of each rendered file; paths are separated by `/`."""

    def merged(self) -> Iterator[str]:
        """Yield the path of every file that an update merges."""
        for path in self.files():
            if path != self.answers_file and not self.keeps(Path(path)):
                yield path

    def files(self) -> Iterator[str]:
        """Yield the path of every file, relative to the service, separated by `/`."""
        for path in sorted(self.folder.rglob("*")):
            if path.is_symlink() or not path.is_dir():
                yield path.relative_to(self.folder).as_posix()

    def texts(self) -> dict[str, str]:
        """Return the text of each file; invalid UTF-8 is replaced."""
        return {
            name: path.read_text("utf-8", errors="replace")
            for name in self.files()
            if (path := self.folder / name).is_file()
        }


def render(checkout: Checkout, folder: Path, request: Request) -> Rendering:
    """Render `checkout` into `folder`, which must not exist; its name is the service's.

    Prompts on the terminal for missing answers. Runs no tasks or migrations of the template, but
    lists them. Raises BadInput for invalid answers or templates.
    """
    with _worker(checkout, folder, request) as worker, _during(request.operation):
        worker.run_copy()
        return _outcome(worker, request)


def contents(checkout: Checkout, folder: Path, request: Request) -> dict[str, bytes | Path]:
    """Return the content of each file that an update merges, by path, as `render` would write it.

    The content of a link is its target. Nothing is written: `folder`, which must not exist, only
    provides the service's name. Raises BadInput as `render` does.
    """
    with _worker(checkout, folder, request) as worker, _during(request.operation):
        files = _collected(worker)
        answers_file = worker.answers_relpath.as_posix()
        return {
            path: content
            for path, content in files.items()
            if path != answers_file and not worker.match_skip(Path(path))
        }


def parse_answer(checkout: Checkout, folder: Path, request: Request, name: str) -> Any:
    """Return a new answer in the type of its question, without rendering.

    Raises BadInput, with the reason that its question names, if it is invalid.
    """
    try:
        with _worker(checkout, folder, request) as worker, _during(request.operation):
            with Phase.use(Phase.PROMPT):
                worker._ask()
            return worker.answers.user[name]
    except BadInput as error:
        reason = str(error).partition(f"Validation error for question '{name}': ")[2]
        if reason:
            raise BadInput(f"{name}={request.data[name]}: {reason.strip()}") from error
        raise


def paths(checkout: Checkout, folder: Path, request: Request) -> set[str]:
    """Return the paths of the files that `render` would write, without writing them."""
    with _worker(checkout, folder, request) as worker, _during(request.operation):
        return {*_collected(worker)}


def _collected(worker: Renderer) -> dict[str, bytes | Path]:
    """Render without writing; return the content of each file by path."""
    contents: dict[str, bytes | Path] = {}
    worker.extras.contents = contents
    worker.run_copy()
    return contents


@contextmanager
def _worker(checkout: Checkout, folder: Path, request: Request) -> Iterator[Renderer]:
    """Yield the renderer; turn Copier's errors into BadInput."""
    with (
        _explained(checkout),
        Renderer(
            src_path=str(checkout.folder),
            dst_path=folder,
            answers_file=RelativePath(request.answers_file) if request.answers_file else None,
            vcs_ref=checkout.release.name,
            data=dict(request.data),
            defaults=request.defaults,
            skip_answered=not request.defaults,
            exclude=request.exclude,
            skip_if_exists=request.skip,
            unsafe=request.trust,
            skip_tasks=True,
            overwrite=True,
            quiet=True,
        ) as worker,
    ):
        worker.__dict__["extras"] = Extras(
            request.service or folder, checkout.complete, request.leave_out, request.alike
        )
        worker.__dict__["template"] = _template(checkout)
        worker.__dict__["subproject"] = _subproject(folder, request)
        yield worker


def check_data(checkout: Checkout, data: Mapping[str, Any]) -> None:
    """Raise BadInput for answers to unknown or hidden questions, and for wrong types.

    Copier reads any text as a yes, and records answers to hidden questions.
    """
    questions = config(checkout).questions_data
    asked = [name for name, question in questions.items() if is_asked(question)]
    for name, value in data.items():
        question = questions.get(name)
        if question is None:
            similar = get_close_matches(name, asked, n=1)
            hint = f"; did you mean {similar[0]}?" if similar else ""
            raise BadInput(f"there is no question {name!r}{hint} (drydock questions lists them)")
        if name not in asked:
            raise BadInput(
                f"{name} is a hidden value, not a question: drydock questions lists the questions"
            )
        kind = question.get("type")
        if kind == "bool" and str(value).strip().lower() not in _TRUTHS:
            raise BadInput(f"{name}={value}: expected yes or no")
        if kind == "int":
            try:
                int(str(value))
            except ValueError:
                default = question.get("default")
                example = f", like {default}" if isinstance(default, int) else ""
                raise BadInput(f"{name}={value}: expected a whole number{example}") from None


def is_asked(question: Mapping[str, Any]) -> bool:
    """Tell whether a question is ever asked, rather than being a hidden value."""
    return question.get("when", True) is not False and question.get("ask", True) is not False


def config(checkout: Checkout) -> CopierTemplate:
    """Return the template's configuration; raise BadInput if `copier.yml` is not valid."""
    with _explained(checkout):
        template = _template(checkout)
        template.config_data  # noqa: B018 - read it now, so that errors are raised here
        return template


def _template(checkout: Checkout) -> CheckedOut:
    recorded = checkout.recorded or checkout.release.name
    return checked_out(checkout.folder, checkout.address, checkout.release, recorded)


def _subproject(folder: Path, request: Request) -> Subproject:
    subproject = Subproject(local_abspath=folder.absolute())
    subproject.__dict__["last_answers"] = dict(request.recorded)
    return subproject


@contextmanager
def _during(operation: Operation) -> Iterator[None]:
    """Set Copier's operation, and suppress its warnings."""
    token = _operation.set(operation)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        _operation.reset(token)


@contextmanager
def _explained(checkout: Checkout) -> Iterator[None]:
    """Turn Copier's errors about answers and templates into BadInput."""
    where = f"{checkout.address} at {checkout.release.name}"
    try:
        yield
    except CopierAnswersInterrupt as error:
        raise KeyboardInterrupt from error
    except InteractiveSessionError as error:
        raise BadInput(NO_TERMINAL) from error
    except InvalidConfigFileError as error:
        raise BadInput(f"{where}: copier.yml is not valid: {error.__cause__}") from error
    except UnsafeTemplateError as error:
        raise BadInput(
            f"{where} loads Jinja extensions, which are code: give --trust if you trust it"
        ) from error
    except ForbiddenPathError as error:
        path, _, hint = str(error).partition("\n\n")
        if hint == OUTSIDE:
            path = path.removesuffix(" is forbidden")
            raise BadInput(f"{where} reads {path}, {hint}: give --trust if you trust it") from error
        raise BadInput(
            f"{where} uses a path outside the template or the service: {path}"
        ) from error
    except OSError as error:
        # Show paths in the temporary checkout as paths of the template.
        path = str(error.filename or "").removeprefix(f"{checkout.folder.resolve()}/")
        raise BadInput(f"{where}: {path}: {error.strerror or error}") from error
    except (
        CopierError, TemplateError, YAMLError, ValueError, TypeError, KeyError, AttributeError,
        AssertionError,
    ) as error:  # fmt: skip
        if unanswered := _UNANSWERED.fullmatch(str(error)):
            name = unanswered["name"]
            raise BadInput(
                f"{where}: the question {name} has no default: answer it with --data {name}=VALUE"
            ) from error
        raise BadInput(f"{where}: {error or type(error).__name__}") from error


def _outcome(worker: Renderer, request: Request) -> Rendering:
    template, answers = worker.template, worker.answers
    messages = {
        "copy": (template.message_before_copy, template.message_after_copy),
        "update": (template.message_before_update, template.message_after_update),
    }
    lines = [
        worker._render_string(message, {"made_by_drydock": True}).strip()
        for message in messages[request.operation]
    ]
    gone = request.recorded.keys() & template.questions_data.keys()
    gone -= answers.last.keys() | answers.hidden | request.data.keys()
    return Rendering(
        folder=worker.dst_path,
        answers={k: v for k, v in worker._answers_to_remember().items() if k[0] != "_"},
        answers_file=worker.answers_relpath.as_posix(),
        invalid={name: request.recorded[name] for name in sorted(gone)},
        skipped=tuple(_skipped(worker, request)),
        message="\n\n".join(filter(None, lines)),
        exclude=template.exclude,
        excludes=worker.match_exclude,
        keeps=worker.match_skip,
        sources=worker.extras.sources,
    )


def _skipped(worker: Renderer, request: Request) -> Iterator[str]:
    template = worker.template
    stages: list[tuple[str, Phase, list[Task]]] = [("task", Phase.TASKS, list(template.tasks))]
    if request.previous:
        previous = CopierTemplate(url=template.url)
        previous.__dict__ |= {"version": request.previous.version, "commit": request.previous.name}
        stages_of_migrations: tuple[Literal["before", "after"], ...] = ("before", "after")
        for stage in stages_of_migrations:
            tasks = list(template.migration_tasks(stage, previous))
            stages.append((f"migration ({stage} the update)", Phase.MIGRATE, tasks))
    for kind, phase, tasks in stages:
        for task in tasks:
            with Phase.use(phase):
                if line := _command(worker, task, request.operation):
                    yield f"{kind}: {line}"


def _command(worker: Renderer, task: Task, operation: Operation) -> str | None:
    """Return the command of `task` as it would run; None if its condition is false."""
    context = {f"_{name}": value for name, value in task.extra_vars.items()}
    context["_copier_operation"] = operation
    parts = [task.cmd] if isinstance(task.cmd, str) else [str(part) for part in task.cmd]
    try:
        condition = worker._render_value(task.condition, context)
        if str(condition).strip().lower() in {"", "0", "false", "n", "no", "none", "off"}:
            return None
        return " ".join(worker._render_string(part, context) for part in parts)
    except TemplateError:
        return " ".join(parts)  # better listed unrendered than not at all
