"""An application that calls a Triton server."""

from typing import Any

import numpy as np
from chassis import triton
from fastapi import FastAPI

app = FastAPI()


@app.get("/ask")
async def ask() -> dict[str, Any]:
    """Predict one flower."""
    outputs = await triton.infer({"measurements": np.array([[5.1, 3.5, 1.4, 0.2]], np.float32)})
    return {name: output.tolist() for name, output in outputs.items()}
