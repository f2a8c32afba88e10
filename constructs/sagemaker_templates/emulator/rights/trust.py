"""Whether a role trusts the service that is to act as it."""

from sagemaker_templates.blocks.service_trust import KEYS_OF_SERVICES
from sagemaker_templates.emulator.rights.access import Access, Caller, Context
from sagemaker_templates.emulator.rights.decision import Decision, decide
from sagemaker_templates.emulator.rights.standing import StandingPolicies

_ACCOUNT, _ARN = "aws:SourceAccount", "aws:SourceArn"


def trusts(standing: StandingPolicies, role_arn: str, acting: Caller, region: str) -> Decision:
    """Decide whether a service may assume a role.

    Args:
        acting: the service, as ``service`` makes it.
        region: where the service is.
    """
    account = role_arn.split(":")[4]
    access = Access("sts:AssumeRole", role_arn, account, region)
    return decide(acting, access, standing.of(acting, access))


def service(principal: str, account: str, resource: str | None) -> Caller:
    """Return a service that acts on its own account, with what it tells of itself.

    Args:
        principal: as ``codebuild.amazonaws.com``.
        account: for which it acts.
        resource: the ARN of what it acts for, such as a build project.
    """
    told = {_ACCOUNT: account, _ARN: resource}
    sent = KEYS_OF_SERVICES.get(principal, frozenset(told))
    context: Context = {key.lower(): (value,) for key, value in told.items() if value and key in sent}
    return Caller(account=account, arn=principal, service=principal, context=context)
