"""Partitions, DNS suffixes, regions and services as the newest botocore here knows them: that of the seeds.

The generator's own botocore is held back by checkov, and knows no region that is younger. ``make regions`` writes
what the generator reads instead; ``test_regions_of_aws.py`` says when that has to be done again.
"""

import json
from pathlib import Path
from typing import Any

import botocore
from botocore.loaders import Loader

FILE = Path(__file__).resolve().parents[2] / "constructs/sagemaker_templates/settings/regions_of_aws.json"

# What the stacks use, as people say it, and as botocore's endpoint data does. What is in every region is left out.
SERVICES = {
    "SageMaker": "api.sagemaker",
    "CodeBuild": "codebuild",
    "CodeCommit": "codecommit",
    "CodeConnections": "codestar-connections",
    "CodePipeline": "codepipeline",
    "Application Auto Scaling": "application-autoscaling",
    "CloudWatch": "monitoring",
    "CloudWatch Logs": "logs",
    "EC2": "ec2",
    "ECR": "api.ecr",
    "EventBridge": "events",
    "KMS": "kms",
    "Lambda": "lambda",
    "S3": "s3",
    "Secrets Manager": "secretsmanager",
    "Systems Manager": "ssm",
}


def table() -> dict[str, Any]:
    """Each partition with its DNS suffix, and of each region what it lacks of what the stacks use."""
    # Not through a botocore session, which reads the user's AWS profile and fails where it is not there.
    partitions = Loader().load_data("endpoints")["partitions"]
    return {one["partition"]: {"dns-suffix": one["dnsSuffix"], "lacks": _lacks(one)} for one in partitions}


def _lacks(partition: dict[str, Any]) -> dict[str, list[str]]:
    return {region: _missing(partition, region) for region in sorted(partition["regions"])}


def _missing(partition: dict[str, Any], region: str) -> list[str]:
    services = partition["services"]
    return [name for name, id_ in SERVICES.items() if region not in services.get(id_, {}).get("endpoints", {})]


if __name__ == "__main__":
    written = {"botocore": botocore.__version__, "partitions": table()}
    FILE.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
