"""Recorded requests are read from HAR, JSON and curl; anything else is an error."""

import json
from pathlib import Path

import pytest
from drydock.errors import BadInput
from drydock.proving.messages import Request
from drydock.proving.recorded import read

JSON = ("Content-Type", "application/json")


def recorded(method: str, target: str, *headers: tuple[str, str], body: bytes = b"") -> Request:
    return Request("", "recorded", method, target, headers, body)


FORMATS = {
    "curl": (
        "# the list\n\ncurl -s http://shop.example:8000/items?n=2\n"
        "curl -X PUT https://shop.example/items/1 -H 'X-Key: a b' \\\n"
        "  --json '{\"a\": 1}'\n"
        "curl -XDELETE localhost:8000/items/1 --compressed\n"
        "curl --request=POST /login -d user=ada -d 'password=x y'\n",
        [
            recorded("GET", "/items?n=2"),
            recorded("PUT", "/items/1", ("X-Key", "a b"), JSON, body=b'{"a": 1}'),
            recorded("DELETE", "/items/1"),
            recorded(
                "POST",
                "/login",
                ("Content-Type", "application/x-www-form-urlencoded"),
                body=b"user=ada&password=x y",
            ),
        ],
    ),
    "HAR": (
        json.dumps(
            {
                "log": {
                    "entries": [
                        {
                            "request": {
                                "method": "POST",
                                "url": "https://shop.example/items?x=1#top",
                                "headers": [
                                    {"name": ":authority", "value": "shop.example"},
                                    {"name": "Host", "value": "shop.example"},
                                    {"name": "Accept", "value": "*/*"},
                                ],
                                "postData": {"mimeType": "application/json", "text": "[1]"},
                            }
                        }
                    ]
                }
            }
        ),
        [recorded("POST", "/items?x=1", ("Accept", "*/*"), JSON, body=b"[1]")],
    ),
    "JSON": (
        json.dumps(
            [
                {"path": "/items"},
                {"method": "post", "url": "http://a/items", "json": {"a": 1}},
                {"method": "PUT", "path": "/é", "body": "x", "headers": {"A": "b"}},
                {"path": "/", "headers": {"X-Number": 3}},
            ]
        ),
        [
            recorded("GET", "/items"),
            recorded("POST", "/items", JSON, body=b'{"a": 1}'),
            recorded("PUT", "/%C3%A9", ("A", "b"), body=b"x"),
            recorded("GET", "/", ("X-Number", "3")),
        ],
    ),
}
INVALID = {
    "not curl": ("wget http://a/\n", ":1: not a curl command: starts with wget"),
    "unsupported option": (
        "curl http://a/\ncurl -F a=b http://a/\n",
        ":2: not a curl command: -F is not",
    ),
    "unclosed quotes": ("curl 'http://a/\n", "No closing quotation"),
    "no URL": ("curl -s\n", "has no URL"),
    "option without a value": ("curl -X\n", "not a curl command"),
    "other JSON": ('{"a": 1}', "neither HAR nor a list of requests"),
    "list of numbers": ("[1]", "neither HAR nor a list of requests"),
    "malformed headers": (
        '[{"path": "/", "headers": ["abc"]}]',
        "neither HAR nor a list of requests",
    ),
    "malformed URL": ('[{"url": "http://["}]', "neither HAR nor a list of requests"),
    "unpaired surrogate": (
        '[{"path": "/", "body": "\\ud800"}]',
        "neither HAR nor a list of requests",
    ),
    "deeply nested lists": ("[" * 9000, ":1: not a curl command"),
    "line end in a header": (
        '[{"path": "/", "headers": {"A": "b\\nc"}}]',
        "cannot be sent as HTTP",
    ),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_read(tmp_path: Path, name: str) -> None:
    text, expected = FORMATS[name]
    (tmp_path / "requests").write_text(text)
    assert read(tmp_path / "requests") == expected


@pytest.mark.parametrize("name", INVALID)
def test_invalid_file_is_an_error(tmp_path: Path, name: str) -> None:
    text, error = INVALID[name]
    (tmp_path / "requests").write_text(text)
    with pytest.raises(BadInput, match=error):
        read(tmp_path / "requests")


def test_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"--requests .*No such file"):
        read(tmp_path / "none")
