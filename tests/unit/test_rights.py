"""What AWS asks of each role, by its documentation: no right is missing, and none is there that nothing uses."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from builders import PRE_PROD, VPC, a_project
from sagemaker_templates.blocks.approved_models import ApprovedModels, find_packages, use_packages
from sagemaker_templates.blocks.endpoint_role import serve_in_network
from sagemaker_templates.blocks.execution_role import join_network
from sagemaker_templates.blocks.iam import Statement
from sagemaker_templates.naming import ProjectNames, TargetNames
from sagemaker_templates.settings.files import NetworkKeys
from synthesized import CASES, documents

STACKS = [(case, stack) for case in CASES for stack in documents(case)]
TARGETS = [(case, stack) for case, stack in STACKS if stack.endswith("-target")]
PROJECTS = [(case, stack) for case, stack in STACKS if not stack.endswith(("-foundation", "-target"))]
each_stack = pytest.mark.parametrize(("case", "stack"), STACKS, ids=lambda value: value)
each_project = pytest.mark.parametrize(("case", "stack"), PROJECTS, ids=lambda value: value)
each_target = pytest.mark.parametrize(("case", "stack"), TARGETS, ids=lambda value: value)

Rights = dict[str, dict[str, dict[str, Any]]]
"""Statements by sid, by the role's policy document."""


def _rights(case: str, stack: str) -> Rights:
    found = documents(case)[stack].get("data", {}).get("aws_iam_policy_document", {})
    return {
        name.removesuffix("_rights"): {statement["sid"]: statement for statement in document["statement"]}
        for name, document in found.items()
        if name.endswith("_rights")
    }


def _allowed(rights: Rights) -> Iterator[tuple[str, str]]:
    for role, statements in rights.items():
        for statement in statements.values():
            for action in statement["actions"]:
                yield role, action


# CodePipeline: https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html


@each_project
def test_the_delivery_role_alone_may_give_fetched_sources_an_owner_and_only_where_a_connection_fetches(
    case: str, stack: str
) -> None:
    rights, resources = _rights(case, stack), documents(case)[stack]["resource"]
    fetches = "aws_codecommit_repository" not in resources
    roles = [role for role, action in _allowed(rights) if action == "s3:PutObjectAcl"]

    assert roles == (["delivery_pipeline_role"] if fetches else [])
    if fetches:
        delivery = rights["delivery_pipeline_role"]
        assert delivery["StoreFetchedSources"]["resources"] == delivery["PipelineArtifacts"]["resources"]


@each_stack
def test_no_bucket_takes_an_acl_that_gives_an_object_away(case: str, stack: str) -> None:
    resources = documents(case)[stack]["resource"]
    ownership = resources.get("aws_s3_bucket_ownership_controls", {})
    assert {f"{bucket}_ownership" for bucket in resources.get("aws_s3_bucket", {})} == set(ownership)
    assert all(control["rule"]["object_ownership"] == "BucketOwnerEnforced" for control in ownership.values())


# Jobs: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html


@each_project
def test_every_role_of_jobs_may_encrypt_with_the_key_of_their_outputs_and_no_role_that_runs_none(
    case: str, stack: str
) -> None:
    rights = _rights(case, stack)
    of_jobs = {role for role, statements in rights.items() if "WriteJobLogs" in statements}
    encrypting = {role for role, action in _allowed(rights) if action == "kms:Encrypt"}

    assert encrypting == of_jobs
    for role in of_jobs:
        assert rights[role]["UseKey"]["resources"] == ["${aws_kms_key.artifact_key.arn}"]


# Registration: https://docs.aws.amazon.com/sagemaker/latest/dg/security-iam-awsmanpol-model-registry.html

SERVED_BY = {
    "abalone": {"sagemaker-xgboost"},
    "llama": {"huggingface-pytorch-inference", "huggingface-pytorch-tgi-inference", "huggingface-vllm"},
    "text-to-sql": {"huggingface-vllm"},
}
REGISTERING = [
    (case, stack) for case, stack in PROJECTS if "RegisterModels" in _rights(case, stack).get("execution_role", {})
]


def test_three_templates_register_models() -> None:
    assert {stack.partition("-")[2] for _, stack in REGISTERING} >= set(SERVED_BY)


@pytest.mark.parametrize(("case", "stack"), REGISTERING, ids=lambda value: value)
def test_whoever_registers_models_may_see_the_images_that_serve_them(case: str, stack: str) -> None:
    see = _rights(case, stack)["execution_role"]["SeeServingImages"]
    repositories = {resource.rpartition("repository/")[2] for resource in see["resources"]}

    assert see["actions"] == ["ecr:BatchGetImage", "ecr:DescribeImages"]
    assert repositories == SERVED_BY.get(stack.partition("-")[2], SERVED_BY["abalone"])


GROUP = "Churn-Models"
SPELLINGS = {"Churn-Models", "churn-models"}


def _names_of_groups(statement: Statement) -> set[str]:
    return {re.sub(r".*:model-package(-group)?/([^/]+)(/\*)?", r"\2", one) for one in statement.resources}


def test_a_group_with_capitals_is_granted_as_it_is_given_and_in_lower_case() -> None:
    names = ProjectNames(a_project())
    find, use = find_packages(names, GROUP), use_packages(names, ApprovedModels(GROUP, "models"))

    assert _names_of_groups(find) == _names_of_groups(use) == SPELLINGS
    assert len(find.resources) == 2 * len(use.resources) == 4


def test_a_group_in_lower_case_is_granted_once() -> None:
    use = use_packages(ProjectNames(a_project()), ApprovedModels("churn-models", "models"))

    assert use.resources == ["arn:aws:sagemaker:us-east-1:111111111111:model-package/churn-models/*"]


# Networks: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing.html

OWNER = "444444444444"
OWN_GROUP = "sg-0fedcba9876543210"


def _network_statements(owner: str | None) -> dict[str, Statement]:
    target = replace(PRE_PROD, network=replace(VPC, vpc_owner_account_id=owner))
    names = TargetNames(a_project(), target)
    return {one.sid: one for one in serve_in_network(names, [OWN_GROUP, *VPC.security_group_ids])}


def test_subnets_that_are_shared_are_their_owners_and_interfaces_the_accounts_own() -> None:
    statements = _network_statements(OWNER)
    (subnet,), (group,) = VPC.subnet_ids, VPC.security_group_ids
    shared, own = f"arn:aws:ec2:us-east-1:{OWNER}", "arn:aws:ec2:us-east-1:222222222222"

    assert statements["CreateInterfaces"].resources == [
        f"{own}:network-interface/*",
        f"{shared}:subnet/{subnet}",
        f"{own}:security-group/{OWN_GROUP}",
        f"{own}:security-group/{group}",
        f"{shared}:security-group/{group}",
    ]
    (condition,) = statements["ManageInterfaces"].conditions
    assert (condition.variable, condition.values) == ("ec2:Subnet", [f"{shared}:subnet/{subnet}"])
    assert statements["ManageInterfaces"].resources == [f"{own}:network-interface/*"]


def test_without_an_owner_the_network_is_the_accounts_own() -> None:
    resources = _network_statements(None)["CreateInterfaces"].resources

    assert {resource.split(":")[4] for resource in resources} == {"222222222222"}
    assert len(resources) == 4


# https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html: those of CreateProcessingJob with a VPC
UNSCOPED = {
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
}


def test_nothing_narrows_what_processing_jobs_in_a_vpc_need_of_it() -> None:
    statements = join_network(VPC)

    assert {action for one in statements for action in one.actions} == UNSCOPED
    assert all(one.resources == ["*"] and not one.conditions for one in statements)
    assert join_network(replace(VPC, subnet_ids=())) == []


def test_a_network_has_room_for_the_projects_own_security_group() -> None:
    vpc: Any = botocore.session.get_session().get_service_model("sagemaker").shape_for("VpcConfig")
    schema = NetworkKeys.model_json_schema()["properties"]

    def most(field: str) -> int:
        return next(int(one["maxItems"]) for one in schema[field]["anyOf"] if "maxItems" in one)

    assert most("security_group_ids") + 1 == vpc.members["SecurityGroupIds"].metadata["max"]
    assert most("subnet_ids") == vpc.members["Subnets"].metadata["max"]


# What nothing was found to use.


@each_target
def test_nobody_has_rights_on_scheduled_scaling_which_the_repository_does_not_have(case: str, stack: str) -> None:
    assert [action for _, action in _allowed(_rights(case, stack)) if "ScheduledAction" in action] == []


@each_target
def test_scalable_targets_of_other_projects_cannot_be_tagged(case: str, stack: str) -> None:
    tag = _rights(case, stack)["deployer_role"]["TagScaling"]
    own = documents(case)[stack]["locals"]["target"]["tags"]["sagemaker:project-name"]
    assert tag["condition"] == [
        {"test": "StringEqualsIfExists", "variable": "aws:ResourceTag/sagemaker:project-name", "values": [own]}
    ]


@each_target
def test_an_endpoint_uses_its_key_for_objects_where_it_captures_and_only_there(case: str, stack: str) -> None:
    endpoint = _rights(case, stack)["endpoint_role"]
    assert ("UseKey" in endpoint) is ("Capture" in endpoint)


@each_stack
def test_metrics_are_written_to_namespaces_that_aws_lets_others_write(case: str, stack: str) -> None:
    namespaces = [
        value
        for statements in _rights(case, stack).values()
        for statement in statements.values()
        if "cloudwatch:PutMetricData" in statement["actions"]
        for value in statement["condition"][0]["values"]
    ]
    assert [one for one in namespaces if one.startswith("AWS/")] == []


UPLOADING = [
    (case, stack) for case, stack in PROJECTS if "UploadCode" in _rights(case, stack).get("build_project_role", {})
]


def test_every_template_but_the_deploying_one_uploads_code() -> None:
    assert {stack.partition("-")[2] for _, stack in UPLOADING} >= {"abalone", "llama", "scoring", "text-to-sql"}


@pytest.mark.parametrize(("case", "stack"), UPLOADING, ids=lambda value: value)
def test_a_build_uploads_with_the_rights_on_the_key_that_s3_asks_for(case: str, stack: str) -> None:
    encrypt = _rights(case, stack)["build_project_role"]["EncryptCode"]
    assert encrypt["actions"] == ["kms:GenerateDataKey"]


@pytest.mark.parametrize("case", ["hf-import-models", "hf-import-models-minimal"])
def test_the_role_that_starts_an_import_reads_what_the_job_wrote_and_writes_nothing(case: str) -> None:
    role = _rights(case, "dev-llama")["execution_role"]
    actions = {action for statement in role.values() for action in statement["actions"]}
    assert {one for one in actions if one.startswith(("kms:", "s3:"))} == {
        "kms:CreateGrant",
        "kms:Decrypt",
        "s3:GetObject",
        "s3:ListBucket",
    }


def test_what_is_approved_is_found_in_the_list_of_packages() -> None:
    find = _rights("model-deploy", "dev-serving")["build_role"]["FindModels"]
    assert find["actions"] == ["sagemaker:ListModelPackages"]
