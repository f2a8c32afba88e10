"""Whether a statement of a resource's policy names a caller, and how closely.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import re
from enum import IntEnum

from sagemaker_templates.emulator.rights.access import Caller
from sagemaker_templates.emulator.rights.documents import Principals, Statement

_ACCOUNT = re.compile(r"(?P<id>\d{12})|arn:[\w-]+:iam::(?P<root>\d{12}):root")
_ARN_OF_PRINCIPAL = "aws:principalarn"


class Naming(IntEnum):
    """How closely a caller is named: the closer, the more a statement gives by itself.

    ``ACCOUNT`` leaves it to the account's own policies. ``PRINCIPAL``, the role or everybody, is enough within the
    account, as far as boundary and session policy go. ``SESSION`` is enough by itself.
    """

    NOT = 0
    ACCOUNT = 1
    PRINCIPAL = 2
    SESSION = 3


def naming(statement: Statement, caller: Caller, *, bounded: bool) -> Naming:
    """Tell how a statement names a caller; one without principals names nobody.

    Args:
        statement: of a resource's policy, and one whose conditions hold.
        caller: who asks.
        bounded: whether the caller's role has a permissions boundary.
    """
    if statement.principals is None:
        return Naming.NOT
    if statement.other_principals:
        return Naming.NOT if _spared(statement.principals, caller, bounded=bounded) else Naming.PRINCIPAL
    found = closest(statement.principals, caller)
    return Naming.SESSION if found is Naming.PRINCIPAL and _asks_for_the_arn(statement) else found


def closest(principals: Principals, caller: Caller) -> Naming:
    """Tell how closely a caller is named by one of some principals."""
    if caller.service:
        named = caller.service in principals.by_kind.get("Service", ()) or principals.everybody
        return Naming.PRINCIPAL if named else Naming.NOT
    return max((_naming(one, caller) for one in principals.by_kind.get("AWS", ())), default=Naming.NOT)


def _asks_for_the_arn(statement: Statement) -> bool:
    """Whether it lets everybody in who has some ARN: that limits no less, but neither boundary nor session policy do.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
    """
    everybody = statement.principals is not None and statement.principals.everybody
    return everybody and any(one.key == _ARN_OF_PRINCIPAL and one.asks_for for one in statement.conditions)


def _spared(principals: Principals, caller: Caller, *, bounded: bool) -> bool:
    """Whether ``NotPrincipal`` exempts a caller: with its account, and never one who has a boundary.

    AWS may look at the account first, and then denies whoever is in an account that is not named. What may be denied
    is denied here.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    if caller.service or caller.role is None:
        return closest(principals, caller) is not Naming.NOT
    named = [_naming(one, caller) for one in principals.by_kind.get("AWS", ())]
    return not bounded and Naming.ACCOUNT in named and max(named) > Naming.ACCOUNT


def _naming(principal: str, caller: Caller) -> Naming:
    if principal == "*":
        return Naming.PRINCIPAL
    if principal == caller.arn:
        return Naming.SESSION if caller.role else Naming.ACCOUNT
    if principal == caller.role:
        return Naming.PRINCIPAL
    account = _ACCOUNT.fullmatch(principal)
    if account and caller.account in account.groups():
        return Naming.ACCOUNT
    return Naming.NOT
