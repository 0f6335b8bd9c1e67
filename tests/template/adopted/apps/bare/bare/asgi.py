"""A service without a framework, and without support for lifespan and WebSockets."""

from typing import Any


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Echo the body."""
    assert scope["type"] == "http"
    if scope["path"] == "/broken":
        raise RuntimeError("nobody should see this")
    message = await receive()
    headers = [(b"X-Method", scope["method"].encode())]
    await send({"type": "http.response.start", "status": 203, "headers": headers})
    await send({"type": "http.response.body", "body": message["body"], "more_body": True})
    await send({"type": "http.response.body", "body": b"."})
