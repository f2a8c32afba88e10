"""What ``python -m mlops.local`` has to know about this repository."""

import tarfile
from collections.abc import Mapping
from pathlib import Path

from mlops.local.repository import Data, Example, Ground, LocalRun, ModelOption, RepositoryError, Results

from scoring.sample_data import DATA_KEY, SAMPLE

_ARCHIVE = "models/given/model.tar.gz"
_ROWS = 3
# What the packages of the training template say about the code in their models.
_SERVING = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
}


def sample() -> str:
    """Sample rows, as the build puts them where there is no data."""
    return SAMPLE.read_text(encoding="utf-8")


def approve(ground: Ground, archive: Path | None) -> Mapping[str, str]:
    """Register a model's archive as the latest approved package: the pipeline looks for that.

    Raises:
        RepositoryError: it is no archive.
    """
    if archive is None:
        return {}
    if not (archive.is_file() and tarfile.is_tarfile(archive)):
        raise RepositoryError(f"{archive} is no archive like model.tar.gz")
    location = f"s3://{ground.settings.model_bucket}/{_ARCHIVE}"
    ground.store.keep(archive, location)
    container = {"ModelDataUrl": location, "Environment": _SERVING}
    ground.registry.create_model_package(
        ModelPackageGroupName=ground.settings.model_package_group,
        ModelApprovalStatus="Approved",
        InferenceSpecification={"Containers": [container]},
    )
    return {}


def example(results: Results) -> Example | None:
    """The first usable rows: what a caller of the same model sends."""
    rows = results.text("Prepare", "rows", "rows.csv")
    if rows is None:
        return None
    hidden = int(results.execution.parameters["IdColumns"])
    text = "".join(f"{row.split(',', hidden)[-1]}\n" for row in rows.splitlines()[:_ROWS])
    return Example("request.csv", text, "text/csv", here=True)


LOCAL_RUN = LocalRun(
    pipeline="scoring.pipeline",
    settings={"ENABLE_NETWORK_ISOLATION": "true"},
    data=Data(DATA_KEY, sample),
    model=ModelOption(
        "the model.tar.gz of a package, such as python -m mlops.local leaves in the repository that trains",
        approve,
        required=True,
    ),
    example=example,
)
