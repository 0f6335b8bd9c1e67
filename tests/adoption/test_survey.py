"""What is known about a service before a retrofit prompts."""

from pathlib import Path
from typing import Any

import pytest
from drydock.adoption.facts import GIVEN
from drydock.adoption.place import Place, place_of
from drydock.adoption.survey import facts_of, implied

from tests.support import commit, git, write


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A service of one module."""
    write(tmp_path, {"main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n"})
    git(tmp_path, "init", "--quiet")
    commit(tmp_path, "start")
    return place_of(tmp_path)


def answers(place: Place, data: dict[str, Any]) -> list[tuple[str, str]]:
    return [(fact.about, fact.value) for fact in facts_of(place, data) if fact.path == "--data"]


def test_facts_come_from_the_files(place: Place) -> None:
    assert ("app_object", "main.py:app") in [
        (fact.about, fact.value) for fact in facts_of(place, {})
    ]


def test_answers_that_others_are_derived_from_are_facts(place: Place) -> None:
    data = {"app": "main:app", "service_name": "iris", "service_port": 9000, "owner": "team"}
    assert answers(place, data) == [
        ("app", "main:app"),
        ("service_name", "iris"),
        ("service_port", "9000"),
    ]


@pytest.mark.parametrize("data", [{}, {"app": ""}, {"service_port": "many"}])
def test_an_answer_without_a_value_is_not_a_fact(place: Place, data: dict[str, Any]) -> None:
    assert answers(place, data) == []


def test_prompted_answers_name_their_source() -> None:
    facts = implied({"app": "main:app", "owner": "team"}, "prompt")
    assert [(fact.about, fact.where, fact.weight) for fact in facts] == [("app", "prompt", GIVEN)]


def test_an_answer_weighs_more_than_any_file(place: Place) -> None:
    facts = facts_of(place, {"app": "other:app"})
    assert max(facts, key=lambda fact: fact.weight).path == "--data"
