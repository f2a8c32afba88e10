"""Settings objects for tests that need no YAML."""

from dataclasses import replace
from typing import Any

from sagemaker_templates.settings.model import (
    Environment,
    Network,
    Project,
    S3State,
    Target,
    TemplateParameters,
)
from sagemaker_templates.templates.registry import all_templates

ACCOUNT = "111111111111"


def an_environment(**changes: Any) -> Environment:
    """The environment ``dev`` with S3 state."""
    state = S3State("example-tfstate", "sagemaker-templates/dev", "us-east-1")
    return replace(Environment("dev", ACCOUNT, "us-east-1", state), **changes)


def a_project(**changes: Any) -> Project:
    """An xgboost_abalone project named ``abalone``."""
    project = Project(
        environment=an_environment(),
        template="xgboost_abalone",
        name="abalone",
        id="p-abalone01",
        parameters=parameters("xgboost_abalone"),
    )
    return replace(project, **changes)


def parameters(template: str, **values: Any) -> TemplateParameters:
    """A template's parameters."""
    return all_templates()[template].parameters(**values)


VPC = Network(
    vpc_id="vpc-0123456789abcdef0",
    subnet_ids=("subnet-0123456789abcdef0",),
    security_group_ids=("sg-0123456789abcdef0",),
)
PROD = Target("prod", "333333333333", "us-east-1")
PRE_PROD = Target("pre-prod", "222222222222", "us-east-1")
