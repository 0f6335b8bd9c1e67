"""`regex=` -> `pattern=`."""

import pytest

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "fastapi-pattern"

FIX: dict[str, tuple[Files, Files]] = {
    "Query": (
        """
        from fastapi import FastAPI, Query

        def search(q: str = Query(None, regex="^[a-z]+$")):  # letters only
            return q
        """,
        """
        from fastapi import FastAPI, Query

        def search(q: str = Query(None, pattern="^[a-z]+$")):  # letters only
            return q
        """,
    ),
    "path, header, cookie, body, form and file": (
        """
        from fastapi import Path, Header, Cookie, Body, Form, File
        all = (Path(regex="a"), Header(regex="b"), Cookie(regex="c"),
               Body(regex="d"), Form(regex="e"), File(regex="f"))
        """,
        """
        from fastapi import Path, Header, Cookie, Body, Form, File
        all = (Path(pattern="a"), Header(pattern="b"), Cookie(pattern="c"),
               Body(pattern="d"), Form(pattern="e"), File(pattern="f"))
        """,
    ),
    "attribute of the imported library": (
        """
        import fastapi

        def search(q: str = fastapi.Query(..., regex=r"^\\d+$")): ...
        """,
        """
        import fastapi

        def search(q: str = fastapi.Query(..., pattern=r"^\\d+$")): ...
        """,
    ),
    "import alias": (
        """
        from fastapi import Query as Q
        q = Q(regex=PATTERN)
        """,
        """
        from fastapi import Query as Q
        q = Q(pattern=PATTERN)
        """,
    ),
    "module in which the library defines it": (
        """
        from fastapi.param_functions import Query
        from pydantic.types import constr
        q = Query(regex="a")
        Name = constr(regex="b", max_length=3)
        """,
        """
        from fastapi.param_functions import Query
        from pydantic.types import constr
        q = Query(pattern="a")
        Name = constr(pattern="b", max_length=3)
        """,
    ),
    "field and constr of pydantic": (
        """
        from pydantic import BaseModel, Field, constr

        class Item(BaseModel):
            name: str = Field(..., max_length=3, regex="^a")
            code: constr(regex="^b", strip_whitespace=True)
        """,
        """
        from pydantic import BaseModel, Field, constr

        class Item(BaseModel):
            name: str = Field(..., max_length=3, pattern="^a")
            code: constr(pattern="^b", strip_whitespace=True)
        """,
    ),
    "inside Annotated on several lines": (
        """
        from typing import Annotated
        from fastapi import Query

        async def search(
            q: Annotated[
                str,
                Query(
                    regex = "^x",   # as the shop does
                ),
            ],
        ): ...
        """,
        """
        from typing import Annotated
        from fastapi import Query

        async def search(
            q: Annotated[
                str,
                Query(
                    pattern = "^x",   # as the shop does
                ),
            ],
        ): ...
        """,
    ),
    "re-exported by a module of the service": (
        {"shop/__init__.py": "", "shop/params.py": "from fastapi import Query\n",
         "shop/api.py": "from .params import Query\nq = Query(regex='a')\n"},
        {"shop/params.py": "from fastapi import Query\n",
         "shop/api.py": "from .params import Query\nq = Query(pattern='a')\n"},
    ),
    "star import": (
        "from fastapi import *\nq = Query(regex='a')\n",
        "from fastapi import *\nq = Query(pattern='a')\n",
    ),
}  # fmt: skip

NOOP: dict[str, tuple[Files, str]] = {
    "already migrated": ("from fastapi import Query\nq = Query(pattern='a')  # was regex=\n", ""),
    "same name from another library": ("from shop import Query\nq = Query(regex='a')\n", ""),
    "function of the service": ("def Query(regex): ...\nq = Query(regex='a')\n", ""),
    "shadowed by a parameter": (
        "from fastapi import Query\ndef of(Query): return Query(regex='a')\n",
        "",
    ),
    "both arguments": (
        "from fastapi import Query\nq = Query(regex='a', pattern='b')\n",
        "both regex= and pattern= are set",
    ),
    "look-ahead, which Pydantic 2 cannot compile": (
        "from fastapi import Query\nq = Query(regex='^(?=.*x)')\n",
        "Pydantic 2 cannot compile the pattern '^(?=.*x)'",
    ),
    "back-reference": (
        "from pydantic import constr\nTwice = constr(regex=r'(a)\\1')\n",
        "regex_engine='python-re'",
    ),
    "string": ("from fastapi import Query\nhelp = 'Query(regex=)'\n", ""),
}


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])
