"""LitServe: `python -m contestants.lit PORT`."""

import sys
from typing import Any

import litserve

from contestants import models


class Api(litserve.LitAPI):
    """The model, in the worker process that LitServe gives it."""

    def setup(self, device: str) -> None:
        """Load it."""
        self.model = models.load()

    def decode_request(self, request: dict[str, float]) -> models.Item:
        """Read the body of a request."""
        return list(request.values())

    def batch(self, inputs: list[models.Item]) -> list[models.Item]:
        """Return the batch unchanged."""
        return inputs

    def predict(self, batch: list[models.Item]) -> list[models.Prediction]:
        """Predict a batch."""
        predictions: list[models.Prediction] = self.model.predict(batch)
        return predictions

    def unbatch(self, output: list[models.Prediction]) -> list[models.Prediction]:
        """Return the predictions unchanged."""
        return output

    def encode_response(self, output: models.Prediction) -> dict[str, Any]:
        """Return the body of a response."""
        return {"species": output[0], "probability": output[1]}


if __name__ == "__main__":
    api = Api(max_batch_size=32, batch_timeout=0.005, api_path="/api/v1/predict")
    litserve.LitServer(api, accelerator="cpu").run(
        host="127.0.0.1", port=int(sys.argv[1]), num_api_servers=1, generate_client_file=False
    )
