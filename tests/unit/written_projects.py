"""Projects of each template that hold the keys they are given, and what is made of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from sagemaker_templates.application import write_stacks
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.settings import Configuration

CONNECTION = "arn:aws:codeconnections:us-east-1:111111111111:connection/marker-connection"
ACCOUNTS = {"dev": "111111111111", "prod": "222222222222"}
ENVIRONMENT = """\
account-id: "%s"
region: us-east-1
state: {type: s3, bucket: tfstate, key-prefix: ml}
"""
OWN: Mapping[str, Mapping[str, Any]] = {
    "batch_inference": {
        "model-package-group-name": "marker-group",
        "model-bucket-name": "marker-bucket",
        "model-image-repositories": ["marker-image"],
        "base-job-prefix": "marker-prefix",
        "schedule-expression": "rate(77 days)",
    },
    "finetune_llm_evaluation": {},
    "hf_import_models": {
        "hf-model-id": "marker/model",
        "hf-access-token-secret": "marker-hf-name",
        "hf-access-token-kms-key-arn": "arn:aws:kms:us-east-1:111111111111:key/00000000-0000-0000-0000-000000000001",
        "hf-revision": "marker-revision",
    },
    "model_deploy": {
        "model-package-group-name": "marker-group",
        "model-bucket-name": "marker-bucket",
        "model-image-repositories": ["marker-image"],
    },
    "xgboost_abalone": {},
}
OTHER_WAYS = {"batch_inference": {"model-project"}, "model_deploy": {"model-project"}}
"""Keys that take the place of others, which ``test_model_sources.py`` has."""
SWITCHES = {
    "branch-protection": False,
    "required-reviews": 2,
    "vulnerability-alerts": False,
    "repository-deletion": "delete",
    "protect-data": False,
}
"""What has no text of its own to be found by, with another value than the default."""
OWN_SWITCHES: Mapping[str, Mapping[str, Any]] = {
    "model_deploy": {
        "enable-network-isolation": True,
        "enable-manual-approval": False,
        "enable-eventbridge-trigger": False,
        "enable-data-capture": False,
    },
    "xgboost_abalone": {"enable-network-isolation": True, "encrypt-inter-container-traffic": True},
}


def required_keys(template: str, name: str) -> dict[str, Any]:
    """A project on GitHub with what its template needs."""
    return {
        "project-template-type": template,
        "sagemaker-project-name": name,
        "sagemaker-project-id": f"p-{name}",
        "repository-type": "GitHub",
        "repository-owner": "owner",
        "aws-codeconnection-arn": CONNECTION,
        **OWN[template],
    }


def loaded(folder: Path, projects: Mapping[str, Any], *lines: str, promotes: bool = True) -> Configuration:
    """The projects of dev, by the names of their files; ``lines`` are its environment's own.

    Args:
        promotes: whether dev promotes to prod.
    """
    for environment, account in ACCOUNTS.items():
        file = folder / "environments" / environment / "environment.yaml"
        file.parent.mkdir(parents=True)
        own = ["promotes-to: [prod]" if promotes else "", *lines] if environment == "dev" else []
        file.write_text(ENVIRONMENT % account + "\n".join(own))
    for name, project in projects.items():
        file = folder / "environments/dev/projects" / f"{name}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(yaml.safe_dump(project, sort_keys=False))
    return load_configuration(folder / "environments")


def noticed_and_made(folder: Path, projects: Mapping[str, Any]) -> tuple[dict[str, set[str | None]], dict[str, str]]:
    """The keys that are noticed, by file, and the JSON of each stack."""
    configuration = loaded(folder, projects)
    output = folder / "out"
    write_stacks(configuration, environments=folder / "environments", output=output)
    noticed: dict[str, set[str | None]] = {}
    for notice in configuration.notices:
        noticed.setdefault(notice.file.stem, set()).add(notice.key)
    return noticed, {file.parent.name: file.read_text() for file in output.glob("stacks/*/cdk.tf.json")}


def made_for(stacks: Mapping[str, str], name: str) -> str:
    """The JSON of the stacks of one project: its own, and those of its stages."""
    own = (f"dev-{name}", f"dev-{name}-target", f"prod-{name}-target")
    return "".join(stacks.get(stack, "") for stack in own)
