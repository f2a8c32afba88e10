"""Least privilege, encryption and protection, read from the synthesized JSON."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sagemaker_templates.application import write_stacks
from sagemaker_templates.blocks.service_trust import KEYS_OF_SERVICES
from sagemaker_templates.configuration import load_configuration
from synthesized import CASES, documents, input_of

STACKS = [(case, stack) for case in CASES for stack in documents(case)]
each_stack = pytest.mark.parametrize(("case", "stack"), STACKS, ids=lambda value: value)
PROJECTS = [(case, stack) for case, stack in STACKS if not stack.endswith(("-foundation", "-target"))]
each_project = pytest.mark.parametrize(("case", "stack"), PROJECTS, ids=lambda value: value)
TARGETS = [(case, stack) for case, stack in STACKS if stack.endswith("-target")]
each_target = pytest.mark.parametrize(("case", "stack"), TARGETS, ids=lambda value: value)
each_of_both = pytest.mark.parametrize(("case", "stack"), [*PROJECTS, *TARGETS], ids=lambda value: value)
# A foundation without CodeCommit projects holds template repositories on GitHub and nothing of AWS.
AWS_STACKS = [
    (case, stack)
    for case, stack in STACKS
    if not stack.endswith("-foundation") or "aws_lambda_function" in documents(case)[stack]["resource"]
]
each_aws_stack = pytest.mark.parametrize(("case", "stack"), AWS_STACKS, ids=lambda value: value)
IN_CODECOMMIT = [
    (case, stack) for case, stack in PROJECTS if "aws_codecommit_repository" in documents(case)[stack]["resource"]
]
each_codecommit_project = pytest.mark.parametrize(("case", "stack"), IN_CODECOMMIT, ids=lambda value: value)


def _all(case: str, stack: str, kind: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = documents(case)[stack]["resource"].get(kind, {})
    return found


def _statements(case: str, stack: str) -> Iterator[tuple[str, dict[str, Any], dict[str, str]]]:
    for name, document in documents(case)[stack].get("data", {}).get("aws_iam_policy_document", {}).items():
        for statement in document["statement"]:
            yield name, statement, document["//"].get("reasons", {})


@each_stack
def test_no_statement_allows_a_wildcard_action(case: str, stack: str) -> None:
    wild = [
        (name, statement["sid"])
        for name, statement, _ in _statements(case, stack)
        if statement["effect"] == "Allow" and any("*" in action for action in statement["actions"])
    ]
    assert wild == []


@each_stack
def test_every_star_resource_has_its_reason_beside_it(case: str, stack: str) -> None:
    unexplained = [
        (name, statement["sid"])
        for name, statement, reasons in _statements(case, stack)
        if "*" in statement.get("resources", []) and not reasons.get(statement["sid"])
    ]
    assert unexplained == []


_UNNAMED = re.compile(r"arn:[\w-]+:(?!s3:)[\w-]+:[\w-]*:(\d*:[\w-]+[:/]\*|\*:.+)")
"""All of a type, or of every account."""


@each_stack
def test_every_wildcard_that_no_name_limits_has_its_reason_beside_it(case: str, stack: str) -> None:
    unexplained = [
        (name, statement["sid"])
        for name, statement, reasons in _statements(case, stack)
        for resource in statement.get("resources", [])
        if _UNNAMED.fullmatch(resource) and not resource.endswith(":network-interface/*")
        if not reasons.get(statement["sid"])
    ]
    assert unexplained == []


UNNARROWED = {
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
}
"""AWS refuses processing jobs in a VPC whose role has them narrowed."""


@each_of_both
def test_star_resources_of_roles_are_only_those_that_aws_leaves_no_way_around(case: str, stack: str) -> None:
    star = {
        action
        for name, statement, _ in _statements(case, stack)
        if name.endswith("_rights") and "*" in statement["resources"]
        for action in statement["actions"]
        if not (name == "execution_role_rights" and action in UNNARROWED)
    }
    assert star <= {
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScalingPolicies",
        "application-autoscaling:DescribeScheduledActions",
        "cloudwatch:PutMetricData",
        "ecr:GetAuthorizationToken",
        "ec2:DescribeDhcpOptions",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeVpcs",
        "sagemaker:ListEndpointConfigs",
        "sagemaker:ListModels",
    }


@each_aws_stack
def test_policies_are_documents_and_never_json_text(case: str, stack: str) -> None:
    attributes = [
        body.get(key)
        for named in documents(case)[stack]["resource"].values()
        for body in named.values()
        for key in ("policy", "assume_role_policy", "resource_policy")
        if key in body
    ]
    assert attributes
    assert all(value.startswith("${data.aws_iam_policy_document.") for value in attributes)


@each_aws_stack
def test_roles_can_be_assumed_by_one_service_on_behalf_of_this_account_only(case: str, stack: str) -> None:
    trusts = [s for name, s, _ in _statements(case, stack) if name.endswith("_trust") and name not in OF_PIPELINES]
    assert trusts
    for trust in trusts:
        (principal,) = trust["principals"]
        (service,) = principal["identifiers"]
        assert principal["type"] == "Service"
        asked = {condition["variable"] for condition in trust.get("condition", ())}
        assert asked <= KEYS_OF_SERVICES[service], "the service never sends it, so the role could not be assumed"
        assert asked or not KEYS_OF_SERVICES[service], "what the service sends is asked for"


OF_PIPELINES = {"planner_role_trust": "codebuild", "deployer_role_trust": "apply"}


@each_target
def test_the_pipelines_roles_can_be_assumed_by_one_build_role_that_knows_the_external_id(
    case: str, stack: str
) -> None:
    trusts = {name: s for name, s, _ in _statements(case, stack) if name in OF_PIPELINES}
    assert set(trusts) == set(OF_PIPELINES)
    for name, trust in trusts.items():
        (principal,) = trust["principals"]
        conditions = {condition["variable"]: condition for condition in trust["condition"]}
        (role,) = conditions["aws:PrincipalArn"]["values"]
        (external_id,) = conditions["sts:ExternalId"]["values"]
        assert principal == {"type": "AWS", "identifiers": ["arn:aws:iam::111111111111:root"]}
        assert re.fullmatch(rf"arn:aws:iam::111111111111:role/service-role/serving-{OF_PIPELINES[name]}[a-z-]*", role)
        assert "*" not in role
        assert {conditions[key]["test"] for key in conditions} == {"ArnEquals", "StringEquals"}
        assert external_id in ("serving/of-risk", "serving-p-serving001")


@each_stack
def test_roles_are_passed_to_one_service_only(case: str, stack: str) -> None:
    for _, statement, _ in _statements(case, stack):
        if "iam:PassRole" in statement["actions"]:
            assert statement["actions"] == ["iam:PassRole"]
            assert "*" not in statement["resources"]
            assert statement["condition"][0]["variable"] == "iam:PassedToService"


@each_project
def test_other_accounts_may_read_and_deploy_and_nothing_else(case: str, stack: str) -> None:
    account = documents(case)[stack]["provider"]["aws"][0]["allowed_account_ids"][0]
    foreign = {
        action
        for _, statement, _ in _statements(case, stack)
        for principal in statement.get("principals", [])
        if principal["type"] == "AWS" and not all(account in identifier for identifier in principal["identifiers"])
        for action in statement["actions"]
    }
    assert foreign <= {
        "kms:Decrypt",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:ListBucket",
        "sagemaker:CreateModel",
        "sagemaker:DescribeModelPackage",
        "sagemaker:DescribeModelPackageGroup",
        "sagemaker:ListModelPackages",
    }


FOREIGN_ROLES = {"s3": "*-endpoint", "kms": "*-endpoint", "sagemaker": "*-deployer"}


@each_project
def test_other_accounts_are_granted_through_the_roles_of_deployments_alone(case: str, stack: str) -> None:
    account = documents(case)[stack]["provider"]["aws"][0]["allowed_account_ids"][0]
    for _, statement, _ in _statements(case, stack):
        for principal in statement.get("principals", []):
            foreign = [i for i in principal["identifiers"] if principal["type"] == "AWS" and account not in i]
            if foreign:
                services = {action.partition(":")[0] for action in statement["actions"]}
                roles = FOREIGN_ROLES[services.pop()]
                (condition,) = statement["condition"]
                assert (services, condition["test"], condition["variable"]) == (set(), "ArnLike", "aws:PrincipalArn")
                assert condition["values"] == [
                    root.replace(":root", f":role/model-deploy/{roles}") for root in foreign
                ]


WITH_BUCKETS = [(case, stack) for case, stack in [*PROJECTS, *TARGETS] if _all(case, stack, "aws_s3_bucket")]


def test_every_project_and_every_target_that_captures_has_a_bucket() -> None:
    without_capture = {(case, "dev-serving-target") for case in ("model-deploy-minimal", "github-model-deploy")}
    assert set(WITH_BUCKETS) == {*PROJECTS, *TARGETS} - without_capture


@pytest.mark.parametrize(("case", "stack"), WITH_BUCKETS, ids=lambda value: value)
def test_every_bucket_is_private_versioned_encrypted_with_its_own_key_and_tls_only(case: str, stack: str) -> None:
    buckets = _all(case, stack, "aws_s3_bucket")
    keys = set()
    for name in buckets:
        public = _all(case, stack, "aws_s3_bucket_public_access_block")[f"{name}_public_access"]
        assert [public[k] for k in public if k.startswith(("block", "ignore", "restrict"))] == [True] * 4
        versioning = _all(case, stack, "aws_s3_bucket_versioning")[f"{name}_versioning"]
        assert versioning["versioning_configuration"]["status"] == "Enabled"
        (rule,) = _all(case, stack, "aws_s3_bucket_server_side_encryption_configuration")[f"{name}_encryption"][
            "rule"
        ]
        keys.add(rule["apply_server_side_encryption_by_default"]["kms_master_key_id"])
        tls = [s for n, s, _ in _statements(case, stack) if n == f"{name}_access" and s["sid"] == "TlsOnly"]
        assert tls[0]["effect"] == "Deny"
        assert _all(case, stack, "aws_s3_bucket_lifecycle_configuration")[f"{name}_lifecycle"]
    assert len(keys) == len(buckets)


@each_aws_stack
def test_keys_rotate_and_log_groups_are_encrypted_and_forget(case: str, stack: str) -> None:
    keys, groups = _all(case, stack, "aws_kms_key"), _all(case, stack, "aws_cloudwatch_log_group")
    assert keys
    assert groups
    assert all(key["enable_key_rotation"] for key in keys.values())
    assert all(group["kms_key_id"] and group["retention_in_days"] for group in groups.values())


HOLDS_WORK = ("aws_codecommit_repository", "aws_sagemaker_model_package_group", "aws_kms_key")


@each_aws_stack
def test_what_holds_work_is_protected_unless_the_environment_says_otherwise(case: str, stack: str) -> None:
    environments = load_configuration(input_of(case)).environments
    expected = {f"{each.name}-": each.protect_data for each in environments}
    protected = next(protect for prefix, protect in expected.items() if stack.startswith(prefix))
    buckets = _all(case, stack, "aws_s3_bucket")
    held = [body for kind in HOLDS_WORK for body in _all(case, stack, kind).values()]
    held += [body for name, body in buckets.items() if name in ("artifact_bucket", "capture_bucket")]
    assert held
    assert {bool(body.get("lifecycle", {}).get("prevent_destroy")) for body in held} == {protected}


@each_codecommit_project
def test_a_repository_is_seeded_at_creation_only(case: str, stack: str) -> None:
    seed = _all(case, stack, "aws_lambda_invocation")["repository_seed"]
    assert seed["lifecycle_scope"] == "CREATE_ONLY"
    assert sorted(json.loads(seed["input"])) == ["repository", "template"]


@each_codecommit_project
def test_the_pipeline_is_v2_and_started_by_pushes_to_main_only(case: str, stack: str) -> None:
    pipeline = _all(case, stack, "aws_codepipeline")["delivery_pipeline"]
    assert pipeline["pipeline_type"] == "V2"
    source = pipeline["stage"][0]["action"][0]["configuration"]
    assert (source["BranchName"], source["PollForSourceChanges"]) == ("main", "false")
    pattern = json.loads(_all(case, stack, "aws_cloudwatch_event_rule")["push"]["event_pattern"])
    assert pattern["detail"]["referenceName"] == ["main"]
    assert pattern["detail"]["event"] == ["referenceCreated", "referenceUpdated"]
    assert pattern["resources"] == [f"{pattern['resources'][0].rpartition(':')[0]}:{source['RepositoryName']}"]


@pytest.mark.parametrize("case", ["every-option", "hf-import-models"])
def test_a_permissions_boundary_is_on_every_role(case: str) -> None:
    for stack in documents(case):
        roles = _all(case, stack, "aws_iam_role")
        assert {role["permissions_boundary"] for role in roles.values()} == {
            "arn:aws:iam::111111111111:policy/ml-boundary"
        }


def test_access_logs_go_to_the_given_bucket() -> None:
    logging = _all("every-option", "dev-abalone", "aws_s3_bucket_logging")
    assert {entry["target_bucket"] for entry in logging.values()} == {"example-access-logs"}
    assert len(logging) == 2


def test_tags_reach_every_resource_of_a_project() -> None:
    (provider,) = documents("every-option")["dev-abalone"]["provider"]["aws"]
    (tags,) = provider["default_tags"]
    assert tags["tags"] == {
        "cost-center": "1234",
        "data-class": "internal",
        "sagemaker:domain-arn": "arn:aws:sagemaker:us-east-1:111111111111:domain/d-abcdefghijkl",
        "sagemaker:domain-id": "d-abcdefghijkl",
        "sagemaker:project-id": "p-abalone01",
        "sagemaker:project-name": "abalone",
        "team": "risk",
    }


def test_job_options_reach_the_build() -> None:
    project = _all("every-option", "dev-abalone", "aws_codebuild_project")["build_project"]
    variables = {entry["name"]: entry["value"] for entry in project["environment"]["environment_variable"]}
    assert variables["ENABLE_NETWORK_ISOLATION"] == "true"
    assert variables["ENCRYPT_INTER_CONTAINER_TRAFFIC"] == "true"
    assert variables["SUBNET_IDS"] == "subnet-0123456789abcdef0,subnet-0123456789abcdef1"
    assert variables["SECURITY_GROUP_IDS"] == "${aws_security_group.jobs_security_group.id},sg-0123456789abcdef0"


def test_without_a_network_no_variable_is_empty() -> None:
    project = _all("minimal", "dev-abalone", "aws_codebuild_project")["build_project"]
    assert all(entry["value"] for entry in project["environment"]["environment_variable"])


TOKEN = "arn:aws:secretsmanager:us-east-1:111111111111:secret:ml/hugging-face-??????"
SECRET_READERS = [
    ("hf-import-models", TOKEN),
    ("hf-import-models-minimal", "arn:aws:secretsmanager:eu-west-1:111111111111:secret:hugging-face-??????"),
]


@pytest.mark.parametrize(("case", "secret"), SECRET_READERS)
def test_the_hubs_token_can_be_read_by_the_import_jobs_role_alone(case: str, secret: str) -> None:
    readers = [
        (name, statement["actions"], statement["resources"])
        for name, statement, _ in _statements(case, "dev-llama")
        if any(action.startswith("secretsmanager:") for action in statement["actions"])
    ]
    assert readers == [("import_role_rights", ["secretsmanager:GetSecretValue"], [secret])]


def test_a_public_models_import_reads_no_secret_and_names_none(tmp_path: Path) -> None:
    environments = tmp_path / "environments"
    shutil.copytree(input_of("hf-import-models-minimal"), environments)
    project = environments / "dev/projects/llama.yaml"
    kept = [line for line in project.read_text(encoding="utf-8").splitlines() if "secret" not in line]
    project.write_text("\n".join(kept), encoding="utf-8")

    write_stacks(load_configuration(environments), environments=environments, output=tmp_path / "out")

    text = (tmp_path / "out/stacks/dev-llama/cdk.tf.json").read_text(encoding="utf-8")
    assert "HUGGING_FACE_MODEL_ID" in text
    assert "secretsmanager" not in text
    assert "HUGGING_FACE_ACCESS_TOKEN_SECRET" not in text


def test_the_tokens_key_serves_that_secret_only() -> None:
    (decrypt,) = [s for _, s, _ in _statements("hf-import-models", "dev-llama") if s["sid"] == "DecryptToken"]
    assert decrypt["actions"] == ["kms:Decrypt"]
    assert decrypt["resources"] == ["arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"]
    assert {(c["variable"], *c["values"]) for c in decrypt["condition"]} == {
        ("kms:ViaService", "secretsmanager.us-east-1.amazonaws.com"),
        ("kms:EncryptionContext:SecretARN", TOKEN),
    }


def test_without_a_key_of_its_own_the_secret_needs_no_right_to_decrypt() -> None:
    sids = {statement["sid"] for _, statement, _ in _statements("hf-import-models-minimal", "dev-llama")}
    assert "ReadToken" in sids
    assert "DecryptToken" not in sids


def test_the_pipeline_starts_import_jobs_as_the_import_role_and_as_no_other() -> None:
    passed = {
        (name, resource)
        for name, statement, _ in _statements("hf-import-models", "dev-llama")
        if "iam:PassRole" in statement["actions"]
        for resource in statement["resources"]
    }
    assert passed == {
        ("execution_role_rights", "${aws_iam_role.import_role.arn}"),
        ("build_project_role_rights", "${aws_iam_role.execution_role.arn}"),
    }


def test_the_delivery_pipeline_uses_only_its_own_objects_of_the_model_bucket() -> None:
    bucket = "arn:aws:s3:::mlops-llama-111111111111"
    found = {
        (name, resource)
        for name, statement, _ in _statements("hf-import-models", "dev-llama")
        if statement["sid"] == "PipelineArtifacts"
        for resource in statement["resources"]
    }
    assert found == {
        ("build_project_role_rights", f"{bucket}/llama-buil*"),
        ("delivery_pipeline_role_rights", f"{bucket}/llama-buil*"),
    }


def test_other_accounts_read_imported_models_and_no_sources() -> None:
    read = [s for _, s, _ in _statements("hf-import-models", "dev-llama") if s["sid"] == "ReadToDeploy"]
    assert [s["resources"] for s in read] == [["arn:aws:s3:::mlops-llama-111111111111/models/*"]]
