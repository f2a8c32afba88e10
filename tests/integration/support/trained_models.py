"""Models that the xgboost seed's own pipeline trained, and their registration in an account of the emulator."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sagemaker_templates.emulator import Emulator

_ROOT = Path(__file__).parents[3]
SEED_PYTHON = Path(os.environ.get("SEED_PYTHON", _ROOT / ".venv-seed/bin/python"))
"""The Python of the seeds' environment, which has the SageMaker SDK and XGBoost."""

# Few trees: what is deployed matters here, not how well it predicts.
_ROUNDS = ("5", "10", "15")


@dataclass(frozen=True)
class TrainedModels:
    """What the pipeline registers for each model, and the bucket's files.

    Attributes:
        packages: requests of CreateModelPackage, pending approval.
        files: holds ``BUCKET/KEY``.
    """

    packages: tuple[dict[str, Any], ...]
    files: Path

    def register(self, index: int, status: str, *, emulator: Emulator, account_id: str, region: str) -> str:
        """Put a model into its bucket, register it and decide about it.

        Args:
            index: which of the models.
            status: ``Approved``, ``Rejected`` or ``PendingManualApproval``.

        Returns:
            The ARN of the model package.
        """
        package = self.packages[index]
        location = package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"].removeprefix("s3://")
        bucket, _, key = location.partition("/")
        emulator.client("s3", account_id, region).upload_file(str(self.files / location), bucket, key)
        sagemaker = emulator.client("sagemaker", account_id, region)
        arn = str(sagemaker.create_model_package(**package)["ModelPackageArn"])
        if status != package["ModelApprovalStatus"]:
            sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus=status)
        return arn


def train(folder: Path) -> TrainedModels:
    """Train the models in an empty folder, in the seeds' environment.

    Raises:
        AssertionError: with what the training printed, if it fails.
    """
    tests = _ROOT / "tests" / "seed"
    ended = subprocess.run(
        [str(SEED_PYTHON), str(tests / "train_abalone.py"), str(folder), *_ROUNDS],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join([str(tests), str(_ROOT / "constructs")]),
            "OMP_NUM_THREADS": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    return TrainedModels(tuple(json.loads((folder / "packages.json").read_text())), folder / "s3")
