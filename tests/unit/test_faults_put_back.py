"""Faults that our roles, their trust and our requests once had, put back by hand: each is told by name.

AWS would tell of them too late: in an account, when a build, a job or an endpoint fails.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from decided_deeds import decided
from golden_roles import Stack, golden_stacks, named
from sagemaker_templates.emulator.requests.checks import refusal
from sagemaker_templates.emulator.rights.access import Access
from sagemaker_templates.emulator.rights.decision import Policies, decide
from sagemaker_templates.emulator.rights.trust import service
from sent_requests import call_of

Statements = list[dict[str, Any]]
Change = Callable[[Statements], None]


def _stack(case: str, name: str) -> Stack:
    (found,) = (one for one in golden_stacks() if (one.case, one.name) == (case, name))
    return found


def _without(action: str, sid: str | None = None) -> Change:
    """An action is missing, everywhere or in one statement."""

    def change(statements: Statements) -> None:
        for one in statements:
            if sid in (None, one["sid"]):
                one["actions"] = [granted for granted in one["actions"] if granted != action]
        statements[:] = [one for one in statements if one["actions"]]

    return change


def _elsewhere(sid: str, pattern: str, replacement: str) -> Change:
    """A statement speaks of other resources."""

    def change(statements: Statements) -> None:
        (one,) = (each for each in statements if each["sid"] == sid)
        resources = [re.sub(pattern, replacement, each) for each in one["resources"]]
        assert resources != one["resources"], "the fault changes nothing"
        one["resources"] = resources

    return change


def _if(sid: str, **changes: Any) -> Change:
    """A statement has another condition."""

    def change(statements: Statements) -> None:
        (one,) = (each for each in statements if each["sid"] == sid)
        one["condition"][0].update(changes)

    return change


@dataclass(frozen=True)
class Fault:
    """Rights of a role of a golden stack that are wrong.

    Attributes:
        refused: the action and the resource that a refusal names.
    """

    case: str
    stack: str
    role: str
    change: Change
    refused: tuple[str, str]


_ABALONE, _GITHUB = ("every-option", "dev-abalone"), ("github-personal", "dev-abalone")
_IMPORT, _SQL = ("hf-import-models", "dev-llama"), ("finetune-llm-evaluation", "dev-text-to-sql")
_SCORING = ("batch-inference", "dev-scoring")
_DEPLOYMENT, _TARGET = ("model-deploy", "dev-serving"), ("model-deploy", "prod-serving-target")
_HERE = ":us-east-1:111111111111:"
_THERE = ":us-east-1:333333333333:"

FAULTS: Mapping[str, Fault] = {
    # The delivery: pipeline, builds, functions.
    "what a connection fetches gets no owner": Fault(
        *_GITHUB,
        "delivery_pipeline_role",
        _without("s3:PutObjectAcl"),
        ("s3:PutObjectAcl", "arn:aws:s3:::pipeline-abalone-111111111111/abalone-build/source/1a2b3c4"),
    ),
    "the archive of a repository is not made": Fault(
        *_ABALONE,
        "delivery_pipeline_role",
        _without("codecommit:UploadArchive"),
        ("codecommit:UploadArchive", f"arn:aws:codecommit{_HERE}abalone-build"),
    ),
    "CodePipeline does not see whether its bucket keeps versions": Fault(
        *_ABALONE,
        "delivery_pipeline_role",
        _without("s3:GetBucketVersioning"),
        ("s3:GetBucketVersioning", "arn:aws:s3:::pipeline-abalone-111111111111"),
    ),
    "a build does not see whose the bucket is": Fault(
        *_ABALONE,
        "build_project_role",
        _without("s3:GetBucketAcl"),
        ("s3:GetBucketAcl", "arn:aws:s3:::pipeline-abalone-111111111111"),
    ),
    "a build reads no version": Fault(
        *_ABALONE,
        "build_project_role",
        _without("s3:GetObjectVersion"),
        ("s3:GetObjectVersion", "arn:aws:s3:::pipeline-abalone-111111111111/abalone-build/source/1a2b3c4"),
    ),
    "a build does not decrypt what it builds": Fault(
        *_ABALONE,
        "build_project_role",
        _without("kms:Decrypt"),
        ("kms:Decrypt", f"arn:aws:kms{_HERE}key/pipeline_key"),
    ),
    "code is uploaded unencrypted": Fault(
        *_ABALONE,
        "build_project_role",
        _without("kms:GenerateDataKey"),
        ("kms:GenerateDataKey", f"arn:aws:kms{_HERE}key/artifact_key"),
    ),
    "a pipeline gets no tags": Fault(
        *_ABALONE,
        "build_project_role",
        _without("sagemaker:AddTags"),
        ("sagemaker:AddTags", f"arn:aws:sagemaker{_HERE}pipeline/abalone-p-abalone01"),
    ),
    "a release has another name than the build may write": Fault(
        *_DEPLOYMENT,
        "build_role",
        _elsewhere("OutputArtifacts", r"/Release\*$", "/release*"),
        ("s3:PutObject", "arn:aws:s3:::pipeline-serving-111111111111/serving-deploy/Release/1a2b3c4"),
    ),
    # Jobs.
    "SageMaker may not encrypt outputs": Fault(
        *_ABALONE,
        "execution_role",
        _without("kms:Encrypt"),
        ("kms:Encrypt", f"arn:aws:kms{_HERE}key/artifact_key"),
    ),
    "SageMaker may not encrypt what an import has found": Fault(
        *_IMPORT,
        "import_role",
        _without("kms:Encrypt"),
        ("kms:Encrypt", f"arn:aws:kms{_HERE}key/artifact_key"),
    ),
    "the image of a package is not looked up": Fault(
        *_ABALONE,
        "execution_role",
        _without("ecr:DescribeImages"),
        ("ecr:DescribeImages", "arn:aws:ecr:us-east-1:683313688378:repository/sagemaker-xgboost"),
    ),
    "jobs get no tags": Fault(
        *_ABALONE,
        "execution_role",
        _without("sagemaker:AddTags", "RunJobs"),
        ("sagemaker:AddTags", f"arn:aws:sagemaker{_HERE}processing-job/abalone-step-1"),
    ),
    "jobs have the names that the SDK gives them": Fault(
        *_ABALONE,
        "execution_role",
        _elsewhere("RunJobs", "job/abalone-", "job/pipelines-"),
        ("sagemaker:CreateProcessingJob", f"arn:aws:sagemaker{_HERE}processing-job/abalone-step-1"),
    ),
    "a role is passed to another service": Fault(
        *_ABALONE,
        "execution_role",
        _if("RunJobsAsItself", values=["codebuild.amazonaws.com"]),
        ("iam:PassRole", "arn:aws:iam::111111111111:role/service-role/abalone-sagemaker-execution"),
    ),
    "checkpoints stay": Fault(
        *_SQL,
        "execution_role",
        _without("s3:DeleteObject"),
        (
            "s3:DeleteObject",
            "arn:aws:s3:::mlops-text-to-sql-111111111111/pipelines/text-to-sql-p-texttosql1/executions/1/Train/"
            "checkpoints/checkpoint-0/a.bin",
        ),
    ),
    "a token whose key is the customer's is not decrypted": Fault(
        *_IMPORT,
        "import_role",
        _without("kms:Decrypt", "DecryptToken"),
        ("kms:Decrypt", f"arn:aws:kms{_HERE}key/11111111-2222-3333-4444-555555555555"),
    ),
    "an import does not find what is registered": Fault(
        *_IMPORT,
        "import_role",
        _elsewhere("SeeRegisteredModels", ":model-package/.+", ":model-package/llama"),
        ("sagemaker:ListModelPackages", f"arn:aws:sagemaker{_HERE}model-package/llama-p-llama00001/*"),
    ),
    "the models of another bucket are not decrypted": Fault(
        *_SCORING,
        "execution_role",
        _without("kms:Decrypt", "DecryptModels"),
        ("kms:Decrypt", f"arn:aws:kms{_HERE}key/models"),
    ),
    # Targets.
    "endpoints in a VPC do not see its endpoints": Fault(
        *_TARGET,
        "endpoint_role",
        _without("ec2:DescribeVpcEndpoints"),
        ("ec2:DescribeVpcEndpoints", "*"),
    ),
    "a rollback does not see its alarms": Fault(
        *_TARGET,
        "endpoint_role",
        _without("cloudwatch:DescribeAlarms"),
        ("cloudwatch:DescribeAlarms", f"arn:aws:cloudwatch{_THERE}alarm:*"),
    ),
    "volumes of endpoints are not encrypted": Fault(
        *_TARGET,
        "deployer_role",
        _without("kms:CreateGrant"),
        ("kms:CreateGrant", f"arn:aws:kms{_THERE}key/endpoint_key"),
    ),
    "an apply does not read the facts": Fault(
        *_TARGET,
        "deployer_role",
        _without("ssm:GetParameter"),
        ("ssm:GetParameter", f"arn:aws:ssm{_THERE}parameter/sagemaker-templates/serving/prod/target"),
    ),
    "Terraform does not list its workspaces": Fault(
        *_TARGET,
        "planner_role",
        _if("FindState", values=["ml/prod/prod-serving-endpoint/terraform.tfstate"]),
        ("s3:ListBucket", "arn:aws:s3:::example-tfstate-333333333333"),
    ),
    "a target that is being registered has no tag yet": Fault(
        *_TARGET,
        "deployer_role",
        _if("TagScaling", test="StringEquals"),
        ("application-autoscaling:TagResource", f"arn:aws:application-autoscaling{_THERE}scalable-target/*"),
    ),
    "Application Auto Scaling may not change the endpoint": Fault(
        *_TARGET,
        "deployer_role",
        _without("sagemaker:UpdateEndpointWeightsAndCapacities"),
        ("sagemaker:UpdateEndpointWeightsAndCapacities", f"arn:aws:sagemaker{_THERE}endpoint/serving-prod"),
    ),
    "the account's first autoscaling has no role": Fault(
        *_TARGET,
        "deployer_role",
        _without("iam:CreateServiceLinkedRole"),
        (
            "iam:CreateServiceLinkedRole",
            "arn:aws:iam::333333333333:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/"
            "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint",
        ),
    ),
    "an endpoint is made without a look at its configuration": Fault(
        *_TARGET,
        "deployer_role",
        _elsewhere("ChangeEndpoint", ":endpoint-config/.+", ":endpoint-config/serving"),
        ("sagemaker:CreateEndpoint", f"arn:aws:sagemaker{_THERE}endpoint-config/serving-prod-1"),
    ),
    "models of another account's packages are not made": Fault(
        *_TARGET,
        "deployer_role",
        _without("sagemaker:CreateModel", "UseModels"),
        ("sagemaker:CreateModel", f"arn:aws:sagemaker{_HERE}model-package/abalone-p-abalone01/1"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_right_that_is_wrong_is_told_with_role_action_and_resource(fault: str) -> None:
    given = FAULTS[fault]
    stack = _stack(given.case, given.stack)
    statements = deepcopy(list(map(dict, stack.statements(f"{given.role}_rights"))))
    given.change(statements)
    rights = {one["sid"]: named(stack, f"{given.role}_rights", [one]) for one in statements}
    decisions = [one.with_rights(rights) for one in decided(stack) if one.deed.role == given.role]
    refused = [one for one in decisions if not one.allowed]

    assert given.refused in {(one.access.action, one.access.resource) for one in refused}
    role = stack.all("aws_iam_role")[given.role]["name"]
    action, resource = given.refused
    told = f"assumed-role/{role}/service is not authorized to perform: {action}"
    on = "" if resource == "*" else f" on resource: {resource}"
    assert any(f"{told}{on} because" in one.message for one in refused)


# Trust


def _trusting(stack: Stack, role: str, **condition: Any) -> Sequence[Mapping[str, Any]]:
    (trust,) = stack.statements(f"{role}_trust")
    return [{**trust, "condition": [{"test": "ArnEquals", **condition}]}]


OF_TRUST = {
    "a function's role asks for what Lambda does not send": (
        *_TARGET,
        "endpoint_retirement_role",
        "lambda.amazonaws.com",
        f"arn:aws:lambda{_THERE}function:serving-prod-retirement",
    ),
    "a pipeline's role asks for what CodePipeline does not send": (
        *_ABALONE,
        "delivery_pipeline_role",
        "codepipeline.amazonaws.com",
        f"arn:aws:codepipeline{_HERE}abalone-build",
    ),
    "a build's role is trusted to another project": (
        *_ABALONE,
        "build_project_role",
        "codebuild.amazonaws.com",
        f"arn:aws:codebuild{_HERE}project/abalone",
    ),
    "a rule's role is trusted to another rule": (
        *_ABALONE,
        "push_role",
        "events.amazonaws.com",
        f"arn:aws:events{_HERE}rule/abalone",
    ),
}
ACTS_FOR = {
    "endpoint_retirement_role": f"arn:aws:lambda{_THERE}function:serving-prod-retirement",
    "delivery_pipeline_role": f"arn:aws:codepipeline{_HERE}abalone-build",
    "build_project_role": f"arn:aws:codebuild{_HERE}project/abalone-build",
    "push_role": f"arn:aws:events{_HERE}rule/abalone-build-push",
}


@pytest.mark.parametrize("fault", OF_TRUST)
def test_a_role_that_its_service_cannot_assume_is_told_with_service_and_role(fault: str) -> None:
    case, name, role, principal, source = OF_TRUST[fault]
    stack = _stack(case, name)
    acting, arn = (
        service(principal, stack.place.account, ACTS_FOR[role]),
        stack.attribute("aws_iam_role", role, "arn"),
    )
    access = Access("sts:AssumeRole", arn, stack.place.account, stack.place.region)

    def assumed(trust: Sequence[Mapping[str, Any]]) -> str | None:
        decision = decide(acting, access, Policies(resource=named(stack, f"{role}_trust", trust)))
        return None if decision.allowed else decision.message

    assert assumed(stack.statements(f"{role}_trust")) is None
    told = assumed(_trusting(stack, role, variable="aws:SourceArn", values=[source]))
    wanted = (
        f"User: {principal} is not authorized to perform: sts:AssumeRole on resource: {arn} because no role trust"
    )
    assert str(told).startswith(wanted)


# Limits


def _model(groups: int, subnets: int = 1) -> dict[str, Any]:
    network = {
        "SecurityGroupIds": [f"sg-0123456{number}" for number in range(groups)],
        "Subnets": [f"subnet-012345{number:02}" for number in range(subnets)],
    }
    return {"ModelName": "m", "ExecutionRoleArn": "arn:aws:iam::111111111111:role/r", "VpcConfig": network}


def _rights(length: int) -> dict[str, Any]:
    return {"RoleName": "r", "PolicyName": "p", "PolicyDocument": f'{{"a":"{"x" * (length - 8)}"}}'}


def _facts(length: int) -> dict[str, Any]:
    return {"Name": "/facts", "Type": "String", "Tier": "Standard", "Value": "x" * length}


LIMITS = {
    "a project's own security group beside five": (
        *("sagemaker", "CreateModel", _model(5), _model(6)),
        *("vpcConfig.securityGroupIds", "length less than or equal to 5"),
    ),
    "more subnets than a job can be in": (
        *("sagemaker", "CreateModel", _model(1, 16), _model(1, 17)),
        *("vpcConfig.subnets", "length less than or equal to 16"),
    ),
    "the rights of a fleet's seeder in one policy": (
        *("iam", "PutRolePolicy", _rights(10_240), _rights(10_241)),
        *("", "10240"),
    ),
    "the facts of a target in a standard parameter": (
        *("ssm", "PutParameter", _facts(4096), _facts(4097)),
        *("", "4096"),
    ),
}


@pytest.mark.parametrize("fault", LIMITS)
def test_a_request_beyond_a_limit_is_told_with_the_limit(fault: str) -> None:
    about, operation, within, beyond, where, limit = LIMITS[fault]
    assert refusal(call_of(about, operation, within)) is None
    told = refusal(call_of(about, operation, beyond))
    assert told is not None
    assert where in told.body.decode()
    assert limit in told.body.decode()
