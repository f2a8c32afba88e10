"""The containers that can serve an imported model, and how each is told to take it from /opt/ml/model.

None of them is told a model's name: with one, it would load the model from the hub again, and need the token.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mlops.images import container_image

_MODEL_FOLDER = "/opt/ml/model"

DEFAULT = "tgi"

GPU_INSTANCES = ("ml.g5.xlarge", "ml.g5.2xlarge", "ml.g6.xlarge", "ml.g6.2xlarge", "ml.g6e.2xlarge")
"""One GPU each, of 24 or 48 GB."""


@dataclass(frozen=True)
class Serving:
    """One kind of container.

    Attributes:
        framework, version, base: by which the SDK knows its image.
        variables: its environment.
        gpu_variable: the variable that says over how many GPUs a model is spread; None where there is none.
        task_variable: the variable that says which task is served; None where there is only one.
    """

    framework: str
    version: str
    base: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    gpu_variable: str | None = None
    task_variable: str | None = None

    def image(self, region: str) -> str:
        """The image's address in a region."""
        return container_image(
            self.framework,
            region=region,
            version=self.version,
            base_framework_version=self.base,
            image_scope="inference",
            instance_type=GPU_INSTANCES[0],
        )


CHOICES = {
    # Text generation. CUDA 12.4: the endpoint names al2-ami-sagemaker-inference-gpu-3-1 as its InferenceAmiVersion.
    "tgi": Serving("huggingface-llm", "3.3.6", variables={"HF_MODEL_ID": _MODEL_FOLDER}, gpu_variable="SM_NUM_GPUS"),
    # Text generation, newer architectures. CUDA 13: the endpoint names al2023-ami-sagemaker-inference-gpu-4-1.
    "vllm": Serving(
        "huggingface-vllm",
        "0.29.0",
        variables={"SM_VLLM_MODEL": _MODEL_FOLDER},
        gpu_variable="SM_VLLM_TENSOR_PARALLEL_SIZE",
    ),
    # Every other task that transformers has a pipeline for (scripts/tasks.py names those of this version).
    "transformers": Serving("huggingface", "4.51.3", base="pytorch2.6.0", task_variable="HF_TASK"),
}
