"""A bucket in which the fully protected pipeline of xgboost_abalone is executed."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from build_variables import VARIANTS
from mlops.local.compilation import Compiled
from mlops.local.execution import Execution
from mlops.local.pipeline import LocalPipeline
from mlops.local.steps import Surroundings
from mlops.local.store import FolderStore

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

    @property
    def store(self) -> FolderStore:
        """Where the bucket is."""
        return FolderStore(self.root / "s3")

    @classmethod
    def prepare(cls, compiled: Compiled, dataset: Path, root: Path) -> "Training":
        """A bucket with data and code: what a build leaves behind."""
        store = FolderStore(root / "s3")
        compiled.upload(store)
        store.keep(dataset, f"s3://{BUCKET}/data/abalone.csv")
        return cls(LocalPipeline(compiled.definition, Surroundings(store), root / "work"), root)

    def report(self, execution: Execution) -> dict[str, Any]:
        """The figures that an execution wrote."""
        folder = self.root / "s3" / BUCKET / "pipelines" / PIPELINE / "executions" / execution.identifier
        figures: dict[str, Any] = json.loads((folder / "Evaluate/evaluation/evaluation.json").read_text())
        metrics: dict[str, Any] = figures["regression_metrics"]
        return metrics
