"""Renders a release of a template; the only file that calls Copier.

Copier's public functions cannot do what an update needs: render with the operation `update` and
nothing else, and say which answers were given. So this drives its `Worker`, as `run_copy` does,
and replaces what costs time without changing a byte: the template is checked out beforehand
instead of cloned for each worker, no git is asked about each file, and a text that occurs a
thousand times (a part of a path) is compiled once. The twin tests hold every render against the
stock commands.
"""

import hashlib
import json
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import contextmanager, redirect_stderr, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, cached_property, lru_cache, partial
from io import StringIO
from pathlib import Path, PurePosixPath
from types import CodeType
from typing import Any, Literal

from jinja2 import BytecodeCache, Environment, Template, TemplateError, TemplateNotFound
from jinja2.bccache import Bucket
from packaging.version import Version
from pathspec import PathSpec, lookup_pattern
from yaml import YAMLError

from drydock.errors import NO_TERMINAL, BadInput
from drydock.template import deferred
from drydock.template.answers import Answers
from drydock.template.releases import Release

with deferred.imports():
    from copier._jinja_ext import CopierTemplateLoader, SandboxedEnvironment, get_yield_context
    from copier._main import Worker, _operation, _pathspec_pattern
    from copier._subproject import Subproject
    from copier._template import Task
    from copier._template import Template as CopierTemplate
    from copier._types import LazyDict, Phase, RelativePath
    from copier._user_data import load_answersfile_data
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
_EXTERNAL = "_external_data outside the service"
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


def _held(worker: "_Renderer") -> dict[str, bytes | Path]:
    """Render without writing anything; return what would be written."""
    held: dict[str, bytes | Path] = {}
    worker.__dict__["held"] = held
    worker.run_copy()
    return held


@contextmanager
def _worker(checkout: Checkout, folder: Path, request: Request) -> Iterator["_Renderer"]:
    """Yield what renders; whatever Copier raises meanwhile is told in one line."""
    with (
        _explained(checkout),
        _Renderer(
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
        worker.__dict__["service"] = request.service or folder
        worker.__dict__["sources"] = {}
        worker.__dict__["leave_out"] = request.leave_out
        worker.__dict__["alike"] = request.alike
        worker.__dict__["checkout"] = checkout
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


class _Template(CopierTemplate):
    """A template that lies checked out in a plain folder: nothing is cloned or asked of git."""

    release: Release
    recorded: str

    @cached_property
    def local_abspath(self) -> Path:
        return Path(self.url_expanded).resolve()

    @cached_property
    def commit(self) -> str | None:
        return self.recorded

    @cached_property
    def commit_hash(self) -> str | None:
        return self.release.commit

    @cached_property
    def version(self) -> Version | None:
        return self.release.version

    @cached_property
    def git_index_modes(self) -> Mapping[PurePosixPath, int]:
        return {}  # the checkout's own file modes are right


class _Compiled(BytecodeCache):
    """Templates compiled in this process: most are the same in the next release."""

    def __init__(self, extended: bool) -> None:
        self._extended = extended  # an extension may do something to any text
        self._known: dict[str, CodeType] = {}
        self._texts: dict[str, CodeType] = {}

    def text(self, environment: Environment, source: str) -> "Template | _Plain":
        """Return what `environment.from_string` does, of which code once compiled is kept."""
        if self._is_plain(environment, source):
            return _Plain(source)
        if source not in self._texts:
            self._texts[source] = environment.compile(source)
        made = environment.template_class
        return made.from_code(environment, self._texts[source], environment.make_globals(None))

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        return name  # not where this checkout happens to be

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get(bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code
        self._known[bucket.key + bucket.checksum] = bucket.code

    def _is_plain(self, environment: Environment, source: str) -> bool:
        """Tell whether Jinja has nothing to do in a text, as in most parts of paths."""
        starts = (
            *(environment.block_start_string, environment.variable_start_string),
            *(environment.comment_start_string, "\n", "\r"),
        )
        prefixes = environment.line_statement_prefix or environment.line_comment_prefix
        if self._extended or prefixes or not isinstance(source, str):
            return False
        return not any(start in source for start in starts)


@dataclass(frozen=True)
class _Plain:
    """A template that is the same in every context."""

    source: str

    def render(self, *_context: Any, **_more: Any) -> str:
        """Return the text."""
        return self.source


@cache
def _compiled(_settings: str, extended: bool) -> _Compiled:
    """Return what was compiled with these settings of Jinja, and maybe extensions."""
    return _Compiled(extended)


@dataclass(frozen=True)
class _Known:
    """What is the same for each file of a render."""

    answers_file: Path
    context: Mapping[str, Any]
    texts: dict[str, str] | None
    """Texts as they are rendered, by what they are in the template; None: they are not kept."""


class _Loader(CopierTemplateLoader):
    """Loads what a template includes, from the whole release where the checkout is of a part."""

    def __init__(self, checkout: Checkout) -> None:
        super().__init__(checkout.folder.resolve())
        self._whole = checkout.whole

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        try:
            return super().get_source(environment, template)
        except TemplateNotFound:
            if self._whole is None:
                raise
            return CopierTemplateLoader(self._whole().resolve()).get_source(environment, template)


class _Renderer(Worker):
    """Copier's worker without its calls of git, and with compiled texts kept."""

    @cached_property
    def jinja_env(self) -> SandboxedEnvironment:
        environment = super().jinja_env
        environment.loader = _Loader(self.__dict__["checkout"])
        environment.bytecode_cache = compiled = _compiled(
            json.dumps([self.template.envops, self.template.jinja_extensions], default=str),
            bool(self.template.jinja_extensions),
        )
        compile_once = cache(partial(compiled.text, environment))

        def from_string(source: str) -> Any:
            # Compiling resets what the last `yield` tag left behind, so this must, too.
            _forget_yield(environment)
            return compile_once(source)

        environment.__dict__["from_string"] = from_string
        return environment

    def _path_matcher(self, patterns: Iterable[str]) -> Callable[[Path], bool]:
        """Match paths as Copier does; a pattern that many renders have is compiled once."""
        normalized = (unicodedata.normalize("NFD", pattern) for pattern in patterns)
        return PathSpec.from_lines(_pattern, normalized).match_file

    def _external_data(self) -> LazyDict[str, Any]:
        """Read the service's own files: a render of it has none to offer."""
        service = self.__dict__["service"]

        def load(path: str) -> Any:
            with Phase.use(Phase.UNDEFINED):
                path = self._render_string(path)
            inside = (service / path).resolve().is_relative_to(service.resolve())
            if not inside and not self.unsafe:
                raise ForbiddenPathError(path=Path(path), hint=_EXTERNAL)
            return load_answersfile_data(service, path)

        files = self.template.external_data
        return LazyDict({name: partial(load, path) for name, path in files.items()})

    def _render_template(self) -> None:
        """Render every file; no answer changes any more, so what they come to is kept."""
        # What an extension makes of a text may be something else each time.
        texts = None if self.template.jinja_extensions else dict[str, str]()
        known = _Known(super().answers_relpath, super()._render_context(), texts)
        self.__dict__["known"] = known
        try:
            super()._render_template()
        finally:
            del self.__dict__["known"]

    @property
    def answers_relpath(self) -> Path:
        known: _Known | None = self.__dict__.get("known")
        return known.answers_file if known else super().answers_relpath

    def _render_string(self, string: str, extra_context: dict[str, Any] | None = None) -> str:
        """Render a text, once if it is a part of many paths."""
        known: _Known | None = self.__dict__.get("known")
        texts = known.texts if known else None
        if texts is None or extra_context:
            return super()._render_string(string, extra_context)
        if string in texts:
            _forget_yield(self.jinja_env)  # as compiling it would
            return texts[string]
        rendered = super()._render_string(string)
        if not get_yield_context(self.jinja_env).yield_name:
            texts[string] = rendered
        return rendered

    def _render_allowed(
        self,
        dst_relpath: Path,
        is_dir: bool = False,
        is_symlink: bool = False,
        expected_contents: bytes | Path = b"",
        expected_mode: int | None = None,
    ) -> bool:
        """Tell whether to write a file; where all are held, keep its content instead."""
        held = self.__dict__.get("held")
        leave_out = self.__dict__["leave_out"]
        # Folders come with their files then: most of them would stay empty.
        if dst_relpath.as_posix() in leave_out or (is_dir and leave_out):
            return False
        if held is None:
            allowed = super()._render_allowed(
                dst_relpath, is_dir, is_symlink, expected_contents, expected_mode
            )
            if is_dir or not allowed:
                return allowed
            return not self._is_linked(dst_relpath, expected_contents, expected_mode)
        if not is_dir:
            held[dst_relpath.as_posix()] = expected_contents
        return False

    def _is_linked(self, path: Path, content: bytes | Path, mode: int | None) -> bool:
        """Link a file that is somewhere already, if it is, which costs less than to write it."""
        alike: tuple[Path, ...] = self.__dict__["alike"]
        if not alike or not isinstance(content, bytes):
            return False
        target = self.subproject.local_abspath / path
        target.unlink(missing_ok=True)  # another file of that name, which may be linked
        source = self.__dict__["sources"][path.as_posix()]
        for there in (folder / name for folder in alike for name in (path, source)):
            with suppress(OSError):
                about = there.lstat()
                is_alike = (about.st_mode, about.st_size) == (mode, len(content))
                if is_alike and there.read_bytes() == content:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.hardlink_to(there)
                    return True
        return False

    def _render_context(self) -> Any:
        """Return what templates see, as a copy of its own for each."""
        known: _Known | None = self.__dict__.get("known")
        if known is None:
            return super()._render_context()
        computed = known.context
        # What Copier, or a template, changes in one of them must not be seen in the next.
        fresh = {
            "_copier_answers": dict(computed["_copier_answers"]),
            "_copier_conf": LazyDict(computed["_copier_conf"]._pending),
            "_copier_phase": Phase.current(),
        }
        return {**computed, **fresh}

    def _render_file(
        self, src_relpath: Path, dst_relpath: Path, extra_context: dict[str, Any] | None = None
    ) -> None:
        """Render one file, and note where it came from."""
        self.__dict__["sources"][dst_relpath.as_posix()] = src_relpath.as_posix()
        _forget_yield(self.jinja_env)  # of its path, as compiling the file would
        super()._render_file(src_relpath, dst_relpath, extra_context)

    def _sync_git_index_executable_bit(self, dst_relpath: Path, src_mode: int) -> None:
        """Do nothing: the destination is a plain folder."""


def _forget_yield(environment: Environment) -> None:
    context = get_yield_context(environment)
    context.yield_name = context.yield_iterable = None


_pattern = lru_cache(maxsize=4096)(lookup_pattern(_pathspec_pattern))
_configs: dict[bytes, dict[str, Any]] = {}


def _template(checkout: Checkout) -> _Template:
    template = _Template(url=checkout.address)
    template.release = checkout.release
    template.recorded = checkout.recorded or checkout.release.name
    template.__dict__["url_expanded"] = str(checkout.folder)
    template.__dict__["vcs"] = "git"
    texts = [path.read_bytes() for path in sorted(checkout.folder.glob("*.y*ml"))]
    key = hashlib.sha256(b"\0".join(texts)).digest()
    with redirect_stderr(StringIO()):  # what is wrong in it is printed, besides being raised
        # Most releases ask the same questions, and reading YAML takes its time.
        if key not in _configs:
            _configs[key] = template._raw_config
        template.__dict__["_raw_config"] = deepcopy(_configs[key])
        template.config_data  # noqa: B018 - read now, and kept
    return template


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
        if hint == _EXTERNAL:
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


def _outcome(worker: _Renderer, request: Request) -> Rendering:
    template, answers = worker.template, worker.answers
    messages = {
        "copy": (template.message_before_copy, template.message_after_copy),
        "update": (template.message_before_update, template.message_after_update),
    }
    told = [
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
        message="\n\n".join(filter(None, told)),
        exclude=template.exclude,
        excludes=worker.match_exclude,
        keeps=worker.match_skip,
        sources=worker.__dict__["sources"],
    )


def _skipped(worker: _Renderer, request: Request) -> Iterator[str]:
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


def _command(worker: _Renderer, task: Task, operation: Operation) -> str | None:
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
