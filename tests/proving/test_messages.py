"""JSON bodies are read as values if they can be written again."""

import pytest
from drydock.proving.messages import Response, read_json

JSON = (("Content-Type", "application/json; charset=utf-8"),)


def test_json_body_is_read_as_a_value() -> None:
    assert Response(200, JSON, b'{"a": [1]}').json == {"a": [1]}
    assert Response(200, (("Content-Type", "application/problem+json"),), b"[1]").json == [1]
    assert Response(200, (("Content-Type", "text/plain"),), b"[1]").json is None


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b'"\\ud800"', b"9" * 5000, b"[" * 500 + b"]" * 500, b"[" * 90_000],
    ids=["empty", "truncated", "binary", "unpaired surrogate", "long number", "deep", "deeper"],
)
def test_json_that_cannot_be_written_again_is_rejected(body: bytes) -> None:
    assert read_json(body) is None
