"""Reads recorded requests: a HAR file, a JSON list, or curl commands."""

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from drydock.errors import BadInput
from drydock.proving.client import UNSENDABLE, can_be_sent
from drydock.proving.messages import Request

# Set by the connection, not part of the request.
_TRANSPORT_HEADERS = {"host", "connection", "content-length", "accept-encoding", "user-agent"}
_DATA = {"-d", "--data", "--data-raw", "--data-binary", "--data-ascii"}
_VALUELESS = {"-s", "-S", "-i", "-k", "-L", "-v", "-f", "--silent", "--compressed", "--insecure",
              "--location", "--include", "--fail", "--show-error", "--verbose"}  # fmt: skip


def read(file: Path) -> list[Request]:
    """Return the requests of a file, in order; raise BadInput if they are not valid.

    Scheme and host of the URLs are dropped: the requests go to the service under test.
    """
    try:
        text = file.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise BadInput(f"--requests {file}: {error}") from error
    requests = _read(file, text)
    if invalid := next((request for request in requests if not can_be_sent(request)), None):
        raise BadInput(f"--requests {file}: {invalid.line}: {UNSENDABLE}")
    return requests


def _read(file: Path, text: str) -> list[Request]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return list(_curl(file, text))
    try:
        entries = data["log"]["entries"] if isinstance(data, dict) else data
        return list(_har(entries) if isinstance(data, dict) else _listed(entries))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadInput(
            f"--requests {file}: neither HAR nor a list of requests: {error!r}"
        ) from error


def _har(entries: Iterable[Mapping[str, Any]]) -> Iterator[Request]:
    """Yield the requests of an HTTP archive (http://www.softwareishard.com/blog/har-12-spec)."""
    for entry in entries:
        request = entry["request"]
        headers = {header["name"]: header["value"] for header in request.get("headers", [])}
        post = request.get("postData", {})
        if post.get("mimeType") and not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = post["mimeType"]
        yield _request(request["method"], request["url"], headers, post.get("text", "").encode())


def _listed(entries: Iterable[Mapping[str, Any]]) -> Iterator[Request]:
    for entry in entries:
        headers = dict(entry.get("headers", {}))
        body = str(entry.get("body", "")).encode()
        if "json" in entry:
            body = json.dumps(entry["json"]).encode()
            headers.setdefault("Content-Type", "application/json")
        yield _request(entry.get("method", "GET"), entry.get("path") or entry["url"], headers, body)


def _curl(file: Path, text: str) -> Iterator[Request]:
    for number, line in enumerate(text.replace("\\\n", " ").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            yield _parse_curl(shlex.split(line))
        except ValueError as error:
            raise BadInput(f"--requests {file}:{number}: not a curl command: {error}") from error


def _parse_curl(words: list[str]) -> Request:
    if words[0] != "curl":
        raise ValueError(f"starts with {words[0]}")
    method, url, headers, body = "", "", {}, b""
    rest = iter(words[1:])
    for word in rest:
        option, equals, attached = word.partition("=") if word.startswith("--") else (word, "", "")
        if re.fullmatch(r"-[XHdu].+", word):
            option, equals, attached = word[:2], "=", word[2:]

        def value(attached: str = attached, equals: str = equals) -> str:
            if equals:
                return attached
            if (following := next(rest, None)) is None:
                raise ValueError(f"{words[-1]} needs a value")
            return following

        if option in {"-X", "--request"}:
            method = value()
        elif option in {"-H", "--header"}:
            name, _, content = value().partition(":")
            headers[name.strip()] = content.strip()
        elif option in _DATA or option == "--json":
            body += (b"&" if body else b"") + value().encode()
            subtype = "json" if option == "--json" else "x-www-form-urlencoded"
            if not any(name.lower() == "content-type" for name in headers):
                headers["Content-Type"] = f"application/{subtype}"
        elif option == "--url":
            url = value()
        elif option in _VALUELESS or re.fullmatch(r"-[sSikLvf]+", option):
            continue
        elif option.startswith("-"):
            raise ValueError(f"{option} is not supported")
        else:
            url = word
    if not url:
        raise ValueError("has no URL")
    return _request(method or ("POST" if body else "GET"), url, headers, body)


def _request(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Request:
    parts = urlsplit(url if "//" in url or url.startswith("/") else f"//{url}")
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        target += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    own_headers = tuple(
        (name, str(value))
        for name, value in headers.items()
        if name.lower() not in _TRANSPORT_HEADERS and not name.startswith(":")
    )
    return Request("", "recorded", method.upper(), target, own_headers, body)
