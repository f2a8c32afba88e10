"""Trains models with the repository of xgboost_abalone, for tests that run in another environment than the seeds'.

``python train_models.py FOLDER``: FOLDER/s3 gets what the execution left in its bucket, FOLDER/package.json the
request that it made to the model registry.
"""

import json
import sys
from pathlib import Path

from build_variables import PLAIN, VARIANTS
from mlops.local.pipeline import LocalPipeline
from mlops.local.steps import Surroundings
from mlops.local.store import FolderStore
from seed_repository import SeedRepository

ROWS = "1500"
PARAMETERS = {"NumRound": 60, "MseThreshold": 1000.0}


def train(folder: Path) -> None:
    """Run the compiled pipeline on generated rows: preprocess, train, evaluate, register."""
    repository = SeedRepository.assemble("xgboost_abalone", folder / "repository")
    compiled = repository.compile("abalone.pipeline", {"plain": VARIANTS["plain"]})["plain"]
    store = FolderStore(folder / "s3")
    compiled.upload(store)
    rows = folder / "abalone.csv"
    repository.python(["-m", "abalone.generate_data", str(rows), "--rows", ROWS], offline=True)
    store.keep(rows, f"s3://{PLAIN['ARTIFACT_BUCKET']}/data/abalone.csv")
    pipeline = LocalPipeline(compiled.definition, Surroundings(store), folder / "work")
    execution = pipeline.run("trained", PARAMETERS)
    assert execution.status == "Succeeded", execution.failure
    (package,) = execution.registered
    (folder / "package.json").write_text(json.dumps(package), encoding="utf-8")


if __name__ == "__main__":
    train(Path(sys.argv[1]))
