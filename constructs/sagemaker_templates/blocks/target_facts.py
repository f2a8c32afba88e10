"""What the repository must know of a target, left in the target's account for its own builds to read."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sagemaker_templates.blocks.endpoint_role import CAPTURE_PREFIX
from sagemaker_templates.naming import TargetNames, state_key
from sagemaker_templates.providers import aws, cdktf
from sagemaker_templates.settings.model import S3State

STANDARD_LENGTH = 4096
LONGEST = 8192
"""The most characters of a parameter of the tier Advanced
(https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html)."""

_KEY_ID = "00000000-0000-0000-0000-000000000000"
_SECURITY_GROUP = "sg-00000000000000000"


@dataclass(frozen=True)
class Options:
    """What a project says of its endpoints, in every stage alike."""

    enable_data_capture: bool
    enable_network_isolation: bool


def target_facts(
    scope: Any,
    id_: str,
    *,
    names: TargetNames,
    state: S3State,
    options: Options,
    execution_role_arn: str,
    kms_key_arn: str,
    security_group_ids: Sequence[str],
) -> Any:
    """Add the SSM parameter. It holds names and addresses, no secret, so it is plain text.

    What it holds stands in the stack as an object, so that a changed fact is one line of a review.
    """
    facts = _facts(
        names,
        state,
        options,
        execution_role_arn=execution_role_arn,
        kms_key_arn=kms_key_arn,
        security_group_ids=security_group_ids,
    )
    target = cdktf.TerraformLocal(scope, "target", facts)
    return aws.ssm_parameter.SsmParameter(
        scope,
        id_,
        name=names.parameter,
        description=f"What the repository of {names.project.name} must know of {names.target.name}",
        type="String",
        tier="Advanced" if length_of_facts(names, state, options) > STANDARD_LENGTH else "Standard",
        value=f"${{jsonencode({target.fqn})}}",
    )


def length_of_facts(names: TargetNames, state: S3State, options: Options) -> int:
    """The most characters that the parameter will have, whatever ids AWS gives to what does not exist yet."""
    network = names.target.network
    given = network.security_group_ids
    facts = _facts(
        names,
        state,
        options,
        execution_role_arn=names.role_arn(names.endpoint_role),
        kms_key_arn=names.arn("kms", f"key/{_KEY_ID}"),
        security_group_ids=[_SECURITY_GROUP, *given] if network.vpc_id else given,
    )
    return len(json.dumps(facts, separators=(",", ":"), ensure_ascii=False))


def _facts(
    names: TargetNames,
    state: S3State,
    options: Options,
    *,
    execution_role_arn: str,
    kms_key_arn: str,
    security_group_ids: Sequence[str],
) -> dict[str, Any]:
    captured = f"s3://{names.capture_bucket}/{CAPTURE_PREFIX}" if options.enable_data_capture else None
    return {
        "environment": names.target.name,
        "account_id": names.target.account_id,
        "region": names.target.region,
        "endpoint_name": names.endpoint,
        "execution_role_arn": execution_role_arn,
        "kms_key_arn": kms_key_arn,
        **({"data_capture_uri": captured} if captured else {}),
        "enable_network_isolation": options.enable_network_isolation,
        "subnet_ids": list(names.target.network.subnet_ids),
        "security_group_ids": list(security_group_ids),
        "state": {
            "bucket": state.bucket,
            "key": state_key(state, names.endpoint_state),
            "region": state.region,
            **({"kms_key_id": state.kms_key_id} if state.kms_key_id else {}),
        },
        "tags": dict(names.tags),
    }
