"""The condition keys that follow from who asks for what.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from datetime import UTC, datetime

from sagemaker_templates.emulator.rights.access import Access, Caller, Context


def context_of(caller: Caller, access: Access) -> Context:
    """Return every key that is known of a request, in lower case."""
    now = datetime.now(UTC)
    return {
        "aws:currenttime": (now.strftime("%Y-%m-%dT%H:%M:%SZ"),),
        "aws:epochtime": (str(int(now.timestamp())),),
        "aws:requestedregion": (access.region,),
        "aws:resourceaccount": (access.account,),
        "aws:securetransport": ("true",),  # loopback stands for TLS
        **(_of_service(caller) if caller.service else _of_principal(caller)),
        **_of_way(access),
        **caller.context,
        **access.context,
    }


def _of_principal(caller: Caller) -> Context:
    return {
        "aws:principalaccount": (caller.account,),
        "aws:principalarn": (caller.role or caller.arn,),
        "aws:principalisawsservice": ("false",),
        "aws:principaltype": ("AssumedRole" if caller.role else "Account",),
        "kms:calleraccount": (caller.account,),
    }


def _of_service(caller: Caller) -> Context:
    return {"aws:principalisawsservice": ("true",), "aws:principalservicename": (str(caller.service),)}


def _of_way(access: Access) -> Context:
    """How the request came: in person, or through a service that asks in the caller's name."""
    if access.via is None:
        return {"aws:viaawsservice": ("false",)}
    service = f"{access.via.partition('.')[0]}.amazonaws.com"
    return {
        "aws:viaawsservice": ("true",),
        "aws:calledvia": (service,),
        "aws:calledviafirst": (service,),
        "aws:calledvialast": (service,),
        "kms:viaservice": (access.via,),
    }
