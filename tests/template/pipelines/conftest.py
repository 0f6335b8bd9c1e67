"""Each pipeline is rendered once for all tests of a worker."""

import itertools
from collections.abc import Callable

import pytest

from tests.template.pipelines.pipelines import COMPANIES, FILES, Pipeline, render


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Pipeline]:
    """Give the pipeline of a kind for a company; nobody may change it."""
    made: dict[tuple[str, str], Pipeline] = {}

    def give(kind: str, company: str) -> Pipeline:
        if (kind, company) not in made:
            made[kind, company] = render(kind, company, tmp_path_factory.mktemp(kind))
        return made[kind, company]

    return give


@pytest.fixture(
    params=itertools.product(FILES, COMPANIES), ids=lambda pair: " of a ".join(pair) + " company"
)
def pipeline(request: pytest.FixtureRequest, rendered: Callable[[str, str], Pipeline]) -> Pipeline:
    """A generated pipeline, of every kind and for every company."""
    return rendered(*request.param)
