"""Behind a proxy: redirects lead to the address that the client used."""

from collections.abc import Callable

import pytest

from . import support
from .support import Server

Launch = Callable[..., Server]

FORWARDED = {"host": "shop.example.com:8443", "x-forwarded-proto": "https"}


@pytest.mark.parametrize(
    ("trusted", "scheme"),
    [
        ('["127.0.0.1"]', "https"),
        ('["10.0.0.0/8", "127.0.0.0/8"]', "https"),
        ('["*"]', "https"),
        ('["10.0.0.0/8"]', "http"),
        ("[]", "http"),
    ],
)
def test_redirect_keeps_scheme_of_trusted_proxy(launch: Launch, trusted: str, scheme: str) -> None:
    server = launch(APP__SERVER__TRUSTED_PROXIES=trusted)
    server.wait_until_ready()

    response = server.request("/ok/", headers=FORWARDED)

    assert response.status == 307
    assert response.headers["location"] == f"{scheme}://shop.example.com:8443/ok"


def test_stripped_prefix_is_in_redirects_and_documents(launch: Launch) -> None:
    server = launch(APP__SERVER__ROOT_PATH="/shop")
    server.wait_until_ready()

    assert server.request("/ok").status == 200
    assert server.request("/ok/", headers=FORWARDED).headers["location"].endswith(":8443/shop/ok")
    assert server.request("/openapi.json").json()["servers"] == [{"url": "/shop"}]
    assert server.samples("http_server_request_duration_seconds_count", route="/ok")
    assert server.request("/livez", management=True).status == 200
    assert support.ADOPTED or "/shop/openapi.json" in server.request("/docs").body.decode()
