"""What the newest botocore here knows of the services' models, that of the seeds, and the generator's own does not.

The emulator holds requests against the generator's botocore, which checkov holds back: a region, an instance type or
a runtime that is younger would be refused. ``make models`` writes what the emulator reads beside it;
``test_newer_models.py`` says when that has to be done again.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import botocore
from botocore.loaders import Loader

_ROOT = Path(__file__).resolve().parents[2]
FILE = _ROOT / "constructs/sagemaker_templates/emulator/requests/newer_models.json"
_GENERATORS_PYTHON = _ROOT / ".venv/bin/python"

SERVICES = (
    *("application-autoscaling", "cloudwatch", "codebuild", "codecommit", "codeconnections", "codepipeline"),
    *("codestar-connections", "ec2", "ecr", "events", "iam", "kms", "lambda", "logs", "s3", "sagemaker"),
    *("sagemaker-runtime", "secretsmanager", "sns", "sqs", "ssm", "sts"),
)
"""Those whose requests are looked at: what the stacks, the seeds and the emulator's own tests use."""


Shapes = dict[str, dict[str, Any]]


def table(older: Mapping[str, Shapes]) -> dict[str, Shapes]:
    """Each service's shapes with what is new: values that an enumeration has now, bounds and patterns that moved.

    Args:
        older: what the generator's botocore says, by service and shape.
    """
    found = {service: _changes(constraints(service), older[service]) for service in SERVICES}
    return {service: shapes for service, shapes in found.items() if shapes}


def constraints(service: str) -> Shapes:
    """What a service's shapes ask for, as the botocore that runs this has it."""
    shapes: Shapes = Loader().load_service_model(service, "service-2")["shapes"]
    return {name: _constraints(shape) for name, shape in shapes.items() if shape["type"] != "structure"}


def _constraints(shape: Mapping[str, Any]) -> dict[str, Any]:
    pattern = shape.get("pattern")
    return {
        "enum": sorted(shape.get("enum", [])),
        "min": shape.get("min") or None,  # no bound and a bound of 0 are one
        "max": shape.get("max"),
        "pattern": pattern.removeprefix("^").removesuffix("$") if pattern else None,
    }


def _changes(newer: Shapes, older: Shapes) -> Shapes:
    both = {name: (shape, older[name]) for name, shape in sorted(newer.items()) if name in older}
    changes = {name: _change(new, old) for name, (new, old) in both.items() if new != old}
    return {name: change for name, change in changes.items() if change}


def _change(new: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    """Values that an enumeration has lost stay: nobody says that they are refused."""
    added = sorted(set(new["enum"]) - set(old["enum"])) if old["enum"] else []
    moved = {name: new[name] for name in ("min", "max", "pattern") if new[name] != old[name]}
    return {**({"enum": added} if added else {}), **moved}


def older_constraints() -> dict[str, Shapes]:
    """What the generator's own botocore has; another Python runs it, and says so on standard output."""
    command = [str(_GENERATORS_PYTHON), __file__, "--constraints"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    parsed: dict[str, Shapes] = json.loads(said)
    return parsed


if __name__ == "__main__":
    if "--constraints" in sys.argv:
        print(json.dumps({service: constraints(service) for service in SERVICES}))
    else:
        written = {"botocore": botocore.__version__, "services": table(older_constraints())}
        FILE.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
