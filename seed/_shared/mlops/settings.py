"""What the platform tells this repository, read once from the environment variables of its build project."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

REQUIRED = (
    "SAGEMAKER_PROJECT_NAME",
    "SAGEMAKER_PROJECT_ID",
    "MODEL_PACKAGE_GROUP_NAME",
    "AWS_REGION",
    "SAGEMAKER_PIPELINE_NAME",
    "SAGEMAKER_PIPELINE_ROLE_ARN",
    "ARTIFACT_BUCKET",
)
OPTIONAL = (
    "SAGEMAKER_DOMAIN_ID",
    "SAGEMAKER_DOMAIN_ARN",
    "SAGEMAKER_PIPELINE_DESCRIPTION",
    "ARTIFACT_BUCKET_KMS_ID",
    "ENABLE_NETWORK_ISOLATION",
    "ENCRYPT_INTER_CONTAINER_TRAFFIC",
    "SUBNET_IDS",
    "SECURITY_GROUP_IDS",
    "BASE_JOB_PREFIX",
    "MODEL_BUCKET",
    "MAX_JOB_HOURS",
    # CodeBuild's own: the commit that the build was made of.
    "CODEBUILD_RESOLVED_SOURCE_VERSION",
)

DEFAULT_JOB_HOURS = 4
LONGEST_JOB_HOURS = 5 * 24
"""What an account's quotas allow a processing or training job unless AWS has raised them
(https://docs.aws.amazon.com/general/latest/gr/sagemaker.html)."""

_TRUE = frozenset({"true", "1", "yes", "on"})
_FALSE = frozenset({"false", "0", "no", "off", ""})


class SettingsError(Exception):
    """The environment does not say what is needed; the message is one line."""


@dataclass(frozen=True)
class Settings:
    """Everything that differs from one project or account to the next.

    Attributes:
        job_prefix: how the names of jobs and models begin; the role may touch no others.
        model_bucket: where models are read from; the project's own bucket unless they are another project's.
        max_job_seconds: after which SageMaker stops a processing or training job.
        commit: of the repository from which the pipeline is built; None where the build does not say.
    """

    project_name: str
    project_id: str
    domain_id: str
    domain_arn: str
    model_package_group: str
    region: str
    pipeline_name: str
    pipeline_description: str
    role_arn: str
    bucket: str
    kms_key: str | None
    network_isolation: bool
    encrypt_traffic: bool
    subnet_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...]
    job_prefix: str
    model_bucket: str
    max_job_seconds: int
    commit: str | None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Settings from the environment variables.

        Raises:
            SettingsError: a required variable is missing or a value cannot be understood.
        """
        values = {name: environment.get(name, "").strip() for name in (*REQUIRED, *OPTIONAL)}
        missing = [name for name in REQUIRED if not values[name]]
        if missing:
            raise SettingsError(f"environment variables are missing or empty: {', '.join(missing)}")
        subnets = _names("SUBNET_IDS", values["SUBNET_IDS"])
        groups = _names("SECURITY_GROUP_IDS", values["SECURITY_GROUP_IDS"])
        if bool(subnets) != bool(groups):
            raise SettingsError("SUBNET_IDS and SECURITY_GROUP_IDS belong together: one is set, one is empty")
        return cls(
            project_name=values["SAGEMAKER_PROJECT_NAME"],
            project_id=values["SAGEMAKER_PROJECT_ID"],
            domain_id=values["SAGEMAKER_DOMAIN_ID"],
            domain_arn=values["SAGEMAKER_DOMAIN_ARN"],
            model_package_group=values["MODEL_PACKAGE_GROUP_NAME"],
            region=values["AWS_REGION"],
            pipeline_name=values["SAGEMAKER_PIPELINE_NAME"],
            pipeline_description=values["SAGEMAKER_PIPELINE_DESCRIPTION"],
            role_arn=values["SAGEMAKER_PIPELINE_ROLE_ARN"],
            bucket=values["ARTIFACT_BUCKET"],
            kms_key=values["ARTIFACT_BUCKET_KMS_ID"] or None,
            network_isolation=_switch("ENABLE_NETWORK_ISOLATION", values["ENABLE_NETWORK_ISOLATION"]),
            encrypt_traffic=_switch("ENCRYPT_INTER_CONTAINER_TRAFFIC", values["ENCRYPT_INTER_CONTAINER_TRAFFIC"]),
            subnet_ids=subnets,
            security_group_ids=groups,
            job_prefix=values["BASE_JOB_PREFIX"] or values["SAGEMAKER_PROJECT_NAME"],
            model_bucket=values["MODEL_BUCKET"] or values["ARTIFACT_BUCKET"],
            max_job_seconds=_hours("MAX_JOB_HOURS", values["MAX_JOB_HOURS"]) * 60 * 60,
            commit=_commit(values["CODEBUILD_RESOLVED_SOURCE_VERSION"]),
        )

    @property
    def origin(self) -> dict[str, str]:
        """What a model package says about the code that it was made with; empty where the build does not say."""
        return {"commit": self.commit} if self.commit else {}

    @property
    def tags(self) -> list[dict[str, str]]:
        """The tags by which SageMaker shows a resource as part of its project."""
        named = {
            "sagemaker:project-name": self.project_name,
            "sagemaker:project-id": self.project_id,
            "sagemaker:domain-id": self.domain_id,
            "sagemaker:domain-arn": self.domain_arn,
        }
        return [{"Key": key, "Value": value} for key, value in named.items() if value]

    def uri(self, *parts: str) -> str:
        """A location in the project's bucket."""
        return "/".join((f"s3://{self.bucket}", *parts))


def _switch(name: str, value: str) -> bool:
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise SettingsError(f"{name} is {value!r}; write true or false")


def _hours(name: str, value: str) -> int:
    if not value:
        return DEFAULT_JOB_HOURS
    if not (value.isascii() and value.isdecimal() and 1 <= int(value) <= LONGEST_JOB_HOURS):
        raise SettingsError(f"{name} is {value!r}; write a whole number of hours from 1 to {LONGEST_JOB_HOURS}")
    return int(value)


def _commit(value: str) -> str | None:
    """The commit, if it can stand in a model package's metadata: nobody wants to lose a trained model for it."""
    return value if re.fullmatch(r"[\w.:/=+@-]{1,256}", value) else None


def _names(name: str, value: str) -> tuple[str, ...]:
    """A comma separated list, or the JSON list that Terraform's jsonencode writes."""
    if not value.startswith("["):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    try:
        names = json.loads(value)
    except json.JSONDecodeError as error:
        raise SettingsError(f"{name} is {value!r}, which is no JSON list: {error.msg}") from error
    if not all(isinstance(part, str) for part in names):
        raise SettingsError(f"{name} is {value!r}; write a list of strings")
    return tuple(names)
