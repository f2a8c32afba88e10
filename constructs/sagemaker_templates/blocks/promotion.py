"""Which roles of the accounts that models are promoted to may read: those of a deployment, and no others.

The principal of a policy is an account, and a condition names the roles: a role that is itself the principal must
exist before the policy, and these are made later, by others.
"""

from collections.abc import Sequence

from sagemaker_templates.blocks.iam import Condition
from sagemaker_templates.naming import DEPLOYER_ROLES, ENDPOINT_ROLES, TARGET_ROLE_PATH

_ROOT = ":root"


def deployers_of(account_roots: Sequence[str]) -> Condition:
    """Roles that make models and endpoints of packages."""
    return _roles(account_roots, DEPLOYER_ROLES)


def endpoints_of(account_roots: Sequence[str]) -> Condition:
    """Roles that endpoints run as, which load the models."""
    return _roles(account_roots, ENDPOINT_ROLES)


def _roles(account_roots: Sequence[str], names: str) -> Condition:
    roles = [f"{root.removesuffix(_ROOT)}:role{TARGET_ROLE_PATH}{names}" for root in sorted(account_roots)]
    return Condition("ArnLike", "aws:PrincipalArn", roles)
