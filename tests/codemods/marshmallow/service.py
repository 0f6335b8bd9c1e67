"""A service that takes orders with schemas of marshmallow 3, recorded requests, and mistakes."""

from typing import Any

REQUIREMENTS = "fastapi>=0.160\nuvicorn\nmarshmallow==3.26.1\npytest\nhttpx\n"
NEW_REQUIREMENTS = "fastapi>=0.160\nuvicorn\npydantic>=2.10\npytest\nhttpx\n"

SCHEMAS = '''\
"""The schemas of requests and responses."""

import enum

from marshmallow import (
    EXCLUDE,
    Schema,
    ValidationError,
    fields,
    post_dump,
    post_load,
    pre_load,
    validate,
    validates,
    validates_schema,
)


class Status(enum.Enum):
    NEW = "n"
    SENT = "s"


class Order:
    """A stored order."""

    def __init__(self, **given):
        self.__dict__.update(given)


class Stamped(Schema):
    id = fields.Int(dump_only=True)
    made = fields.DateTime(dump_only=True)


class CustomerSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    name = fields.Str(required=True, validate=validate.Length(min=1, max=20))
    email = fields.Email()
    token = fields.Str(load_only=True)


class LineSchema(Schema):
    sku = fields.Str(required=True, validate=validate.Regexp(r"[A-Z]{2}\\d+$"))
    count = fields.Int(load_default=1, validate=validate.Range(min=1))
    price = fields.Decimal(places=2, as_string=True, required=True)


class OrderSchema(Stamped):
    customer = fields.Nested(CustomerSchema, required=True)
    lines = fields.Nested(LineSchema, many=True, required=True)
    status = fields.Enum(Status, load_default=Status.NEW)
    deliver_on = fields.Date(data_key="deliverOn", allow_none=True)
    note = fields.Str(allow_none=True, load_default=None)
    tags = fields.List(fields.Str(validate=validate.OneOf(["gift", "fast"])))
    total = fields.Method("get_total", dump_only=True)

    def get_total(self, order):
        return str(sum(line["count"] * line["price"] for line in order.lines))

    @pre_load
    def strip_note(self, data, **kwargs):
        if isinstance(data, dict) and isinstance(data.get("note"), str):
            return {**data, "note": data["note"].strip()}
        return data

    @validates("lines")
    def some_lines(self, value, **kwargs):
        if not value:
            raise ValidationError("An order has lines.")

    @validates_schema
    def fast_needs_a_day(self, data, **kwargs):
        if "fast" in data.get("tags", []) and data.get("deliver_on") is None:
            raise ValidationError("It needs a day.", "deliver_on")

    @post_load
    def made_into_an_order(self, data, partial=None, **kwargs):
        return data if partial else Order(**data)

    @post_dump
    def without_nulls(self, data, **kwargs):
        return {key: value for key, value in data.items() if value is not None}
'''
MAIN = '''\
"""Takes orders."""

import datetime
from typing import Any

from fastapi import Body, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from marshmallow import ValidationError

from schemas import OrderSchema

app = FastAPI(title="orders")
ORDERS = {}
MADE = datetime.datetime(2024, 5, 1, 12, 30, tzinfo=datetime.timezone.utc)


@app.exception_handler(ValidationError)
def refused(request: Request, error: ValidationError):
    return JSONResponse({"errors": error.messages}, 422)


def kept(order):
    order.id, order.made = len(ORDERS) + 1, MADE
    ORDERS[order.id] = order
    return order


def found(order_id):
    if order_id not in ORDERS:
        raise HTTPException(404, "no such order")
    return ORDERS[order_id]


@app.post("/orders", status_code=201)
def add(payload: Any = Body()):
    return OrderSchema().dump(kept(OrderSchema().load(payload)))


@app.post("/orders/import", status_code=201)
def add_many(payload: Any = Body()):
    orders = OrderSchema(many=True, unknown="exclude").load(payload)
    return OrderSchema(many=True, only=("id", "total")).dump([kept(one) for one in orders])


@app.post("/orders/check")
def check(payload: Any = Body()):
    return {"errors": OrderSchema().validate(payload)}


@app.get("/orders")
def all_orders():
    return OrderSchema(many=True, exclude=("lines",)).dump(ORDERS.values())


@app.get("/orders/{order_id}")
def read(order_id: int):
    return OrderSchema().dump(found(order_id))


@app.patch("/orders/{order_id}")
def change(order_id: int, payload: Any = Body()):
    order = found(order_id)
    order.__dict__.update(OrderSchema().load(payload, partial=True))
    return OrderSchema().dump(order)
'''
TESTS = """\
from fastapi.testclient import TestClient

from main import app

ORDER = {"customer": {"name": "Ada"}, "lines": [{"sku": "AB1", "price": "1.5"}]}
client = TestClient(app)


def test_order_is_stored():
    assert client.post("/orders", json=ORDER).json()["total"] == "1.50"


def test_invalid_orders_are_rejected():
    response = client.post("/orders", json={**ORDER, "lines": [{"sku": "x"}]})
    assert response.status_code == 422
    assert response.json()["errors"]["lines"]["0"]["price"] == ["Missing data for required field."]
"""
FILES = {
    "requirements.txt": REQUIREMENTS,
    "schemas.py": SCHEMAS,
    "main.py": MAIN,
    "tests/test_main.py": TESTS,
    "conftest.py": "",
}

ADA: dict[str, Any] = {"name": "Ada", "email": "ada@example.org", "token": "t", "else": 1}
BOLT: dict[str, Any] = {"sku": "AB12", "count": "3", "price": "2.345"}
ORDER: dict[str, Any] = {
    "customer": ADA,
    "lines": [BOLT, {"sku": "CD3", "price": 4}],
    "status": "SENT",
    "deliverOn": "2024-05-03",
    "note": "  ring  ",
    "tags": ["gift", "fast"],
}
_WRONG: list[Any] = [
    {},
    [],
    None,
    {**ORDER, "customer": {"email": "a"}},
    {**ORDER, "lines": []},
    {**ORDER, "lines": [{**BOLT, "sku": "no", "count": 0}, {**BOLT, "price": "dear"}]},
    {**ORDER, "status": "s"},
    {**ORDER, "deliverOn": None},
    {**ORDER, "deliver_on": "2024-05-03"},
    {**ORDER, "deliverOn": "2024-02-30", "tags": ["gift", "slow"]},
    {**ORDER, "id": 7, "total": "1"},
    {**ORDER, "more": True},
    {**ORDER, "note": 1, "customer": {**ADA, "name": ""}},
]
REQUESTS: list[dict[str, Any]] = [
    {"method": "POST", "path": "/orders", "json": ORDER},
    {"method": "POST", "path": "/orders", "json": {"customer": {"name": "B"}, "lines": [BOLT]}},
    *({"method": "POST", "path": "/orders", "json": one} for one in _WRONG),
    {"method": "POST", "path": "/orders/import", "json": [ORDER, {**ORDER, "more": 1}]},
    {"method": "POST", "path": "/orders/import", "json": [ORDER, {"lines": [BOLT]}, 1]},
    {"method": "POST", "path": "/orders/import", "json": ORDER},
    *({"method": "POST", "path": "/orders/check", "json": one} for one in (ORDER, *_WRONG)),
    {"method": "PATCH", "path": "/orders/1", "json": {"status": "NEW", "note": None}},
    {"method": "PATCH", "path": "/orders/1", "json": {"lines": [{"count": 0}]}},
    {"method": "PATCH", "path": "/orders/1", "json": {"lines": [], "id": 2}},
    {"method": "GET", "path": "/orders"},
    {"method": "GET", "path": "/orders/1"},
    {"method": "GET", "path": "/orders/2"},
]

# By kind: the file, the correct translation, and the result of a mistake.
BROKEN: dict[str, tuple[str, str, str]] = {
    "required": ("schemas.py", "    name: Annotated[String, Length(min=1, max=20)]\n",
                 "    name: Annotated[String, Length(min=1, max=20)] = optional()\n"),
    "unknown keys": ("schemas.py", 'class CustomerIn(CustomerBase, extra="ignore")',
                     "class CustomerIn(CustomerBase)"),
    "enum by name": ("schemas.py", "ByName", "ByValue"),
    "data_key": ("schemas.py", 'optional(alias="deliverOn")', "optional()"),
    "partial load": ("schema_adapter/schema.py", "if value is MISSING and (partial is True",
                     "if value is MISSING and (False"),
    "many": ("schema_adapter/schema.py", "for index, each in enumerate(data)",
             "for index, each in enumerate(data, 1)"),
    "load_only": ("schemas.py", "    dump_model = CustomerOut", "    dump_model = CustomerIn"),
}  # fmt: skip
