"""The function that fills new CodeCommit repositories: one per environment, shared by its projects."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sagemaker_templates.assets import Asset
from sagemaker_templates.blocks.iam import (
    MANAGED_POLICY,
    POLICIES_OF_A_ROLE,
    RIGHTS_OF_A_ROLE,
    Statement,
    attach_policy,
    policy_length,
    service_role,
)
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
    inline, *attached = seeding_policies(names, repositories)
    role = service_role(
        scope,
        f"{id_}_role",
        name=names.seeder_role,
        service="lambda.amazonaws.com",
        description=f"Fills new CodeCommit repositories of the environment {names.environment.name}",
        statements=inline,
        trust_conditions=[],
        permissions_boundary_arn=permissions_boundary_arn,
    )
    more = [
        attach_policy(
            scope,
            f"{id_}_policy_{number}",
            name=names.seeder_policy(number),
            role=names.seeder_role,
            statements=statements,
        )
        for number, statements in enumerate(attached, 2)
    ]
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
        depends_on=[log_group, *more],
    )


def most_repositories(names: FoundationNames, repositories: Sequence[str]) -> int:
    """How many of these repositories the function's role can hold the rights on, in their order."""
    policies = seeding_policies(names, repositories)[: 1 + POLICIES_OF_A_ROLE]
    return sum(len(statements[0].resources) for statements in policies)


def seeding_policies(names: FoundationNames, repositories: Sequence[str]) -> list[list[Statement]]:
    """What the function may do, in as few policies as AWS takes: the role's own, then those that are attached to it.

    Each repository is named. The first policy is the only one until it is full, at 100 to 150 repositories; what a
    role can hold in all stands in ``docs/applying.md``.

    Args:
        repositories: names of the repositories that it may commit to.
    """
    policies = [[_write_logs(names)]]
    rest = list(repositories)
    while rest:
        most = RIGHTS_OF_A_ROLE if len(policies) == 1 else MANAGED_POLICY
        count = _fitting(names, rest, most - policy_length(policies[-1]))
        policies[-1].insert(0, _seed(names, rest[:count]))
        rest = rest[count:]
        if rest:
            policies.append([])
    return policies


def _fitting(names: FoundationNames, repositories: Sequence[str], room: int) -> int:
    """How many of the repositories go into one statement of so many characters."""
    length, count = policy_length([_seed(names, repositories[:1])]), 1
    for repository in repositories[1:]:
        length += len(f'"{names.arn("codecommit", repository)}",')
        if length + len("[],") > room:
            break
        count += 1
    return count


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
