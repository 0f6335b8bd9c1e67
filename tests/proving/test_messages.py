"""Bodies are told by value where they can be told at all."""

import pytest
from drydock.proving.messages import Response, read_json

JSON = (("Content-Type", "application/json; charset=utf-8"),)


def test_a_body_is_told_by_value() -> None:
    assert Response(200, JSON, b'{"a": [1]}').json == {"a": [1]}
    assert Response(200, (("Content-Type", "application/problem+json"),), b"[1]").json == [1]
    assert Response(200, (("Content-Type", "text/plain"),), b"[1]").json is None


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b'"\\ud800"', b"9" * 5000, b"[" * 500 + b"]" * 500, b"[" * 90_000],
    ids=["empty", "cut", "no text", "half a pair", "a long number", "deep", "deeper"],
)
def test_what_cannot_be_told_again_is_no_json(body: bytes) -> None:
    assert read_json(body) is None
