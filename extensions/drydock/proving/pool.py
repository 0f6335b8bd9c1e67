"""Values that requests can build on: what earlier responses brought, and what was sent in them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from drydock.proving.messages import Reference, Request, Response

_IDS = ("id", "_id", "uuid", "pk", "slug")
_TOKENS = ("access_token", "accesstoken", "token", "jwt", "id_token")
_DEEPEST = 4


def plain(name: str) -> str:
    """Return a name as it is compared: `userId`, `user-id` and `user_id` are one."""
    snake = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name)
    return re.sub(r"[^a-z0-9]+", "_", snake.lower()).rstrip("_") or name.lower()


def resource(path: str) -> str:
    """Return what a path is about, in the singular: `user` of `/api/users/{user_id}`."""
    static = [part for part in path.split("/") if part and "{" not in part]
    return _singular(plain(static[-1])) if static else ""


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word.removesuffix("s") if not word.endswith("ss") else word


class Pool:
    """What is known at one point of a run; later values win."""

    def __init__(self) -> None:
        self._brought: dict[tuple[str, str], Reference] = {}
        self._sent: dict[str, Any] = {}
        self.token: Reference | None = None

    def learn(self, path: str, number: int, sent: Any, response: Response) -> None:
        """Take what a successful exchange tells; `number` is its place in the run."""
        if isinstance(sent, Mapping):
            self._sent |= {
                plain(name): value
                for name, value in sent.items()
                if isinstance(value, str | int) and value != ""
            }
        for about, name, way in _scalars(response.json, resource(path), ()):
            self._brought[about, name] = self._brought["", name] = Reference(number, way)
            if name in _TOKENS:
                self.token = Reference(number, way)

    def find(self, name: str, path: str) -> Reference | None:
        """Return a value for the parameter `name` of the operation at `path`, if one was brought.

        What a parameter in the path is about, the part before it says.
        """
        before = path.partition(f"{{{name}}}")[0]
        about, called = resource(before), plain(name)
        stem = re.sub(r"_?(id|uuid|pk|slug)$", "", called)
        wanted = [(about, called), (stem, called)]
        if stem != called:
            wanted += [(one, key) for one in filter(None, (stem, about)) for key in _IDS]
            wanted += [("", called)] if stem else []
        else:
            wanted += [("", called)]
        return next((self._brought[one] for one in wanted if one in self._brought), None)

    def sent(self, name: str) -> Any:
        """Return what was sent successfully under this name before; None if nothing was."""
        called = plain(name)
        if called == "username" and called not in self._sent:
            called = "email"
        return self._sent.get(called)


def _scalars(
    document: Any, about: str, way: tuple[str | int, ...]
) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    """Yield what each value is about, its name, and the way to it; of a list, the first item's."""
    if len(way) > _DEEPEST:
        return
    if isinstance(document, list) and document:
        yield from _scalars(document[0], about, (*way, 0))
    elif isinstance(document, Mapping):
        for name, value in document.items():
            if isinstance(value, Mapping | list):
                inner = about if plain(name) in _WRAPPERS else _singular(plain(name))
                yield from _scalars(value, inner, (*way, name))
        for name, value in document.items():
            if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
                yield about, plain(name), (*way, name)
    elif isinstance(document, str | int) and not isinstance(document, bool) and about:
        yield about, "id", way  # a bare identifier


_WRAPPERS = {"data", "item", "items", "result", "results", "content", "payload", "response"}


def authorized(request: Request, pool: Pool) -> Request | None:
    """Return the request with the token that a login brought; None if there was no login."""
    if pool.token is None:
        return None
    token = "drydock-value-of-login-"
    kept = tuple((n, v) for n, v in request.headers if n.lower() != "authorization")
    return Request(
        request.operation, request.kind, request.method, request.target,
        (*kept, ("Authorization", f"Bearer {token}")), request.body,
        {**request.references, token: pool.token},
    )  # fmt: skip
