"""The model package group and who, in other accounts, may read from it."""

from collections.abc import Sequence
from typing import Any

from sagemaker_templates.blocks.iam import RESOURCE_POLICY, Statement, policy_document
from sagemaker_templates.blocks.promotion import deployers_of
from sagemaker_templates.blocks.protection import lifecycle
from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.providers import aws


def model_package_group(scope: Any, id_: str, *, names: ProjectNames, readers: Sequence[str], protect: bool) -> Any:
    """Add a project's model package group.

    Args:
        readers: root ARNs of the other accounts that deploy its models; none means no resource policy.

    Returns:
        The ``aws_sagemaker_model_package_group``.
    """
    group = aws.sagemaker_model_package_group.SagemakerModelPackageGroup(
        scope,
        id_,
        model_package_group_name=names.model_package_group,
        model_package_group_description=f"Models of the SageMaker project {names.project.name}",
        lifecycle=lifecycle(scope, "aws_sagemaker_model_package_group", id_, protect=protect),
    )
    if readers:
        aws.sagemaker_model_package_group_policy.SagemakerModelPackageGroupPolicy(
            scope,
            f"{id_}_policy",
            model_package_group_name=group.model_package_group_name,
            resource_policy=policy_document(scope, f"{id_}_access", _read(names, readers), most=RESOURCE_POLICY),
        )
    return group


def _read(names: ProjectNames, readers: Sequence[str]) -> list[Statement]:
    """What deploying a model from another account takes, for the roles that deploy.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy-xaccount.html
    """
    principals, deployers = {"AWS": sorted(readers)}, deployers_of(readers)
    group = names.model_package_group
    return [
        Statement(
            "ReadGroup",
            ["sagemaker:DescribeModelPackageGroup"],
            names.model_package_groups(group),
            principals=principals,
            conditions=[deployers],
        ),
        Statement(
            "DeployPackages",
            ["sagemaker:CreateModel", "sagemaker:DescribeModelPackage", "sagemaker:ListModelPackages"],
            names.model_packages(group),
            principals=principals,
            conditions=[deployers],
        ),
    ]
