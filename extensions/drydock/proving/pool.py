"""Values that requests can use: those of earlier responses, and those sent successfully."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from drydock.proving.messages import Reference, Request, Response

_IDS = ("id", "_id", "uuid", "pk", "slug")
_TOKENS = ("access_token", "accesstoken", "token", "jwt", "id_token")
_DEEPEST = 4


def plain(name: str) -> str:
    """Return a name in its normal form: `userId`, `user-id` and `user_id` are the same."""
    snake = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name)
    return re.sub(r"[^a-z0-9]+", "_", snake.lower()).rstrip("_") or name.lower()


def resource(path: str) -> str:
    """Return the resource of a path, in the singular: `user` of `/api/users/{user_id}`."""
    static = [part for part in path.split("/") if part and "{" not in part]
    return _singular(plain(static[-1])) if static else ""


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word.removesuffix("s") if not word.endswith("ss") else word


class Pool:
    """The values known at one point of a run; later values replace earlier ones."""

    def __init__(self) -> None:
        self._received: dict[tuple[str, str], Reference] = {}
        self._sent: dict[str, Any] = {}
        self.token: Reference | None = None

    def learn(self, path: str, number: int, sent: Any, response: Response) -> None:
        """Add the values of a successful exchange; `number` is that of its response."""
        if isinstance(sent, Mapping):
            self._sent |= {
                plain(name): value
                for name, value in sent.items()
                if isinstance(value, str | int) and value != ""
            }
        for owner, name, place in _scalars(response.json, resource(path), ()):
            self._received[owner, name] = self._received["", name] = Reference(number, place)
            if name in _TOKENS:
                self.token = Reference(number, place)

    def find(self, name: str, path: str) -> Reference | None:
        """Return a received value for the parameter `name` of the operation at `path`, if any.

        The resource of a path parameter is the part of the path before it.
        """
        before = path.partition(f"{{{name}}}")[0]
        owner, normal = resource(before), plain(name)
        stem = re.sub(r"_?(id|uuid|pk|slug)$", "", normal)
        keys = [(owner, normal), (stem, normal)]
        if stem != normal:
            keys += [(prefix, key) for prefix in filter(None, (stem, owner)) for key in _IDS]
            keys += [("", normal)] if stem else []
        else:
            keys += [("", normal)]
        return next((self._received[key] for key in keys if key in self._received), None)

    def sent(self, name: str) -> Any:
        """Return the value last sent successfully under this name; None if there is none."""
        normal = plain(name)
        if normal == "username" and normal not in self._sent:
            normal = "email"
        return self._sent.get(normal)


def _scalars(
    document: Any, owner: str, place: tuple[str | int, ...]
) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    """Yield the resource, name and path of each value; of a list, those of the first item."""
    if len(place) > _DEEPEST:
        return
    if isinstance(document, list) and document:
        yield from _scalars(document[0], owner, (*place, 0))
    elif isinstance(document, Mapping):
        for name, value in document.items():
            if isinstance(value, Mapping | list):
                inner = owner if plain(name) in _WRAPPERS else _singular(plain(name))
                yield from _scalars(value, inner, (*place, name))
        for name, value in document.items():
            if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
                yield owner, plain(name), (*place, name)
    elif isinstance(document, str | int) and not isinstance(document, bool) and owner:
        yield owner, "id", place  # the body is the identifier


_WRAPPERS = {"data", "item", "items", "result", "results", "content", "payload", "response"}


def authorized(request: Request, pool: Pool) -> Request | None:
    """Return the request with the token of a login; None if there was no login."""
    if pool.token is None:
        return None
    token = "drydock-value-of-login-"
    headers = tuple((n, v) for n, v in request.headers if n.lower() != "authorization")
    return Request(
        request.operation, request.kind, request.method, request.target,
        (*headers, ("Authorization", f"Bearer {token}")), request.body,
        {**request.references, token: pool.token},
    )  # fmt: skip
