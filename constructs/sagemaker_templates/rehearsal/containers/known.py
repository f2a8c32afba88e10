"""Which images' serving code is here, and one model being served by it."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sagemaker_templates.failures import StepFailed
from sagemaker_templates.rehearsal.commands import run_to_end
from sagemaker_templates.rehearsal.images import parts_of_image
from sagemaker_templates.seeds import shared_folder

_PROGRAM = Path(__file__).with_name("xgboost_container.py")
LOCK = Path(__file__).with_name("xgboost") / "requirements.txt"
_REPOSITORY, _TAG = "sagemaker-xgboost", "3.0-5"


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
        archive: the model, as a ``.tar.gz``.
        environment: pairs, sorted.
        isolated: whether the container is cut off from the network.
    """

    image: str
    archive: bytes
    environment: tuple[tuple[str, str], ...]
    isolated: bool


@dataclass(frozen=True)
class Containers:
    """The containers of a rehearsal.

    Attributes:
        python: gives the Python of an environment with what the serving code needs.
        work: an empty folder.
    """

    python: Callable[[], Path]
    work: Path

    def lacking(self, image: str) -> str:
        """Why there is no serving code for an image here; empty if there is."""
        parts = parts_of_image(image)
        named = f"{parts['image-repository']}:{parts['image-tag']}"
        known = parts["image-repository"] == _REPOSITORY and parts["image-tag"].startswith(_TAG)
        return "" if known else f"the serving code of {named} is not here, only that of {_REPOSITORY}:{_TAG}"

    def answers(self, served: Served, requests: Sequence[Asked]) -> list[Answered]:
        """Start one container, have it load its model, and answer each request.

        Raises:
            ContainerFailed: it cannot load the model, or dies.
        """
        folder = self.work / f"container-{len(list(self.work.iterdir()))}"
        folder.mkdir()
        (folder / "model.tar.gz").write_bytes(served.archive)
        asked: dict[str, Any] = {
            "python": str(self.python()),
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


def _variables(folder: Path) -> dict[str, str]:
    """Nothing of AWS, and nothing of whoever rehearses."""
    found = {"PYTHONPATH": str(shared_folder()), "PYTHONDONTWRITEBYTECODE": "1"}
    return {**found, "HOME": str(folder), "LANG": "C.UTF-8"}
