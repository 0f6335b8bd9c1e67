"""Only FastAPI on uvicorn, with the model called inline; `--instrumented` adds metrics.

    python -m contestants.bare PORT [--instrumented] [--router] [--no-access-log]

With `--router` the routes are in a router that the application includes, as in a service; otherwise
they are the application's own.

Event loop, HTTP parser, JSON encoder and validation are those of a generated service; the access
log is uvicorn's.
"""

import os
import sys

import uvicorn
from fastapi import APIRouter, FastAPI, Query
from pydantic import BaseModel, Field

app = FastAPI()
router = APIRouter()
routes: APIRouter | FastAPI = router if "--router" in sys.argv else app
prefix = "" if "--router" in sys.argv else "/api/v1"


class Measurements(BaseModel):
    """As in a generated service."""

    sepal_length: float = Field(gt=0, le=30)
    sepal_width: float = Field(gt=0, le=30)
    petal_length: float = Field(gt=0, le=30)
    petal_width: float = Field(gt=0, le=30)


class Prediction(BaseModel):
    """As in a generated service."""

    species: str
    probability: float


class Greeting(BaseModel):
    """As in a generated service."""

    message: str


if os.environ.get("BENCH_MODEL"):
    from contestants import models

    model = models.load()

    @routes.post(f"{prefix}/predict")
    async def predict(measurements: Measurements) -> Prediction:
        """Predict one item."""
        item = [
            measurements.sepal_length,
            measurements.sepal_width,
            measurements.petal_length,
            measurements.petal_width,
        ]
        species, probability = model.predict([item])[0]
        return Prediction(species=species, probability=probability)


@routes.get(f"{prefix}/greeting")
async def greeting(name: str = Query(min_length=1, max_length=100)) -> Greeting:
    """Greet."""
    return Greeting(message=f"Hello, {name}!")


if routes is router:
    app.include_router(router, prefix="/api/v1")

if __name__ == "__main__":
    if "--instrumented" in sys.argv:
        from prometheus_fastapi_instrumentator import Instrumentator

        Instrumentator().instrument(app).expose(app)
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        loop=os.environ.get("BENCH_LOOP", "uvloop"),
        http=os.environ.get("BENCH_HTTP", "httptools"),
        access_log="--no-access-log" not in sys.argv,
    )
