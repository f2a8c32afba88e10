"""One step of a compiled pipeline, with its files in S3; it runs in the repository's own Python, as a role.

``python pipeline_step.py FOLDER [STEP [--alone]]``: in FOLDER lie ``definition.json``, ``state.json`` (what the steps
before have left) and the folders of jobs. Printed, as the last line, is JSON: of STEP, which has run, ``failure`` or
null, ``comparison`` of a condition, ``registered``, an ARN, and ``said``, a job's message; and ``next``: the step
that comes now, with its request as SageMaker would send it, or null. ``--alone`` leaves the latter out, which the
pipeline's role alone can say: not that of a job.
"""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import boto3
from mlops.local.definition import Definition, Json, Step
from mlops.local.execution import Execution, Left
from mlops.local.pipeline import LocalPipeline
from mlops.local.references import References
from mlops.local.sandbox import namespaces_allowed
from mlops.local.steps import Surroundings
from mlops.local.store import NotThereError


@dataclass(frozen=True)
class S3Store:
    """S3 itself, with the rights of whoever runs this."""

    s3: Any

    def exists(self, uri: str) -> bool:
        """Whether there is a file at the location, or below it."""
        return next(self._below(uri), None) is not None

    def fetch(self, uri: str, folder: Path) -> None:
        """Copy the file, or all files below the location, into a folder."""
        bucket, key = _parts(uri)
        found = list(self._below(uri))
        if not found:
            raise NotThereError(f"nothing is at {uri}")
        for one in found:
            target = folder / (PurePosixPath(one).name if one == key else one.removeprefix(f"{key}/"))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self._content(bucket, one))

    def keep(self, source: Path, uri: str) -> None:
        """Copy a file to the location, or all files of a folder to below it; the bucket encrypts them."""
        bucket, key = _parts(uri)
        if source.is_file():
            self.s3.put_object(Bucket=bucket, Key=key, Body=source.read_bytes())
            return
        for file in sorted(path for path in source.rglob("*") if path.is_file()):
            name = file.relative_to(source).as_posix()
            self.s3.put_object(Bucket=bucket, Key=f"{key}/{name}", Body=file.read_bytes())

    def read(self, uri: str) -> bytes:
        """The content of one file."""
        try:
            return self._content(*_parts(uri))
        except self.s3.exceptions.NoSuchKey:
            raise NotThereError(f"nothing is at {uri}") from None

    def remove(self, uri: str) -> None:
        """Remove the file, or all files below the location."""
        bucket, _ = _parts(uri)
        for key in list(self._below(uri)):
            self.s3.delete_object(Bucket=bucket, Key=key)

    def _below(self, uri: str) -> Iterator[str]:
        bucket, key = _parts(uri)
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key):
            keys = (str(one["Key"]) for one in page.get("Contents", []))
            yield from (one for one in keys if one == key or one.startswith(f"{key}/"))

    def _content(self, bucket: str, key: str) -> bytes:
        content: bytes = self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return content


def _parts(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").rstrip("/").partition("/")
    return bucket, key


def _register(package: Json) -> str:
    return str(boto3.client("sagemaker").create_model_package(**package)["ModelPackageArn"])


def _described(package: str) -> Json:
    return dict(boto3.client("sagemaker").describe_model_package(ModelPackageName=package))


def _surroundings(store: S3Store) -> Surroundings:
    """What there is for jobs: AWS, as the role that this runs as, for those that are not cut off from the network."""
    aws = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    return Surroundings(store, online=aws, register=_register, describe_package=_described)


def _next(definition: Definition, execution: Execution) -> Step | None:
    """The first step that has not run, of those that no condition keeps from it."""
    for step in definition.order():
        if step.name not in execution.left and _is_chosen(step, execution):
            return step
    return None


def _is_chosen(step: Step, execution: Execution) -> bool:
    """Whether no condition keeps the step from running; one that was not asked itself has chosen nothing."""
    return not step.condition or step.name in execution.left.get(step.condition, Left()).chosen


def main(folder: Path, name: str | None, *, alone: bool) -> Json:
    """Run a step, or none; returns what is printed."""
    definition = Definition.read((folder / "definition.json").read_text(encoding="utf-8"))
    state = folder / "state.json"
    execution = Execution.read(json.loads(state.read_text(encoding="utf-8")))
    store = S3Store(boto3.client("s3"))
    pipeline = LocalPipeline(definition, _surroundings(store), folder / "jobs", namespaces=namespaces_allowed())
    execution.parameters = pipeline.values(execution.parameters)
    printed = _run(name, pipeline, execution) if name else {}
    state.write_text(json.dumps(execution.written()), encoding="utf-8")
    return printed if alone or execution.failure else printed | _look_ahead(definition, execution, store)


def _run(name: str, pipeline: LocalPipeline, execution: Execution) -> Json:
    pipeline.run_step(name, execution)
    left = execution.left.get(name, Left())
    if left.model:
        boto3.client("sagemaker").create_model(**{**left.model, "ModelName": left.properties["ModelName"]})
    return {
        "failure": execution.failure,
        "comparison": left.comparison,
        "registered": left.properties.get("ModelPackageArn"),
        "said": left.message,
    }


def _look_ahead(definition: Definition, execution: Execution, store: S3Store) -> Json:
    following = _next(definition, execution)
    if following is None:
        return {"next": None}
    request = References(execution, store).value(following.own_arguments)
    return {"next": {"name": following.name, "type": following.type, "request": request}}


if __name__ == "__main__":
    given = sys.argv[1:]
    print(json.dumps(main(Path(given[0]), given[1] if given[1:] else None, alone="--alone" in given)))
