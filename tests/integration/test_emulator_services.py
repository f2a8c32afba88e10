"""What a client sees of the emulator: accounts kept apart, a Git-like CodeCommit, functions that run."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from roles_on_emulator import new_role
from sagemaker_templates.emulator import Emulator, EmulatorError
from sagemaker_templates.emulator.prepare import Account, prepare_configuration
from sagemaker_templates.settings.model import (
    Configuration,
    Environment,
    Network,
    Project,
    Repository,
    S3State,
    Target,
    TemplateParameters,
)

pytestmark = pytest.mark.emulator

DEV, PROD = "111111111111", "222222222222"
REGION = "eu-west-1"
CONNECTION = f"arn:aws:codeconnections:{REGION}:{DEV}:connection/0b1c2d3e-0000-4000-8000-000000000000"


def test_an_access_key_that_is_an_account_id_means_that_account(emulator: Emulator) -> None:
    for account in (DEV, PROD):
        identity = emulator.client("sts", account, REGION).get_caller_identity()
        assert identity["Account"] == account


def test_an_assumed_role_acts_in_its_own_account(emulator: Emulator) -> None:
    role_arn = new_role(emulator, PROD, "deployer", trusted={"AWS": DEV}, allowed=["codecommit:*"])
    role = emulator.client("sts", DEV, REGION).assume_role(
        RoleArn=role_arn, RoleSessionName="test", ExternalId="an-id"
    )
    credentials = role["Credentials"]
    session = boto3.Session(
        credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"], REGION
    )
    assert session.client("sts", endpoint_url=emulator.url).get_caller_identity()["Account"] == PROD
    session.client("codecommit", endpoint_url=emulator.url).create_repository(repositoryName="there")
    assert _repositories(emulator, PROD) == ["there"]
    assert _repositories(emulator, DEV) == []


def test_tags_of_a_log_group_that_is_there_are_given_and_told(emulator: Emulator) -> None:
    logs = emulator.client("logs", DEV, REGION)
    logs.create_log_group(logGroupName="builds", tags={"team": "risk"})
    (group,) = logs.describe_log_groups()["logGroups"]
    logs.tag_resource(resourceArn=group["logGroupArn"], tags={"stage": "dev"})
    assert logs.list_tags_for_resource(resourceArn=group["logGroupArn"])["tags"] == {"team": "risk", "stage": "dev"}


def test_a_log_group_is_given_another_key_and_none(emulator: Emulator) -> None:
    logs = emulator.client("logs", DEV, REGION)
    logs.create_log_group(logGroupName="builds", kmsKeyId="arn:aws:kms:eu-west-1:111111111111:key/one")
    logs.associate_kms_key(logGroupName="builds", kmsKeyId="arn:aws:kms:eu-west-1:111111111111:key/two")
    (group,) = logs.describe_log_groups()["logGroups"]
    assert group["kmsKeyId"] == "arn:aws:kms:eu-west-1:111111111111:key/two"
    logs.disassociate_kms_key(logGroupName="builds")
    (group,) = logs.describe_log_groups()["logGroups"]
    assert "kmsKeyId" not in group
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.associate_kms_key(logGroupName="others", kmsKeyId="arn:aws:kms:eu-west-1:111111111111:key/two")


def test_a_reset_clears_what_moto_keeps_and_what_the_supplement_keeps(emulator: Emulator) -> None:
    emulator.client("codecommit", DEV, REGION).create_repository(repositoryName="abalone")
    connections = emulator.client("codestar-connections", DEV, REGION)
    connections.create_connection(ConnectionName="github", ProviderType="GitHub")
    Account(emulator, DEV, REGION).create_bucket("a-bucket")
    emulator.reset()
    assert _repositories(emulator, DEV) == []
    assert connections.list_connections()["Connections"] == []
    assert emulator.client("s3", DEV, REGION).list_buckets()["Buckets"] == []


def test_an_operation_that_is_not_emulated_says_so(emulator: Emulator) -> None:
    with pytest.raises(ClientError, match="the emulator cannot do codecommit MergeBranchesByFastForward"):
        emulator.client("codecommit", DEV, REGION).merge_branches_by_fast_forward(
            repositoryName="r", sourceCommitSpecifier="a", destinationCommitSpecifier="b"
        )


def test_an_administrative_request_that_is_wrong_is_an_error(emulator: Emulator) -> None:
    with pytest.raises(EmulatorError, match="KeyError"):
        emulator.administer("/emulator-api/network", {"region": REGION})


def test_a_function_gets_its_event_and_its_settings_and_no_credentials_of_this_machine(
    emulator: Emulator, functions: "Functions", monkeypatch: pytest.MonkeyPatch
) -> None:
    functions.create(
        "def handle(event, context):\n"
        "    import os\n"
        "    import boto3\n"
        "    own = boto3.client('sts').get_caller_identity()['Arn']\n"
        "    return {**event, 'memory': context.memory_limit_in_mb, 'names': sorted(os.environ), 'own': own}\n",
        Environment={"Variables": {"TABLE": "x"}},
    )
    answer = functions.invoke({"number": 1})
    assert answer["payload"]["number"] == 1
    assert answer["payload"]["memory"] == "128"
    names = set(answer["payload"]["names"])
    assert {"TABLE", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_REGION"} <= names
    assert not {"HOME", "AWS_PROFILE"} & names
    assert answer["payload"]["own"] == f"arn:aws:sts::{DEV}:assumed-role/seeder/function"


def test_a_function_that_raises_answers_a_function_error_with_its_log(functions: "Functions") -> None:
    functions.create("def handle(event, context):\n    print('so far')\n    raise ValueError('no such repository')\n")
    answer = functions.invoke({}, LogType="Tail")
    assert answer["error"] == "Unhandled"
    assert answer["payload"]["errorType"] == "ValueError"
    assert answer["payload"]["errorMessage"] == "no such repository"
    assert "so far" in answer["log"]


def test_a_function_without_its_module_answers_a_function_error(functions: "Functions") -> None:
    functions.create("", Handler="missing.handle")
    answer = functions.invoke({})
    assert answer["error"] == "Unhandled"
    assert answer["payload"]["errorType"] == "ModuleNotFoundError"


def test_a_function_whose_process_dies_answers_a_function_error(functions: "Functions") -> None:
    functions.create("import os\ndef handle(event, context):\n    os._exit(3)\n")
    answer = functions.invoke({})
    assert answer["error"] == "Unhandled"
    assert answer["payload"]["errorType"] == "Runtime.ExitError"


def test_a_function_logs_to_the_log_group_that_was_made_for_it(emulator: Emulator, functions: "Functions") -> None:
    logs = emulator.client("logs", DEV, REGION)
    functions.create("def handle(event, context):\n    print('a line')\n")
    functions.invoke({})
    assert logs.describe_log_groups()["logGroups"] == []
    logs.create_log_group(logGroupName="/aws/lambda/function")
    functions.invoke({})
    events = logs.filter_log_events(logGroupName="/aws/lambda/function")["events"]
    assert [event["message"] for event in events] == ["a line"]


def test_a_function_whose_role_may_not_write_logs_runs_and_leaves_none(
    emulator: Emulator, functions: "Functions"
) -> None:
    logs = emulator.client("logs", DEV, REGION)
    logs.create_log_group(logGroupName="/aws/lambda/function")
    emulator.client("iam", DEV, REGION).delete_role_policy(RoleName="seeder", PolicyName="own")
    functions.create("def handle(event, context):\n    print('a line')\n    return {'number': 1}\n")
    assert functions.invoke({})["payload"] == {"number": 1}
    assert logs.filter_log_events(logGroupName="/aws/lambda/function")["events"] == []


def test_a_model_package_group_can_be_deleted_once_the_last_of_its_models_was(emulator: Emulator) -> None:
    sagemaker = emulator.client("sagemaker", DEV, REGION)
    sagemaker.create_model_package_group(ModelPackageGroupName="abalone")
    containers = [{"Image": f"{DEV}.dkr.ecr.{REGION}.amazonaws.com/x:1"}]
    specification = {
        "Containers": containers,
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    created = sagemaker.create_model_package(ModelPackageGroupName="abalone", InferenceSpecification=specification)
    arn = created["ModelPackageArn"]
    with pytest.raises(ClientError, match="still contains model packages"):
        sagemaker.delete_model_package_group(ModelPackageGroupName="abalone")

    sagemaker.delete_model_package(ModelPackageName=arn)
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.delete_model_package(ModelPackageName=arn)
    sagemaker.delete_model_package_group(ModelPackageGroupName="abalone")
    assert sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"] == []


def test_a_bucket_can_be_emptied_of_objects_that_were_deleted(emulator: Emulator) -> None:
    """As Terraform empties one that it destroys: every version, and every delete marker."""
    s3 = emulator.client("s3", DEV, REGION)
    s3.create_bucket(Bucket="emptied", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket="emptied", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="emptied", Key="key", Body=b"")
    s3.delete_object(Bucket="emptied", Key="key")
    found = s3.list_object_versions(Bucket="emptied")
    versions = [
        {"Key": one["Key"], "VersionId": one["VersionId"]} for one in [*found["Versions"], *found["DeleteMarkers"]]
    ]

    deleted = s3.delete_objects(Bucket="emptied", Delete={"Objects": versions})

    assert len(deleted["Deleted"]) == 2
    s3.delete_bucket(Bucket="emptied")


def test_a_codebuild_project_can_be_updated_found_by_arn_and_deleted(emulator: Emulator) -> None:
    codebuild = emulator.client("codebuild", DEV, REGION)
    role_arn = new_role(emulator, DEV, "build", trusted={"Service": "codebuild.amazonaws.com"})
    project = {
        "source": {"type": "CODEPIPELINE"},
        "artifacts": {"type": "CODEPIPELINE"},
        "environment": {"type": "LINUX_CONTAINER", "image": "x", "computeType": "BUILD_GENERAL1_SMALL"},
        "serviceRole": role_arn,
    }
    arn = codebuild.create_project(name="abalone", **project)["project"]["arn"]
    codebuild.update_project(name="abalone", timeoutInMinutes=7)
    found = codebuild.batch_get_projects(names=[arn, "unknown"])
    assert found["projects"][0]["timeoutInMinutes"] == 7
    assert found["projectsNotFound"] == ["unknown"]
    codebuild.delete_project(name=arn)
    assert codebuild.list_projects()["projects"] == []


def test_only_a_pipeline_that_is_there_can_be_started(emulator: Emulator) -> None:
    codepipeline = emulator.client("codepipeline", DEV, REGION)
    with pytest.raises(ClientError, match="does not have a pipeline with name 'abalone'"):
        codepipeline.start_pipeline_execution(name="abalone")


def test_accounts_get_what_a_configuration_takes_for_granted(emulator: Emulator) -> None:
    configuration = _configuration()
    prepare_configuration(emulator, configuration)
    prepare_configuration(emulator, configuration)  # again, as two environments may share an account

    s3 = emulator.client("s3", DEV, REGION)
    assert s3.get_bucket_versioning(Bucket="example-state")["Status"] == "Enabled"
    assert {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]} == {"example-state", "example-logs"}
    for account, vpc in ((DEV, "vpc-0123456789abcdef0"), (PROD, "vpc-0fedcba9876543210")):
        ec2 = emulator.client("ec2", account, REGION)
        assert ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["VpcId"] == vpc
        boundary = f"arn:aws:iam::{account}:policy/boundary"
        assert emulator.client("iam", account, REGION).get_policy(PolicyArn=boundary)["Policy"]["Arn"] == boundary
    subnets = emulator.client("ec2", DEV, REGION).describe_subnets(
        SubnetIds=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    )["Subnets"]
    assert {subnet["VpcId"] for subnet in subnets} == {"vpc-0123456789abcdef0"}
    assert len({subnet["AvailabilityZone"] for subnet in subnets}) == 2
    assert emulator.client("secretsmanager", DEV, REGION).get_secret_value(SecretId="github_token")["SecretString"]
    connection = emulator.client("codeconnections", DEV, REGION).get_connection(ConnectionArn=CONNECTION)
    assert connection["Connection"]["ConnectionStatus"] == "AVAILABLE"


@pytest.mark.parametrize(
    "reference",
    [
        "alias/states",
        "0b1c2d3e-0000-4000-8000-000000000000",
        f"arn:aws:kms:us-east-1:{PROD}:alias/states",
        f"arn:aws:kms:us-east-1:{PROD}:key/0b1c2d3e-0000-4000-8000-000000000000",
    ],
)
def test_a_key_that_settings_name_is_there_under_that_name(emulator: Emulator, reference: str) -> None:
    account = Account(emulator, DEV, REGION)
    account.create_key(reference)
    account.create_key(reference)  # again, as two environments may share a key
    place = (PROD, "us-east-1") if ":" in reference else (DEV, REGION)
    kms = emulator.client("kms", *place)
    metadata = kms.describe_key(KeyId=reference)["KeyMetadata"]
    assert reference.rpartition(":")[2].removeprefix("key/") in (
        metadata["KeyId"],
        *(alias["AliasName"] for alias in kms.list_aliases(KeyId=metadata["KeyId"])["Aliases"]),
    )
    assert len(kms.list_keys()["Keys"]) == 1


class Functions:
    """Creates and invokes one function."""

    def __init__(self, emulator: Emulator) -> None:
        self._client = emulator.client("lambda", DEV, REGION)

    def create(self, source: str, **settings: Any) -> None:
        defaults = {"Handler": "index.handle", "Runtime": "python3.12", "Role": f"arn:aws:iam::{DEV}:role/seeder"}
        self._client.create_function(FunctionName="function", Code={"ZipFile": _zip(source)}, **(defaults | settings))

    def invoke(self, event: dict[str, Any], **options: Any) -> dict[str, Any]:
        import base64

        reply = self._client.invoke(FunctionName="function", Payload=json.dumps(event), **options)
        return {
            "payload": json.loads(reply["Payload"].read()),
            "error": reply.get("FunctionError"),
            "log": base64.b64decode(reply.get("LogResult", "")).decode(),
        }


@pytest.fixture
def functions(emulator: Emulator) -> Iterator[Functions]:
    logs = ["logs:CreateLogStream", "logs:PutLogEvents"]
    new_role(emulator, DEV, "seeder", trusted={"Service": "lambda.amazonaws.com"}, allowed=logs)
    yield Functions(emulator)


def _repositories(emulator: Emulator, account: str) -> list[str]:
    listed = emulator.client("codecommit", account, REGION).list_repositories()
    return [repository["repositoryName"] for repository in listed["repositories"]]


def _configuration() -> Configuration:
    environment = Environment(
        name="dev",
        account_id=DEV,
        region=REGION,
        state=S3State(bucket="example-state", key_prefix="x", region=REGION),
        network=Network("vpc-0123456789abcdef0", ("subnet-0123456789abcdef0",), ("sg-0123456789abcdef0",)),
        permissions_boundary_name="boundary",
        s3_access_logs_bucket_arn="arn:aws:s3:::example-logs",
    )
    project = Project(
        environment=environment,
        template="xgboost_abalone",
        name="abalone",
        id="p-abalone01",
        parameters=TemplateParameters(),
        network=Network("vpc-0123456789abcdef0", ("subnet-0123456789abcdef1",), ("sg-0123456789abcdef0",)),
        targets=(Target("prod", PROD, REGION, Network("vpc-0fedcba9876543210", ("subnet-0fedcba9876543210",))),),
        repository=Repository(type="GitHub", owner="example", codeconnection_arn=CONNECTION),
        permissions_boundary_name="boundary",
    )
    return Configuration(environments=(environment,), projects=(project,))


def _zip(source: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("index.py", source)
    return written.getvalue()


_NOWHERE = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/none/variant/main",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
_LOG_GROUP = f"arn:aws:logs:{REGION}:{DEV}:log-group:none"
_BOUNDARY = f"arn:aws:iam::{DEV}:policy/none"


@pytest.mark.parametrize(
    ("service", "operation", "asked", "refusal"),
    [
        ("lambda", "invoke", {"FunctionName": "none"}, ("ResourceNotFoundException", 404)),
        (
            "lambda",
            "invoke",
            {"FunctionName": f"arn:aws:lambda:{REGION}:{DEV}:function:none"},
            ("ResourceNotFoundException", 404),
        ),
        ("lambda", "invoke", {"FunctionName": "none", "InvocationType": "Event"}, ("ResourceNotFoundException", 404)),
        ("lambda", "list_versions_by_function", {"FunctionName": "none"}, ("ResourceNotFoundException", 404)),
        (
            "application-autoscaling",
            "register_scalable_target",
            {**_NOWHERE, "MinCapacity": 1, "MaxCapacity": 2},
            ("ValidationException", 400),
        ),
        ("application-autoscaling", "deregister_scalable_target", _NOWHERE, ("ObjectNotFoundException", 400)),
        (
            "application-autoscaling",
            "put_scaling_policy",
            {**_NOWHERE, "PolicyName": "p", "PolicyType": "TargetTrackingScaling"},
            (("ObjectNotFoundException", 400)),
        ),
        (
            "application-autoscaling",
            "delete_scaling_policy",
            {**_NOWHERE, "PolicyName": "p"},
            (("ObjectNotFoundException", 400)),
        ),
        (
            "ec2",
            "create_security_group",
            {"GroupName": "g", "Description": "d", "VpcId": "vpc-0123456789abcdef0"},
            ("InvalidVpcID.NotFound", 400),
        ),
        (
            "iam",
            "create_role",
            {"RoleName": "r", "AssumeRolePolicyDocument": "{}", "PermissionsBoundary": _BOUNDARY},
            ("NoSuchEntity", 404),
        ),
        ("iam", "list_instance_profiles_for_role", {"RoleName": "none"}, ("NoSuchEntity", 404)),
        ("logs", "list_tags_for_resource", {"resourceArn": _LOG_GROUP}, ("ResourceNotFoundException", 400)),
        ("logs", "tag_resource", {"resourceArn": _LOG_GROUP, "tags": {"a": "b"}}, ("ResourceNotFoundException", 400)),
    ],
)
def test_what_refers_to_something_that_is_not_there_is_refused(
    emulator: Emulator, service: str, operation: str, asked: dict[str, Any], refusal: tuple[str, int]
) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(emulator.client(service, DEV, REGION), operation)(**asked)
    told = refused.value.response
    assert (told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"]) == refusal
    message = told["Error"]["Message"]
    assert any(named in message for named in ("none", "vpc-0123456789abcdef0", "specified log group does not exist"))


def test_an_endpoint_may_have_every_instance_type_that_sagemaker_knows(emulator: Emulator) -> None:
    sagemaker = emulator.client("sagemaker", DEV, REGION)
    role = new_role(emulator, DEV, "endpoint", trusted={"Service": "sagemaker.amazonaws.com"})
    sagemaker.create_model(ModelName="gpu", ExecutionRoleArn=role, PrimaryContainer={"Image": "image"})
    variant = {"VariantName": "main", "ModelName": "gpu", "InitialInstanceCount": 1}
    for number, instance_type in enumerate(("ml.g5.2xlarge", "ml.g6e.2xlarge")):
        variants = [{**variant, "InstanceType": instance_type}]
        sagemaker.create_endpoint_config(EndpointConfigName=f"gpu-{number}", ProductionVariants=variants)
        (found,) = sagemaker.describe_endpoint_config(EndpointConfigName=f"gpu-{number}")["ProductionVariants"]
        assert found["InstanceType"] == instance_type
