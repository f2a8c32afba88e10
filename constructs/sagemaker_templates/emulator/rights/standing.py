"""The policies that stand in the emulated accounts and have a say in an access."""

import json
from collections.abc import Callable, Mapping

from sagemaker_templates.emulator import moto_policies
from sagemaker_templates.emulator.rights.access import Access, Caller
from sagemaker_templates.emulator.rights.decision import Policies
from sagemaker_templates.emulator.rights.documents import Named
from sagemaker_templates.emulator.rights.grants import Grant

PolicyOfResource = Callable[[str], str | None]
"""Returns the policy of the resource with an ARN, as JSON; ``None`` where there is none."""

_PULLED_BY_ALL = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Pull",
                "Effect": "Allow",
                "Principal": "*",
                "Action": [
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:BatchGetImage",
                    "ecr:DescribeImages",
                    "ecr:GetDownloadUrlForLayer",
                ],
            }
        ],
    }
)
_NOTHING = json.dumps({"Version": "2012-10-17", "Statement": []})


class StandingPolicies:
    """Collects them, for one access after the other."""

    def __init__(self, others: Mapping[str, PolicyOfResource]) -> None:
        """Build it.

        Args:
            others: for services whose resources' policies are not moto's: IAM's prefix of the service, and how the
                policy of one of its resources is found.
        """
        self._of_resource = {**_IN_MOTO, **others}

    def of(self, caller: Caller, access: Access, session_policy: str | None = None) -> Policies:
        """Return what decides whether a caller may have an access."""
        role = moto_policies.role(caller.role) if caller.role else None
        return Policies(
            identity=_identity(role) if role else (),
            boundary=_boundary(caller.account, role) if role else None,
            session=Named("the session's policy", session_policy) if session_policy else None,
            resource=self.of_resource(access),
            grants=_grants(access),
        )

    def of_resource(self, access: Access) -> Named | None:
        """Return the policy of the resource that is accessed: of a role that is assumed, whom it trusts."""
        service, _, _ = access.action.partition(":")
        find = self._of_resource.get(service)
        text = find(access.resource) if find and _is_one(access.resource) else None
        return Named(f"the policy of {access.resource}", text) if text else None


def _is_one(resource: str) -> bool:
    return resource.startswith("arn:") and not resource.endswith(":*")


def _identity(role: moto_policies.Role) -> tuple[Named, ...]:
    inline = [Named(name, text) for name, text in role.policies.items()]
    attached = [Named(policy.arn, moto_policies.document_of(policy)) for policy in role.managed_policies.values()]
    return (*inline, *attached)


def _boundary(account: str, role: moto_policies.Role) -> Named | None:
    """A boundary that is gone allows nothing."""
    arn = role.permissions_boundary_arn
    return Named(arn, moto_policies.managed_policy(account, arn) or _NOTHING) if arn else None


def _grants(access: Access) -> tuple[Grant, ...]:
    if not (access.action.startswith("kms:") and ":key/" in access.resource):
        return ()
    return tuple(map(_grant, moto_policies.grants(access.resource)))


def _grant(given: moto_policies.Grant) -> Grant:
    constraints = given.constraints or {}
    return Grant(
        name=given.id,
        grantee=given.grantee_principal,
        operations=frozenset(given.operations),
        equals=constraints.get("EncryptionContextEquals") or {},
        subset=constraints.get("EncryptionContextSubset") or {},
    )


def _trust(arn: str) -> str | None:
    """Of a role, whom it trusts."""
    role = moto_policies.role(arn)
    return role.assume_role_policy_document if role else None


def _of_key(arn: str) -> str | None:
    """A key that is not there keeps nobody out: who may ask for keys is told by KMS that there is none."""
    return moto_policies.key_policy(arn) or json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"AWS": arn.split(":")[4]},
                "Action": "kms:*",
                "Resource": "*",
            },
        }
    )


def _of_repository(arn: str) -> str | None:
    """An account that is none of those here is AWS's own, whose images every account may pull.

    https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
    """
    return moto_policies.repository_policy(arn) if moto_policies.is_emulated(arn.split(":")[4]) else _PULLED_BY_ALL


_IN_MOTO: Mapping[str, PolicyOfResource] = {
    "ecr": _of_repository,
    "kms": _of_key,
    "lambda": moto_policies.function_policy,
    "s3": moto_policies.bucket_policy,
    "secretsmanager": moto_policies.secret_policy,
    "sns": moto_policies.topic_policy,
    "sts": _trust,
}
