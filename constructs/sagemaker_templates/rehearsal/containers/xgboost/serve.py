"""The XGBoost container's server with a model in it: answers requests from standard input, one JSON object each line.

What SageMaker's image runs for a model with code of its own is done here in the same order and by the same package
(``main`` in https://github.com/aws/sagemaker-xgboost-container, ``sagemaker_xgboost_container/serving.py``):
``sagemaker_containers`` copies the model's code, loads the model and answers. Left out are pip, which installs that
code beside the image's packages, and the web server: requests go to the WSGI application itself.

``/opt/ml/model`` holds the model; SAGEMAKER_PROGRAM and SAGEMAKER_SUBMIT_DIRECTORY name its code. A request has
``body`` and ``headers``, and may have ``path``; an answer has ``status``, ``type`` and ``body``.
"""

import collections
import collections.abc
import importlib
import json
import sys
from types import ModuleType
from typing import Any

# The image rewrites the one line of sagemaker_containers that needs it (docker/3.0-5/final/Dockerfile.cpu).
collections.Mapping = collections.abc.Mapping  # type: ignore[attr-defined]

from sagemaker_containers.beta.framework import env, files, transformer, worker  # noqa: E402


def application() -> Any:
    """The WSGI application that the image hands to its web server."""
    serving = env.ServingEnv()
    files.download_and_extract(serving.module_dir, env.code_dir)
    sys.path.insert(0, env.code_dir)
    user_transformer = _transformer(importlib.import_module(serving.module_name))
    user_transformer.initialize()
    return worker.Worker(transform_fn=user_transformer.transform, module_name=serving.module_name)


def _transformer(user_module: ModuleType) -> Any:
    functions = {name: getattr(user_module, name, None) for name in ("input_fn", "predict_fn", "output_fn")}
    given = {name: function for name, function in functions.items() if function}
    transform_fn = getattr(user_module, "transform_fn", None)
    if transform_fn and given:
        raise ValueError(f"transform_fn cannot be beside {', '.join(given)}")
    if transform_fn:
        return transformer.Transformer(model_fn=user_module.model_fn, transform_fn=transform_fn)
    return transformer.Transformer(model_fn=user_module.model_fn, **given)


def main() -> None:
    """Answer every line of standard input."""
    client = application().test_client()
    for line in sys.stdin:
        request = json.loads(line)
        given = client.post(
            request.get("path", "/invocations"), data=request["body"].encode(), headers=request["headers"]
        )
        answer = {"status": given.status_code, "type": given.content_type, "body": given.get_data(as_text=True)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
