"""The model, as Triton's Python backend runs it: softmax regression over four measurements."""

import json
from pathlib import Path

import numpy as np
import triton_python_backend_utils as triton


class TritonPythonModel:
    """Predicts how probable each species of iris is."""

    def initialize(self, _arguments):
        """Read the weights from the file next to this one."""
        content = json.loads(Path(__file__).with_name("weights.json").read_text("utf-8"))
        self.weights = np.array(content["weights"])
        self.biases = np.array(content["biases"])

    def execute(self, requests):
        """Respond to requests, each with one or more rows of measurements."""
        responses = []
        for request in requests:
            rows = triton.get_input_tensor_by_name(request, "measurements").as_numpy()
            output = triton.Tensor("probabilities", self.predict(rows))
            responses.append(triton.InferenceResponse([output]))
        return responses

    def predict(self, rows):
        """Return a row of probabilities for each row of measurements."""
        scores = rows @ self.weights + self.biases
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
