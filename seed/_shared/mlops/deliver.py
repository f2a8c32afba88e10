"""Compile the pipeline, put it into AWS, and start it: ``python -m mlops.deliver MODULE``.

The module has a function ``build_pipeline(settings, session)`` that returns a SageMaker pipeline. The command
ends when the execution has started; with ``--wait`` it ends, and fails, when the execution does.
"""

import argparse
import importlib
import json
import logging
import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from mlops.parameters import WrongParameterError, unknown, written
from mlops.settings import Settings, SettingsError

if TYPE_CHECKING:
    from mlops.session import ProjectSession

# boto3 makes its clients at run time, and the SDK is untyped.
SageMakerClient = Any
Pipeline = Any

_POLL_SECONDS = 30
_RUNNING = frozenset({"Executing", "Stopping"})


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code: 0 done, 1 the execution failed, 2 the input is wrong."""
    options = _options(arguments)
    try:
        settings = Settings.from_environment()
        parameters = written(options.parameter)
        session, pipeline = _build(options.module, settings)
    except (SettingsError, WrongParameterError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    definition: str = pipeline.definition()
    names = [parameter.name for parameter in pipeline.parameters]
    problems = [*unknown(parameters, names), *_unknown_values(definition, parameters)]
    if problems:
        print("".join(f"error: {problem}\n" for problem in problems), end="", file=sys.stderr)
        return 2
    if options.compile_only is not None:
        options.compile_only.write_text(json.dumps(json.loads(definition), indent=2) + "\n", encoding="utf-8")
        print(f"compiled, nothing sent to AWS: {options.compile_only}")
        return 0
    return _deliver(session, settings, definition, parameters, options)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mlops.deliver", description=__doc__)
    parser.add_argument("module", help="the module that has build_pipeline, e.g. abalone.pipeline")
    parser.add_argument("--wait", action="store_true", help="wait for the execution and fail if it fails")
    parser.add_argument("--no-start", action="store_true", help="put the pipeline into AWS, do not start it")
    parser.add_argument(
        "--compile-only", type=Path, metavar="FILE", help="write the definition to FILE; needs no AWS account"
    )
    parser.add_argument(
        "--parameter", action="append", default=[], metavar="NAME=VALUE", help="a value for this execution"
    )
    return parser.parse_args(arguments)


def _build(module: str, settings: Settings) -> tuple["ProjectSession", Pipeline]:
    # At compile time the SDK tells at length what it does not do.
    logging.disable(logging.WARNING)
    warnings.filterwarnings("ignore", message="Running within a PipelineSession")
    from mlops.session import ProjectSession

    session = ProjectSession(settings)
    return session, importlib.import_module(module).build_pipeline(settings, session)


def _unknown_values(definition: str, parameters: Mapping[str, str]) -> list[str]:
    from mlops.service_values import unknown_values

    return unknown_values(json.loads(definition), parameters)


def _deliver(
    session: "ProjectSession",
    settings: Settings,
    definition: str,
    parameters: Mapping[str, str],
    options: argparse.Namespace,
) -> int:
    client = session.boto_session.client("sagemaker")
    keys = session.upload_code()
    print(f"code: {len(keys)} files in s3://{settings.bucket}")
    print(f"pipeline: {_upsert(client, settings, definition)}")
    if options.no_start:
        return 0
    execution = _start(client, settings, parameters)
    print(f"execution: {execution}")
    return _wait(client, execution) if options.wait else 0


def _upsert(client: SageMakerClient, settings: Settings, definition: str) -> str:
    """Create the pipeline, or update the one that is there; returns its ARN."""
    pipeline = {
        "PipelineName": settings.pipeline_name,
        "PipelineDefinition": definition,
        "RoleArn": settings.role_arn,
    }
    if settings.pipeline_description:
        pipeline["PipelineDescription"] = settings.pipeline_description
    try:
        return str(client.create_pipeline(**pipeline, Tags=settings.tags)["PipelineArn"])
    except ClientError as error:
        if "already exists" not in error.response["Error"]["Message"]:
            raise
    arn = str(client.update_pipeline(**pipeline)["PipelineArn"])
    client.add_tags(ResourceArn=arn, Tags=settings.tags)
    return arn


def _start(client: SageMakerClient, settings: Settings, parameters: Mapping[str, str]) -> str:
    response = client.start_pipeline_execution(
        PipelineName=settings.pipeline_name,
        PipelineParameters=[{"Name": name, "Value": value} for name, value in parameters.items()],
    )
    return str(response["PipelineExecutionArn"])


def _wait(client: SageMakerClient, execution: str) -> int:
    while True:
        answer = client.describe_pipeline_execution(PipelineExecutionArn=execution)
        status = answer["PipelineExecutionStatus"]
        if status not in _RUNNING:
            break
        time.sleep(_POLL_SECONDS)
    print(f"status: {status}")
    if status == "Succeeded":
        return 0
    for reason in _reasons(client, execution, answer):
        print(f"  {reason}", file=sys.stderr)
    return 1


def _reasons(client: SageMakerClient, execution: str, answer: Mapping[str, Any]) -> list[str]:
    steps = client.list_pipeline_execution_steps(PipelineExecutionArn=execution)["PipelineExecutionSteps"]
    failed = [f"{step['StepName']}: {step['FailureReason']}" for step in steps if step.get("FailureReason")]
    return failed or [answer.get("FailureReason", "no reason given")]


if __name__ == "__main__":
    sys.exit(main())
