"""MLServer: `mlserver start` with this runtime, in the server's process, with the V2 protocol."""

import numpy as np
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse

from contestants import models


class Runtime(MLModel):
    """The model."""

    async def load(self) -> bool:
        """Load it."""
        self.served = models.load()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Predict a batch that MLServer has collected."""
        batch = NumpyCodec.decode_input(payload.inputs[0])
        predictions = self.served.predict(batch.tolist())
        output = NumpyCodec.encode_output(
            "probability", np.array([[prediction[1]] for prediction in predictions])
        )
        return InferenceResponse(model_name=self.name, outputs=[output])
