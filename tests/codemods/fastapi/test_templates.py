"""`TemplateResponse(name, context)` -> request first."""

import pytest

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "fastapi-templates"

HEAD = "from fastapi.templating import Jinja2Templates\n\ntemplates = Jinja2Templates(directory='t')\n\n\n"


def _in(code: str) -> str:
    return f"{HEAD}def f(request, x):\n    return templates.{code}\n"


FIX: dict[str, tuple[Files, Files]] = {
    "name and context": (
        _in("TemplateResponse('a.html', {'request': request, 'x': x})  # shown"),
        _in("TemplateResponse(request, 'a.html', {'x': x})  # shown"),
    ),
    "request only": (
        _in('TemplateResponse("a.html", {"request": request})'),
        _in('TemplateResponse(request, "a.html")'),
    ),
    "request last in the context": (
        _in("TemplateResponse('a.html', {'x': x, 'request': request})"),
        _in("TemplateResponse(request, 'a.html', {'x': x})"),
    ),
    "keyword arguments": (
        _in("TemplateResponse(name='a.html', context={'request': request, 'x': x})"),
        _in("TemplateResponse(request=request, name='a.html', context={'x': x})"),
    ),
    "context as keyword, with a status": (
        _in("TemplateResponse('a.html', context={'request': request}, status_code=404)"),
        _in("TemplateResponse(request, 'a.html', status_code=404)"),
    ),
    "positional status": (
        _in("TemplateResponse('a.html', {'request': request}, 404)"),
        _in("TemplateResponse(request, 'a.html', {}, 404)"),
    ),
    "several lines": (
        _in("TemplateResponse(\n        'a.html',\n        {\n            'request': request,\n"
            "            'x': x,\n        },\n    )"),
        _in("TemplateResponse(\n        request,\n        'a.html',\n        {\n            'x': x,\n"
            "        },\n    )"),
    ),
    "computed name, request is an attribute": (
        _in("TemplateResponse(f'{x}.html', dict_ := {'request': request.original, **x})").replace(
            "dict_ := ", ""
        ),
        _in("TemplateResponse(request.original, f'{x}.html', {**x})"),
    ),
}  # fmt: skip

NOOP: dict[str, tuple[Files, str]] = {
    "already migrated": (_in("TemplateResponse(request, 'a.html', {'x': x})"), ""),
    "already migrated, with keywords": (
        _in("TemplateResponse(request=request, name='a.html')"),
        "",
    ),
    "computed context": (_in("TemplateResponse('a.html', x)"), "pass the request first"),
    "context without a request": (_in("TemplateResponse('a.html', {'x': x})"), "has no request"),
    "Jinja options": (
        "from starlette.templating import Jinja2Templates\n"
        "t = Jinja2Templates(directory='t', autoescape=False)\n",
        "no longer accepts autoescape=",
    ),
    "environment": (
        "from starlette.templating import Jinja2Templates\nt = Jinja2Templates(env=env)\n",
        "",
    ),
    "other method": (_in("get_template('a.html', {'request': request})"), ""),
}


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])
