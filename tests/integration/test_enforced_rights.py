"""A role may do in the emulator what its policies, and those of what it wants, allow; an administrator may do all."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from roles_on_emulator import new_role, policy
from sagemaker_templates.emulator import Emulator, EmulatorError, running_emulator
from sagemaker_templates.emulator.prepare import Account
from sagemaker_templates.emulator.routes import DECISIONS_ROUTE, RIGHTS_ROUTE, SESSION_ROUTE
from sagemaker_templates.rehearsal.rights_used import Granted, Used, rights_of_roles

pytestmark = pytest.mark.emulator

DEV, PROD = "111111111111", "222222222222"
REGION = "eu-west-1"
BUILD = {"Service": "codebuild.amazonaws.com"}
PROJECT = f"arn:aws:codebuild:{REGION}:{DEV}:project/abalone"
BUCKET = "arn:aws:s3:::a-bucket"


@pytest.mark.parametrize(
    ("service", "operation", "asked", "expected"),
    [
        (
            "sagemaker",
            "describe_endpoint",
            {"EndpointName": "abalone"},
            ("AccessDeniedException", 400, "sagemaker:DescribeEndpoint on resource: arn:aws:sagemaker"),
        ),
        (
            "s3",
            "get_object",
            {"Bucket": "a-bucket", "Key": "k"},
            ("AccessDenied", 403, f"s3:GetObject on resource: {BUCKET}/k"),
        ),
        (
            "iam",
            "get_role",
            {"RoleName": "x"},
            ("AccessDenied", 403, f"iam:GetRole on resource: arn:aws:iam::{DEV}:role/x"),
        ),
        ("ec2", "describe_vpcs", {}, ("UnauthorizedOperation", 403, "ec2:DescribeVpcs because")),
        ("sns", "list_topics", {}, ("AuthorizationError", 403, "sns:ListTopics")),
        ("lambda", "get_function", {"FunctionName": "f"}, ("AccessDeniedException", 403, "lambda:GetFunction")),
    ],
)
def test_a_role_without_rights_is_refused_in_the_words_of_each_service(
    emulator: Emulator, service: str, operation: str, asked: dict[str, Any], expected: tuple[str, int, str]
) -> None:
    Account(emulator, DEV, REGION).create_bucket("a-bucket")
    code, status, words = expected
    with pytest.raises(ClientError) as refused:
        getattr(_acting(emulator, _role(emulator), service), operation)(**asked)
    told = refused.value.response
    assert (told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    message = told["Error"]["Message"]
    assert message.startswith(f"User: arn:aws:sts::{DEV}:assumed-role/role/codebuild is not authorized to perform: ")
    assert words in message
    assert "because no identity-based policy allows" in message


def test_a_role_may_do_what_its_policy_allows_where_it_allows_it(emulator: Emulator) -> None:
    for name in ("a-bucket", "another"):
        Account(emulator, DEV, REGION).create_bucket(name)
    s3 = _acting(emulator, _role(emulator, "s3:PutObject", "s3:GetObject", resource=f"{BUCKET}/data/*"), "s3")
    s3.put_object(Bucket="a-bucket", Key="data/x", Body=b"content")
    assert s3.get_object(Bucket="a-bucket", Key="data/x")["Body"].read() == b"content"
    for bucket, key in (("a-bucket", "x"), ("another", "data/x")):
        with pytest.raises(ClientError, match=f"s3:PutObject on resource: arn:aws:s3:::{bucket}/{key}"):
            s3.put_object(Bucket=bucket, Key=key, Body=b"content")
    with pytest.raises(ClientError, match="s3:DeleteObject"):
        s3.delete_object(Bucket="a-bucket", Key="data/x")


def test_that_an_object_is_missing_is_told_to_those_who_may_list_the_bucket(emulator: Emulator) -> None:
    Account(emulator, DEV, REGION).create_bucket("a-bucket")
    reader = _acting(emulator, _role(emulator, "s3:GetObject"), "s3")
    with pytest.raises(ClientError, match=r"AccessDenied.*s3:ListBucket"):
        reader.get_object(Bucket="a-bucket", Key="gone")
    lister = _acting(emulator, _role(emulator, "s3:GetObject", "s3:ListBucket", name="lister"), "s3")
    with pytest.raises(ClientError, match="NoSuchKey"):
        lister.get_object(Bucket="a-bucket", Key="gone")


def test_who_writes_into_an_encrypted_bucket_needs_its_key_through_s3(emulator: Emulator) -> None:
    Account(emulator, DEV, REGION).create_bucket("a-bucket")
    key = emulator.client("kms", DEV, REGION).create_key()["KeyMetadata"]["Arn"]
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    emulator.client("s3", DEV, REGION).put_bucket_encryption(
        Bucket="a-bucket", ServerSideEncryptionConfiguration={"Rules": [rule]}
    )
    role = _role(emulator, "s3:PutObject")
    with pytest.raises(ClientError, match=f"kms:GenerateDataKey on resource: {key}"):
        _acting(emulator, role, "s3").put_object(Bucket="a-bucket", Key="x", Body=b"")
    through_s3 = {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}
    _add(emulator, role, Action="kms:GenerateDataKey", Resource=key, Condition=through_s3)
    _acting(emulator, role, "s3").put_object(Bucket="a-bucket", Key="x", Body=b"")
    with pytest.raises(ClientError, match="kms:GenerateDataKey"):
        _acting(emulator, role, "kms").generate_data_key(KeyId=key, KeySpec="AES_256")


def test_a_grant_of_a_key_is_enough(emulator: Emulator) -> None:
    kms = emulator.client("kms", DEV, REGION)
    key, role = kms.create_key()["KeyMetadata"]["Arn"], _role(emulator)
    with pytest.raises(ClientError, match="kms:GenerateDataKey"):
        _acting(emulator, role, "kms").generate_data_key(KeyId=key, KeySpec="AES_256")
    kms.create_grant(KeyId=key, GranteePrincipal=role, Operations=["GenerateDataKey"])
    assert _acting(emulator, role, "kms").generate_data_key(KeyId=key, KeySpec="AES_256")["CiphertextBlob"]


def test_a_boundary_limits_what_the_policy_of_a_role_allows(emulator: Emulator) -> None:
    iam = emulator.client("iam", DEV, REGION)
    document = policy({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    boundary = iam.create_policy(PolicyName="limits", PolicyDocument=document)["Policy"]["Arn"]
    role = _role(emulator, "sns:ListTopics", "s3:ListAllMyBuckets")
    iam.put_role_permissions_boundary(RoleName="role", PermissionsBoundary=boundary)
    assert _acting(emulator, role, "s3").list_buckets()["Buckets"] == []
    with pytest.raises(ClientError, match="because no permissions boundary allows the sns:ListTopics action"):
        _acting(emulator, role, "sns").list_topics()


def test_what_a_buckets_policy_denies_is_denied_to_the_administrator_too(emulator: Emulator) -> None:
    Account(emulator, DEV, REGION).create_bucket("a-bucket")
    s3 = emulator.client("s3", DEV, REGION)
    without_tls = {"Bool": {"aws:SecureTransport": "false"}}
    denied = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"{BUCKET}/*"}
    s3.put_bucket_policy(Bucket="a-bucket", Policy=policy({**denied, "Condition": without_tls}))
    s3.put_object(Bucket="a-bucket", Key="x", Body=b"")  # loopback stands for TLS
    s3.put_bucket_policy(Bucket="a-bucket", Policy=policy(denied))
    with pytest.raises(ClientError, match="with an explicit deny in a resource-based policy"):
        s3.put_object(Bucket="a-bucket", Key="x", Body=b"")


def test_another_account_gets_in_by_the_policy_of_a_bucket_alone(emulator: Emulator) -> None:
    Account(emulator, DEV, REGION).create_bucket("a-bucket")
    emulator.client("s3", DEV, REGION).put_object(Bucket="a-bucket", Key="x", Body=b"content")
    role = _role(emulator, "s3:GetObject", account=PROD)
    with pytest.raises(ClientError, match="because no resource-based policy allows the s3:GetObject action"):
        _acting(emulator, role, "s3").get_object(Bucket="a-bucket", Key="x")
    opened = {"Effect": "Allow", "Principal": {"AWS": role}, "Action": "s3:GetObject", "Resource": f"{BUCKET}/*"}
    emulator.client("s3", DEV, REGION).put_bucket_policy(Bucket="a-bucket", Policy=policy(opened))
    assert _acting(emulator, role, "s3").get_object(Bucket="a-bucket", Key="x")["Body"].read() == b"content"


def test_another_account_reads_versions_of_a_model_by_the_policy_of_their_group(emulator: Emulator) -> None:
    sagemaker = emulator.client("sagemaker", DEV, REGION)
    sagemaker.create_model_package_group(ModelPackageGroupName="abalone")
    version = f"arn:aws:sagemaker:{REGION}:{DEV}:model-package/abalone/1"
    role = _role(emulator, "sagemaker:DescribeModelPackage", account=PROD)
    asked = ("sagemaker", "DescribeModelPackage", {"ModelPackageName": version})
    assert "because no resource-based policy allows" in str(_asked(emulator, role, *asked))
    opened = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{PROD}:root"},
        "Action": "sagemaker:DescribeModelPackage",
        "Resource": version,
    }
    sagemaker.put_model_package_group_policy(ModelPackageGroupName="abalone", ResourcePolicy=policy(opened))
    assert _asked(emulator, role, *asked) is None


def test_images_of_aws_are_pulled_by_all_and_those_of_another_account_by_whom_it_lets_in(emulator: Emulator) -> None:
    ecr = emulator.client("ecr", PROD, REGION)
    ecr.create_repository(repositoryName="own")
    role = _role(emulator, "ecr:BatchGetImage")

    def pulls(account: str, repository: str) -> str | None:
        asked = {"registryId": account, "repositoryName": repository, "imageIds": [{"imageTag": "1"}]}
        return _asked(emulator, role, "ecr", "BatchGetImage", asked)

    assert pulls("683313688378", "sagemaker-xgboost") is None
    assert "because no resource-based policy allows" in str(pulls(PROD, "own"))
    opened = {"Sid": "s", "Effect": "Allow", "Principal": {"AWS": role}, "Action": "ecr:BatchGetImage"}
    ecr.set_repository_policy(repositoryName="own", policyText=policy(opened))
    assert pulls(PROD, "own") is None


def test_another_account_invokes_a_function_by_the_functions_policy(emulator: Emulator) -> None:
    functions = emulator.client("lambda", DEV, REGION)
    own = new_role(emulator, DEV, "function", trusted={"Service": "lambda.amazonaws.com"})
    functions.create_function(
        FunctionName="f", Role=own, Runtime="python3.12", Handler="i.h", Code={"ZipFile": b"PK\x05\x06" + b"\0" * 18}
    )
    arn = f"arn:aws:lambda:{REGION}:{DEV}:function:f"
    role = _role(emulator, "lambda:InvokeFunction", account=PROD)
    assert "lambda:InvokeFunction" in str(_asked(emulator, role, "lambda", "Invoke", {"FunctionName": arn}))
    functions.add_permission(FunctionName="f", StatementId="s", Action="lambda:InvokeFunction", Principal=PROD)
    assert _asked(emulator, role, "lambda", "Invoke", {"FunctionName": arn}) is None


def test_a_role_is_assumed_by_whom_it_trusts_under_its_conditions(emulator: Emulator) -> None:
    sts = emulator.client("sts", DEV, REGION)
    role = new_role(emulator, PROD, "deployer", trusted={"AWS": DEV})
    iam = emulator.client("iam", PROD, REGION)
    trust = {"Effect": "Allow", "Principal": {"AWS": DEV}, "Action": "sts:AssumeRole"}
    external = {"StringEquals": {"sts:ExternalId": "P-1"}}
    iam.update_assume_role_policy(RoleName="deployer", PolicyDocument=policy({**trust, "Condition": external}))
    for wrong in ({}, {"ExternalId": "P-2"}):
        with pytest.raises(ClientError, match="because no role trust policy allows the sts:AssumeRole action"):
            sts.assume_role(RoleArn=role, RoleSessionName="test", **wrong)
    assert sts.assume_role(RoleArn=role, RoleSessionName="test", ExternalId="P-1")["Credentials"]
    by_role = _acting(emulator, _role(emulator), "sts")
    with pytest.raises(ClientError, match="because no identity-based policy allows the sts:AssumeRole action"):
        by_role.assume_role(RoleArn=role, RoleSessionName="test", ExternalId="P-1")


def test_the_policy_of_a_session_limits_it(emulator: Emulator) -> None:
    role = new_role(emulator, DEV, "wide", trusted={"AWS": DEV}, allowed=["s3:*", "sns:*"])
    narrow = policy({"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"})
    given = emulator.client("sts", DEV, REGION).assume_role(RoleArn=role, RoleSessionName="test", Policy=narrow)
    assert _client(emulator, given["Credentials"], "s3", DEV).list_buckets()["Buckets"] == []
    with pytest.raises(ClientError, match="because no session policy allows the sns:ListTopics action"):
        _client(emulator, given["Credentials"], "sns", DEV).list_topics()


def test_a_role_is_passed_by_who_may_to_a_service_that_it_trusts(emulator: Emulator) -> None:
    build = new_role(emulator, DEV, "build", trusted=BUILD)
    role = _role(emulator, "codebuild:CreateProject")
    with pytest.raises(ClientError, match=f"iam:PassRole on resource: {build}"):
        _acting(emulator, role, "codebuild").create_project(**_project(build))
    to_another = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    _add(emulator, role, Action="iam:PassRole", Resource=build, Condition=to_another)
    with pytest.raises(ClientError, match="iam:PassRole"):
        _acting(emulator, role, "codebuild").create_project(**_project(build))
    _add(emulator, role, Action="iam:PassRole", Resource=build)
    assert _acting(emulator, role, "codebuild").create_project(**_project(build))["project"]["arn"] == PROJECT
    other = new_role(emulator, DEV, "other", trusted={"Service": "sagemaker.amazonaws.com"})
    for untrusting in (other, f"arn:aws:iam::{DEV}:role/nobody"):
        with pytest.raises(ClientError, match=rf"codebuild\.amazonaws\.com is not authorized.*{untrusting}"):
            emulator.client("codebuild", DEV, REGION).create_project(**_project(untrusting))


def test_a_service_gets_sessions_of_roles_that_trust_it_for_what_it_acts_for(emulator: Emulator) -> None:
    new_role(emulator, DEV, "build", trusted=BUILD)
    own = {"ArnLike": {"aws:SourceArn": PROJECT}, "StringEquals": {"aws:SourceAccount": DEV}}
    trust = {"Effect": "Allow", "Principal": BUILD, "Action": "sts:AssumeRole", "Condition": own}
    emulator.client("iam", DEV, REGION).update_assume_role_policy(RoleName="build", PolicyDocument=policy(trust))
    role = f"arn:aws:iam::{DEV}:role/build"
    assert _session(emulator, role, acting_for=PROJECT)["SessionToken"]
    with pytest.raises(EmulatorError, match="because no role trust policy allows"):
        _session(emulator, role, acting_for=f"{PROJECT}-other")
    with pytest.raises(EmulatorError, match=r"events\.amazonaws\.com is not authorized"):
        _session(emulator, role, service="events.amazonaws.com", acting_for=PROJECT)


def test_nothing_is_allowed_by_omission(emulator: Emulator) -> None:
    role = _role(emulator, "*")
    with pytest.raises(ClientError, match="does not know which rights glue GetDatabases needs"):
        _acting(emulator, role, "glue").get_databases()
    assert emulator.client("glue", DEV, REGION).get_databases()["DatabaseList"] == []
    with pytest.raises(EmulatorError, match="does not know which rights s3 Nothing needs"):
        _asked(emulator, role, "s3", "Nothing", {})


def test_users_have_no_rights(emulator: Emulator) -> None:
    iam = emulator.client("iam", DEV, REGION)
    iam.create_user(UserName="u")
    key = iam.create_access_key(UserName="u")["AccessKey"]
    with pytest.raises(ClientError, match="knows the rights of roles and not those of users"):
        _client(emulator, {**key, "SessionToken": None}, "s3", DEV).list_buckets()


def test_decisions_about_roles_are_told_with_the_statement_that_allowed(emulator: Emulator) -> None:
    role = _role(emulator, "s3:ListAllMyBuckets")
    _acting(emulator, role, "s3").list_buckets()
    with pytest.raises(ClientError):
        _acting(emulator, role, "sns").list_topics()
    told = emulator.administer(DECISIONS_ROUTE, {})["decisions"]
    by_action = {one["action"]: one for one in told}
    assert by_action["s3:ListAllMyBuckets"]["by"] == [["own", "Allowed"]]
    assert by_action["sns:ListTopics"]["message"].endswith("allows the sns:ListTopics action")
    assert {action: one["allowed"] for action, one in by_action.items()} == {
        "sts:AssumeRole": True,
        "s3:ListAllMyBuckets": True,
        "sns:ListTopics": False,
    }
    assert by_action["s3:ListAllMyBuckets"]["role"] == role
    emulator.reset()
    assert emulator.administer(DECISIONS_ROUTE, {})["decisions"] == []


def test_of_each_role_it_is_told_which_rights_it_used_which_not_and_what_it_was_refused(
    emulator: Emulator,
) -> None:
    iam = emulator.client("iam", DEV, REGION)
    document = policy({"Sid": "Told", "Effect": "Allow", "Action": "sns:Publish", "Resource": "*"})
    attached = iam.create_policy(PolicyName="more", PolicyDocument=document)["Policy"]["Arn"]
    role = _role(emulator, "s3:ListAllMyBuckets", "s3:PutObject")
    iam.attach_role_policy(RoleName="role", PolicyArn=attached)
    _role(emulator, name="another")
    _acting(emulator, role, "s3").list_buckets()
    with pytest.raises(ClientError):
        _acting(emulator, role, "sns").list_topics()
    idle, acting = rights_of_roles(emulator, [DEV], REGION)
    assert (idle.role, idle.acted) == ("another", False)
    assert acting.used == (Used("s3:ListAllMyBuckets", None, ("*",)),)
    assert acting.unused == (Granted("Allowed", "s3:PutObject"), Granted("Told", "sns:Publish"))
    (refused,) = acting.refused
    assert "is not authorized to perform: sns:ListTopics" in refused


def test_rights_can_be_left_out(tmp_path: Path) -> None:
    with running_emulator(log_file=tmp_path / "log", checks_rights=False) as emulator:
        role = new_role(emulator, DEV, "role", trusted={"Service": "nobody.amazonaws.com"})
        assert _acting(emulator, role, "s3").list_buckets()["Buckets"] == []


def _project(role: str) -> dict[str, Any]:
    return {
        "name": "abalone",
        "source": {"type": "CODEPIPELINE"},
        "artifacts": {"type": "CODEPIPELINE"},
        "environment": {"type": "LINUX_CONTAINER", "image": "x", "computeType": "BUILD_GENERAL1_SMALL"},
        "serviceRole": role,
    }


def _role(emulator: Emulator, *allowed: str, name: str = "role", account: str = DEV, resource: str = "*") -> str:
    return new_role(emulator, account, name, trusted=BUILD, allowed=allowed, resource=resource)


def _add(emulator: Emulator, role: str, **statement: object) -> None:
    account, name = role.split(":")[4], role.rpartition("/")[2]
    iam = emulator.client("iam", account, REGION)
    iam.put_role_policy(
        RoleName=name,
        PolicyName="more",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}),
    )


def _session(
    emulator: Emulator, role: str, service: str = BUILD["Service"], acting_for: str = PROJECT
) -> dict[str, Any]:
    asked = {"role": role, "service": service, "name": "codebuild", "region": REGION, "acting-for": acting_for}
    return emulator.administer(SESSION_ROUTE, asked)


def _acting(emulator: Emulator, role: str, service: str) -> Any:
    return _client(emulator, _session(emulator, role), service, role.split(":")[4])


def _client(emulator: Emulator, given: Mapping[str, Any], service: str, account: str) -> Any:
    variables = {
        **emulator.environment(account, REGION),
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
    }
    if given["SessionToken"]:
        variables["AWS_SESSION_TOKEN"] = given["SessionToken"]
    return emulator.client_with(service, variables)


def _asked(emulator: Emulator, role: str, service: str, operation: str, parameters: dict[str, Any]) -> str | None:
    key = _session(emulator, role)["AccessKeyId"]
    asked = {"key": key, "region": REGION, "service": service, "operation": operation, "parameters": parameters}
    refused: str | None = emulator.administer(RIGHTS_ROUTE, asked).get("refused")
    return refused
