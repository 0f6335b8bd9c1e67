"""Unique names and references, also in formats and languages without a reader."""

from tests.merging.triples import Triples, conflicts, merges

SCHEMAS: Triples = {
    # https://protobuf.dev/programming-guides/proto3/#assigning
    "proto: both_sides_add_field_with_same_number_conflicts": conflicts(
        "unique",
        "a.proto",
        """
            |message Order {
            |  string id = 1;
           o|  string color = 4;
            |  string name = 2;
            |
            |  // the price
            |
            |  int32 price = 3;
           t|  int64 weight = 4;
            |}
        """,
        "= 4",
    ),
    "proto: both_sides_add_fields_with_different_numbers": merges(
        "unique",
        "a.proto",
        """
            |message Order {
            |  string id = 1;
          om|  string color = 4;
            |  string name = 2;
            |
            |  // the price
            |
            |  int32 price = 3;
          tm|  int64 weight = 5;
            |}
        """,
    ),
    "sql: both_sides_create_same_table_conflicts": conflicts(
        "unique",
        "schema.sql",
        """
           o|CREATE TABLE tags (id int);
            |CREATE TABLE a (id int);
            |CREATE TABLE b (id int);
            |CREATE TABLE c (id int);
            |CREATE TABLE d (id int);
           t|CREATE TABLE tags (name text);
        """,
        "tags",
    ),
    # https://spec.graphql.org/draft/#sec-Schema
    "graphql: both_sides_add_same_type_conflicts": conflicts(
        "unique",
        "schema.graphql",
        """
           o|type Tag {
           o|  id: ID
           o|}
            |type A {
            |  id: ID
            |}
            |type B {
            |  id: ID
            |}
           t|type Tag {
           t|  name: String
           t|}
        """,
        "Tag",
    ),
    "graphql: both_sides_add_same_field_in_different_places_conflicts": conflicts(
        "unique",
        "schema.graphql",
        """
            |type A {
            |  id: ID
           o|  tag: String
            |  b: Int
            |  c: Int
            |  d: Int
            |  e: Int
           t|  tag: Int
            |}
        """,
        "tag",
    ),
    "graphql: both_sides_add_different_types": merges(
        "unique",
        "schema.graphql",
        """
          om|type Tag {
          om|  id: ID
          om|}
            |type A {
            |  id: ID
            |}
            |type B {
            |  id: ID
            |}
          tm|type Label {
          tm|  id: ID
          tm|}
        """,
    ),
    # https://spec.openapis.org/oas/v3.1.1.html#reference-object
    "openapi: ours_removes_schema_theirs_uses_it_conflicts": conflicts(
        "reference",
        "openapi.yaml",
        """
            |openapi: 3.0.0
            |paths:
            |  /a:
            |    get:
            |      responses:
            |        "200":
          bo|          description: ok
           t|          description: ok
           t|          content:
           t|            application/json:
           t|              schema:
           t|                $ref: "#/components/schemas/Tag"
            |components:
            |  schemas:
            |    A:
            |      type: object
          bt|    Tag:
          bt|      type: string
        """,
        "Tag",
    ),
    # https://spec.openapis.org/oas/v3.1.1.html#operation-object
    "openapi: both_sides_add_same_operation_id_conflicts": conflicts(
        "unique",
        "openapi.yaml",
        """
            |openapi: 3.0.0
            |paths:
           o|  /x:
           o|    get:
           o|      operationId: getTag
            |  /a:
            |    get:
            |      operationId: a
            |  /b:
            |    get:
            |      operationId: b
           t|  /y:
           t|    get:
           t|      operationId: getTag
        """,
        "getTag",
    ),
    "openapi: both_sides_add_different_operations": merges(
        "unique",
        "openapi.yaml",
        """
            |openapi: 3.0.0
            |paths:
          om|  /x:
          om|    get:
          om|      operationId: getTag
            |  /a:
            |    get:
            |      operationId: a
            |  /b:
            |    get:
            |      operationId: b
          tm|  /y:
          tm|    get:
          tm|      operationId: getLabel
        """,
    ),
}
"""Schemas of APIs and databases."""

SERVERS: Triples = {
    # https://nginx.org/en/docs/http/ngx_http_core_module.html#location
    "nginx: both_sides_add_same_location_conflicts": conflicts(
        "unique",
        "nginx.conf",
        """
            |server {
           o|  location /api { proxy_pass http://a; }
            |  listen 80;
            |  server_name x;
            |  root /srv;
            |  index index.html;
            |  gzip on;
           t|  location /api { proxy_pass http://b; }
            |}
        """,
        "/api",
    ),
    "nginx: both_sides_set_same_directive_in_different_places_conflicts": conflicts(
        "unique",
        "nginx.conf",
        """
            |server {
           o|  client_max_body_size 10m;
            |  listen 80;
            |  server_name x;
            |  root /srv;
            |  index index.html;
            |  gzip on;
           t|  client_max_body_size 1m;
            |}
        """,
        "client_max_body_size",
    ),
    "nginx: both_sides_add_different_locations_and_headers": merges(
        "unique",
        "nginx.conf",
        """
            |server {
          om|  location /api { proxy_pass http://a; }
          om|  add_header X-A a;
            |  listen 80;
            |  server_name x;
            |  root /srv;
            |  index index.html;
            |  gzip on;
          tm|  location /web { proxy_pass http://b; }
          tm|  add_header X-B b;
            |}
        """,
    ),
    # https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
    "systemd: both_sides_set_exec_start_conflicts": conflicts(
        "unique",
        "a.service",
        """
            |[Service]
           o|ExecStart=/bin/mine
            |User=a
            |Group=a
            |Restart=always
            |RestartSec=1
           t|ExecStart=/bin/theirs
        """,
        "ExecStart",
    ),
    "crontab: both_sides_add_different_jobs": merges(
        "unique",
        "crontab",
        """
            |0 1 * * * a
          om|0 2 * * * mine
            |0 3 * * * b
            |0 4 * * * c
            |0 5 * * * d
            |0 6 * * * e
          tm|0 7 * * * theirs
        """,
    ),
    "kubernetes: both_sides_add_document_with_same_name_conflicts": conflicts(
        "unique",
        "deploy/a.yaml",
        """
           o|apiVersion: v1
           o|kind: ConfigMap
           o|metadata:
           o|  name: settings
           o|data:
           o|  A: "1"
           o|---
            |apiVersion: v1
            |kind: Service
            |metadata:
            |  name: a
            |spec:
            |  ports:
            |    - port: 80
           t|---
           t|apiVersion: v1
           t|kind: ConfigMap
           t|metadata:
           t|  name: settings
           t|data:
           t|  B: "1"
        """,
        "ConfigMap settings",
    ),
    "kubernetes: both_sides_add_documents_with_different_names": merges(
        "unique",
        "deploy/a.yaml",
        """
          om|apiVersion: v1
          om|kind: ConfigMap
          om|metadata:
          om|  name: settings
          om|data:
          om|  A: "1"
          om|---
            |apiVersion: v1
            |kind: Service
            |metadata:
            |  name: a
            |spec:
            |  ports:
            |    - port: 80
          tm|---
          tm|apiVersion: v1
          tm|kind: Secret
          tm|metadata:
          tm|  name: settings
        """,
    ),
    # https://docs.docker.com/reference/compose-file/services/#secrets
    "compose: ours_removes_secret_theirs_uses_it_conflicts": conflicts(
        "reference",
        "compose.yaml",
        """
            |services:
            |  a:
            |    image: a
           t|    secrets:
           t|      - token
            |  b:
            |    image: b
            |secrets:
            |  front:
            |    file: a
          bt|  token:
          bt|    file: b
        """,
        "token",
    ),
    # https://docs.docker.com/reference/compose-file/services/#container_name
    "compose: both_sides_set_same_container_name_conflicts": conflicts(
        "unique",
        "compose.yaml",
        """
            |services:
            |  a:
            |    image: a
           o|    container_name: db
            |  b:
            |    image: b
            |  c:
            |    image: c
            |  d:
            |    image: d
           t|    container_name: db
        """,
        "db",
    ),
    "terraform: both_sides_add_same_resource_conflicts": conflicts(
        "unique",
        "main.tf",
        """
           o|resource "aws_s3_bucket" "logs" {
           o|  bucket = "a"
           o|}
            |resource "aws_vpc" "x" {
            |  a = 1
            |  b = 2
            |  c = 3
            |}
           t|resource "aws_s3_bucket" "logs" {
           t|  bucket = "b"
           t|}
        """,
        "logs",
    ),
    "terraform: ours_removes_variable_theirs_uses_it_conflicts": conflicts(
        "reference",
        "main.tf",
        """
          bt|variable "region" {
          bt|  type = string
          bt|}
            |resource "aws_vpc" "x" {
            |  a = 1
            |  b = 2
            |  c = 3
           t|  region = var.region
            |}
        """,
        "region",
    ),
    # https://docs.docker.com/reference/dockerfile/#arg
    "dockerfile: ours_removes_argument_theirs_uses_it_conflicts": conflicts(
        "reference",
        "Dockerfile",
        """
            |FROM python:3.12
          bt|ARG PIP_INDEX
            |WORKDIR /srv
            |COPY a .
            |COPY b .
            |COPY c .
            |COPY d .
           t|RUN pip install --index-url ${PIP_INDEX} x
            |CMD ["a"]
        """,
        "PIP_INDEX",
    ),
}
"""Configuration of servers and clusters."""

PACKAGES: Triples = {
    # https://go.dev/ref/mod#go-mod-file-require
    "go.mod: both_sides_require_same_module_conflicts": conflicts(
        "unique",
        "go.mod",
        """
            |module x
            |require (
           o|	github.com/a/z v1.2.0
            |	github.com/b/b v1.0.0
            |	github.com/c/c v1.0.0
            |	github.com/d/d v1.0.0
            |	github.com/e/e v1.0.0
           t|	github.com/a/z v1.3.0
            |)
        """,
        "github.com/a/z",
    ),
    # https://maven.apache.org/pom.html#dependencies
    "pom.xml: both_sides_add_same_dependency_conflicts": conflicts(
        "unique",
        "pom.xml",
        """
            |<project>
            |  <dependencies>
           o|    <dependency><artifactId>z</artifactId><version>1</version></dependency>
            |    <dependency><artifactId>a</artifactId><version>1</version></dependency>
            |    <dependency><artifactId>b</artifactId><version>1</version></dependency>
            |    <dependency><artifactId>c</artifactId><version>1</version></dependency>
            |    <dependency><artifactId>d</artifactId><version>1</version></dependency>
           t|    <dependency><artifactId>z</artifactId><version>2</version></dependency>
            |  </dependencies>
            |</project>
        """,
        "z",
    ),
    "gemfile: both_sides_add_same_gem_conflicts": conflicts(
        "unique",
        "Gemfile",
        """
            |source "https://rubygems.org"
           o|gem "puma", "5"
            |gem "a"
            |gem "b"
            |gem "c"
            |gem "d"
           t|gem "puma", "6"
        """,
        "puma",
    ),
    # https://git-scm.com/docs/gitmodules
    "gitmodules: both_sides_add_same_submodule_conflicts": conflicts(
        "unique",
        ".gitmodules",
        """
           o|[submodule "x"]
           o|	path = x
           o|	url = https://a/x
            |[submodule "a"]
            |	path = a
            |	url = https://a/a
            |[submodule "b"]
            |	path = b
            |	url = https://a/b
           t|[submodule "x"]
           t|	path = x
           t|	url = https://b/x
        """,
        "path",
    ),
    "properties: both_sides_set_same_key_conflicts": conflicts(
        "unique",
        "application.properties",
        """
           o|server.port=8081
            |a=1
            |b=2
            |c=3
            |d=4
           t|server.port=9090
        """,
        "server.port",
    ),
}
"""Files of other package managers."""

SCRIPTS: Triples = {
    # https://www.gnu.org/software/bash/manual/html_node/Shell-Functions.html
    "shell: both_sides_define_same_function_conflicts": conflicts(
        "unique",
        "run.sh",
        """
            |#!/bin/sh
           o|build() { make a; }
            |one() { :; }
            |two() { :; }
            |three() { :; }
            |four() { :; }
           t|build() { make b; }
            |one
        """,
        "build",
    ),
    "shell: ours_removes_function_theirs_calls_it_conflicts": conflicts(
        "reference",
        "run.sh",
        """
            |#!/bin/sh
          bt|build() { make a; }
            |one() { :; }
            |two() { :; }
            |three() { :; }
            |four() { :; }
            |one
           t|build
        """,
        "build",
    ),
    "shell: both_sides_add_same_case_branch_conflicts": conflicts(
        "unique",
        "run.sh",
        """
            |case "$1" in
           o|  stop) kill 1 ;;
            |  a) : ;;
            |  b) : ;;
            |  c) : ;;
            |  d) : ;;
           t|  stop) kill 2 ;;
            |esac
        """,
        "stop",
    ),
    "shell: both_sides_add_different_functions_and_branches": merges(
        "unique",
        "run.sh",
        """
            |#!/bin/sh
          om|build() { make a; }
            |case "$1" in
          om|  stop) build ;;
            |  a) : ;;
            |  b) : ;;
            |  c) : ;;
            |  d) : ;;
          tm|  start) make b ;;
            |esac
        """,
    ),
    # https://www.gnu.org/software/make/manual/html_node/Rule-Syntax.html
    "make: ours_removes_target_theirs_needs_it_conflicts": conflicts(
        "reference",
        "Makefile",
        """
          bt|lint:
          bt|	ruff check
          bt|
            |a:
            |	echo a
            |b:
            |	echo b
          bo|test:
           t|test: lint
            |	pytest
        """,
        "lint",
    ),
    "make: ours_adds_target_theirs_adds_prerequisite": merges(
        "reference",
        "Makefile",
        """
            |lint:
            |	ruff check
            |
          om|fix: lint
          om|	ruff check --fix
          om|
            |a:
            |	echo a
            |b:
            |	echo b
          bo|test:
          tm|test: lint
            |	pytest
        """,
    ),
    "justfile: both_sides_add_same_recipe_conflicts": conflicts(
        "unique",
        "justfile",
        """
           o|test:
           o|  mine
           o|
            |a:
            |  a
            |
            |b:
            |  b
            |
           t|test:
           t|  theirs
        """,
        "test",
    ),
    # https://jinja.palletsprojects.com/en/stable/templates/#child-template
    "jinja: both_sides_add_same_block_conflicts": conflicts(
        "unique",
        "templates/a.html",
        """
            |<html>
           o|{% block extra %}mine{% endblock %}
            |<head>
            |<title>x</title>
            |</head>
            |<body>
            |</body>
           t|{% block extra %}theirs{% endblock %}
            |</html>
        """,
        "extra",
    ),
    # https://html.spec.whatwg.org/multipage/dom.html#the-id-attribute
    "html: both_sides_add_same_id_conflicts": conflicts(
        "unique",
        "static/a.html",
        """
            |<html>
           o|<div id="menu">a</div>
            |<head>
            |<title>x</title>
            |</head>
            |<body>
            |</body>
           t|<nav id="menu">b</nav>
            |</html>
        """,
        "menu",
    ),
    # https://developer.mozilla.org/docs/Web/JavaScript/Reference/Statements/const
    "javascript: both_sides_declare_same_constant_conflicts": conflicts(
        "unique",
        "a.js",
        """
           o|const port = 1;
            |const a = 1;
            |const b = 1;
            |const d = 1;
            |const e = 1;
           t|const port = 2;
        """,
        "port",
    ),
    "javascript: ours_removes_import_theirs_uses_it_conflicts": conflicts(
        "reference",
        "a.js",
        """
          bt|import fs from "fs";
            |import a from "a";
            |const b = 1;
            |const d = 1;
            |const e = 1;
           t|fs.readFileSync("x");
        """,
        "fs",
    ),
    "javascript: both_sides_import_and_declare_different_names": merges(
        "reference",
        "a.js",
        """
          om|import fs from "fs";
            |import a from "a";
            |const b = 1;
            |const d = 1;
            |const e = 1;
          om|fs.read(b);
            |a();
            |a(b);
            |a(d);
            |a(e);
          tm|const f = 2;
        """,
    ),
    "javascript: both_sides_declare_same_constant_in_different_functions": merges(
        "unique",
        "a.js",
        """
            |function a() {
          om|  const port = 1;
            |  return 1;
            |}
            |
            |function b() {
            |  return 1;
          tm|  const port = 2;
            |}
        """,
    ),
}
"""Shell, make and similar tools, web pages and their scripts."""

PYTHON: Triples = {
    # https://docs.python.org/3/reference/expressions.html#dictionary-displays
    "python: both_sides_add_same_key_conflicts": conflicts(
        "unique",
        "a.py",
        """
            |PORTS = {
           o|    "admin": 1,
            |    "a": 1,
            |    "b": 2,
            |    "c": 3,
            |    "d": 4,
           t|    "admin": 2,
            |}
        """,
        "admin",
    ),
    "python: both_sides_add_same_member_conflicts": conflicts(
        "unique",
        "a.py",
        """
            |from enum import Enum
            |class Kind(Enum):
           o|    RED = 1
            |    A = 2
            |    B = 3
            |    C = 4
            |    D = 5
           t|    RED = 6
        """,
        "RED",
    ),
    "python: both_sides_add_same_branch_conflicts": conflicts(
        "unique",
        "a.py",
        """
            |def f(kind):
            |    if kind == "a":
            |        return 1
           o|    elif kind == "x":
           o|        return 2
            |    elif kind == "b":
            |        return 3
            |    elif kind == "c":
            |        return 4
           t|    elif kind == "x":
           t|        return 5
            |    return 0
        """,
        "kind == 'x'",
    ),
    "python: both_sides_add_same_match_pattern_conflicts": conflicts(
        "unique",
        "a.py",
        """
            |def f(kind):
            |    match kind:
           o|        case "x":
           o|            return 2
            |        case "b":
            |            return 3
            |        case "c":
            |            return 4
           t|        case "x":
           t|            return 5
            |    return 0
        """,
        "'x'",
    ),
    "python: both_sides_add_different_branches": merges(
        "unique",
        "a.py",
        """
            |def f(kind):
            |    if kind == "a":
            |        return 1
          om|    elif kind == "x":
          om|        return 2
            |    elif kind == "b":
            |        return 3
            |    elif kind == "c":
            |        return 4
          tm|    elif kind == "y":
          tm|        return 5
            |    return 0
        """,
    ),
    # https://fastapi.tiangolo.com/tutorial/path-params/#order-matters
    "python: both_sides_add_same_route_conflicts": conflicts(
        "unique",
        "a.py",
        """
            |app = FastAPI()
           o|@app.get("/version")
           o|def version():
           o|    return 1
            |
            |@app.get("/a")
            |def a():
            |    return 1
            |
            |@app.get("/b")
            |def b():
            |    return 1
            |
           t|@app.get("/version")
           t|def get_version():
           t|    return 2
        """,
        "/version",
    ),
    "python: both_sides_add_routes_of_same_path_with_different_methods": merges(
        "unique",
        "a.py",
        """
            |app = FastAPI()
          om|@app.get("/version")
          om|def version():
          om|    return 1
          om|
            |@app.get("/a")
            |def a():
            |    return 1
            |
          tm|@app.post("/version")
          tm|def set_version():
          tm|    return 2
          tm|
            |@app.get("/b")
            |def b():
            |    return 1
        """,
    ),
    # https://docs.python.org/3/library/dataclasses.html#dataclasses.dataclass
    "python: ours_reads_name_theirs_assigns_it_above_conflicts": conflicts(
        "reference",
        "src/api/main.py",
        """
            |def load(path, limit):
            |    model = read(path)
          t |    limit = 10
            |    check(model)
            |    warm_up(model)
            |    show(model)
         o  |    trim(model, limit)
            |    return model
        """,
        "`trim(model, limit)` would read `limit = 10`",
    ),
    # https://docs.python.org/3/reference/lexical_analysis.html#string-literal-concatenation
    "python: ours_removes_last_comma_theirs_appends_text": merges(
        "atomic",
        "src/api/main.py",
        """
            |MODELS = [
            |    "small",
        b tm|    "medium",
         o  |    "medium"
            |    # Models that
            |    # need a GPU
            |    # follow here.
          tm|    "large",
            |]
        """,
    ),
    "python: ours_wraps_text_theirs_adds_text": merges(
        "atomic",
        "src/api/main.py",
        """
            |check(
        b t |    "This text is long.",
         o m|    "This text "
         o m|    "is long.",
            |    1,
            |    2,
            |    3,
          tm|    "another",
            |)
        """,
    ),
    "python: both_sides_set_same_attribute_conflicts": conflicts(
        "unique",
        "src/api/main.py",
        """
            |app = FastAPI()
         o  |app.state.limit = 8
            |app.include_router(items)
            |app.include_router(models)
            |app.include_router(health)
          t |app.state.limit = 2
        """,
        "app.state.limit",
    ),
    # https://docs.python.org/3/library/enum.html: the second name is an alias of the first.
    "python: both_sides_add_members_with_same_value_conflicts": conflicts(
        "unique",
        "src/api/codes.py",
        """
            |class Code(IntEnum):
         o  |    BUSY = 9
            |    OK = 0
            |    LATE = 1
            |    WRONG = 2
          t |    CLOSED = 9
        """,
        "in Code the value `9` would occur twice",
    ),
    # https://www.starlette.io/routing/#route-priority: the first route that matches.
    "python: ours_adds_route_below_parameter_of_theirs_conflicts": conflicts(
        "ordered",
        "src/api/routes.py",
        """
          t |@app.get("/items/{item}")
          t |def one(item): ...
          t |
          t |
            |@app.get("/health")
            |def health(): ...
            |
            |
            |@app.get("/version")
            |def version(): ...
         o  |
         o  |
         o  |@app.get("/items/new")
         o  |def new(): ...
        """,
        "the route `/items/new` is below `/items/{item}`",
    ),
    "python: ours_adds_statement_theirs_returns_above_it_conflicts": conflicts(
        "ordered",
        "src/api/main.py",
        """
            |def load(path):
            |    model = read(path)
            |    warm_up(model)
          t |    return model
            |    # Models are large,
            |    # and loaded once,
            |    # when it starts.
         o  |    report(model)
        """,
        "`report(model)` is below `return model`",
    ),
    "python: ours_adds_field_theirs_constructs_without_it_conflicts": conflicts(
        "reference",
        "src/api/main.py",
        """
            |@dataclass
            |class Item:
            |    name: str
         o  |    price: float
            |
            |
            |def first():
            |    return None
          t |
          t |
          t |def second():
          t |    return Item("b")
        """,
        "you changed the parameters of `Item`",
    ),
    # https://docs.python.org/3/library/typing.html#typing.TYPE_CHECKING: false at run time.
    "python: ours_imports_for_types_only_theirs_uses_it_conflicts": conflicts(
        "reference",
        "src/api/main.py",
        """
            |from typing import TYPE_CHECKING
            |
        b t |from shop import Order
            |from shop import Item
         o  |
         o  |if TYPE_CHECKING:
         o  |    from shop import Order
            |
            |
            |def show(order: "Order") -> str:
            |    return str(order)
            |
            |
            |def new() -> Item:
        bo  |    return Item()
          t |    return Item(Order())
        """,
        "`Order` would be used, but imported only for types",
    ),
    "python: ours_imports_for_types_only_theirs_uses_it_in_annotation": merges(
        "reference",
        "src/api/main.py",
        """
            |from __future__ import annotations
            |
            |from typing import TYPE_CHECKING
            |
        b t |from shop import Order
            |from shop import Item
         o m|
         o m|if TYPE_CHECKING:
         o m|    from shop import Order
            |
            |
            |def show(order: Order) -> str:
            |    return str(order)
          tm|
          tm|
          tm|def save(order: Order) -> None:
          tm|    Item(order)
        """,
    ),
    "python: ours_adds_field_with_default_theirs_adds_one_without_below_conflicts": conflicts(
        "ordered",
        "a.py",
        """
            |from dataclasses import dataclass
            |@dataclass
            |class A:
            |    a: int
           o|    b: int = 0
            |    # one
            |    # two
            |    # three
            |    # four
           t|    c: str
        """,
        "A.c",
    ),
    "python: both_sides_add_fields_with_defaults": merges(
        "ordered",
        "a.py",
        """
            |from dataclasses import dataclass
            |@dataclass
            |class A:
            |    a: int
          om|    b: int = 0
            |    # one
            |    # two
            |    # three
            |    # four
          tm|    c: str = ""
        """,
    ),
    "python: ours_renames_local_variable_theirs_uses_it_conflicts": conflicts(
        "reference",
        "a.py",
        """
            |def f(path):
          bt|    text = open(path).read()
           o|    content = open(path).read()
            |    a = 1
            |    b = 2
            |    c = 3
          bt|    print(text)
           o|    print(content)
            |    d = 4
            |    e = 5
            |    f = 6
           t|    print(len(text))
            |    return a
        """,
        "text",
    ),
    "python: ours_removes_attribute_theirs_uses_it_conflicts": conflicts(
        "reference",
        "a.py",
        """
            |class A:
            |    def __init__(self):
            |        self.a = 1
          bt|        self.cache = {}
            |        self.b = 2
            |        self.c = 3
            |        self.d = 4
            |
            |    def get(self):
           t|        self.cache.clear()
            |        return self.a
        """,
        "self.cache",
    ),
    "python: ours_removes_method_theirs_calls_it_conflicts": conflicts(
        "reference",
        "a.py",
        """
            |class A:
          bt|    def load(self):
          bt|        return 1
          bt|
            |    def a(self):
            |        return 2
            |
            |    def b(self):
            |        return 3
            |
            |    def c(self):
          bo|        return 4
           t|        return self.load()
        """,
        "self.load",
    ),
}
"""Repetitions that Python accepts but ignores, and uses of names."""

PIPELINES: Triples = {
    # https://docs.github.com/actions/reference/workflows-and-actions/contexts
    "github: ours_removes_input_theirs_uses_it_conflicts": conflicts(
        "reference",
        ".github/workflows/a.yml",
        """
            |on:
            |  workflow_call:
            |    inputs:
            |      a:
            |        type: string
          bt|      python:
          bt|        type: string
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
            |      - uses: actions/checkout@v4
            |      - run: make
           t|      - run: echo ${{ inputs.python }}
        """,
        "python",
    ),
    "github: ours_removes_env_theirs_uses_it_conflicts": conflicts(
        "reference",
        ".github/workflows/a.yml",
        """
            |on: push
            |env:
            |  A: "1"
          bt|  PYTHON: "3.11"
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
            |      - uses: actions/checkout@v4
            |      - run: make
           t|      - run: echo ${{ env.PYTHON }}
        """,
        "PYTHON",
    ),
    "github: ours_removes_matrix_key_theirs_uses_it_conflicts": conflicts(
        "reference",
        ".github/workflows/a.yml",
        """
            |on: push
            |jobs:
            |  test:
            |    strategy:
            |      matrix:
            |        python: [a, b]
          bt|        os: [x, y]
            |    runs-on: ubuntu-latest
            |    steps:
            |      - uses: actions/checkout@v4
            |      - run: make
           t|      - run: echo ${{ matrix.os }}
        """,
        "os",
    ),
    "github: both_sides_add_and_use_different_env_names": merges(
        "reference",
        ".github/workflows/a.yml",
        """
            |on: push
            |env:
            |  A: "1"
          om|  MINE: "2"
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
            |      - uses: actions/checkout@v4
          om|      - run: echo ${{ env.MINE }}
            |      - run: make
            |      - run: make a
            |      - run: make b
            |      - run: make c
          tm|      - run: echo ${{ env.A }} ${{ github.event.inputs.x }}
        """,
    ),
    # https://mypy.readthedocs.io/en/stable/config_file.html#using-a-pyproject-toml-file
    "pyproject: both_sides_override_settings_for_same_module_conflicts": conflicts(
        "unique",
        "pyproject.toml",
        """
            |[tool.mypy]
            |strict = true
           o|
           o|[[tool.mypy.overrides]]
           o|module = "requests.*"
           o|ignore_missing_imports = true
            |
            |[[tool.mypy.overrides]]
            |module = "a.*"
            |follow_imports = "skip"
            |
            |[tool.ruff]
            |line-length = 100
           t|
           t|[[tool.mypy.overrides]]
           t|module = "requests.*"
           t|ignore_missing_imports = false
        """,
        "requests",
    ),
}
"""References within workflows."""
