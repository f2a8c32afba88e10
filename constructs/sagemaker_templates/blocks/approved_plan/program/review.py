"""Review a saved plan before anybody is asked: ``python -m approved.review``.

It refuses what must not be applied, prints the plan as Terraform reads it, and says which file that was.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from deploy.exports import write_exports
from deploy.failures import command
from deploy.terraform import PLAN_FILE

from .acceptance import Plan, objections, objections_to_file
from .changes import refusals, summary
from .plan_file import PlanFile, PlanRefusedError
from .terraform_folder import prepared

NOTHING = "none"
"""What a variable says that would be empty: CodePipeline passes no empty one on."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m approved.review", description=__doc__)
    parser.add_argument("--artifact", type=Path, required=True, help="the folder of the plan's artifact")
    parser.add_argument("--exports", type=Path, required=True, help="the file that the build's shell reads")
    options = parser.parse_args(arguments)
    return command(lambda: _review(options.artifact, options.exports))


def _review(artifact: Path, exports: Path) -> None:
    file = PlanFile.read(artifact / "plan" / PLAN_FILE, artifact)
    refuse(objections_to_file(file))
    runner = prepared(exports.parent / "review", file)
    plan, text = runner.show()
    refuse([*objections(file, plan), *refusals(plan)])
    print(text)
    write_exports(exports, exported(file, plan))
    print(f"plan: {summary(plan)}; SHA-256 {file.digest}")


def refuse(problems: Iterable[str]) -> None:
    """Stop where there is a problem.

    Raises:
        PlanRefusedError: there is one, or more.
    """
    found = list(problems)
    if found:
        raise PlanRefusedError.because(found)


def exported(file: PlanFile, plan: Plan) -> dict[str, str]:
    """What the pipeline shows to the approver, and hands to the apply: nothing that the plan could word."""
    return {
        "PLAN_SHA256": file.digest,
        "PLAN_SUMMARY": summary(plan),
        "PLAN_URL": os.environ.get("CODEBUILD_BUILD_URL") or NOTHING,
        "MODEL_PACKAGE_VERSION": _joined(_versions(plan)),
        "ENDPOINT_CONFIGURATION": _joined(_configurations(plan)),
    }


def _joined(values: Iterator[str]) -> str:
    return ", ".join(sorted(set(values))) or NOTHING


def _versions(plan: Plan) -> Iterator[str]:
    """Of the models as they will be: a package's ARN ends in its version."""
    for after in _after(plan, "aws_sagemaker_model"):
        for container in [*(after.get("primary_container") or []), *(after.get("container") or [])]:
            found = re.search(r"/(\d{1,9})$", container.get("model_package_name") or "")
            yield found[1] if found else "not of the registry"


def _configurations(plan: Plan) -> Iterator[str]:
    for after in _after(plan, "aws_sagemaker_endpoint"):
        name = str(after.get("endpoint_config_name"))
        if not re.fullmatch(r"[A-Za-z0-9-]{1,63}", name):
            raise PlanRefusedError(f"the endpoint's configuration has the name {name!r}, which AWS would refuse")
        yield name


def _after(plan: Plan, kind: str) -> Iterator[Plan]:
    for change in plan.get("resource_changes", []):
        if change["type"] == kind and change["change"]["after"] and not change.get("deposed"):
            yield change["change"]["after"]


if __name__ == "__main__":
    sys.exit(main())
