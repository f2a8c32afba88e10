"""What the XGBoost container calls when it serves the model: it loads the model once, and answers each request.

``transform_fn`` instead of input_fn, predict_fn and output_fn: whatever those raise, the container answers with 500.
"""

from __future__ import annotations

from pathlib import Path

import prediction

# The container's own package: only there.
from sagemaker_containers.beta.framework import worker


def model_fn(model_dir: str) -> prediction.Model:
    """Load the model that training wrote."""
    return prediction.load(Path(model_dir))


def transform_fn(model: prediction.Model, body: bytes | str, content_type: str, accept: str) -> worker.Response:
    """Answer a request; the container has put SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT where it accepted anything."""
    given = prediction.answer(model, body, content_type, accept)
    return worker.Response(given.text, status=given.status.value, mimetype=given.media_type)
