"""Pipelines, each rendered once for all tests of a worker."""

import itertools
from collections.abc import Callable

import pytest

from tests.template.pipelines.pipelines import COMPANIES, FILES, Pipeline, render


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Pipeline]:
    """Return a function that renders a company's pipeline of a kind; tests must not change it."""
    pipelines: dict[tuple[str, str], Pipeline] = {}

    def give(kind: str, company: str) -> Pipeline:
        if (kind, company) not in pipelines:
            pipelines[kind, company] = render(kind, company, tmp_path_factory.mktemp(kind))
        return pipelines[kind, company]

    return give


@pytest.fixture(
    params=itertools.product(FILES, COMPANIES), ids=lambda pair: " of a ".join(pair) + " company"
)
def pipeline(request: pytest.FixtureRequest, rendered: Callable[[str, str], Pipeline]) -> Pipeline:
    """A generated pipeline, of every kind and for every company."""
    return rendered(*request.param)
