"""BentoML: `bentoml serve contestants.bento:Served`."""

import bentoml

from contestants import models


@bentoml.service(workers=1, http={"port": 3000})
class Served:
    """The model."""

    def __init__(self) -> None:
        self.model = models.load()

    @bentoml.api(batchable=True, max_batch_size=32, max_latency_ms=1000, route="/api/v1/predict")
    def predict(self, items: list[list[float]]) -> list[models.Prediction]:
        """Predict a batch."""
        predictions: list[models.Prediction] = self.model.predict(items)
        return predictions
