"""Runs inside a job: answers requests from standard input by the code that lies in the model.

The functions are those that AWS's framework containers call: ``model_fn``; ``transform_fn``, or ``input_fn``,
``predict_fn`` and ``output_fn`` (https://docs.aws.amazon.com/sagemaker/latest/dg/adapt-inference-container.html).
A request is one JSON object a line with ``body`` and ``headers``; an answer has ``status``, ``type`` and ``body``.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import types
from pathlib import Path
from typing import Any

MODEL = Path("/opt/ml/model")
_JSON = "application/json"


class Response:
    """What the containers' package calls ``worker.Response``."""

    def __init__(self, response: Any = "", status: int = 200, mimetype: str = _JSON) -> None:
        self.body = response.decode() if isinstance(response, bytes) else str(response)
        self.status, self.mimetype = int(status), mimetype


def stand_in_for_the_containers_package() -> None:
    """Let ``from sagemaker_containers.beta.framework import worker`` work without that package."""
    parent: types.ModuleType | None = None
    for name in ("sagemaker_containers", "beta", "framework", "worker"):
        module = types.ModuleType(f"{parent.__name__}.{name}" if parent else name)
        module.__path__ = []
        if parent:
            setattr(parent, name, module)
        sys.modules[module.__name__] = parent = module
    setattr(parent, "Response", Response)  # noqa: B010 - a module has no such attribute for a type checker


def load() -> tuple[Any, Any]:
    """The model's code, and the model that it has loaded."""
    program = os.environ.get("SAGEMAKER_PROGRAM", "inference.py")
    sys.path.insert(0, str(MODEL / "code"))
    code = importlib.import_module(program.removesuffix(".py").replace("/", "."))
    return code, code.model_fn(str(MODEL))


def answer(code: Any, model: Any, body: str, headers: dict[str, str]) -> dict[str, Any]:
    """The answer to one request."""
    accepted = headers.get("Accept", "*/*")
    if accepted == "*/*":
        accepted = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", _JSON)
    given = _called(code, model, body, headers.get("Content-Type", _JSON), accepted)
    if hasattr(given, "status") and hasattr(given, "mimetype"):
        response = given
    else:
        text, mimetype = given if isinstance(given, tuple) else (given, accepted)
        response = Response(text, mimetype=mimetype)
    kind = f"{response.mimetype}; charset=utf-8" if response.mimetype.startswith("text/") else response.mimetype
    return {"status": response.status, "type": kind, "body": response.body}


def _called(code: Any, model: Any, body: str, content_type: str, accept: str) -> Any:
    if hasattr(code, "transform_fn"):
        return code.transform_fn(model, body, content_type, accept)
    return code.output_fn(code.predict_fn(code.input_fn(body, content_type), model), accept)


def main() -> None:
    """Answer every line of standard input."""
    stand_in_for_the_containers_package()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What the model's code prints is no answer.
    os.dup2(2, 1)
    code, model = load()
    for line in sys.stdin:
        request = json.loads(line)
        answers.write(f"{json.dumps(answer(code, model, request['body'], request['headers']))}\n")
    answers.flush()


if __name__ == "__main__":
    main()
