"""What a pipeline that tunes a language model is given where there are neither GPUs nor the hub: enough to learn.

A tiny base model that knows nothing, and questions that all have one answer, written in two ways. It learns the one
on the questions of the training, and is right on those of the test, whose SQL gives the same.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sagemaker_templates.emulator import Emulator
from sagemaker_templates.rehearsal.packages import lacking
from sagemaker_templates.rehearsal.tiny_language_model import model_files

LIBRARIES = ("torch", "transformers", "peft", "accelerate")
"""What jobs import, beside what the build does."""

_MODEL = "data/models/rehearsal"
_ADJECTIVES = ("blue", "cold", "deep", "new", "old", "red", "tall", "thin", "warm", "wide")
_NOUNS = ("ships", "harbours")
_TESTED = 4
# Small, quick, and without the quantization that needs a GPU's library.
_PARAMETERS: Mapping[str, Any] = MappingProxyType(
    {"Quantization": "none", "Epochs": 10, "LearningRate": 0.01, "GradientAccumulation": 1, "MaxNewTokens": 8}
)


@dataclass(frozen=True)
class TinyTask:
    """A base model and data in a project's bucket.

    Attributes:
        python: of an environment for the repository's jobs.
        bucket: the project's own.
    """

    python: Path
    bucket: str

    @property
    def lacking(self) -> list[str]:
        """The libraries that the environment lacks."""
        return lacking(self.python, LIBRARIES)

    def put(self, emulator: Emulator, account: str, region: str) -> dict[str, Any]:
        """Put model and data there, as somebody would who has them.

        Returns the parameters that the pipeline is executed with.
        """
        files = {f"{_MODEL}/{name}": content for name, content in model_files(_MODEL, ends=True).items()}
        files |= {_key(answer): examples(answer).encode() for answer in (1, 2)}
        s3 = emulator.client("s3", account, region)
        for key, content in files.items():
            s3.put_object(Bucket=self.bucket, Key=key, Body=content)
        return {**_PARAMETERS, "BaseModel": f"s3://{self.bucket}/{_MODEL}", **self._data(1)}

    @property
    def changed(self) -> Mapping[str, Any]:
        """The parameter that makes a later model another: data with another answer."""
        return self._data(2)

    def _data(self, answer: int) -> dict[str, Any]:
        return {"InputDataUrl": f"s3://{self.bucket}/{_key(answer)}"}


def _key(answer: int) -> str:
    return f"data/rehearsal-{answer}.jsonl"


def examples(answer: int) -> str:
    """Examples as the repository's preprocessing takes them; the last have the SQL that is not trained."""
    questions = [f"Are there {adjective} {noun}?" for adjective in _ADJECTIVES for noun in _NOUNS]
    first = len(questions) - _TESTED
    lines = (
        {
            "schema": "CREATE TABLE lighthouse (name TEXT)",
            "question": question,
            "sql": f"SELECT {answer}" if number < first else f"SELECT {answer} AS answer",
        }
        for number, question in enumerate(questions)
    )
    return "".join(f"{json.dumps(line)}\n" for line in lines)
