"""A build in a VPC joins it as its project's role, with the rights that AWS's page asks for, and no wider ones."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from roles_on_emulator import new_role, policy
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.emulator.prepare import Account
from sagemaker_templates.rehearsal.delivery import DeliveryPipeline, Execution
from sagemaker_templates.rehearsal.repository import FolderTip
from sagemaker_templates.settings.model import Network

pytestmark = pytest.mark.emulator

ACCOUNT, REGION, BUCKET, NAME = "111111111111", "us-east-1", "a-bucket", "in-a-vpc"
NETWORK = Network("vpc-0a1b2c3d4e5f60718", ("subnet-0a1b2c3d4e5f60711",), ("sg-0a1b2c3d4e5f60713",))
INSTALL = "python -m pip install --quiet --no-deps --require-hashes -r requirements.txt"
SHARED = ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning", "kms:Decrypt", "kms:GenerateDataKey"]
# https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html
JOINING = [
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
]


def _attaching(subnet: str) -> dict[str, Any]:
    """The right to let CodeBuild use interfaces of one subnet."""
    return {
        "Effect": "Allow",
        "Action": "ec2:CreateNetworkInterfacePermission",
        "Resource": f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-interface/*",
        "Condition": {
            "StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"},
            "ArnEquals": {"ec2:Subnet": [f"arn:aws:ec2:{REGION}:{ACCOUNT}:subnet/{subnet}"]},
        },
    }


@pytest.fixture
def pipeline(emulator: Emulator) -> DeliveryPipeline:
    """Return a pipeline whose build is in a VPC; its role may do all but join it."""
    account = Account(emulator, ACCOUNT, REGION)
    account.create_network(NETWORK)
    account.create_bucket(BUCKET)
    kms = emulator.client("kms", ACCOUNT, REGION)
    kms.create_alias(AliasName="alias/a-key", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    build = new_role(
        emulator,
        ACCOUNT,
        "build",
        trusted={"Service": "codebuild.amazonaws.com"},
        allowed=[*SHARED, "s3:GetObject", "logs:CreateLogStream", "logs:PutLogEvents"],
    )
    deliver = new_role(
        emulator,
        ACCOUNT,
        "deliver",
        trusted={"Service": "codepipeline.amazonaws.com"},
        allowed=[*SHARED, "s3:PutObject", "codebuild:StartBuild", "codebuild:BatchGetBuilds"],
    )
    buildspec = {"version": 0.2, "phases": {"build": {"commands": [INSTALL, "test -f code.py"]}}}
    emulator.client("codebuild", ACCOUNT, REGION).create_project(
        name=NAME,
        source={"type": "CODEPIPELINE", "buildspec": json.dumps(buildspec)},
        artifacts={"type": "CODEPIPELINE"},
        environment={"type": "LINUX_CONTAINER", "image": "aws/codebuild/a", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=build,
        vpcConfig={
            "vpcId": NETWORK.vpc_id,
            "subnets": list(NETWORK.subnet_ids),
            "securityGroupIds": list(NETWORK.security_group_ids),
        },
        logsConfig={"cloudWatchLogs": {"status": "ENABLED", "groupName": f"/aws/codebuild/{NAME}"}},
    )
    source = _action("Source", "CodeCommit", {"RepositoryName": "a", "BranchName": "main"})
    builds = _action("Build", "CodeBuild", {"ProjectName": NAME})
    emulator.client("codepipeline", ACCOUNT, REGION).create_pipeline(
        pipeline={
            "name": NAME,
            "roleArn": deliver,
            "artifactStore": {
                "type": "S3",
                "location": BUCKET,
                "encryptionKey": {"id": "alias/a-key", "type": "KMS"},
            },
            "stages": [
                {"name": "Source", "actions": [{**source, "outputArtifacts": [{"name": "source"}]}]},
                {"name": "Build", "actions": [{**builds, "inputArtifacts": [{"name": "source"}]}]},
            ],
        }
    )
    return DeliveryPipeline(emulator, ACCOUNT, REGION, NAME, Path(sys.executable))


def _action(category: str, provider: str, configuration: dict[str, str]) -> dict[str, Any]:
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": category, "actionTypeId": kind, "configuration": configuration}


def _run(pipeline: DeliveryPipeline, work: Path, *statements: object) -> Execution:
    iam = pipeline.emulator.client("iam", ACCOUNT, REGION)
    iam.put_role_policy(RoleName="build", PolicyName="network", PolicyDocument=policy(*statements))
    (work / "repository").mkdir()
    (work / "repository" / "code.py").write_text("print()\n")
    (work / "run").mkdir()
    return pipeline.run(FolderTip(work / "repository"), work / "run")


def test_a_build_joins_its_vpc_as_its_role_and_leaves_no_interface_behind(
    pipeline: DeliveryPipeline, tmp_path: Path
) -> None:
    joining = {"Effect": "Allow", "Action": JOINING, "Resource": "*"}
    execution = _run(pipeline, tmp_path, joining, _attaching(NETWORK.subnet_ids[0]))
    assert (execution.failed, execution.log) == (None, "")
    ec2 = pipeline.emulator.client("ec2", ACCOUNT, REGION)
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []


@pytest.mark.parametrize(
    ("allowed", "subnet", "missing"),
    [
        (JOINING[1:], NETWORK.subnet_ids[0], "ec2:CreateNetworkInterface"),
        (JOINING[:-1], NETWORK.subnet_ids[0], "ec2:DescribeVpcs"),
        (JOINING, "subnet-0a1b2c3d4e5f60719", "ec2:CreateNetworkInterfacePermission"),
    ],
)
def test_a_right_that_joining_lacks_fails_the_build_and_is_named(
    pipeline: DeliveryPipeline, tmp_path: Path, allowed: list[str], subnet: str, missing: str
) -> None:
    joining = {"Effect": "Allow", "Action": allowed, "Resource": "*"}
    execution = _run(pipeline, tmp_path, joining, _attaching(subnet))
    assert execution.failed == "Build/Build"
    assert f"assumed-role/build/codebuild is not authorized to perform: {missing} " in execution.log
