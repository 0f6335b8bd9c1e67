"""Recorded requests are read from HAR, JSON and curl; what is not understood is told."""

import json
from pathlib import Path

import pytest
from drydock.errors import BadInput
from drydock.proving.messages import Request
from drydock.proving.recorded import read

JSON = ("Content-Type", "application/json")


def recorded(method: str, target: str, *headers: tuple[str, str], body: bytes = b"") -> Request:
    return Request("", "recorded", method, target, headers, body)


FORMS = {
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
WRONG = {
    "not curl": ("wget http://a/\n", ":1: no curl command: it starts with wget"),
    "an option": ("curl http://a/\ncurl -F a=b http://a/\n", ":2: no curl command: -F is not"),
    "open quotes": ("curl 'http://a/\n", "No closing quotation"),
    "no address": ("curl -s\n", "it has no address"),
    "nothing behind": ("curl -X\n", "no curl command"),
    "another JSON": ('{"a": 1}', "neither HAR nor a list"),
    "a list of others": ("[1]", "neither HAR nor a list"),
    "headers that are none": ('[{"path": "/", "headers": ["abc"]}]', "neither HAR nor a list"),
    "an address that is none": ('[{"url": "http://["}]', "neither HAR nor a list"),
    "half a surrogate pair": ('[{"path": "/", "body": "\\ud800"}]', "neither HAR nor a list"),
    "endless lists": ("[" * 9000, ":1: no curl command"),
    "a line end in a header": ('[{"path": "/", "headers": {"A": "b\\nc"}}]', "no form for it"),
}


@pytest.mark.parametrize("name", FORMS)
def test_each_form_is_read(tmp_path: Path, name: str) -> None:
    text, expected = FORMS[name]
    (tmp_path / "requests").write_text(text)
    assert read(tmp_path / "requests") == expected


@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_understood_is_told(tmp_path: Path, name: str) -> None:
    text, told = WRONG[name]
    (tmp_path / "requests").write_text(text)
    with pytest.raises(BadInput, match=told):
        read(tmp_path / "requests")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"--requests .*No such file"):
        read(tmp_path / "none")
