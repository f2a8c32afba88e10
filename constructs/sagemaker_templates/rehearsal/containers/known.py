"""Which images' serving code is here, or what reads the same files, and one model being served by it."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sagemaker_templates.failures import StepFailed
from sagemaker_templates.rehearsal.commands import run_to_end
from sagemaker_templates.rehearsal.images import parts_of_image
from sagemaker_templates.rehearsal.packages import lacking
from sagemaker_templates.seeds import shared_folder

_HERE = Path(__file__).parent
_PROGRAM = _HERE / "container.py"
LOCK = _HERE / "xgboost" / "requirements.txt"

TGI, VLLM = "huggingface-pytorch-tgi-inference", "huggingface-vllm"
"""The repositories of the images that serve language models."""

_XGBOOST, _XGBOOST_TAG = "sagemaker-xgboost", "3.0-5"
_OF_LANGUAGE_MODELS = ("torch", "transformers")


class ContainerFailed(StepFailed):
    """A container did not start, or died; the message has what it printed."""


@dataclass(frozen=True)
class Asked:
    """A request as the container gets it: SageMaker passes the caller's headers on, and adds none."""

    body: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Answered:
    """What the container answers: the HTTP status, the content type, the text."""

    status: int
    type: str
    body: str


@dataclass(frozen=True)
class Served:
    """What one container is made of; endpoints for which this is equal have the same.

    Attributes:
        archive: what lies in the container's ``/opt/ml/model``, as a tar archive: the model's own, or of its files.
        environment: pairs, sorted.
        isolated: whether the container is cut off from the network.
    """

    image: str
    archive: bytes
    environment: tuple[tuple[str, str], ...]
    isolated: bool


def serves_language_models(image: str) -> bool:
    """Whether an image is one of those that serve language models."""
    return parts_of_image(image)["image-repository"] in (TGI, VLLM)


@dataclass(frozen=True)
class Containers:
    """The containers of a rehearsal.

    Attributes:
        python: gives the Python of an environment with what the XGBoost container serves with.
        work: an empty folder.
        model_python: of one with PyTorch and transformers, which read language models; None for none.
    """

    python: Callable[[], Path]
    work: Path
    model_python: Path | None = field(default=None)

    def lacking(self, image: str) -> str:
        """Why nothing here serves an image's models; empty if something does."""
        parts = parts_of_image(image)
        if serves_language_models(image):
            return self._lacking_for_language_models(parts["image-repository"])
        if parts["image-repository"] == _XGBOOST and parts["image-tag"].startswith(_XGBOOST_TAG):
            return ""
        named = f"{parts['image-repository']}:{parts['image-tag']}"
        return f"the serving code of {named} is not here, only that of {_XGBOOST}:{_XGBOOST_TAG}"

    def _lacking_for_language_models(self, repository: str) -> str:
        told = f"the serving code of {repository} is not here, and neither is what reads the same files"
        if self.model_python is None:
            return f"{told}: name an environment with {' and '.join(_OF_LANGUAGE_MODELS)} by --model-python"
        missing = lacking(self.model_python, _OF_LANGUAGE_MODELS)
        return f"{told}: the environment of --model-python has no {', '.join(missing)}" if missing else ""

    def answers(self, served: Served, requests: Sequence[Asked]) -> list[Answered]:
        """Start one container, have it load its model, and answer each request.

        Raises:
            ContainerFailed: it cannot load the model, or dies.
        """
        folder = self.work / f"container-{len(list(self.work.iterdir()))}"
        folder.mkdir()
        (folder / "model.tar").write_bytes(served.archive)
        python, server = self._programs(served.image)
        asked: dict[str, Any] = {
            "python": str(python),
            "server": str(server),
            "environment": dict(served.environment),
            "isolated": served.isolated,
            "requests": [asdict(each) for each in requests],
        }
        (folder / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
        ended = run_to_end([sys.executable, str(_PROGRAM), str(folder)], environment=_variables(folder))
        if ended.code:
            raise ContainerFailed(
                f"the container of {served.image} ended with {ended.code}:\n{ended.printed.strip()}"
            )
        answers = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
        return [Answered(**each) for each in answers]

    def _programs(self, image: str) -> tuple[Path, Path]:
        """The Python, and the program that serves the image's models."""
        if self.model_python and serves_language_models(image):
            return self.model_python, _HERE / "language_model" / "serve.py"
        return self.python(), _HERE / "xgboost" / "serve.py"


def _variables(folder: Path) -> dict[str, str]:
    """Nothing of AWS, and nothing of whoever rehearses."""
    found = {"PYTHONPATH": str(shared_folder()), "PYTHONDONTWRITEBYTECODE": "1"}
    return {**found, "HOME": str(folder), "LANG": "C.UTF-8"}
