import pytest

pytest.register_assert_rewrite(
    "tests.codemods.support", "tests.codemods.pydantic.support", "tests.codemods.fastapi.support"
)
