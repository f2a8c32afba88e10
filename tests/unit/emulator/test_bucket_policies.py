"""The emulator is reached without TLS, and stands for an AWS that is reached with it."""

import json
from typing import Any

import pytest
from moto.iam.access_control import IAMPolicy, PermissionResult
from sagemaker_templates.emulator.moto_repairs import repair_moto

OBJECT = "arn:aws:s3:::bucket/key"
DENIED = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*", "Resource": "arn:aws:s3:::bucket/*"}


@pytest.mark.parametrize(
    ("more", "result"),
    [
        ({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}, PermissionResult.NEUTRAL),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, PermissionResult.DENIED),
        ({}, PermissionResult.DENIED),
    ],
)
def test_a_policy_that_denies_what_comes_without_tls_refuses_nothing_else(
    more: dict[str, Any], result: PermissionResult
) -> None:
    repair_moto()
    policy = IAMPolicy(json.dumps({"Statement": [{**DENIED, **more}]}))
    assert policy.is_action_permitted("s3:GetObject", OBJECT) == result
