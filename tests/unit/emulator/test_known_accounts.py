"""What the table of rights asks about is found in the emulated accounts: names, owners, keys and tags."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from sagemaker_templates.emulator.asked import Asked
from sagemaker_templates.emulator.call import Place
from sagemaker_templates.emulator.requests.recognition import recognize
from sagemaker_templates.emulator.rights.access import Access
from sagemaker_templates.emulator.rights.needs import needs
from sagemaker_templates.emulator.rights.stored import Stored
from sagemaker_templates.emulator.supplement import application_autoscaling, codecommit, connections
from sagemaker_templates.emulator.supplement.contract import Supplement
from sent_requests import call_of

ACCOUNT, REGION = "123456789012", "us-east-1"
HERE = Place(ACCOUNT, REGION)
ELSEWHERE = Place("222222222222", REGION)
VARIANT = {
    "ServiceNamespace": "sagemaker",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    "ResourceId": "endpoint/e/variant/a",
}
TAGS = [{"Key": "team", "Value": "fraud"}]
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/limits"
IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/image:1"


@dataclass(frozen=True)
class Made:
    """What stands in the account, by ARNs and ids."""

    key: str
    secret: str
    interface: str
    subnet: str
    upload: str
    ciphertext: bytes
    tagged: tuple[str, ...]


@pytest.fixture(scope="module")
def made() -> Iterator[Made]:
    """An account with one of everything."""
    with mock_aws(), pytest.MonkeyPatch.context() as environment:
        for name, value in (
            ("AWS_DEFAULT_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "a"),
            ("AWS_SECRET_ACCESS_KEY", "b"),
        ):
            environment.setenv(name, value)
        environment.delenv("AWS_PROFILE", raising=False)
        yield _make()


def _make() -> Made:
    client: Any = boto3.client
    key = client("kms").create_key(Tags=[{"TagKey": "team", "TagValue": "fraud"}])["KeyMetadata"]["Arn"]
    client("kms").create_alias(AliasName="alias/mine", TargetKeyId=key)
    upload = _make_buckets(client("s3"), key)
    client("ssm").put_parameter(Name="/team/token", Type="SecureString", Value="v", KeyId="alias/mine", Tags=TAGS)
    client("ssm").put_parameter(Name="plain", Type="String", Value="v")
    secret = client("secretsmanager").create_secret(Name="token", SecretString="v", KmsKeyId="alias/mine", Tags=TAGS)
    interface = _make_network(client("ec2"))
    return Made(
        key=key,
        secret=secret["ARN"],
        interface=interface["NetworkInterfaceId"],
        subnet=interface["SubnetId"],
        upload=upload,
        ciphertext=client("kms").encrypt(KeyId=key, Plaintext=b"v")["CiphertextBlob"],
        tagged=(
            key,
            secret["ARN"],
            "arn:aws:s3:::encrypted",
            f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/team/token",
            f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-interface/{interface['NetworkInterfaceId']}",
            *_make_tagged(client, key),
        ),
    )


def _make_buckets(s3: Any, key: str) -> str:
    by_key = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    for bucket, by_bucket in (("encrypted", False), ("by-bucket", True)):
        s3.create_bucket(Bucket=bucket)
        rule = {"ApplyServerSideEncryptionByDefault": by_key, "BucketKeyEnabled": by_bucket}
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
        s3.put_object(Bucket=bucket, Key="a.csv", Body=b"v")
    s3.put_bucket_tagging(Bucket="encrypted", Tagging={"TagSet": TAGS})
    s3.create_bucket(Bucket="plain")
    s3.put_object(Bucket="plain", Key="a.csv", Body=b"v")
    s3.put_bucket_versioning(Bucket="plain", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="plain", Key="deleted", Body=b"v")
    s3.delete_object(Bucket="plain", Key="deleted")
    started = s3.create_multipart_upload(Bucket="plain", Key="b", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    return str(started["UploadId"])


def _make_network(ec2: Any) -> Any:
    (subnet, *_) = ec2.describe_subnets()["Subnets"]
    specification = {"ResourceType": "network-interface", "Tags": TAGS}
    made = ec2.create_network_interface(SubnetId=subnet["SubnetId"], TagSpecifications=[specification])
    return made["NetworkInterface"]


def _make_tagged(client: Any, key: str) -> list[str]:
    client("iam").create_policy(PolicyName="limits", PolicyDocument=json.dumps(POLICY))
    role = client("iam").create_role(
        RoleName="jobs", Path="/team/", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=BOUNDARY, Tags=TAGS
    )["Role"]["Arn"]
    lower = [{"key": "team", "value": "fraud"}]
    sagemaker = client("sagemaker")
    model = sagemaker.create_model(
        ModelName="m", ExecutionRoleArn=role, PrimaryContainer={"Image": IMAGE}, Tags=TAGS
    )["ModelArn"]
    variant = {"VariantName": "a", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[variant], KmsKeyId=key)
    sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="c")
    rule = client("events").put_rule(Name="r", ScheduleExpression="rate(1 day)", Tags=TAGS)["RuleArn"]
    client("logs").create_log_group(logGroupName="/g", tags={"team": "fraud"})
    topic = client("sns").create_topic(Name="t", Attributes={"KmsMasterKeyId": "alias/mine"}, Tags=TAGS)["TopicArn"]
    client("sqs").create_queue(QueueName="q", Attributes={"KmsMasterKeyId": "alias/mine"}, tags={"team": "fraud"})
    repository = client("ecr").create_repository(repositoryName="image", tags=TAGS)["repository"]["repositoryArn"]
    client("cloudwatch").put_metric_alarm(
        **{"AlarmName": "a", "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "Tags": TAGS},
        **{"MetricName": "m", "Namespace": "n", "Period": 60, "Statistic": "Sum", "Threshold": 1.0},
    )
    project = client("codebuild").create_project(
        name="build",
        source={"type": "S3", "location": "plain/a.zip"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=role,
        tags=lower,
    )["project"]["arn"]
    client("application-autoscaling").register_scalable_target(**VARIANT, MinCapacity=1, MaxCapacity=2)
    here = f"{REGION}:{ACCOUNT}"
    return [
        *(role, model, rule, topic, repository, project),
        f"arn:aws:sqs:{here}:q",
        f"arn:aws:logs:{here}:log-group:/g",
        f"arn:aws:cloudwatch:{here}:alarm:a",
    ]


def _needs(service: str, operation: str, parameters: dict[str, Any], place: Place = HERE) -> list[Access]:
    """As in the emulator: from the request that an SDK sends."""
    asked = recognize(call_of(service, operation, parameters))
    assert asked is not None
    return needs(asked, place, Stored())


def _through(accesses: list[Access]) -> list[tuple[str, str]]:
    return [(access.action, access.resource) for access in accesses if access.via]


def test_the_tags_of_every_kind_of_resource_are_found(made: Made) -> None:
    found = {arn: dict(Stored().tags(arn)) for arn in made.tagged}
    assert found == {arn: {"team": "fraud"} for arn in made.tagged}


def test_what_is_not_there_has_no_tags_and_is_not_made_by_asking(made: Made) -> None:
    absent = [arn.replace(ACCOUNT, ELSEWHERE.account).rpartition("/")[0] + "/absent" for arn in made.tagged]
    of_no_service = f"arn:aws:codestar-connections:{REGION}:{ACCOUNT}:connection/1"
    found = [
        Stored().tags(arn) for arn in (*absent, of_no_service, f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*", "nothing")
    ]
    assert not any(found)


@pytest.mark.parametrize(
    ("supplement", "operation", "parameters", "arn"),
    [
        (
            codecommit.supplement(),
            "CreateRepository",
            {"repositoryName": "r", "tags": {"team": "fraud"}},
            f"arn:aws:codecommit:{REGION}:{ACCOUNT}:r",
        ),
        (
            connections.supplements(connections.Connections())[0],
            "CreateConnection",
            {"ConnectionName": "c", "Tags": TAGS},
            None,
        ),
        (
            application_autoscaling.supplement(),
            "RegisterScalableTarget",
            {**VARIANT, "MinCapacity": 1, "MaxCapacity": 2, "Tags": {"team": "fraud"}},
            None,
        ),
    ],
)
def test_supplements_tell_the_tags_that_moto_does_not_keep(
    made: Made, supplement: Supplement, operation: str, parameters: dict[str, Any], arn: str | None
) -> None:
    call = replace(call_of(supplement.service, operation, parameters), place=HERE, operation=operation)
    answer = supplement.answers.get(operation)
    reply = answer(call) if answer else supplement.corrections[operation](call, {})
    arn = arn or reply.get("ConnectionArn") or reply["ScalableTargetARN"]
    assert Stored(tags={supplement.service: supplement.tags}).tags(arn) == {"team": "fraud"}
    assert not supplement.tags(f"{arn}-of-nobody")


@pytest.mark.parametrize("name", ["alias/mine", f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/mine"])
def test_a_key_is_found_by_its_alias(made: Made, name: str) -> None:
    (access,) = _needs("kms", "DescribeKey", {"KeyId": name})
    assert (access.resource, access.context["kms:resourcealiases"]) == (made.key, ("alias/mine",))


def test_the_key_of_what_was_encrypted_is_found_in_it(made: Made) -> None:
    (access,) = _needs("kms", "Decrypt", {"CiphertextBlob": made.ciphertext})
    assert access.resource == made.key


def test_a_role_is_found_with_its_path_and_its_boundary(made: Made) -> None:
    (access,) = _needs("iam", "PutRolePolicy", {"RoleName": "jobs", "PolicyName": "p", "PolicyDocument": "{}"})
    assert access.resource == f"arn:aws:iam::{ACCOUNT}:role/team/jobs"
    assert access.context["iam:permissionsboundary"] == (BOUNDARY,)


@pytest.mark.parametrize(
    ("operation", "parameters", "action"),
    [
        ("PutObject", {"Bucket": "encrypted", "Key": "new", "Body": b""}, "kms:GenerateDataKey"),
        ("GetObject", {"Bucket": "encrypted", "Key": "a.csv"}, "kms:Decrypt"),
        ("CopyObject", {"Bucket": "plain", "Key": "c", "CopySource": "by-bucket/a.csv"}, "kms:Decrypt"),
        ("CreateMultipartUpload", {"Bucket": "by-bucket", "Key": "new"}, "kms:GenerateDataKey"),
    ],
)
def test_s3_asks_for_the_key_that_encrypts(
    made: Made, operation: str, parameters: dict[str, Any], action: str
) -> None:
    assert _through(_needs("s3", operation, parameters)) == [(action, made.key)]


def test_a_bucket_key_is_asked_for_with_the_buckets_context(made: Made) -> None:
    access = _needs("s3", "GetObject", {"Bucket": "by-bucket", "Key": "a.csv"})[-1]
    assert access.context["kms:encryptioncontext:aws:s3:arn"] == ("arn:aws:s3:::by-bucket",)


def test_an_upload_in_parts_keeps_the_key_that_it_began_with(made: Made) -> None:
    part = {"Bucket": "plain", "Key": "b", "UploadId": made.upload, "PartNumber": 1, "Body": b""}
    assert _through(_needs("s3", "UploadPart", part)) == [("kms:Decrypt", made.key)]


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("PutObject", {"Bucket": "plain", "Key": "new", "Body": b""}),
        ("PutObject", {"Bucket": "encrypted", "Key": "new", "Body": b"", "ServerSideEncryption": "AES256"}),
        ("PutObject", {"Bucket": "plain", "Key": "n", "Body": b"", "ServerSideEncryption": "aws:kms"}),
        ("GetObject", {"Bucket": "plain", "Key": "a.csv"}),
        ("GetObject", {"Bucket": "encrypted", "Key": "absent"}),
        ("GetObject", {"Bucket": "plain", "Key": "deleted"}),
    ],
)
def test_without_a_key_of_the_account_no_right_to_a_key_is_needed(
    made: Made, operation: str, parameters: dict[str, Any]
) -> None:
    assert _through(_needs("s3", operation, parameters)) == []


def test_a_bucket_belongs_to_whoever_made_it(made: Made) -> None:
    assert _needs("s3", "GetObject", {"Bucket": "plain", "Key": "a.csv"}, ELSEWHERE)[0].account == ACCOUNT


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "actions"),
    [
        ("secretsmanager", "GetSecretValue", {"SecretId": "token"}, ["kms:Decrypt"]),
        ("ssm", "GetParameter", {"Name": "/team/token", "WithDecryption": True}, ["kms:Decrypt"]),
        ("ssm", "GetParameter", {"Name": "plain", "WithDecryption": True}, []),
        (
            "sns",
            "Publish",
            {"TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:t", "Message": "m"},
            ["kms:GenerateDataKey", "kms:Decrypt"],
        ),
        (
            "sqs",
            "ReceiveMessage",
            {"QueueUrl": f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/q"},
            ["kms:Decrypt"],
        ),
        ("sagemaker", "UpdateEndpoint", {"EndpointName": "e", "EndpointConfigName": "c"}, ["kms:CreateGrant"]),
    ],
)
def test_services_ask_for_the_key_that_was_set(
    made: Made, service: str, operation: str, parameters: dict[str, Any], actions: list[str]
) -> None:
    assert _through(_needs(service, operation, parameters)) == [(action, made.key) for action in actions]


def test_a_secret_is_found_by_its_name(made: Made) -> None:
    assert _needs("secretsmanager", "DescribeSecret", {"SecretId": "token"})[0].resource == made.secret


def test_an_interface_says_where_it_is(made: Made) -> None:
    (access,) = _needs("ec2", "DeleteNetworkInterface", {"NetworkInterfaceId": made.interface})
    assert access.context["ec2:subnet"] == (f"arn:aws:ec2:{REGION}:{ACCOUNT}:subnet/{made.subnet}",)


def test_a_scalable_target_is_found(made: Made) -> None:
    (access,) = needs(Asked("application-autoscaling", "DeregisterScalableTarget", VARIANT), HERE, Stored())
    assert access.resource.startswith(f"arn:aws:application-autoscaling:{REGION}:{ACCOUNT}:scalable-target/")
    assert not access.resource.endswith("*")
