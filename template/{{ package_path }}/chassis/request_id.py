"""Each request has an id: in every log line it causes, and in its response."""

import os
import random
import re
from collections.abc import Mapping

_ACCEPTABLE = re.compile(rb"[A-Za-z0-9._~:/+=@-]{1,128}")
_TRACEPARENT = re.compile(
    rb"(?!ff|00-.{52}-)[0-9a-f]{2}-"  # only a later version than 00 may have more fields
    rb"(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?"
)
_random_bits = random.Random(os.urandom(32)).getrandbits  # noqa: S311 - ids, and no secrets


def request_id(headers: Mapping[bytes, bytes]) -> str:
    """Return the id from `X-Request-ID`, else the one from `traceparent`, else a new one.

    One that could forge or flood a log line is not taken.
    """
    given = headers.get(b"x-request-id")
    if given and _ACCEPTABLE.fullmatch(given):
        return given.decode()
    trace = headers.get(b"traceparent")
    if trace and (match := _TRACEPARENT.fullmatch(trace)):
        return match[1].decode()
    return _random_bits(128).to_bytes(16).hex()
