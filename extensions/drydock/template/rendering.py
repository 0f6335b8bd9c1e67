"""Renders a release of a template; no file but this and `renderer.py` calls Copier.

Copier's public functions cannot do what an update needs: render with the operation `update` and
nothing else, and say which answers were given. So this drives its `Worker`, as `run_copy` does.
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
from drydock.template.renderer import OUTSIDE, CheckedOut, Given, Renderer, checked_out

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
    """The files of one release of a template, and what the answers file records of them."""

    folder: Path
    address: str
    """What to record as `_src_path`."""
    release: Release
    recorded: str | None = None
    """What to record as `_commit`, if not the release's name."""
    whole: Callable[[], Path] | None = None
    """Returns a folder with all of the files, where `folder` may lack what a file includes."""


@dataclass(frozen=True)
class Request:
    """How to render: everything that is not the template."""

    operation: Operation = "copy"
    recorded: Mapping[str, Any] = field(default_factory=dict)
    """Answers given before; one that is no longer valid is asked again or takes its default."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """Answers given now; one that is not valid is an error."""
    defaults: bool = False
    """Whether a question without an answer takes its default instead of being asked."""
    answers_file: str | None = None
    exclude: tuple[str, ...] = ()
    """Patterns of files to leave out, besides the template's own."""
    skip: tuple[str, ...] = ()
    """Patterns of files that are not replaced where they exist, besides the template's own."""
    trust: bool = False
    """Whether the template may load Jinja extensions."""
    service: Path | None = None
    """Where the files are that `_external_data` names; None: in the render itself."""
    leave_out: Set[str] = frozenset()
    """Paths of files that are not written."""
    alike: tuple[Path, ...] = ()
    """Folders in which a file that is written may be there already, by its path in the render or
    in the template: it is linked then, so that neither may be changed afterwards."""
    previous: Release | None = None
    """The release of the service before an update: it decides which migrations apply."""


def request_as_recorded(read: Answers, service: Path) -> Request:
    """Return how to render what an update takes for the old release of a service."""
    return Request(
        operation="update",
        recorded=read.values,
        defaults=True,
        answers_file=read.file,
        service=service,
    )


@dataclass(frozen=True)
class Rendering:
    """What came out of a render."""

    folder: Path
    answers: Mapping[str, Any]
    """The answers that the answers file records."""
    answers_file: str
    invalid: Mapping[str, Any]
    """Recorded answers that the questions of this release no longer allow."""
    skipped: tuple[str, ...]
    """The tasks and migrations that Copier would have run."""
    message: str
    """What the template says before and after a copy or an update."""
    exclude: tuple[str, ...]
    """The template's patterns of files that are left out."""
    excludes: Callable[[Path], bool]
    """Whether a file of the service is left out of this render."""
    keeps: Callable[[Path], bool]
    """Whether a file of the service that exists is not to be replaced (`_skip_if_exists`)."""
    sources: Mapping[str, str]
    """The file of the template that each file comes from; both by their paths, with `/`."""

    def merged(self) -> Iterator[str]:
        """Yield the path of every file that an update merges: what it leaves to the service not."""
        for path in self.files():
            if path != self.answers_file and not self.keeps(Path(path)):
                yield path

    def files(self) -> Iterator[str]:
        """Yield the path of every file, from the folder of the service, with `/`."""
        for path in sorted(self.folder.rglob("*")):
            if path.is_symlink() or not path.is_dir():
                yield path.relative_to(self.folder).as_posix()

    def texts(self) -> dict[str, str]:
        """Return what is in each file; of one that is no UTF-8, what can be read."""
        return {
            name: path.read_text("utf-8", errors="replace")
            for name in self.files()
            if (path := self.folder / name).is_file()
        }


def render(checkout: Checkout, folder: Path, request: Request) -> Rendering:
    """Render `checkout` into `folder`, which must not exist; its name is the service's.

    Asks on the terminal what has no answer. Runs nothing of the template: tasks and migrations
    are listed instead. Raises BadInput for whatever is wrong with answers or template.
    """
    with _worker(checkout, folder, request) as worker, _during(request.operation):
        worker.run_copy()
        return _outcome(worker, request)


def contents(checkout: Checkout, folder: Path, request: Request) -> dict[str, bytes | Path]:
    """Return each file that an update merges as `render` would write it, by its path, with `/`.

    A link is the path that it leads to. Nothing is written: `folder`, which must not exist, only
    has the service's name. Raises BadInput as `render` does.
    """
    with _worker(checkout, folder, request) as worker, _during(request.operation):
        held = _held(worker)
        answers_file = worker.answers_relpath.as_posix()
        return {
            path: content
            for path, content in held.items()
            if path != answers_file and not worker.match_skip(Path(path))
        }


def paths(checkout: Checkout, folder: Path, request: Request) -> set[str]:
    """Return the path of each file that `render` would write, which this does not."""
    with _worker(checkout, folder, request) as worker, _during(request.operation):
        return {*_held(worker)}


def _held(worker: Renderer) -> dict[str, bytes | Path]:
    """Render without writing anything; return what would be written."""
    held: dict[str, bytes | Path] = {}
    worker.given.held = held
    worker.run_copy()
    return held


@contextmanager
def _worker(checkout: Checkout, folder: Path, request: Request) -> Iterator[Renderer]:
    """Yield what renders; whatever Copier raises meanwhile is told in one line."""
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
        worker.__dict__["given"] = Given(
            request.service or folder, checkout.whole, request.leave_out, request.alike
        )
        worker.__dict__["template"] = _template(checkout)
        worker.__dict__["subproject"] = _subproject(folder, request)
        yield worker


def check_data(checkout: Checkout, data: Mapping[str, Any]) -> None:
    """Raise BadInput where a user answers what the template does not ask, or not by its type.

    Copier takes any text for a yes, and records answers to questions that it asks nobody.
    """
    questions = config(checkout).questions_data
    asked = [name for name, question in questions.items() if is_asked(question)]
    for name, value in data.items():
        question = questions.get(name)
        if question is None:
            near = get_close_matches(name, asked, n=1)
            meant = f"; did you mean {near[0]}?" if near else ""
            raise BadInput(f"there is no question {name!r}{meant} (drydock questions lists them)")
        if name not in asked:
            raise BadInput(f"{name} is not asked, so it cannot be answered (drydock questions)")
        kind = question.get("type")
        if kind == "bool" and str(value).strip().lower() not in _TRUTHS:
            raise BadInput(f"{name}={value}: expected yes or no")
        if kind == "int":
            try:
                int(str(value))
            except ValueError:
                default = question.get("default")
                like = f", like {default}" if isinstance(default, int) else ""
                raise BadInput(f"{name}={value}: expected a whole number{like}") from None


def is_asked(question: Mapping[str, Any]) -> bool:
    """Tell whether anybody is asked a question, or it only holds a value of the template's."""
    return question.get("when", True) is not False and question.get("ask", True) is not False


def config(checkout: Checkout) -> CopierTemplate:
    """Return what the template's `copier.yml` says; raise BadInput if it is broken."""
    with _explained(checkout):
        template = _template(checkout)
        template.config_data  # noqa: B018 - read now, so that it fails here
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
    """Render as `operation`; what Copier only warns about is no concern of a user here."""
    token = _operation.set(operation)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        _operation.reset(token)


@contextmanager
def _explained(checkout: Checkout) -> Iterator[None]:
    """Turn whatever answers and templates make Copier raise into one line."""
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
            f"{where} loads Jinja extensions, which is code: it needs --trust"
        ) from error
    except ForbiddenPathError as error:
        path, _, hint = str(error).partition("\n\n")
        if hint == OUTSIDE:
            path = path.removesuffix(" is forbidden")
            raise BadInput(f"{where} reads {path}, {hint}: it needs --trust") from error
        raise BadInput(
            f"{where} leads outside the template, or outside the service: {path}"
        ) from error
    except OSError as error:
        # The checkout is a temporary folder: a path in it is one of the template.
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
        sources=worker.given.sources,
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
    """Return the command of `task` as it would run; None if its condition says no."""
    context = {f"_{name}": value for name, value in task.extra_vars.items()}
    context["_copier_operation"] = operation
    parts = [task.cmd] if isinstance(task.cmd, str) else [str(part) for part in task.cmd]
    try:
        condition = worker._render_value(task.condition, context)
        if str(condition).strip().lower() in {"", "0", "false", "n", "no", "none", "off"}:
            return None
        return " ".join(worker._render_string(part, context) for part in parts)
    except TemplateError:
        return " ".join(parts)  # better told unrendered than not at all
