"""The instructions of an image, with their stage and folder."""

from drydock.adoption.account.steps import steps_of

IMAGE = """\
ARG BASE=python:3.12
FROM ${BASE} AS base
WORKDIR /srv
FROM base AS build
WORKDIR app
RUN (make) && echo ok
FROM base AS docs
RUN docs
FROM base
COPY --from=build /srv /srv
"""


def test_instructions_know_their_stage_and_folder() -> None:
    found = [(step.line, step.stage, step.workdir, step.is_used) for step in steps_of(IMAGE)]
    assert found == [
        (1, "", "/", True),
        (2, "", "/", True),
        (3, "", "/srv", True),
        (4, "build", "/srv", True),
        (5, "build", "/srv/app", True),
        (6, "build", "/srv/app", True),
        (7, "docs", "/srv", False),
        (8, "docs", "/srv", False),
        (9, "", "/srv", True),
        (10, "", "/srv", True),
    ]


def test_build_arguments_are_replaced_and_commands_split() -> None:
    base, run = (step for step in steps_of(IMAGE) if step.line in {2, 6})
    assert base.base_and_name == ("python:3.12", "base")
    assert list(run.commands()) == [("(make)", "make"), ("echo ok", "echo ok")]
