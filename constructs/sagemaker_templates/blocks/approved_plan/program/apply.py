"""Apply the plan that was approved: ``python -m approved.apply``. Then see what the endpoint serves."""

import argparse
import contextlib
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from deploy.failures import DeployError, command
from deploy.target import Facts, Session, Target
from deploy.terraform import PLAN_FILE, StalePlanError

from .acceptance import elsewhere, objections_to_file
from .check import Sample, Serving, check_answer, check_serving
from .plan_file import PlanFile, PlanRefusedError
from .review import NOTHING, refuse
from .terraform_folder import prepared

APPROVED = "PLAN_SHA256"
CONFIGURATION = "ENDPOINT_CONFIGURATION"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m approved.apply", description=__doc__)
    parser.add_argument("--artifact", type=Path, required=True, help="the folder of the plan's artifact")
    parser.add_argument("--folder", type=Path, required=True, help="a folder to work in")
    options = parser.parse_args(arguments)
    return command(lambda: _apply(options.artifact, options.folder))


def approved_plan(artifact: Path, variables: Mapping[str, str] = os.environ) -> PlanFile:
    """The plan of an artifact, if it is the one that was approved.

    Raises:
        PlanRefusedError: it is another one, or the build was not told which was approved.
    """
    approved = variables.get(APPROVED, "")
    if not re.fullmatch(r"[0-9a-f]{64}", approved):
        raise PlanRefusedError(f"{APPROVED} does not say which plan was approved: {approved!r}")
    file = PlanFile.read(artifact / "plan" / PLAN_FILE, artifact)
    if file.digest != approved:
        raise PlanRefusedError(
            f"this is not the plan that was approved: its SHA-256 is {file.digest}, that of the approved one "
            f"{approved}; nothing was changed. Somebody has replaced it: find out who, then start the pipeline anew."
        )
    return file


def _apply(artifact: Path, folder: Path) -> None:
    file = approved_plan(artifact)
    session = Session(Target.from_variables())
    facts = session.facts()
    refuse([*objections_to_file(file), *elsewhere(file.backend, facts.state)])
    runner = prepared(folder / "apply", file, session.environment(facts.region))
    try:
        runner.apply()
    except StalePlanError as error:
        raise DeployError(
            f"{error}: nothing was changed. Start the pipeline anew (Release change); it makes a new plan."
        ) from error
    except DeployError as error:
        raise DeployError(f"{error}{_reason(session, facts)}") from error
    _check(session, facts, artifact / "plan")


def _check(session: Session, facts: Facts, artifact: Path) -> None:
    configuration = os.environ.get(CONFIGURATION, NOTHING)
    if configuration == NOTHING:
        print(f"the plan leaves no endpoint {facts.endpoint_name}: nothing is asked")
        return
    check_serving(session.client("sagemaker", facts.region), facts.endpoint_name, configuration)
    sample = Sample.read(artifact)
    if sample:
        check_answer(session.client("sagemaker-runtime", facts.region), facts.endpoint_name, sample)


def _reason(session: Session, facts: Facts) -> str:
    """What SageMaker says of the endpoint, where it says something."""
    with contextlib.suppress(ClientError, BotoCoreError):
        serving = Serving.of(session.client("sagemaker", facts.region), facts.endpoint_name)
        why = f": {serving.failure}" if serving.failure else ""
        return f"; {facts.endpoint_name} is {serving.status} with {serving.configuration}{why}"
    return ""


if __name__ == "__main__":
    sys.exit(main())
