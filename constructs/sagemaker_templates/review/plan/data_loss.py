"""Which changes of a plan destroy something that Terraform cannot bring back, or let go of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from sagemaker_templates.review.plan.changes import Action, PlannedChanges, ResourceChange, Unreadable
from sagemaker_templates.review.plan.danger import Danger, Kind

HOLDS: Mapping[str, str] = {
    "aws_athena_database": "tables",
    "aws_backup_vault": "backups",
    "aws_cloudformation_stack": "everything that the stack created",
    "aws_cloudwatch_log_group": "logs",
    "aws_codeartifact_domain": "packages",
    "aws_codeartifact_repository": "packages",
    "aws_codecommit_repository": "people's commits",
    "aws_db_instance": "a database",
    "aws_dynamodb_table": "items",
    "aws_ebs_volume": "files",
    "aws_ecr_repository": "images",
    "aws_efs_file_system": "files",
    "aws_fsx_lustre_file_system": "files",
    "aws_glue_catalog_database": "table definitions",
    "aws_kinesis_stream": "records",
    "aws_kms_key": "the only way to read what it encrypts",
    "aws_opensearch_domain": "documents",
    "aws_rds_cluster": "a database",
    "aws_redshift_cluster": "a database",
    "aws_s3_bucket": "objects",
    "aws_s3_object": "an object",
    "aws_sagemaker_domain": "people's home folders",
    "aws_sagemaker_feature_group": "features",
    "aws_sagemaker_mlflow_tracking_server": "experiments",
    "aws_sagemaker_model_package_group": "registered models",
    "aws_sagemaker_notebook_instance": "notebooks",
    "aws_sagemaker_space": "people's files",
    "aws_sagemaker_user_profile": "a person's home folder",
    "aws_secretsmanager_secret": "a secret",
    "aws_secretsmanager_secret_version": "a secret's value",
    "aws_sqs_queue": "messages",
    "aws_ssm_parameter": "a value",
    "github_repository": "people's commits",
    "github_repository_file": "a file that people may have changed",
}
"""Resource type → what is gone with it."""

_EXPIRIES = (
    ("expiration", "days", "objects"),
    ("noncurrent_version_expiration", "noncurrent_days", "old versions"),
)


def data_dangers(changes: PlannedChanges) -> Iterator[Danger]:
    """What is destroyed or replaced although it holds data, data that loses its protection, and what is forgotten."""
    for change in changes.changing:
        for text in _left_behind(change):
            yield Danger(Kind.LEFT, change.address, text)
        for text in (*_gone(change), *_weakened(change)):
            yield Danger(Kind.DATA, change.address, text)


def _gone(change: ResourceChange) -> Iterator[str]:
    holds = HOLDS.get(change.type)
    if holds is None:
        return
    if change.action is Action.DESTROY:
        yield f"is destroyed, with it {holds}"
    elif change.tainted:
        yield f"is created anew, for its creation did not come to its end; lost, if there are any by now: {holds}"
    elif change.action is Action.REPLACE:
        because = f" because of {', '.join(change.forced_by)}" if change.forced_by else ""
        yield f"is destroyed and created anew{because}; lost: {holds}"


def _left_behind(change: ResourceChange) -> Iterator[str]:
    """What lives on while Terraform forgets it; what only belongs to it, such as a bucket's policy, stays with it."""
    holds = HOLDS.get(change.type)
    if holds is not None and change.action is Action.FORGET:
        id_ = change.old("id") if isinstance(change.old("id"), str) else "ID"
        yield (
            f"lives on with {holds}, and nothing manages it any more; to have it managed again, undo the edit and "
            f"run `terraform import {change.address} {id_}`; to be rid of it, delete it by hand"
        )


def _weakened(change: ResourceChange) -> Iterator[str]:
    if change.action not in (Action.UPDATE, Action.REPLACE, Action.DESTROY):
        return
    match change.type:
        case "aws_s3_bucket" | "aws_ecr_repository":
            if _turned_on(change, "force_destroy") or _turned_on(change, "force_delete"):
                yield "may from now on be destroyed with everything in it"
        case "aws_s3_bucket_versioning":
            yield from _versioning(change)
        case "aws_cloudwatch_log_group":
            yield from _shortened(change, "retention_in_days", "days of logs are kept")
        case "aws_s3_bucket_lifecycle_configuration":
            yield from _expiring(change)
        case "aws_kms_key":
            yield from _shortened(change, "deletion_window_in_days", "days to undo a deletion")
            if change.old("is_enabled") is True and change.new("is_enabled") is False:
                yield "is disabled: nothing that it encrypts can be read"


def _turned_on(change: ResourceChange, name: str) -> bool:
    return change.is_there_after and change.old(name) is not True and change.new(name) is True


def _versioning(change: ResourceChange) -> Iterator[str]:
    if change.action is not Action.UPDATE:
        return
    if (
        _status(change.old("versioning_configuration"))
        == "Enabled"
        != _status(change.new("versioning_configuration"))
    ):
        yield "old versions of objects are no longer kept"


def _status(blocks: Any) -> Any:
    return blocks[0].get("status") if isinstance(blocks, list) and blocks else None


def _expiring(change: ResourceChange) -> Iterator[str]:
    before = _expiries(change.old("rule"))
    for rule, days in _expiries(change.partly_known("rule")).items():
        if rule not in before or days < before[rule]:
            yield f"{rule} are deleted after {days} days, before: {before.get(rule, 'never')}"


def _expiries(rules: Any) -> dict[str, int]:
    """What expires → after how many days."""
    found: dict[str, int] = {}
    for rule in rules if isinstance(rules, list) else []:
        if rule.get("status") != "Enabled":
            continue
        for block, key, what in _EXPIRIES:
            for expiry in rule.get(block) or []:
                if isinstance(days := expiry.get(key), int) and days:
                    found[f"{what} of the rule {rule.get('id')}"] = days
    return found


def _shortened(change: ResourceChange, name: str, what: str) -> Iterator[str]:
    """A number that falls; of ``retention_in_days`` 0 is for ever."""
    if change.action is Action.DESTROY:
        return
    old, new = change.old(name), change.new(name)
    if isinstance(old, Unreadable) or isinstance(new, Unreadable) or not new:
        return
    if not old or new < old:
        yield f"only {new} {what}, before: {old or 'for ever'}"
