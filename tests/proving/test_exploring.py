"""Requests build on what earlier responses brought, until each operation did what it is for."""

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
    held = {name: {"type": kind} for name, kind in properties.items()}
    return {"type": "object", "properties": held, "required": list(properties)}


def body(**properties: str) -> dict[str, Any]:
    content = {"application/json": {"schema": schema(**properties)}}
    return {"requestBody": {"required": True, "content": content}, "responses": {}}


def path(*names: str, **more: Any) -> dict[str, Any]:
    told = [
        {"in": "path", "name": name, "required": True, "schema": {"type": "string"}}
        for name in names
    ]
    return {"parameters": told, "responses": {}, **more}


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
    """A service that gives out identifiers of its own and wants to see them again."""

    def __init__(self) -> None:
        self.users: dict[int, dict[str, Any]] = {}
        self.tokens: set[str] = set()
        self.orders: set[str] = set()
        self.seen: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.seen.append(request)
        status, said = self.answer(request)
        return Response(status, (("content-type", "application/json"),), json.dumps(said).encode())

    def answer(self, request: Request) -> tuple[int, Any]:
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
            for one in self.users.values():
                if (one["email"], one.get("password")) == (
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


# What reads API documents takes seconds to load.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shop_operations(tmp_path_factory: pytest.TempPathFactory) -> list[Operation]:
    return list(operations(DOCUMENT, tmp_path_factory.mktemp("scratch"), SECONDS))


def explored(
    found: list[Operation], shop: Shop, *recorded: Request, seconds: float = SECONDS
) -> Explorer:
    explorer = Explorer(shop, found, recorded, seconds)
    explorer.run()
    return explorer


def test_it_registers_logs_in_and_uses_what_it_was_given(shop_operations: list[Operation]) -> None:
    found = explored(shop_operations, Shop())
    assert found.succeeded == {
        "POST /users", "POST /login", "POST /orders", "GET /orders/{order_id}",
        "DELETE /orders/{order_id}",
    }  # fmt: skip


def test_the_same_requests_succeed_against_another_start(shop_operations: list[Operation]) -> None:
    found = explored(shop_operations, Shop())
    again = replay(found.requests, Shop(), SECONDS)
    assert [one.status for one in again] == [one.status for one in found.responses]


def test_the_same_document_gives_the_same_requests(
    shop_operations: list[Operation], tmp_path: Path
) -> None:
    again = list(operations(DOCUMENT, tmp_path, SECONDS))
    one, other = explored(shop_operations, Shop()), explored(again, Shop())
    assert one.requests == other.requests


def test_what_the_document_forbids_is_asked_too(shop_operations: list[Operation]) -> None:
    found = explored(shop_operations, Shop())
    invalid = [one for one in found.requests if one.kind == "invalid"]
    assert {"POST /users", "POST /orders"} <= {one.operation for one in invalid}
    bare = [one for one in invalid if one.body and one.header("content-type") is None]
    assert "POST /users" in {one.operation for one in bare}
    secured = [one for one in invalid if one.operation == "POST /orders"]
    assert any(one.header("authorization") is None for one in secured)


def recorded(target: str, sent: dict[str, Any], *headers: tuple[str, str]) -> Request:
    told = (("Content-Type", "application/json"), *headers)
    return Request("", "recorded", "POST", target, told, json.dumps(sent).encode())


def test_a_recorded_login_is_used_although_the_document_leaves_it_out(
    shop_operations: list[Operation],
) -> None:
    known = [one for one in shop_operations if one.path != "/login"]
    user = {"email": "ada@example.com", "password": "secret"}
    login = {"username": "ada@example.com", "password": "secret"}
    found = explored(known, Shop(), recorded("/users", user), recorded("/login", login))
    assert found.succeeded >= {"POST /orders", "GET /orders/{order_id}"}


def test_the_token_of_a_recorded_login_stands_for_the_one_of_the_recording(
    shop_operations: list[Operation],
) -> None:
    user = {"email": "ada@example.com", "password": "secret"}
    login = {"username": "ada@example.com", "password": "secret"}
    stale = ("Authorization", "Bearer of-last-week")
    by_key = ("Authorization", "Key of-a-machine")
    found = explored([], shop := Shop(), recorded("/users", user), recorded("/login", login))
    assert len(found.responses) >= 2
    secured = [one for one in shop_operations if one.label == "POST /orders"]
    order = {"user_id": next(iter(shop.users))}
    found = explored(
        secured, shop, recorded("/login", login), recorded("/orders", order, stale),
        recorded("/orders", order, by_key),
    )  # fmt: skip
    assert [one.status for one in found.responses[:3]] == [200, 201, 401]


def test_a_recorded_request_counts_for_its_operation(shop_operations: list[Operation]) -> None:
    shop = Shop()
    shop.orders.add("17")
    recorded = Request("", "recorded", "GET", "/orders/17")
    found = explored(shop_operations, shop, recorded)
    assert found.requests[0].operation == "GET /orders/{order_id}"
    assert found.responses[0].status == 200


def test_without_time_it_is_said_which_were_not_asked(shop_operations: list[Operation]) -> None:
    found = explored(shop_operations, Shop(), seconds=0)
    assert found.requests == []
    assert "POST /users" in found.unasked


def test_an_earlier_response_without_the_value_fails_the_request_alone(
    shop_operations: list[Operation],
) -> None:
    found = explored(shop_operations, Shop())

    def mute(request: Request) -> Response:
        return Response(500)

    again = replay(found.requests, mute, SECONDS)
    assert {one.status for one in again if not one.failure} == {500}
    assert "an earlier response does not have what it needs" in {one.failure for one in again}


def test_a_service_that_is_too_slow_is_not_asked_for_ever(
    shop_operations: list[Operation],
) -> None:
    found = explored(shop_operations, Shop())
    again = replay(found.requests, Shop(), 0)
    assert {one.failure for one in again} == {"it is too slow: not asked after 0 s"}


def test_operations_that_there_is_no_time_for_are_told(tmp_path: Path) -> None:
    found = list(operations(DOCUMENT, tmp_path, -1))
    assert {one.problem for one in found} == {"there was no time left to generate a request"}
    assert not any(one.cases for one in found)
