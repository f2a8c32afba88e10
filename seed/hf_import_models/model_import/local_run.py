"""What ``python -m mlops.local`` has to know about this repository."""

import json
import os

from mlops.local.repository import Example, LocalRun, Results

_TOKEN = "HF_TOKEN"  # noqa: S105 - the name of the variable
# Of 270 MB: the import can be seen on a laptop. Apache 2.0, ungated.
_SMALL_MODEL = "HuggingFaceTB/SmolLM2-135M-Instruct"
_QUESTION = "What is a lighthouse for?"


def settings() -> dict[str, str]:
    """A small model unless a variable names one, and the token of the caller's environment instead of a secret."""
    return {
        "ENABLE_NETWORK_ISOLATION": "false",
        "HUGGING_FACE_MODEL_ID": os.environ.get("HUGGING_FACE_MODEL_ID") or _SMALL_MODEL,
        "HUGGING_FACE_ACCESS_TOKEN_SECRET": _TOKEN if os.environ.get(_TOKEN) else "",
    }


def example(results: Results) -> Example | None:
    """A question, in the words of the container that would serve the model."""
    if not results.execution.registered:
        return None
    (container,) = results.execution.registered[0]["InferenceSpecification"]["Containers"]
    asked = {"inputs": _QUESTION}
    chat = {"messages": [{"role": "user", "content": _QUESTION}]}
    body = chat if "SM_VLLM_MODEL" in container["Environment"] else asked
    return Example("request.json", json.dumps(body), "application/json")


LOCAL_RUN = LocalRun(
    pipeline="model_import.pipeline",
    settings=settings(),
    secret=_TOKEN,
    example=example,
)
