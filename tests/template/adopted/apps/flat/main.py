"""A small service in one file."""

from fastapi import FastAPI, HTTPException

app = FastAPI(title="flat")
stock = {"apple": 3}


@app.get("/stock/{fruit}")
async def read(fruit: str, at_least: int = 0) -> dict[str, int]:
    """Return the number of items."""
    if fruit not in stock:
        raise HTTPException(404, f"no {fruit}", headers={"X-Hint": "try apple"})
    if stock[fruit] < at_least:
        raise HTTPException(409, {"left": stock[fruit], "wanted": at_least})
    return {fruit: stock[fruit]}


@app.get("/broken")
def broken() -> None:
    """Fail."""
    raise RuntimeError("nobody should see this")
