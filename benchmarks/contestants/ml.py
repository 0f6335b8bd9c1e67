"""MLServer: `mlserver start` with this runtime, in the server's own process; it speaks V2."""

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
        """Ask it about a batch, which MLServer makes."""
        batch = NumpyCodec.decode_input(payload.inputs[0])
        answers = self.served.predict(batch.tolist())
        output = NumpyCodec.encode_output("probability", np.array([[a[1]] for a in answers]))
        return InferenceResponse(model_name=self.name, outputs=[output])
