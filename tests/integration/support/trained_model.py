"""A model that the repository of xgboost_abalone trains, in the seeds' own environment, for a registry to hold."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sagemaker_templates.emulator import Emulator

_ROOT = Path(__file__).parents[3]
_TRAINER = _ROOT / "tests/seed/train_models.py"


@dataclass(frozen=True)
class TrainedModel:
    """What a training execution left behind."""

    folder: Path

    @property
    def package(self) -> dict[str, Any]:
        """The request that the execution made to the registry."""
        package: dict[str, Any] = json.loads((self.folder / "package.json").read_text(encoding="utf-8"))
        return package

    def upload(self, emulator: Emulator, account: str, region: str) -> None:
        """Put everything that lies in the training's buckets into those of the same names, which are there."""
        s3 = emulator.client("s3", account, region)
        for bucket in (self.folder / "s3").iterdir():
            for file in (path for path in bucket.rglob("*") if path.is_file()):
                s3.put_object(Bucket=bucket.name, Key=file.relative_to(bucket).as_posix(), Body=file.read_bytes())


def seed_python() -> Path | None:
    """The Python of the seeds' environment, if there is one; SEED_PYTHON names another place."""
    python = Path(os.environ.get("SEED_PYTHON", str(_ROOT / ".venv-seed/bin/python")))
    return python if python.exists() else None


def train(python: Path, folder: Path) -> TrainedModel:
    """Run the training pipeline in a folder."""
    search = os.pathsep.join([str(_ROOT / "constructs"), str(_TRAINER.parent), str(_ROOT / "seed/_shared")])
    ended = subprocess.run(
        [str(python), str(_TRAINER), str(folder)],
        env={"PATH": os.defpath, "HOME": str(folder), "OMP_NUM_THREADS": "1", "PYTHONPATH": search},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    return TrainedModel(folder)
