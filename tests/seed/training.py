"""A bucket in which the fully protected pipeline of xgboost_abalone is executed."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from build_variables import VARIANTS
from local_pipeline import Execution, LocalPipeline
from seed_repository import Compiled

BUCKET = VARIANTS["all"]["ARTIFACT_BUCKET"]
PIPELINE = VARIANTS["all"]["SAGEMAKER_PIPELINE_NAME"]
# Parameters of an execution that is over soon, and whose model is good enough whatever it learned.
SMALL = {"NumRound": 60}
PASSING = SMALL | {"MseThreshold": 1000.0}


@dataclass(frozen=True)
class Training:
    """The pipeline, with a folder for its bucket (``root/s3``) and for its jobs (``root/work``)."""

    pipeline: LocalPipeline
    root: Path

    @classmethod
    def prepare(cls, compiled: Compiled, dataset: Path, root: Path) -> "Training":
        """A bucket with data and code: what a build leaves behind."""
        compiled.upload(root / "s3")
        (root / "s3" / BUCKET / "data").mkdir(parents=True)
        shutil.copy(dataset, root / "s3" / BUCKET / "data/abalone.csv")
        return cls(LocalPipeline(compiled.definition, root / "s3", root / "work"), root)

    def report(self, execution: Execution) -> dict[str, Any]:
        """The figures that an execution wrote."""
        folder = self.root / "s3" / BUCKET / "pipelines" / PIPELINE / "executions" / execution.identifier
        figures: dict[str, Any] = json.loads((folder / "Evaluate/evaluation/evaluation.json").read_text())
        metrics: dict[str, Any] = figures["regression_metrics"]
        return metrics
