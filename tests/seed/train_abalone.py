"""Trains models with the xgboost seed's own pipeline, for the tests of what is done with a registered model.

    python train_abalone.py FOLDER ROUNDS [ROUNDS ...]

writes FOLDER/s3/BUCKET/KEY and FOLDER/packages.json: for each number of rounds what the pipeline registers, as the
request that SageMaker would get. Runs in the seeds' environment, with ``constructs`` and this folder to import from.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from build_variables import PLAIN, VARIANTS
from local_pipeline import LocalPipeline
from pipeline_definition import Json
from seed_repository import SeedRepository

_ANY_ERROR = 1000.0


def train(folder: Path, rounds: Sequence[int]) -> list[Json]:
    """Train a model for each number of rounds; gives what the pipeline registers.

    Raises:
        RuntimeError: an execution failed.
    """
    repository = SeedRepository.assemble("xgboost_abalone", folder / "repository")
    compiled = repository.compile("abalone.pipeline", {"all": VARIANTS["all"]})["all"]
    compiled.upload(folder / "s3")
    data = folder / "s3" / PLAIN["ARTIFACT_BUCKET"] / "data/abalone.csv"
    data.parent.mkdir(parents=True)
    repository.python(["-m", "abalone.generate_data", str(data), "--rows", "1500"], offline=True)
    pipeline = LocalPipeline(compiled.definition, folder / "s3", folder / "work")
    runs = [pipeline.run(f"rounds-{each}", {"NumRound": each, "MseThreshold": _ANY_ERROR}) for each in rounds]
    failures = [run.failure for run in runs if run.failure]
    if failures:
        raise RuntimeError("\n".join(failures))
    return [package for run in runs for package in run.registered]


if __name__ == "__main__":
    target = Path(sys.argv[1]).absolute()
    packages = train(target, [int(each) for each in sys.argv[2:]])
    (target / "packages.json").write_text(json.dumps(packages), encoding="utf-8")
