"""The function that fills new CodeCommit repositories: one per environment, shared by its projects."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sagemaker_templates.assets import Asset
from sagemaker_templates.blocks.iam import Statement, from_resource, service_role
from sagemaker_templates.naming import FoundationNames
from sagemaker_templates.providers import aws
from sagemaker_templates.seeds import archive

RUNTIME = "python3.13"
TIMEOUT_SECONDS = 60
MEMORY_MIB = 256

_HANDLER = Path(__file__).with_name("handler.py")


def seeder_asset(seeds: Mapping[str, Mapping[str, bytes]]) -> Asset:
    """The function's archive: the handler and the files of each template's seed."""
    files = {"handler.py": _HANDLER.read_bytes()}
    for template, content in seeds.items():
        files.update({f"seeds/{template}/{path}": data for path, data in content.items()})
    return Asset("codecommit-seeder.zip", archive(files))


def codecommit_seeder(
    scope: Any,
    id_: str,
    *,
    names: FoundationNames,
    asset: Asset,
    log_group: Any,
    repositories: Sequence[str],
    permissions_boundary_arn: str | None,
) -> Any:
    """Add the function and its role.

    Args:
        asset: see ``seeder_asset``.
        repositories: names of the repositories that it may commit to.

    Returns:
        The ``aws_lambda_function``.
    """
    role = service_role(
        scope,
        f"{id_}_role",
        name=names.seeder_role,
        service="lambda.amazonaws.com",
        description=f"Fills new CodeCommit repositories of the environment {names.environment.name}",
        statements=[_seed(names, repositories), _write_logs(names)],
        trust_conditions=[from_resource(names.arn("lambda", f"function:{names.seeder_function}"))],
        permissions_boundary_arn=permissions_boundary_arn,
    )
    bindings = aws.lambda_function
    return bindings.LambdaFunction(
        scope,
        id_,
        function_name=names.seeder_function,
        description="Commits seed code to an empty CodeCommit repository",
        role=role.arn,
        runtime=RUNTIME,
        handler="handler.handler",
        timeout=TIMEOUT_SECONDS,
        memory_size=MEMORY_MIB,
        filename=asset.terraform_path,
        source_code_hash=asset.sha256_base64,
        tracing_config=bindings.LambdaFunctionTracingConfig(mode="PassThrough"),
        depends_on=[log_group],
    )


def _seed(names: FoundationNames, repositories: Sequence[str]) -> Statement:
    return Statement(
        "SeedRepositories",
        ["codecommit:CreateCommit", "codecommit:ListBranches"],
        [names.arn("codecommit", repository) for repository in repositories],
    )


def _write_logs(names: FoundationNames) -> Statement:
    return Statement(
        "WriteLogs",
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        [names.arn("logs", f"log-group:{names.seeder_log_group}:log-stream:*")],
    )
