"""aioredis -> `redis.asyncio`: it is part of redis-py, and cannot be imported on Python 3.11.

Source: https://github.com/aio-libs-abandoned/aioredis-py#readme ("Aioredis is now in redis-py
4.2.0rc1+"; only the imports change). aioredis 1 has a different API and is reported only:
https://github.com/aio-libs-abandoned/aioredis-py/blob/master/docs/migration.md.
"""

import re
from collections.abc import Iterator

import libcst as cst

from drydock.codemods import requirements
from drydock.codemods.finding import Edit, Finding
from drydock.codemods.project import Project
from drydock.codemods.rule import Rule
from drydock.codemods.source import Rewriter, Source, dotted

_NAME = "aioredis"
_ERRORS = {
    *("AuthenticationError", "AuthenticationWrongNumberOfArgsError", "BusyLoadingError"),
    *("ChildDeadlockedError", "ConnectionError", "DataError", "InvalidResponse", "PubSubError"),
    *("ReadOnlyError", "RedisError", "ResponseError", "TimeoutError", "WatchError"),
}
_POOLS = {
    *("BlockingConnectionPool", "Connection", "ConnectionPool", "SSLConnection"),
    "UnixDomainSocketConnection",
}
_SENTINEL = {
    *("MasterNotFoundError", "Sentinel", "SentinelConnectionPool", "SentinelManagedConnection"),
    "SlaveNotFoundError",
}
_MODULES = {
    "aioredis": ("redis.asyncio", {*_ERRORS, *_POOLS, "Redis", "StrictRedis", "from_url"}),
    "aioredis.client": (
        "redis.asyncio.client",
        {"Monitor", "Pipeline", "PubSub", "Redis", "StrictRedis"},
    ),
    "aioredis.connection": ("redis.asyncio.connection", _POOLS),
    "aioredis.exceptions": (
        "redis.exceptions",
        {
            *(*_ERRORS, "ExecAbortError", "LockError", "LockNotOwnedError", "ModuleError"),
            *("NoPermissionError", "NoScriptError"),
        },
    ),
    "aioredis.lock": ("redis.asyncio.lock", {"Lock"}),
    "aioredis.sentinel": ("redis.asyncio.sentinel", _SENTINEL),
}
"""The new place of each module, and the names defined there."""
_VERSION_1 = re.compile(
    r"\bcreate_(connection|pool|redis|redis_pool|sentinel)\b|\b(ConnectionsPool|SentinelPool)\b"
    r"|\baioredis\.(commands|pubsub|stream)\b"
)
"""Names that only aioredis 1 defines."""
_IMPORT = re.compile(r"^\s*(import|from) aioredis\b", re.MULTILINE)
_HOW = "import from redis.asyncio, and exceptions from redis.exceptions"


def _rewrite(source: Source) -> cst.Module:
    return source.tree.visit(_Aioredis(source))


def _is_version_1(project: Project) -> bool:
    """Return whether a service was written for aioredis 1."""
    pins = (requirements.pinned_version(path, text, _NAME) for path, text in project.before.items())
    code = (text for path, text in project.files.items() if path.endswith(".py"))
    return any(pin.startswith("1.") for pin in pins) or any(
        _IMPORT.search(text) and _VERSION_1.search(text) for text in code
    )


class _Aioredis(Rewriter):
    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.is_version_1 = _is_version_1(source.project)

    def leave_Import(
        self, original_node: cst.Import, updated_node: cst.Import
    ) -> cst.BaseSmallStatement:
        """`import aioredis` -> `from redis import asyncio as aioredis`: the code stays."""
        names = [dotted(one.name) for one in original_node.names]
        if not any(_is_aioredis(name) for name in names):
            return updated_node
        if self.is_version_1 or names != [_NAME]:
            self._report(original_node)
            return updated_node
        self.source.changed(original_node, "aioredis -> redis.asyncio")
        name = updated_node.names[0].asname or cst.AsName(cst.Name(_NAME))
        alias = cst.ImportAlias(cst.Name("asyncio"), name)
        return cst.ImportFrom(cst.Name("redis"), [alias], semicolon=updated_node.semicolon)

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom:
        old = dotted(original_node.module) if original_node.module else ""
        if original_node.relative or not _is_aioredis(old):
            return updated_node
        new, known = _MODULES.get(old, ("", set()))
        names = original_node.names
        if (
            self.is_version_1
            or isinstance(names, cst.ImportStar)
            or any(dotted(one.name) not in known for one in names)
        ):
            self._report(original_node)
            return updated_node
        self.source.changed(original_node, f"{old} -> {new}")
        module = cst.parse_expression(new)
        assert isinstance(module, cst.Attribute)
        return updated_node.with_changes(module=module)

    def _report(self, node: cst.CSTNode) -> None:
        if self.is_version_1:
            why = "aioredis 1 cannot be imported on Python 3.11 or newer"
            how = "connect with redis.asyncio.from_url(); its client takes other arguments"
            self.source.left(node, why, how)
        else:
            why = "aioredis cannot be imported on Python 3.11 or newer"
            self.source.left(node, why, _HOW)

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.Attribute:
        """`aioredis.exceptions.X` -> `aioredis.X`: redis.asyncio has no `exceptions`."""
        full = self.source.resolve(original_node)
        if self.is_version_1 or not full.startswith("aioredis.exceptions."):
            return updated_node
        name, above = original_node.attr.value, updated_node.value
        if name not in _ERRORS or not isinstance(above, cst.Attribute):
            why = f"{full} moved to redis.exceptions"
            self.source.left(original_node, why, f"use redis.exceptions.{name}")
            return updated_node
        self.source.changed(original_node, f"{full} -> redis.asyncio.{name}")
        return updated_node.with_changes(value=above.value)

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.SimpleString:
        if re.match(r"""\w*["']aioredis\.\w[\w.]*["']$""", original_node.value):
            why = f"{original_node.value}: aioredis cannot be imported on Python 3.11 or newer"
            self.source.left(original_node, why, "refer to redis.asyncio instead")
        return updated_node


def _is_aioredis(module: str) -> bool:
    return module.partition(".")[0] == _NAME


def _survey(project: Project) -> Iterator[Edit | Finding]:
    code = [text for path, text in project.files.items() if path.endswith(".py")]
    moved = any(re.search(r"^\s*(from|import) redis\b", text, re.MULTILINE) for text in code)
    if moved and not _is_version_1(project) and not any(_IMPORT.search(text) for text in code):
        yield from requirements.replace(project, _NAME, _NAME, "redis>=4.2", "is part of redis now")


RULE = Rule(
    name=_NAME,
    summary="aioredis 2 -> `redis.asyncio`, which it is part of; aioredis 1 is reported",
    since="1.7.0",
    words=(_NAME,),
    rewrite=_rewrite,
    survey=_survey,
)
