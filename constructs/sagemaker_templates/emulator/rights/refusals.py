"""How each service tells somebody that a right is missing."""

from sagemaker_templates.emulator.call import Call
from sagemaker_templates.emulator.reply import Reply, error_reply, speaks_json

_CODES = {
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    "ec2": "UnauthorizedOperation",
    # https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html and the errors of its operations
    "sns": "AuthorizationError",
}
_FORBIDDEN, _BAD_REQUEST = "403 Forbidden", "400 Bad Request"


def refused(call: Call, service: str, message: str) -> Reply:
    """Return what a service answers to somebody who may not do what is asked.

    Args:
        service: botocore's name of the service.
        message: in AWS's words (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html).
    """
    if not speaks_json(call, service):
        return error_reply(call, service, _CODES.get(service, "AccessDenied"), message, _FORBIDDEN)
    by_target = bool(call.headers.get("HTTP_X_AMZ_TARGET"))
    return error_reply(call, service, "AccessDeniedException", message, _BAD_REQUEST if by_target else _FORBIDDEN)
