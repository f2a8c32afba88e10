"""Apply the plan that was made, and approved: ``python -m deploy.apply``. Then see what the endpoint serves."""

import argparse
import contextlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from deploy.check import Serving, check_answer, check_serving
from deploy.environments import ROOT, load
from deploy.failures import DeployError, command
from deploy.install import terraform
from deploy.plan import TARGET_FILE
from deploy.target import Facts, Session, Target
from deploy.terraform import StalePlanError, Terraform


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m deploy.apply", description=__doc__)
    parser.add_argument("--plan", type=Path, required=True, help="the folder that the plan's build has written")
    options = parser.parse_args(arguments)
    return command(lambda: _apply(options.plan))


def _apply(folder: Path) -> None:
    target = Target.from_variables()
    facts = Facts.model_validate_json((folder / TARGET_FILE).read_text(encoding="utf-8"))
    if facts.environment != target.environment:
        raise DeployError(f"this is a plan for {facts.environment}, and this build applies to {target.environment}")
    session = Session(target)
    runner = Terraform(terraform(), folder, session.environment(facts.region))
    runner.init(facts.state)
    try:
        runner.apply()
    except StalePlanError as error:
        raise DeployError(
            f"{error}: nothing was changed. Start the pipeline anew (Release change); it makes a new plan."
        ) from error
    except DeployError as error:
        raise DeployError(f"{error}{_reason(session, facts)}") from error
    _check(session, facts, folder)


def _check(session: Session, facts: Facts, folder: Path) -> None:
    applied = json.loads((folder / "terraform.tfvars.json").read_text(encoding="utf-8"))
    client = session.client("sagemaker", facts.region)
    check_serving(client, facts.endpoint_name, applied["endpoint_configuration_name"])
    sample = load(facts.environment).sample
    if sample:
        runtime = session.client("sagemaker-runtime", facts.region)
        check_answer(runtime, facts.endpoint_name, ROOT / sample.file, sample.content_type)


def _reason(session: Session, facts: Facts) -> str:
    """What SageMaker says of the endpoint, where it says something."""
    with contextlib.suppress(ClientError, BotoCoreError):
        serving = Serving.of(session.client("sagemaker", facts.region), facts.endpoint_name)
        why = f": {serving.failure}" if serving.failure else ""
        return f"; {facts.endpoint_name} is {serving.status} with {serving.configuration}{why}"
    return ""


if __name__ == "__main__":
    sys.exit(main())
