"""Copier's worker, made faster without changing its output.

The template is checked out beforehand instead of cloned for each worker, git is not run for each
file, and a text that occurs a thousand times (a part of a path) is compiled once. The twin tests
compare renders with those of stock Copier.
"""

import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Set
from contextlib import redirect_stderr, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache, partial
from io import StringIO
from pathlib import Path, PurePosixPath
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache, Environment, Template, TemplateNotFound
from jinja2.bccache import Bucket
from packaging.version import Version
from pathspec import PathSpec, lookup_pattern

from drydock.template import deferred
from drydock.template.releases import Release

with deferred.imports():
    from copier._jinja_ext import CopierTemplateLoader, SandboxedEnvironment, get_yield_context
    from copier._main import Worker, _pathspec_pattern
    from copier._template import Template as CopierTemplate
    from copier._types import LazyDict, Phase
    from copier._user_data import load_answersfile_data
    from copier.errors import ForbiddenPathError

OUTSIDE = "_external_data outside the service"
"""The hint in the error when a template reads a file outside the service."""


class CheckedOut(CopierTemplate):
    """A template that is checked out in a plain folder, so Copier runs no git."""

    release: Release
    recorded: str

    @cached_property
    def local_abspath(self) -> Path:
        """The folder of its files."""
        return Path(self.url_expanded).resolve()

    @cached_property
    def commit(self) -> str | None:
        """The name that is recorded for the release."""
        return self.recorded

    @cached_property
    def commit_hash(self) -> str | None:
        """The full id of the commit."""
        return self.release.commit

    @cached_property
    def version(self) -> Version | None:
        """The version of the release, if it has one."""
        return self.release.version

    @cached_property
    def git_index_modes(self) -> Mapping[PurePosixPath, int]:
        """No file modes: those of the checkout are right."""
        return {}


class _Compiled(BytecodeCache):
    """Templates compiled in this process, since most are the same in the next release."""

    def __init__(self, extended: bool) -> None:
        self._extended = extended  # an extension can change any text
        self._known: dict[str, CodeType] = {}
        self._texts: dict[str, CodeType] = {}

    def text(self, environment: Environment, source: str) -> "Template | _Plain":
        """Return the result of `environment.from_string`, compiling each text once."""
        if self._is_plain(environment, source):
            return _Plain(source)
        if source not in self._texts:
            self._texts[source] = environment.compile(source)
        globals_ = environment.make_globals(None)
        return environment.template_class.from_code(environment, self._texts[source], globals_)

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        return name  # without the path of this checkout

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get(bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code
        self._known[bucket.key + bucket.checksum] = bucket.code

    def _is_plain(self, environment: Environment, source: str) -> bool:
        """Tell whether a text has no Jinja syntax, as most parts of paths."""
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
    """A template without Jinja syntax."""

    source: str

    def render(self, *_context: Any, **_more: Any) -> str:
        """Return the text."""
        return self.source


@cache
def _compiled(_settings: str, extended: bool) -> _Compiled:
    """Return the compiled templates for these settings of Jinja."""
    return _Compiled(extended)


@dataclass
class Extras:
    """Options of a render that Copier does not have, and data collected during it."""

    service: Path
    """The folder of the files that `_external_data` names."""
    complete: Callable[[], Path] | None
    """Returns a complete checkout of the release, for includes that a partial one lacks."""
    leave_out: Set[str]
    """Paths of files not to write."""
    alike: tuple[Path, ...]
    """Folders that may already have a file with the same content, to be linked."""
    sources: dict[str, str] = field(default_factory=dict)
    """The template's file of each rendered file."""
    contents: dict[str, bytes | Path] | None = None
    """Collects the files instead of writing them; None: they are written."""


@dataclass(frozen=True)
class _Known:
    """Values that are the same for all files of a render."""

    answers_file: Path
    context: Mapping[str, Any]
    texts: dict[str, str] | None
    """Rendered texts by their source in the template; None: don't cache them."""


class _Loader(CopierTemplateLoader):
    """Loads included templates, from the complete release if the partial checkout lacks them."""

    def __init__(self, folder: Path, complete: Callable[[], Path] | None) -> None:
        super().__init__(folder.resolve())
        self._complete = complete

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        try:
            return super().get_source(environment, template)
        except TemplateNotFound:
            if self._complete is None:
                raise
            return CopierTemplateLoader(self._complete().resolve()).get_source(
                environment, template
            )


class Renderer(Worker):
    """Copier's worker without its calls of git, and with a cache of compiled texts."""

    @property
    def extras(self) -> Extras:
        """The additional options of this render; Copier's dataclass allows no further fields."""
        extras: Extras = self.__dict__["extras"]
        return extras

    @cached_property
    def jinja_env(self) -> SandboxedEnvironment:
        """The environment, which compiles each text once."""
        environment = super().jinja_env
        environment.loader = _Loader(self.template.local_abspath, self.extras.complete)
        environment.bytecode_cache = compiled = _compiled(
            json.dumps([self.template.envops, self.template.jinja_extensions], default=str),
            bool(self.template.jinja_extensions),
        )
        compile_once = cache(partial(compiled.text, environment))

        def from_string(source: str) -> Any:
            # Compiling resets the state of the last `yield` tag, so the cache must do so, too.
            _reset_yield(environment)
            return compile_once(source)

        environment.__dict__["from_string"] = from_string
        return environment

    def _path_matcher(self, patterns: Iterable[str]) -> Callable[[Path], bool]:
        """Match paths as Copier does, compiling each pattern once for all renders."""
        normalized = (unicodedata.normalize("NFD", pattern) for pattern in patterns)
        return PathSpec.from_lines(_pattern, normalized).match_file

    def _external_data(self) -> LazyDict[str, Any]:
        """Read files of the service itself, since the folder of a render has none."""
        service = self.extras.service

        def load(path: str) -> Any:
            with Phase.use(Phase.UNDEFINED):
                path = self._render_string(path)
            is_inside = (service / path).resolve().is_relative_to(service.resolve())
            if not is_inside and not self.unsafe:
                raise ForbiddenPathError(path=Path(path), hint=OUTSIDE)
            return load_answersfile_data(service, path)

        files = self.template.external_data
        return LazyDict({name: partial(load, path) for name, path in files.items()})

    def _render_template(self) -> None:
        """Render every file; the answers are final, so rendered texts can be cached."""
        # An extension may render the same text differently each time.
        texts = None if self.template.jinja_extensions else dict[str, str]()
        known = _Known(super().answers_relpath, super()._render_context(), texts)
        self.__dict__["known"] = known
        try:
            super()._render_template()
        finally:
            del self.__dict__["known"]

    @property
    def answers_relpath(self) -> Path:
        """The path of the answers file."""
        known: _Known | None = self.__dict__.get("known")
        return known.answers_file if known else super().answers_relpath

    def _render_string(self, string: str, extra_context: dict[str, Any] | None = None) -> str:
        """Render a text, using the cache while files are rendered."""
        known: _Known | None = self.__dict__.get("known")
        texts = known.texts if known else None
        if texts is None or extra_context:
            return super()._render_string(string, extra_context)
        if string in texts:
            _reset_yield(self.jinja_env)  # as compiling it would
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
        """Tell whether to write a file; with `extras.contents`, collect its content instead."""
        contents = self.extras.contents
        leave_out = self.extras.leave_out
        # With leave_out most folders would stay empty, so they are created with their files.
        if dst_relpath.as_posix() in leave_out or (is_dir and leave_out):
            return False
        if contents is None:
            allowed = super()._render_allowed(
                dst_relpath, is_dir, is_symlink, expected_contents, expected_mode
            )
            if is_dir or not allowed:
                return allowed
            return not self._is_linked(dst_relpath, expected_contents, expected_mode)
        if not is_dir:
            contents[dst_relpath.as_posix()] = expected_contents
        return False

    def _is_linked(self, path: Path, content: bytes | Path, mode: int | None) -> bool:
        """Link an existing file with the same content, if any: that is faster than writing."""
        alike = self.extras.alike
        if not alike or not isinstance(content, bytes):
            return False
        target = self.subproject.local_abspath / path
        target.unlink(missing_ok=True)  # an earlier file may be a link
        source = self.extras.sources[path.as_posix()]
        for candidate in (folder / name for folder in alike for name in (path, source)):
            with suppress(OSError):
                status = candidate.lstat()
                is_alike = (status.st_mode, status.st_size) == (mode, len(content))
                if is_alike and candidate.read_bytes() == content:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.hardlink_to(candidate)
                    return True
        return False

    def _render_context(self) -> Any:
        """Return the context of a template, as a separate copy for each file."""
        known: _Known | None = self.__dict__.get("known")
        if known is None:
            return super()._render_context()
        computed = known.context
        # Copier and templates can change these; the next file must not see that.
        fresh = {
            "_copier_answers": dict(computed["_copier_answers"]),
            "_copier_conf": LazyDict(computed["_copier_conf"]._pending),
            "_copier_phase": Phase.current(),
        }
        return {**computed, **fresh}

    def _render_file(
        self, src_relpath: Path, dst_relpath: Path, extra_context: dict[str, Any] | None = None
    ) -> None:
        """Render one file, and record its source."""
        self.extras.sources[dst_relpath.as_posix()] = src_relpath.as_posix()
        _reset_yield(self.jinja_env)  # of its path, as compiling the file would
        super()._render_file(src_relpath, dst_relpath, extra_context)

    def _sync_git_index_executable_bit(self, dst_relpath: Path, src_mode: int) -> None:
        """Do nothing: the destination is a plain folder."""


def _reset_yield(environment: Environment) -> None:
    context = get_yield_context(environment)
    context.yield_name = context.yield_iterable = None


_pattern = lru_cache(maxsize=4096)(lookup_pattern(_pathspec_pattern))
_configs: dict[bytes, dict[str, Any]] = {}


def checked_out(folder: Path, address: str, release: Release, recorded: str) -> CheckedOut:
    """Return the template with `release` checked out in `folder`.

    `address` and `recorded` are written to the answers file. Raises Copier's errors for an invalid
    `copier.yml`.
    """
    template = CheckedOut(url=address)
    template.release = release
    template.recorded = recorded
    template.__dict__["url_expanded"] = str(folder)
    template.__dict__["vcs"] = "git"
    texts = [path.read_bytes() for path in sorted(folder.glob("*.y*ml"))]
    key = hashlib.sha256(b"\0".join(texts)).digest()
    with redirect_stderr(StringIO()):  # Copier prints errors as well as raising them
        # Most releases have the same questions, and parsing YAML is slow.
        if key not in _configs:
            _configs[key] = template._raw_config
        template.__dict__["_raw_config"] = deepcopy(_configs[key])
        template.config_data  # noqa: B018 - a cached property, computed here
    return template
