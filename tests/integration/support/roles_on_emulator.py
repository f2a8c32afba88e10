"""Roles in the emulator, with few words."""

import json
from collections.abc import Mapping, Sequence

from sagemaker_templates.emulator import Emulator

_VERSION = "2012-10-17"


def new_role(
    emulator: Emulator,
    account: str,
    name: str,
    *,
    trusted: Mapping[str, str],
    allowed: Sequence[str] = (),
    resource: str = "*",
    path: str = "/",
) -> str:
    """Make a role and return its ARN.

    Args:
        path: begins and ends with a slash.
        trusted: a principal, as ``{"Service": "lambda.amazonaws.com"}``.
        allowed: actions.
    """
    iam = emulator.client("iam", account, "us-east-1")
    trust = policy({"Effect": "Allow", "Principal": dict(trusted), "Action": "sts:AssumeRole"})
    role = iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=trust)["Role"]
    if allowed:
        statement = {"Sid": "Allowed", "Effect": "Allow", "Action": list(allowed), "Resource": resource}
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy(statement))
    return str(role["Arn"])


def policy(*statements: object) -> str:
    """Return a document with statements."""
    return json.dumps({"Version": _VERSION, "Statement": statements})
