"""Real Terraform with the real AWS provider takes stacks through the emulator: apply, empty second plan, destroy."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.emulator.prepare import Account
from sagemaker_templates.operations.terraform import Terraform, TerraformError
from sagemaker_templates.settings.model import Network
from terraform_factory import TerraformFactory

pytestmark = [pytest.mark.emulator, pytest.mark.terraform]

ACCOUNT = "222222222222"
LOG_BUCKET = "example-logs"
REGION = "eu-west-1"
NETWORK = Network("vpc-0123456789abcdef0", ("subnet-0123456789abcdef0",), ("sg-0123456789abcdef0",))
HANDLER = """
import boto3
def handle(event, context):
    codecommit = boto3.client("codecommit")
    name = event["repository"]
    if codecommit.list_branches(repositoryName=name)["branches"]:
        return {"seeded": False}
    readme = {"filePath": "README.md", "fileContent": b"seeded\\n"}
    codecommit.create_commit(repositoryName=name, branchName="main", putFiles=[readme])
    return {"seeded": True, "account": boto3.client("sts").get_caller_identity()["Account"]}
"""


def test_a_delivery_pipeline_is_stable_and_its_repository_seeded(
    terraform: TerraformFactory, emulator: Emulator, tmp_path: Path
) -> None:
    archive = tmp_path / "seeder.zip"
    archive.write_bytes(_zip(HANDLER))
    account = Account(emulator, ACCOUNT, REGION)
    account.create_network(NETWORK)
    account.create_log_bucket(LOG_BUCKET)
    runner = terraform("delivery", _delivery(archive), ACCOUNT, REGION)

    runner.apply(runner.plan())

    assert _second_plan(runner) == ""
    assert json.loads(runner.output()["seeding"]) == {"seeded": True, "account": ACCOUNT}
    codecommit = emulator.client("codecommit", ACCOUNT, REGION)
    file = codecommit.get_file(repositoryName="abalone", filePath="README.md")
    assert file["fileContent"] == b"seeded\n"
    runner.destroy()
    assert codecommit.list_repositories()["repositories"] == []
    assert emulator.client("codebuild", ACCOUNT, REGION).list_projects()["projects"] == []


def test_what_invokes_a_function_of_a_foundation_that_is_not_applied_fails(terraform: TerraformFactory) -> None:
    seeding = {"aws_lambda_invocation": {"seeding": {"function_name": "seeder", "input": "{}"}}}
    runner = terraform("project", {"resource": seeding}, ACCOUNT, REGION)
    with pytest.raises(TerraformError, match=r"Function not found: .*:function:seeder"):
        runner.apply()


def test_a_model_registry_and_an_endpoint_are_stable_and_can_be_changed(
    terraform: TerraformFactory, emulator: Emulator, tmp_path: Path
) -> None:
    runner = terraform("serving", _serving("first", owner="one"), ACCOUNT, REGION)
    runner.apply(runner.plan())
    assert _second_plan(runner) == ""

    (tmp_path / "serving" / "main.tf.json").write_text(json.dumps(_serving("second", owner="two")))
    runner.apply(runner.plan())
    assert _second_plan(runner) == ""

    sagemaker = emulator.client("sagemaker", ACCOUNT, REGION)
    assert sagemaker.describe_endpoint(EndpointName="abalone")["EndpointConfigName"] == "second"
    assert sagemaker.describe_model(ModelName="abalone")["EnableNetworkIsolation"] is True
    group = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package-group/abalone"
    tags = {tag["Key"]: tag["Value"] for tag in sagemaker.list_tags(ResourceArn=group)["Tags"]}
    assert tags == {"owner": "two", "team": "a"}
    runner.destroy()
    assert sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"] == []


def _second_plan(runner: Terraform) -> str:
    """Return what a plan after an apply would change: nothing."""
    plan = runner.plan()
    return plan.text if plan.has_changes else ""


def _stack(resources: dict[str, Any], data: dict[str, Any], outputs: dict[str, str]) -> dict[str, Any]:
    provider = {"region": REGION, "allowed_account_ids": [ACCOUNT], "default_tags": {"tags": {"team": "a"}}}
    stack = {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 5.100, < 7"}}},
        "provider": {"aws": provider},
        "resource": resources,
        "data": data,
    }
    return stack | ({"output": {name: {"value": value} for name, value in outputs.items()}} if outputs else {})


def _delivery(archive: Path) -> dict[str, Any]:
    resources = {
        "aws_kms_key": {"main": {"enable_key_rotation": True, "deletion_window_in_days": 7}},
        "aws_kms_alias": {"main": {"name": "alias/abalone", "target_key_id": "${aws_kms_key.main.key_id}"}},
        "aws_codecommit_repository": {
            "main": {"repository_name": "abalone", "kms_key_id": "${aws_kms_key.main.arn}", "tags": {"a": "b"}}
        },
        "aws_codestarconnections_connection": {"main": {"name": "github", "provider_type": "GitHub"}},
        "aws_iam_role": {name: _role(name) for name in ("lambda", "codebuild", "codepipeline")},
        "aws_iam_role_policy": {"lambda": _seeding()},
        "aws_cloudwatch_log_group": {
            "seeder": _log_group("/aws/lambda/seeder"),
            "build": _log_group("/aws/codebuild/abalone"),
        },
        "aws_lambda_function": {"seeder": _seeder(archive)},
        "aws_lambda_invocation": {
            "seeding": {
                "function_name": "${aws_lambda_function.seeder.function_name}",
                "input": json.dumps({"repository": "abalone"}),
                "lifecycle_scope": "CREATE_ONLY",
                "depends_on": ["aws_codecommit_repository.main", "aws_iam_role_policy.lambda"],
            }
        },
        "aws_security_group": {
            "jobs": {"name": "jobs", "description": "Jobs", "vpc_id": NETWORK.vpc_id, "tags": {"Name": "jobs"}}
        },
        "aws_vpc_security_group_egress_rule": {
            "https": {
                "security_group_id": "${aws_security_group.jobs.id}",
                "ip_protocol": "tcp",
                "from_port": 443,
                "to_port": 443,
                "cidr_ipv4": "0.0.0.0/0",
                "description": "AWS",
            },
            "each-other": {
                "security_group_id": "${aws_security_group.jobs.id}",
                "ip_protocol": "-1",
                "referenced_security_group_id": "${aws_security_group.jobs.id}",
                "description": "Between the containers of one job",
            },
        },
        "aws_s3_bucket": {"main": {"bucket": "abalone-pipeline"}},
        "aws_s3_bucket_logging": {
            "main": {
                "bucket": "${aws_s3_bucket.main.id}",
                "target_bucket": LOG_BUCKET,
                "target_prefix": "abalone/",
            }
        },
        "aws_codebuild_project": {"main": _build_project()},
        "aws_codepipeline": {"codecommit": _codecommit_pipeline(), "github": _github_pipeline()},
    }
    existing = {"aws_subnet": {"jobs": {"id": NETWORK.subnet_ids[0]}}, "aws_vpc": {"jobs": {"id": NETWORK.vpc_id}}}
    return _stack(resources, existing, {"seeding": "${aws_lambda_invocation.seeding.result}"})


def _seeder(archive: Path) -> dict[str, Any]:
    return {
        "function_name": "seeder",
        "filename": str(archive),
        "source_code_hash": f'${{filebase64sha256("{archive}")}}',
        "handler": "index.handle",
        "runtime": "python3.12",
        "role": "${aws_iam_role.lambda.arn}",
        "timeout": 60,
        "reserved_concurrent_executions": 1,
        "kms_key_arn": "${aws_kms_key.main.arn}",
        "environment": {"variables": {"STAGE": "dev"}},
        "tracing_config": {"mode": "Active"},
        "logging_config": {"log_format": "JSON", "log_group": "${aws_cloudwatch_log_group.seeder.name}"},
    }


def _build_project() -> dict[str, Any]:
    return {
        "name": "abalone",
        "service_role": "${aws_iam_role.codebuild.arn}",
        "encryption_key": "${aws_kms_key.main.arn}",
        "build_timeout": 30,
        "artifacts": {"type": "CODEPIPELINE"},
        "source": {"type": "CODEPIPELINE", "buildspec": "buildspec.yml"},
        "environment": {
            "type": "LINUX_CONTAINER",
            "compute_type": "BUILD_GENERAL1_SMALL",
            "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
            "environment_variable": [{"name": "A", "value": "b"}],
        },
        "logs_config": {"cloudwatch_logs": {"group_name": "${aws_cloudwatch_log_group.build.name}"}},
        "vpc_config": {
            "vpc_id": NETWORK.vpc_id,
            "subnets": list(NETWORK.subnet_ids),
            "security_group_ids": ["${aws_security_group.jobs.id}"],
        },
        "tags": {"a": "b"},
    }


def _codecommit_pipeline() -> dict[str, Any]:
    source = {"RepositoryName": "abalone", "BranchName": "main", "PollForSourceChanges": "false"}
    pipeline = _pipeline("abalone", "CodeCommit", source)
    pipeline["execution_mode"] = "QUEUED"
    pipeline["artifact_store"][0]["encryption_key"] = {"type": "KMS", "id": "${aws_kms_key.main.arn}"}
    return pipeline


def _github_pipeline() -> dict[str, Any]:
    source = {
        "ConnectionArn": "${aws_codestarconnections_connection.main.arn}",
        "FullRepositoryId": "owner/abalone",
        "BranchName": "main",
        "DetectChanges": "false",
    }
    pipeline = _pipeline("abalone-github", "CodeStarSourceConnection", source)
    push = {"branches": {"includes": ["main"]}}
    pipeline["trigger"] = [
        {
            "provider_type": "CodeStarSourceConnection",
            "git_configuration": {"source_action_name": "Act", "push": [push]},
        }
    ]
    return pipeline


def _pipeline(name: str, source_provider: str, source: dict[str, str]) -> dict[str, Any]:
    build = {"ProjectName": "${aws_codebuild_project.main.name}"}
    return {
        "name": name,
        "pipeline_type": "V2",
        "role_arn": "${aws_iam_role.codepipeline.arn}",
        "artifact_store": [{"type": "S3", "location": "${aws_s3_bucket.main.bucket}"}],
        "stage": [
            _stage("Source", source_provider, source),
            _stage("Build", "CodeBuild", build),
        ],
        "tags": {"a": "b"},
    }


def _stage(category: str, provider: str, configuration: dict[str, str]) -> dict[str, Any]:
    artifacts = {"Source": {"output_artifacts": ["source"]}, "Build": {"input_artifacts": ["source"]}}[category]
    action = {
        "name": "Act",
        "category": category,
        "owner": "AWS",
        "provider": provider,
        "version": "1",
        "configuration": configuration,
        **artifacts,
    }
    return {"name": category, "action": [action]}


def _serving(configuration: str, owner: str) -> dict[str, Any]:
    variant = {
        "variant_name": "all",
        "model_name": "${aws_sagemaker_model.main.name}",
        "instance_type": "ml.m5.large",
    }
    capture = {
        "initial_sampling_percentage": 100,
        "destination_s3_uri": "s3://captured/",
        "capture_options": [{"capture_mode": "Input"}],
    }
    resources = {
        "aws_iam_role": {"sagemaker": _role("sagemaker")},
        "aws_sagemaker_model_package_group": {
            "main": {"model_package_group_name": "abalone", "tags": {"owner": owner}}
        },
        "aws_sagemaker_model_package_group_policy": {
            "main": {
                "model_package_group_name": "${aws_sagemaker_model_package_group.main.model_package_group_name}",
                "resource_policy": "${data.aws_iam_policy_document.main.json}",
            }
        },
        "aws_sagemaker_model": {
            "main": {
                "name": "abalone",
                "execution_role_arn": "${aws_iam_role.sagemaker.arn}",
                "enable_network_isolation": True,
                "primary_container": {"image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/x:1"},
            }
        },
        "aws_sagemaker_endpoint_configuration": {
            "main": {
                "name": configuration,
                "production_variants": [{**variant, "initial_instance_count": 1}],
                "data_capture_config": {"enable_capture": True, **capture},
                "lifecycle": {"create_before_destroy": True},
            }
        },
        "aws_sagemaker_endpoint": {
            "main": {
                "name": "abalone",
                "endpoint_config_name": "${aws_sagemaker_endpoint_configuration.main.name}",
            }
        },
    }
    statement = {
        "sid": "Read",
        "actions": ["sagemaker:DescribeModelPackageGroup"],
        "resources": ["${aws_sagemaker_model_package_group.main.arn}"],
        "principals": [{"type": "AWS", "identifiers": ["arn:aws:iam::333333333333:root"]}],
    }
    return _stack(resources, {"aws_iam_policy_document": {"main": {"statement": [statement]}}}, {})


def _role(service: str) -> dict[str, str]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    return {"name": service, "assume_role_policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}


def _seeding() -> dict[str, str]:
    actions = ["codecommit:CreateCommit", "codecommit:ListBranches"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": "${aws_codecommit_repository.main.arn}"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return {"name": "seeding", "role": "${aws_iam_role.lambda.name}", "policy": policy}


def _log_group(name: str) -> dict[str, Any]:
    return {"name": name, "retention_in_days": 30, "kms_key_id": "${aws_kms_key.main.arn}"}


def _zip(source: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("index.py", source)
    return written.getvalue()
