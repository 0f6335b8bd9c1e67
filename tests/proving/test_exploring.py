"""Requests use values of earlier responses until every operation has succeeded."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from drydock.proving.exploring import Explorer, replay
from drydock.proving.generated import Operation, operations
from drydock.proving.messages import Request, Response

SECONDS = 60  # far more than it takes


def schema(**properties: str) -> dict[str, Any]:
    fields = {name: {"type": kind} for name, kind in properties.items()}
    return {"type": "object", "properties": fields, "required": list(properties)}


def body(**properties: str) -> dict[str, Any]:
    content = {"application/json": {"schema": schema(**properties)}}
    return {"requestBody": {"required": True, "content": content}, "responses": {}}


def path(*names: str, **more: Any) -> dict[str, Any]:
    parameters = [
        {"in": "path", "name": name, "required": True, "schema": {"type": "string"}}
        for name in names
    ]
    return {"parameters": parameters, "responses": {}, **more}


DOCUMENT = {
    "openapi": "3.0.2",
    "info": {"title": "shop", "version": "1"},
    "components": {"securitySchemes": {"login": {"type": "http", "scheme": "bearer"}}},
    "paths": {
        "/users": {"post": body(email="string", password="string")},
        "/login": {"post": body(username="string", password="string")},
        "/orders": {"post": body(user_id="integer") | {"security": [{"login": []}]}},
        "/orders/{order_id}": {"get": path("order_id"), "delete": path("order_id")},
        "/never": {"get": path()},
    },
}


class Shop:
    """A service that assigns its own identifiers and requires them later."""

    def __init__(self) -> None:
        self.users: dict[int, dict[str, Any]] = {}
        self.tokens: set[str] = set()
        self.orders: set[str] = set()
        self.seen: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.seen.append(request)
        status, content = self.respond(request)
        return Response(
            status, (("content-type", "application/json"),), json.dumps(content).encode()
        )

    def respond(self, request: Request) -> tuple[int, Any]:
        try:
            sent = json.loads(request.body or b"{}")
        except ValueError:
            return 422, {}
        order = re.fullmatch(r"/orders/([^/]+)", request.target)
        if order and order[1] in self.orders:
            if request.method == "DELETE":
                self.orders.remove(order[1])
            return 200, {"order_id": order[1]}
        if request.method != "POST" or not isinstance(sent, dict):
            return 404, {}
        if request.target == "/users" and isinstance(sent.get("email"), str) and sent["email"]:
            self.users[len(self.users) + 1] = sent
            return 201, {"id": len(self.users)}
        if request.target == "/login":
            for user in self.users.values():
                if (user["email"], user.get("password")) == (
                    sent.get("username"),
                    sent.get("password"),
                ):
                    self.tokens.add(str(uuid4()))
                    return 200, {"access_token": list(self.tokens)[-1]}
        if request.target == "/orders":
            bearer = (request.header("authorization") or "").removeprefix("Bearer ")
            if bearer in self.tokens and sent.get("user_id") in self.users:
                self.orders.add(identifier := str(uuid4()))
                return 201, {"data": {"order_id": identifier}}
        return 401, {}


# The libraries that read API documents take seconds to load.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shop_operations(tmp_path_factory: pytest.TempPathFactory) -> list[Operation]:
    return list(operations(DOCUMENT, tmp_path_factory.mktemp("scratch"), SECONDS))


def explored(
    operations: list[Operation], shop: Shop, *recorded: Request, seconds: float = SECONDS
) -> Explorer:
    explorer = Explorer(shop, operations, recorded, seconds)
    explorer.run()
    return explorer


def test_explorer_registers_logs_in_and_uses_returned_identifiers(
    shop_operations: list[Operation],
) -> None:
    explorer = explored(shop_operations, Shop())
    assert explorer.succeeded == {
        "POST /users", "POST /login", "POST /orders", "GET /orders/{order_id}",
        "DELETE /orders/{order_id}",
    }  # fmt: skip


def test_replay_succeeds_after_a_restart(shop_operations: list[Operation]) -> None:
    explorer = explored(shop_operations, Shop())
    responses = replay(explorer.requests, Shop(), SECONDS)
    assert [r.status for r in responses] == [r.status for r in explorer.responses]


def test_same_document_gives_same_requests(
    shop_operations: list[Operation], tmp_path: Path
) -> None:
    again = list(operations(DOCUMENT, tmp_path, SECONDS))
    first, second = explored(shop_operations, Shop()), explored(again, Shop())
    assert first.requests == second.requests


def test_invalid_requests_are_sent_too(shop_operations: list[Operation]) -> None:
    explorer = explored(shop_operations, Shop())
    invalid = [one for one in explorer.requests if one.kind == "invalid"]
    assert {"POST /users", "POST /orders"} <= {one.operation for one in invalid}
    bare = [one for one in invalid if one.body and one.header("content-type") is None]
    assert "POST /users" in {one.operation for one in bare}
    secured = [one for one in invalid if one.operation == "POST /orders"]
    assert any(one.header("authorization") is None for one in secured)


def recorded(target: str, sent: dict[str, Any], *headers: tuple[str, str]) -> Request:
    all_headers = (("Content-Type", "application/json"), *headers)
    return Request("", "recorded", "POST", target, all_headers, json.dumps(sent).encode())


def test_recorded_login_outside_the_document_is_used(
    shop_operations: list[Operation],
) -> None:
    known = [one for one in shop_operations if one.path != "/login"]
    user = {"email": "ada@example.com", "password": "secret"}
    login = {"username": "ada@example.com", "password": "secret"}
    explorer = explored(known, Shop(), recorded("/users", user), recorded("/login", login))
    assert explorer.succeeded >= {"POST /orders", "GET /orders/{order_id}"}


def test_recorded_token_is_replaced_by_the_token_of_a_login(
    shop_operations: list[Operation],
) -> None:
    user = {"email": "ada@example.com", "password": "secret"}
    login = {"username": "ada@example.com", "password": "secret"}
    stale = ("Authorization", "Bearer of-last-week")
    by_key = ("Authorization", "Key of-a-machine")
    explorer = explored([], shop := Shop(), recorded("/users", user), recorded("/login", login))
    assert len(explorer.responses) >= 2
    secured = [one for one in shop_operations if one.label == "POST /orders"]
    order = {"user_id": next(iter(shop.users))}
    explorer = explored(
        secured, shop, recorded("/login", login), recorded("/orders", order, stale),
        recorded("/orders", order, by_key),
    )  # fmt: skip
    assert [one.status for one in explorer.responses[:3]] == [200, 201, 401]


def test_recorded_request_counts_for_its_operation(shop_operations: list[Operation]) -> None:
    shop = Shop()
    shop.orders.add("17")
    recorded = Request("", "recorded", "GET", "/orders/17")
    explorer = explored(shop_operations, shop, recorded)
    assert explorer.requests[0].operation == "GET /orders/{order_id}"
    assert explorer.responses[0].status == 200


def test_untried_operations_are_listed_when_time_is_up(shop_operations: list[Operation]) -> None:
    explorer = explored(shop_operations, Shop(), seconds=0)
    assert explorer.requests == []
    assert "POST /users" in explorer.untried


def test_missing_value_fails_only_the_request_that_needs_it(
    shop_operations: list[Operation],
) -> None:
    explorer = explored(shop_operations, Shop())

    def mute(request: Request) -> Response:
        return Response(500)

    responses = replay(explorer.requests, mute, SECONDS)
    assert {one.status for one in responses if not one.failure} == {500}
    assert "not sent: an earlier response lacks a required value" in {
        one.failure for one in responses
    }


def test_replay_stops_when_time_is_up(
    shop_operations: list[Operation],
) -> None:
    explorer = explored(shop_operations, Shop())
    responses = replay(explorer.requests, Shop(), 0)
    assert {one.failure for one in responses} == {"not sent: 0 s have passed"}


def test_operations_without_requests_are_reported_when_time_is_up(tmp_path: Path) -> None:
    generated = list(operations(DOCUMENT, tmp_path, -1))
    assert {one.problem for one in generated} == {"no time was left to generate requests"}
    assert not any(one.cases for one in generated)
