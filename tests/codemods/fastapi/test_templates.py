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
    "the request alone": (
        _in('TemplateResponse("a.html", {"request": request})'),
        _in('TemplateResponse(request, "a.html")'),
    ),
    "the request last": (
        _in("TemplateResponse('a.html', {'x': x, 'request': request})"),
        _in("TemplateResponse(request, 'a.html', {'x': x})"),
    ),
    "by name": (
        _in("TemplateResponse(name='a.html', context={'request': request, 'x': x})"),
        _in("TemplateResponse(request=request, name='a.html', context={'x': x})"),
    ),
    "context by name, with a status": (
        _in("TemplateResponse('a.html', context={'request': request}, status_code=404)"),
        _in("TemplateResponse(request, 'a.html', status_code=404)"),
    ),
    "a status by its place": (
        _in("TemplateResponse('a.html', {'request': request}, 404)"),
        _in("TemplateResponse(request, 'a.html', {}, 404)"),
    ),
    "over several lines": (
        _in("TemplateResponse(\n        'a.html',\n        {\n            'request': request,\n"
            "            'x': x,\n        },\n    )"),
        _in("TemplateResponse(\n        request,\n        'a.html',\n        {\n            'x': x,\n"
            "        },\n    )"),
    ),
    "a name that is computed, of an object's request": (
        _in("TemplateResponse(f'{x}.html', dict_ := {'request': request.original, **x})").replace(
            "dict_ := ", ""
        ),
        _in("TemplateResponse(request.original, f'{x}.html', {**x})"),
    ),
}  # fmt: skip

NOOP: dict[str, tuple[Files, str]] = {
    "already": (_in("TemplateResponse(request, 'a.html', {'x': x})"), ""),
    "already, by name": (_in("TemplateResponse(request=request, name='a.html')"), ""),
    "a context that is computed": (_in("TemplateResponse('a.html', x)"), "pass the request first"),
    "no request": (_in("TemplateResponse('a.html', {'x': x})"), "without a request"),
    "options of Jinja": (
        "from starlette.templating import Jinja2Templates\n"
        "t = Jinja2Templates(directory='t', autoescape=False)\n",
        "no longer takes autoescape=",
    ),
    "an environment": (
        "from starlette.templating import Jinja2Templates\nt = Jinja2Templates(env=env)\n",
        "",
    ),
    "another method": (_in("get_template('a.html', {'request': request})"), ""),
}


@pytest.mark.parametrize("row", FIX)
def test_is_fixed(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_is_left(row: str) -> None:
    assert_left(RULE, *NOOP[row])
