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
        """Read one body."""
        return list(request.values())

    def batch(self, inputs: list[models.Item]) -> list[models.Item]:
        """Leave the batch as it is."""
        return inputs

    def predict(self, batch: list[models.Item]) -> list[models.Answer]:
        """Ask the model."""
        answers: list[models.Answer] = self.model.predict(batch)
        return answers

    def unbatch(self, output: list[models.Answer]) -> list[models.Answer]:
        """Leave the answers as they are."""
        return output

    def encode_response(self, output: models.Answer) -> dict[str, Any]:
        """Write one answer."""
        return {"species": output[0], "probability": output[1]}


if __name__ == "__main__":
    api = Api(max_batch_size=32, batch_timeout=0.005, api_path="/api/v1/predict")
    litserve.LitServer(api, accelerator="cpu").run(
        host="127.0.0.1", port=int(sys.argv[1]), num_api_servers=1, generate_client_file=False
    )
