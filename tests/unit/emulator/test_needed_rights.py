"""Which rights a request needs: by examples, one for each way that the table has to say so."""

from base64 import b64encode
from typing import Any

import pytest
from known_account import Known
from sagemaker_templates.emulator.asked import Asked
from sagemaker_templates.emulator.call import Place
from sagemaker_templates.emulator.requests.recognition import recognize
from sagemaker_templates.emulator.rights import table
from sagemaker_templates.emulator.rights.access import Access
from sagemaker_templates.emulator.rights.lookups import Lookups
from sagemaker_templates.emulator.rights.needs import NotInTable, needs
from sent_requests import call_of

DEV, PROD = "111111111111", "222222222222"
HERE = Place(DEV, "eu-west-1")
ROLE = f"arn:aws:iam::{DEV}:role/service-role/jobs"
KEY = f"arn:aws:kms:eu-west-1:{DEV}:key/1"
OWN_KEY = f"arn:aws:kms:eu-west-1:{DEV}:key/aws"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{DEV}:secret:token-AbCdEf"
COUNT = "sagemaker:variant:DesiredInstanceCount"
TARGET = f"arn:aws:application-autoscaling:eu-west-1:{DEV}:scalable-target/0ab"
CIPHERTEXT = b"encrypted with 1"
QUEUE = f"arn:aws:sqs:eu-west-1:{PROD}:jobs"
ACCOUNT = Known(
    arns={
        "iam:role jobs": ROLE,
        "kms:key alias/mine": KEY,
        "kms:key alias/aws/s3": OWN_KEY,
        f"kms:ciphertext {b64encode(CIPHERTEXT).decode()}": KEY,
        "secretsmanager:Secret token": SECRET,
        f"application-autoscaling:ScalableTarget sagemaker|{COUNT}|endpoint/e/variant/a": TARGET,
    },
    described={
        KEY: {"aliases": ("alias/mine",)},
        OWN_KEY: {"manager": ("AWS",)},
        ROLE: {"boundary": (f"arn:aws:iam::{DEV}:policy/limits",)},
        SECRET: {"key": (KEY,)},
        QUEUE: {"key": (KEY,)},
        "arn:aws:s3:::encrypted": {"account": (DEV,), "key": (KEY,)},
        "arn:aws:s3:::encrypted/a.csv": {"stored": ("true",), "account": (DEV,), "key": (KEY,)},
        "arn:aws:s3:::by-bucket": {"account": (DEV,), "key": (KEY,), "bucket-key": ("true",)},
        "arn:aws:s3:::by-bucket/a.csv": {
            "stored": ("true",),
            "account": (DEV,),
            "key": (KEY,),
            "bucket-key": ("true",),
        },
        "arn:aws:s3:::elsewhere": {"account": (PROD,)},
        "arn:aws:s3:::elsewhere/a.csv": {"stored": ("true",), "account": (PROD,)},
        f"arn:aws:sagemaker:eu-west-1:{DEV}:endpoint-config/c": {"key": (KEY,)},
        f"arn:aws:ssm:eu-west-1:{DEV}:parameter/team/token": {"key": (KEY,)},
        f"arn:aws:ec2:eu-west-1:{DEV}:network-interface/eni-1": {
            "vpc": ("vpc-1",),
            "subnet": (f"arn:aws:ec2:eu-west-1:{DEV}:subnet/subnet-1",),
        },
    },
    tagged={f"arn:aws:sagemaker:eu-west-1:{DEV}:model/m": {"team": "fraud"}},
)
VARIANT = {
    "ServiceNamespace": "sagemaker",
    "ScalableDimension": COUNT,
    "ResourceId": "endpoint/e/variant/a",
}


def _needs(service: str, operation: str, parameters: dict[str, Any], known: Lookups = ACCOUNT) -> list[Access]:
    """From the request that an SDK sends, where an SDK knows the operation."""
    asked: Asked | None = Asked(service, operation, parameters)
    if table.operation(service, operation).in_models:
        asked = recognize(call_of(service, operation, parameters))
    assert asked is not None
    return needs(asked, HERE, known)


def _in_words(access: Access) -> str:
    """The action and the resource; of an account's resources without what all ARNs begin with."""
    service = access.action.partition(":")[0]
    short = access.resource
    for beginning in (f"arn:aws:{service}:eu-west-1:{DEV}:", f"arn:aws:{service}::{DEV}:", "arn:aws:s3:::"):
        short = short.removeprefix(beginning)
    return f"{access.action} {short}" + (f" via {access.via.partition('.')[0]}" if access.via else "")


def _tags(**tags: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


EXAMPLES: list[tuple[str, str, dict[str, Any], list[str]]] = [
    # SageMaker
    ("sagemaker", "DescribeTrainingJob", {"TrainingJobName": "j"}, ["sagemaker:DescribeTrainingJob training-job/j"]),
    ("sagemaker", "ListModels", {}, ["sagemaker:ListModels *"]),
    (
        "sagemaker",
        "CreateTrainingJob",
        {"TrainingJobName": "j", "RoleArn": ROLE, "Tags": _tags(a="b"), "ResourceConfig": {"VolumeKmsKeyId": KEY}},
        [
            "sagemaker:CreateTrainingJob training-job/j",
            "sagemaker:AddTags training-job/j",
            "iam:PassRole role/service-role/jobs",
            "kms:CreateGrant key/1 via sagemaker",
        ],
    ),
    (
        "sagemaker",
        "CreatePipeline",
        {"PipelineName": "p", "RoleArn": ROLE},
        ["sagemaker:CreatePipeline pipeline/p", "iam:PassRole role/service-role/jobs"],
    ),
    ("sagemaker", "UpdatePipeline", {"PipelineName": "p"}, ["sagemaker:UpdatePipeline pipeline/p"]),
    (
        "sagemaker",
        "DescribePipelineExecution",
        {"PipelineExecutionArn": f"arn:aws:sagemaker:eu-west-1:{DEV}:pipeline/p/execution/x"},
        ["sagemaker:DescribePipelineExecution pipeline/p/execution/x"],
    ),
    (
        "sagemaker",
        "CreateModelPackage",
        {"ModelPackageGroupName": "Group", "Tags": _tags(a="b")},
        ["sagemaker:CreateModelPackage model-package/Group/*", "sagemaker:AddTags model-package/Group/*"],
    ),
    (
        "sagemaker",
        "ListModelPackages",
        {"ModelPackageGroupName": f"arn:aws:sagemaker:eu-west-1:{PROD}:model-package-group/g"},
        [f"sagemaker:ListModelPackages arn:aws:sagemaker:eu-west-1:{PROD}:model-package/g/*"],
    ),
    (
        "sagemaker",
        "CreateModel",
        {
            "ModelName": "m",
            "ExecutionRoleArn": ROLE,
            "Containers": [
                {"ModelPackageName": f"arn:aws:sagemaker:eu-west-1:{PROD}:model-package/g/1"},
                {"ModelPackageName": f"arn:aws:sagemaker:eu-west-1:{DEV}:model-package/g/1"},
            ],
        },
        [
            "sagemaker:CreateModel model/m",
            "iam:PassRole role/service-role/jobs",
            f"sagemaker:CreateModel arn:aws:sagemaker:eu-west-1:{PROD}:model-package/g/1",
        ],
    ),
    (
        "sagemaker",
        "UpdateEndpoint",
        {"EndpointName": "e", "EndpointConfigName": "c"},
        [
            "sagemaker:UpdateEndpoint endpoint/e",
            "sagemaker:UpdateEndpoint endpoint-config/c",
            "kms:CreateGrant key/1 via sagemaker",
        ],
    ),
    ("sagemaker-runtime", "InvokeEndpoint", {"EndpointName": "e"}, ["sagemaker:InvokeEndpoint endpoint/e"]),
    # Application Auto Scaling
    (
        "application-autoscaling",
        "RegisterScalableTarget",
        {**VARIANT, "ResourceId": "endpoint/e/variant/new", "Tags": {"a": "b"}},
        [
            "application-autoscaling:RegisterScalableTarget scalable-target/*",
            "application-autoscaling:TagResource scalable-target/*",
            "iam:CreateServiceLinkedRole role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/"
            "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint",
            "sagemaker:DescribeEndpoint endpoint/e via application-autoscaling",
            "sagemaker:UpdateEndpointWeightsAndCapacities endpoint/e via application-autoscaling",
        ],
    ),
    (
        "application-autoscaling",
        "DeregisterScalableTarget",
        VARIANT,
        ["application-autoscaling:DeregisterScalableTarget scalable-target/0ab"],
    ),
    # S3
    ("s3", "PutObject", {"Bucket": "b", "Key": "k/a"}, ["s3:PutObject b/k/a"]),
    (
        "s3",
        "PutObject",
        {"Bucket": "b", "Key": "k", "ACL": "private", "Tagging": "a=b"},
        ["s3:PutObject b/k", "s3:PutObjectAcl b/k", "s3:PutObjectTagging b/k"],
    ),
    (
        "s3",
        "PutObject",
        {"Bucket": "encrypted", "Key": "k"},
        ["s3:PutObject encrypted/k", "kms:GenerateDataKey key/1 via s3"],
    ),
    (
        "s3",
        "PutObject",
        {"Bucket": "encrypted", "Key": "k", "ServerSideEncryption": "AES256"},
        ["s3:PutObject encrypted/k"],
    ),
    (
        "s3",
        "PutObject",
        {"Bucket": "b", "Key": "k", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/mine"},
        ["s3:PutObject b/k", "kms:GenerateDataKey key/1 via s3"],
    ),
    (
        "s3",
        "PutObject",
        {"Bucket": "b", "Key": "k", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/aws/s3"},
        ["s3:PutObject b/k"],
    ),
    ("s3", "GetObject", {"Bucket": "b", "Key": "k"}, ["s3:GetObject b/k"]),
    ("s3", "GetObject", {"Bucket": "b", "Key": "k", "VersionId": "1"}, ["s3:GetObjectVersion b/k"]),
    (
        "s3",
        "GetObject",
        {"Bucket": "encrypted", "Key": "a.csv"},
        ["s3:GetObject encrypted/a.csv", "kms:Decrypt key/1 via s3"],
    ),
    ("s3", "HeadObject", {"Bucket": "encrypted", "Key": "a.csv"}, ["s3:GetObject encrypted/a.csv"]),
    (
        "s3",
        "GetObject",
        {"Bucket": "encrypted", "Key": "gone"},
        ["s3:GetObject encrypted/gone", "s3:ListBucket encrypted"],
    ),
    (
        "s3",
        "HeadObject",
        {"Bucket": "encrypted", "Key": "gone"},
        ["s3:GetObject encrypted/gone", "s3:ListBucket encrypted"],
    ),
    (
        "s3",
        "CopyObject",
        {"Bucket": "b", "Key": "k", "CopySource": "encrypted/gone"},
        ["s3:PutObject b/k", "s3:GetObject encrypted/gone", "s3:ListBucket encrypted"],
    ),
    (
        "s3",
        "CopyObject",
        {"Bucket": "b", "Key": "k", "CopySource": "encrypted/a.csv"},
        ["s3:PutObject b/k", "s3:GetObject encrypted/a.csv", "kms:Decrypt key/1 via s3"],
    ),
    (
        "s3",
        "CopyObject",
        {"Bucket": "encrypted", "Key": "k", "CopySource": "/b/a%20b?versionId=7"},
        ["s3:PutObject encrypted/k", "s3:GetObjectVersion b/a b", "kms:GenerateDataKey key/1 via s3"],
    ),
    (
        "s3",
        "DeleteObjects",
        {"Bucket": "b", "Delete": {"Objects": [{"Key": "x"}, {"Key": "y", "VersionId": "1"}]}},
        ["s3:DeleteObject b/x", "s3:DeleteObjectVersion b/y"],
    ),
    (
        "s3",
        "CreateMultipartUpload",
        {"Bucket": "encrypted", "Key": "k"},
        ["s3:PutObject encrypted/k", "kms:GenerateDataKey key/1 via s3"],
    ),
    (
        "s3",
        "UploadPart",
        {"Bucket": "encrypted", "Key": "k", "UploadId": "u", "PartNumber": 1},
        ["s3:PutObject encrypted/k", "kms:Decrypt key/1 via s3"],
    ),
    ("s3", "HeadBucket", {"Bucket": "b"}, ["s3:ListBucket b"]),
    ("s3", "ListObjectsV2", {"Bucket": "b", "Prefix": "p/"}, ["s3:ListBucket b"]),
    # KMS
    ("kms", "DescribeKey", {"KeyId": "alias/mine"}, ["kms:DescribeKey key/1"]),
    ("kms", "DescribeKey", {"KeyId": "2"}, ["kms:DescribeKey key/2"]),
    ("kms", "Decrypt", {"CiphertextBlob": CIPHERTEXT}, ["kms:Decrypt key/1"]),
    (
        "kms",
        "ReEncrypt",
        {"CiphertextBlob": CIPHERTEXT, "DestinationKeyId": "2"},
        ["kms:ReEncryptFrom key/1", "kms:ReEncryptTo key/2"],
    ),
    (
        "kms",
        "CreateAlias",
        {"AliasName": "alias/new", "TargetKeyId": "1"},
        ["kms:CreateAlias alias/new", "kms:CreateAlias key/1"],
    ),
    # Secrets and parameters
    (
        "secretsmanager",
        "GetSecretValue",
        {"SecretId": "token"},
        ["secretsmanager:GetSecretValue secret:token-AbCdEf", "kms:Decrypt key/1 via secretsmanager"],
    ),
    ("ssm", "GetParameter", {"Name": "/team/token"}, ["ssm:GetParameter parameter/team/token"]),
    (
        "ssm",
        "GetParameter",
        {"Name": "/team/token", "WithDecryption": True},
        ["ssm:GetParameter parameter/team/token", "kms:Decrypt key/1 via ssm"],
    ),
    (
        "ssm",
        "GetParameters",
        {"Names": ["/team/token", "plain"], "WithDecryption": True},
        ["ssm:GetParameters parameter/team/token", "ssm:GetParameters parameter/plain", "kms:Decrypt key/1 via ssm"],
    ),
    (
        "ssm",
        "PutParameter",
        {"Name": "plain", "Type": "SecureString", "KeyId": "alias/mine"},
        ["ssm:PutParameter parameter/plain", "kms:Encrypt key/1 via ssm"],
    ),
    # Identities
    ("sts", "AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "s"}, [f"sts:AssumeRole {ROLE}"]),
    ("sts", "GetCallerIdentity", {}, []),
    ("iam", "GetRole", {"RoleName": "jobs"}, ["iam:GetRole role/service-role/jobs"]),
    ("iam", "GetRole", {"RoleName": "nobody"}, ["iam:GetRole role/nobody"]),
    ("iam", "CreateRole", {"RoleName": "r", "Path": "/team/"}, ["iam:CreateRole role/team/r"]),
    # Delivery
    (
        "codepipeline",
        "CreatePipeline",
        {
            "pipeline": {
                "name": "p",
                "roleArn": ROLE,
                "stages": [
                    {"actions": [{"configuration": {"ConnectionArn": "arn:aws:codestar-connections:x:1:c/1"}}]}
                ],
            }
        },
        [
            "codepipeline:CreatePipeline p",
            "iam:PassRole role/service-role/jobs",
            "codestar-connections:PassConnection arn:aws:codestar-connections:x:1:c/1",
        ],
    ),
    ("codepipeline", "StartPipelineExecution", {"name": "p"}, ["codepipeline:StartPipelineExecution p"]),
    (
        "codebuild",
        "BatchGetBuilds",
        {"ids": ["p:1", "p:2", f"arn:aws:codebuild:eu-west-1:{DEV}:build/q:3"]},
        ["codebuild:BatchGetBuilds project/p", "codebuild:BatchGetBuilds project/q"],
    ),
    (
        "events",
        "PutTargets",
        {"Rule": "r", "Targets": [{"Id": "1", "Arn": "a", "RoleArn": ROLE}, {"Id": "2", "Arn": "b"}]},
        ["events:PutTargets rule/r", "iam:PassRole role/service-role/jobs"],
    ),
    ("events", "DescribeRule", {"Name": "r", "EventBusName": "bus"}, ["events:DescribeRule rule/bus/r"]),
    (
        "lambda",
        "CreateFunction",
        {"FunctionName": "f", "Role": ROLE},
        ["lambda:CreateFunction function:f", "iam:PassRole role/service-role/jobs"],
    ),
    ("lambda", "Invoke", {"FunctionName": "f", "Qualifier": "v"}, ["lambda:InvokeFunction function:f:v"]),
    ("lambda", "GetFunction", {"FunctionName": f"{DEV}:function:f"}, ["lambda:GetFunction function:f"]),
    ("codecommit", "GitPull", {"repositoryName": "r"}, ["codecommit:GitPull r"]),
    (
        "codeconnections",
        "UseConnection",
        {"ConnectionArn": "arn:aws:codeconnections:x:1:c/1"},
        ["codeconnections:UseConnection arn:aws:codeconnections:x:1:c/1"],
    ),
    # Images
    ("ecr", "GetAuthorizationToken", {}, ["ecr:GetAuthorizationToken *"]),
    (
        "ecr",
        "BatchGetImage",
        {"registryId": PROD, "repositoryName": "images"},
        [f"ecr:BatchGetImage arn:aws:ecr:eu-west-1:{PROD}:repository/images"],
    ),
    # Logs and metrics
    ("logs", "CreateLogGroup", {"logGroupName": "/g"}, ["logs:CreateLogGroup log-group:/g:log-stream:"]),
    (
        "logs",
        "PutLogEvents",
        {"logGroupName": "/g", "logStreamName": "s/1"},
        ["logs:PutLogEvents log-group:/g:log-stream:s/1"],
    ),
    ("cloudwatch", "PutMetricData", {"Namespace": "n"}, ["cloudwatch:PutMetricData *"]),
    (
        "cloudwatch",
        "DeleteAlarms",
        {"AlarmNames": ["a", "b"]},
        ["cloudwatch:DeleteAlarms alarm:a", "cloudwatch:DeleteAlarms alarm:b"],
    ),
    # Queues
    (
        "sqs",
        "SendMessage",
        {"QueueUrl": f"https://sqs.eu-west-1.amazonaws.com/{PROD}/jobs"},
        [f"sqs:SendMessage {QUEUE}", "kms:GenerateDataKey key/1 via sqs", "kms:Decrypt key/1 via sqs"],
    ),
    # Network
    ("ec2", "DescribeSubnets", {}, ["ec2:DescribeSubnets *"]),
    (
        "ec2",
        "CreateNetworkInterface",
        {"SubnetId": "subnet-1", "Groups": ["sg-1", "sg-2"]},
        [
            "ec2:CreateNetworkInterface network-interface/*",
            "ec2:CreateNetworkInterface subnet/subnet-1",
            "ec2:CreateNetworkInterface security-group/sg-1",
            "ec2:CreateNetworkInterface security-group/sg-2",
        ],
    ),
    (
        "ec2",
        "CreateTags",
        {"Resources": ["sg-1", "sgr-2"]},
        ["ec2:CreateTags security-group/sg-1", "ec2:CreateTags security-group-rule/sgr-2"],
    ),
]


@pytest.mark.parametrize(("service", "operation", "parameters", "expected"), EXAMPLES)
def test_an_operation_needs_these_rights(
    service: str, operation: str, parameters: dict[str, Any], expected: list[str]
) -> None:
    assert [_in_words(access) for access in _needs(service, operation, parameters)] == expected


KEYS: list[tuple[str, str, dict[str, Any], dict[str, tuple[str, ...]]]] = [
    (
        "sagemaker",
        "CreateModel",
        {"ModelName": "m", "EnableNetworkIsolation": True, "VpcConfig": {"SecurityGroupIds": ["sg-1", "sg-2"]}},
        {
            "sagemaker:networkisolation": ("true",),
            "sagemaker:vpcsecuritygroupids": ("sg-1", "sg-2"),
            "aws:resourcetag/team": ("fraud",),
            "sagemaker:resourcetag/team": ("fraud",),
        },
    ),
    (
        "sagemaker",
        "AddTags",
        {"ResourceArn": f"arn:aws:sagemaker:eu-west-1:{DEV}:model/m", "Tags": _tags(team="risk", cost="1")},
        {
            "aws:resourcetag/team": ("fraud",),
            "aws:requesttag/team": ("risk",),
            "aws:requesttag/cost": ("1",),
            "aws:tagkeys": ("team", "cost"),
            "sagemaker:taggingaction": ("AddTags",),
        },
    ),
    ("sagemaker", "DeleteTags", {"ResourceArn": "arn:x", "TagKeys": ["a"]}, {"aws:tagkeys": ("a",)}),
    (
        "s3",
        "ListObjectsV2",
        {"Bucket": "b", "Prefix": "env:/", "MaxKeys": 10},
        {"s3:prefix": ("env:/",), "s3:max-keys": ("10",)},
    ),
    ("s3", "ListObjectsV2", {"Bucket": "elsewhere", "Prefix": ""}, {"s3:resourceaccount": (PROD,)}),
    (
        "kms",
        "Encrypt",
        {"KeyId": "alias/mine", "EncryptionContext": {"team": "fraud"}},
        {
            "kms:resourcealiases": ("alias/mine",),
            "kms:requestalias": ("alias/mine",),
            "kms:encryptionalgorithm": ("SYMMETRIC_DEFAULT",),
            "kms:encryptioncontext:team": ("fraud",),
            "kms:encryptioncontextkeys": ("team",),
        },
    ),
    (
        "kms",
        "CreateGrant",
        {"KeyId": "2", "GranteePrincipal": ROLE, "Operations": ["Decrypt"]},
        {
            "kms:grantisforawsresource": ("false",),
            "kms:granteeprincipal": (ROLE,),
            "kms:grantoperations": ("Decrypt",),
        },
    ),
    (
        "sts",
        "AssumeRole",
        {"RoleArn": ROLE, "RoleSessionName": "s", "ExternalId": "x"},
        {"sts:externalid": ("x",), "sts:rolesessionname": ("s",)},
    ),
    (
        "iam",
        "PutRolePolicy",
        {"RoleName": "jobs"},
        {"iam:permissionsboundary": (f"arn:aws:iam::{DEV}:policy/limits",)},
    ),
    (
        "ec2",
        "DeleteNetworkInterface",
        {"NetworkInterfaceId": "eni-1"},
        {
            "ec2:vpc": ("vpc-1",),
            "ec2:subnet": (f"arn:aws:ec2:eu-west-1:{DEV}:subnet/subnet-1",),
            "ec2:networkinterfaceid": ("eni-1",),
        },
    ),
    (
        "cloudwatch",
        "PutMetricData",
        {"Namespace": "/aws/sagemaker/x"},
        {"cloudwatch:namespace": ("/aws/sagemaker/x",)},
    ),
    (
        "application-autoscaling",
        "DeregisterScalableTarget",
        VARIANT,
        {
            "application-autoscaling:service-namespace": ("sagemaker",),
            "application-autoscaling:scalable-dimension": ("sagemaker:variant:DesiredInstanceCount",),
        },
    ),
    (
        "events",
        "PutRule",
        {"Name": "r", "EventPattern": '{"source": ["aws.codecommit"], "detail": {}}'},
        {"events:source": ("aws.codecommit",), "events:creatoraccount": (DEV,)},
    ),
]


@pytest.mark.parametrize(("service", "operation", "parameters", "keys"), KEYS)
def test_the_first_right_comes_with_these_condition_keys(
    service: str, operation: str, parameters: dict[str, Any], keys: dict[str, tuple[str, ...]]
) -> None:
    assert _needs(service, operation, parameters)[0].context == keys


def _the(action: str, accesses: list[Access]) -> Access:
    (found,) = [access for access in accesses if access.action == action]
    return found


def test_a_role_is_passed_to_a_service_for_what_is_made() -> None:
    passed = _the(
        "iam:PassRole", _needs("sagemaker", "CreateProcessingJob", {"ProcessingJobName": "j", "RoleArn": ROLE})
    )
    assert passed.context == {
        "iam:passedtoservice": ("sagemaker.amazonaws.com",),
        "iam:associatedresourcearn": (f"arn:aws:sagemaker:eu-west-1:{DEV}:processing-job/j",),
    }


@pytest.mark.parametrize(
    ("bucket", "context"),
    [("encrypted", "arn:aws:s3:::encrypted/a.csv"), ("by-bucket", "arn:aws:s3:::by-bucket")],
)
@pytest.mark.parametrize(
    ("operation", "action"), [("PutObject", "kms:GenerateDataKey"), ("GetObject", "kms:Decrypt")]
)
def test_s3_encrypts_for_the_object_or_with_a_bucket_key_for_the_bucket(
    operation: str, action: str, bucket: str, context: str
) -> None:
    access = _the(action, _needs("s3", operation, {"Bucket": bucket, "Key": "a.csv"}))
    assert access.via == "s3.eu-west-1.amazonaws.com"
    assert access.context == {
        "kms:encryptioncontext:aws:s3:arn": (context,),
        "kms:encryptioncontextkeys": ("aws:s3:arn",),
        "kms:resourcealiases": ("alias/mine",),
    }


def test_services_name_themselves_in_their_partition() -> None:
    asked = Asked("s3", "GetObject", {"Bucket": "encrypted", "Key": "a.csv"})
    china = needs(
        asked, Place(DEV, "cn-north-1"), Known(described={"arn:aws-cn:s3:::encrypted/a.csv": {"key": (KEY,)}})
    )
    assert china[0].resource == "arn:aws-cn:s3:::encrypted/a.csv"
    assert china[1].via == "s3.cn-north-1.amazonaws.com.cn"


def test_a_resource_belongs_to_the_account_in_its_arn_or_to_whoever_owns_it() -> None:
    assert _needs("s3", "GetObject", {"Bucket": "elsewhere", "Key": "a.csv"})[0].account == PROD
    assert _needs("sts", "AssumeRole", {"RoleArn": f"arn:aws:iam::{PROD}:role/r"})[0].account == PROD
    assert _needs("s3", "GetObject", {"Bucket": "nobodys", "Key": "a.csv"})[0].account == DEV
    assert _needs("ec2", "DescribeVpcs", {})[0].account == DEV


def test_an_access_is_asked_for_once() -> None:
    twice = {"Bucket": "b", "Delete": {"Objects": [{"Key": "x"}, {"Key": "x"}]}}
    assert len(_needs("s3", "DeleteObjects", twice)) == 1


def test_a_list_without_elements_needs_the_right_to_everything() -> None:
    nothing = _needs("s3", "DeleteObjects", {"Bucket": "b", "Delete": {"Objects": []}})
    assert [_in_words(access) for access in nothing] == ["s3:DeleteObject *", "s3:DeleteObjectVersion *"]


@pytest.mark.parametrize(("service", "operation"), [("s3", "SelectObjectContent"), ("dynamodb", "GetItem")])
def test_what_is_not_in_the_table_is_refused_and_named(service: str, operation: str) -> None:
    with pytest.raises(NotInTable, match=f"{service} {operation}"):
        needs(Asked(service, operation, {}), HERE, ACCOUNT)
