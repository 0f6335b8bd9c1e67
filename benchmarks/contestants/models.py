"""The models that every contestant serves; BENCH_MODEL names one.

An item is four numbers; a prediction is a species and its probability, as in a generated service.
"""

import os
import time
from typing import Any

import numpy as np

Item = list[float]
Prediction = tuple[str, float]


class Dense:
    """A layer so wide that one item takes about 5 ms, spent reading the weights.

    BENCH_WIDTH is that width, which `serve.py` determines for the machine.
    """

    def load(self) -> None:
        """Generate weights."""
        width = int(os.environ["BENCH_WIDTH"])
        random = np.random.default_rng(0)
        self.first = random.random((4, width), dtype=np.float32)
        self.second = random.random((width, width), dtype=np.float32)

    def predict(self, batch: list[Item]) -> list[Prediction]:
        """Multiply twice."""
        scores = (np.array(batch, dtype=np.float32) @ self.first) @ self.second
        shares = scores[:, 0] / scores.sum(axis=1)
        return [("dense", share) for share in shares.tolist()]


class Constant:
    """A model that takes 5 ms for a batch of any size, like a large accelerator."""

    def load(self) -> None:
        """Do nothing."""

    def predict(self, batch: list[Item]) -> list[Prediction]:
        """Wait."""
        time.sleep(0.005)
        return [("constant", 1.0)] * len(batch)


class Slow:
    """A model that takes 50 ms for a batch of any size."""

    def load(self) -> None:
        """Do nothing."""

    def predict(self, batch: list[Item]) -> list[Prediction]:
        """Wait."""
        time.sleep(0.05)
        return [("slow", 1.0)] * len(batch)


def load() -> Any:
    """Return the measured model, ready to predict."""
    name = os.environ["BENCH_MODEL"]
    if name == "iris":
        from my_service.model import IrisClassifier  # noqa: PLC0415 - the service's own

        model: Any = IrisClassifier()
    else:
        model = {"dense": Dense, "constant": Constant}[name]()
    model.load()
    return model
