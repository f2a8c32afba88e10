"""Security groups of what runs inside a VPC: jobs, and endpoints."""

from typing import Any

from sagemaker_templates.naming import ProjectNames, TargetNames
from sagemaker_templates.providers import aws
from sagemaker_templates.settings.model import Network


def jobs_security_group(scope: Any, id_: str, *, names: ProjectNames, vpc_id: str) -> Any:
    """Add the security group that jobs inside a VPC run in.

    Out: HTTPS, for AWS's services. In and out: the containers of one job among themselves, which distributed
    training needs (https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html).

    Returns:
        The ``aws_security_group``.
    """
    group = aws.security_group.SecurityGroup(
        scope,
        id_,
        name=names.jobs_security_group,
        description=f"Jobs of the SageMaker project {names.project.name}",
        vpc_id=vpc_id,
        tags={"Name": names.jobs_security_group},
    )
    _https_out(scope, id_, group)
    _among_members(aws.vpc_security_group_egress_rule.VpcSecurityGroupEgressRule, scope, f"{id_}_members_out", group)
    _among_members(aws.vpc_security_group_ingress_rule.VpcSecurityGroupIngressRule, scope, f"{id_}_members_in", group)
    return group


def security_groups_of_jobs(scope: Any, *, names: ProjectNames, network: Network) -> list[str]:
    """Ids of the given security groups and, inside a VPC, of the project's own, which is added."""
    if not (network.vpc_id and network.subnet_ids):
        return list(network.security_group_ids)
    own = jobs_security_group(scope, "jobs_security_group", names=names, vpc_id=network.vpc_id)
    return [own.id, *network.security_group_ids]


def security_groups_of_endpoint(scope: Any, *, names: TargetNames) -> list[str]:
    """Ids of the security groups that an endpoint runs in: none without a VPC, else its own, added, and the given.

    Nothing comes in: requests reach the container through SageMaker
    (https://docs.aws.amazon.com/sagemaker/latest/dg/host-vpc.html).
    """
    network = names.target.network
    if not (network.vpc_id and network.subnet_ids):
        return list(network.security_group_ids)
    id_ = "endpoint_security_group"
    group = aws.security_group.SecurityGroup(
        scope,
        id_,
        name=names.security_group,
        description=f"Endpoint {names.endpoint}",
        vpc_id=network.vpc_id,
        tags={"Name": names.security_group},
    )
    _https_out(scope, id_, group)
    return [group.id, *network.security_group_ids]


def _https_out(scope: Any, id_: str, group: Any) -> None:
    aws.vpc_security_group_egress_rule.VpcSecurityGroupEgressRule(
        scope,
        f"{id_}_https_out",
        security_group_id=group.id,
        description="HTTPS to AWS services, through endpoints or NAT",
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        cidr_ipv4="0.0.0.0/0",
    )


def _among_members(rule: Any, scope: Any, id_: str, group: Any) -> None:
    rule(
        scope,
        id_,
        security_group_id=group.id,
        description="Containers of one job among themselves",
        ip_protocol="-1",
        referenced_security_group_id=group.id,
    )
