"""Whether a statement of a resource's policy names a caller, and how closely.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import re
from enum import IntEnum

from sagemaker_templates.emulator.rights.access import Caller
from sagemaker_templates.emulator.rights.documents import Principals, Statement

_ACCOUNT = re.compile(r"(?P<id>\d{12})|arn:[\w-]+:iam::(?P<root>\d{12}):root")


class Naming(IntEnum):
    """How closely a caller is named: the closer, the more a statement gives by itself.

    ``ACCOUNT`` leaves it to the account's own policies. ``PRINCIPAL``, the role or everybody, is enough within the
    account, as far as boundary and session policy go. ``SESSION`` is enough by itself.
    """

    NOT = 0
    ACCOUNT = 1
    PRINCIPAL = 2
    SESSION = 3


def naming(statement: Statement, caller: Caller) -> Naming:
    """Tell how a statement names a caller; the policy of an identity speaks of whoever has it."""
    if statement.principals is None:
        return Naming.PRINCIPAL
    found = _closest(statement.principals, caller)
    if statement.other_principals:
        return Naming.NOT if found is not Naming.NOT else Naming.PRINCIPAL
    return found


def _closest(principals: Principals, caller: Caller) -> Naming:
    if caller.service:
        named = caller.service in principals.by_kind.get("Service", ()) or principals.everybody
        return Naming.PRINCIPAL if named else Naming.NOT
    return max((_naming(one, caller) for one in principals.by_kind.get("AWS", ())), default=Naming.NOT)


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
