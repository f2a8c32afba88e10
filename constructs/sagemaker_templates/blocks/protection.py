"""Protection of what holds people's work: from a destroy, and from an edit that takes its block out of a stack.

``prevent_destroy`` goes with the resource's own block: an edit of settings that leaves the block out would have
Terraform destroy what was protected a moment ago. So a protected stack says of all that it could have held, and
does not hold now, that it is to be forgotten and not destroyed
(https://developer.hashicorp.com/terraform/language/block/removed). Where nothing is there, this has no effect.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sagemaker_templates.providers import cdktf

KEPT_IN_PROJECTS = frozenset(
    {
        "aws_codecommit_repository.repository",
        "aws_kms_key.artifact_key",
        "aws_kms_key.pipeline_key",
        "aws_s3_bucket.artifact_bucket",
        "aws_sagemaker_model_package_group.model_package_group",
        "github_repository.repository",
    }
)
"""Every address that may be protected in a project's stack, whatever its template was yesterday; those that only a
template of somebody else's has stand in its ``Template.keeps``."""

KEPT_IN_TARGETS = frozenset({"aws_kms_key.endpoint_key", "aws_s3_bucket.capture_bucket"})
"""The same of a target's stack."""

KEPT_IN_FOUNDATIONS = frozenset({"aws_kms_key.foundation_key"})
"""The same of a foundation. GitHub's template repositories are none: all that is in them is made from the seeds."""

SATELLITES: Mapping[str, Sequence[tuple[str, str]]] = {
    "aws_codecommit_repository": (),
    "aws_kms_key": (("aws_kms_alias", "alias"),),
    "aws_s3_bucket": (
        ("aws_s3_bucket_lifecycle_configuration", "lifecycle"),
        ("aws_s3_bucket_logging", "access_logs"),
        ("aws_s3_bucket_ownership_controls", "ownership"),
        ("aws_s3_bucket_policy", "policy"),
        ("aws_s3_bucket_public_access_block", "public_access"),
        ("aws_s3_bucket_server_side_encryption_configuration", "encryption"),
        ("aws_s3_bucket_versioning", "versioning"),
    ),
    "aws_sagemaker_model_package_group": (("aws_sagemaker_model_package_group_policy", "policy"),),
    "github_repository": (("github_branch_protection", "main"),),
}
"""Type of what holds work → types of what keeps it safe, and what their ids add to its own.

They stay with it: a bucket that lives on without its policy and its public access block would be open. An alias stays
so that no new key takes the name of the one that old objects are encrypted with."""

REMOVED_TF = "removed.tf"
"""Beside a stack's JSON: CDKTF 0.21 has no construct for these blocks, and checkov no parser for them in JSON."""

_EXPLANATION = "# What an edit of the settings may have taken out of this stack: it is forgotten, not destroyed.\n"
_FORGET = "  lifecycle {\n    destroy = false\n  }\n"

_ADDRESSES_OF_STACKS: WeakKeyDictionary[Any, dict[str, bool]] = WeakKeyDictionary()


def lifecycle(scope: Any, type_: str, id_: str, *, protect: bool, ignore_changes: Sequence[str] = ()) -> Any:
    """``prevent_destroy`` when ``protect``; ``protect-data: false`` of the environment or the project turns it off.

    Args:
        scope: the stack.
        type_: the resource's type, one of ``SATELLITES``.
        id_: the resource's id, which with its type is its address.
        ignore_changes: attributes that matter at creation only.
    """
    _ADDRESSES_OF_STACKS.setdefault(scope, {})[f"{type_}.{id_}"] = protect
    wanted: dict[str, Any] = {}
    if protect:
        wanted["prevent_destroy"] = True
    if ignore_changes:
        wanted["ignore_changes"] = list(ignore_changes)
    return cdktf.TerraformResourceLifecycle(**wanted) if wanted else None


def let_go(stack: Any, kept: Collection[str]) -> list[str]:
    """Return what a protected stack may have held before its settings were edited, and does not declare now.

    Call it when the stack is complete.

    Args:
        kept: every address that may be protected in a stack of this kind.

    Raises:
        ValueError: the stack protects something else, which the next edit would destroy.
    """
    declared = _ADDRESSES_OF_STACKS.get(stack, {})
    unknown = sorted(address for address, protect in declared.items() if protect and address not in kept)
    if unknown:
        raise ValueError(f"protected, but not named in what its template keeps: {', '.join(unknown)}")
    return [address for host in sorted(set(kept) - declared.keys()) for address in with_satellites(host)]


def removed_blocks(addresses: Sequence[str]) -> str:
    """Return HCL that has Terraform forget, and not destroy, what has these addresses."""
    return "\n".join([_EXPLANATION, *(f"removed {{\n  from = {address}\n\n{_FORGET}}}\n" for address in addresses)])


def with_satellites(address: str) -> Iterator[str]:
    """An address, and those of what keeps safe what is there."""
    type_, _, id_ = address.partition(".")
    yield address
    yield from (f"{satellite}.{id_}_{suffix}" for satellite, suffix in SATELLITES[type_])
