"""What a service tells of itself when it assumes a role: the keys that the role's trust policy can ask for.

A key that the service does not send never has the value that is asked for: the role could not be assumed at all, and
what it is for would not even be created ("The role defined for the function cannot be assumed by Lambda").
"""

from collections.abc import Mapping

_ACCOUNT, _RESOURCE = "aws:SourceAccount", "aws:SourceArn"

KEYS_OF_SERVICES: Mapping[str, frozenset[str]] = {
    # https://docs.aws.amazon.com/codebuild/latest/userguide/cross-service-confused-deputy-prevention.html
    "codebuild.amazonaws.com": frozenset({_ACCOUNT, _RESOURCE}),
    # https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html names the account alone.
    "codepipeline.amazonaws.com": frozenset({_ACCOUNT}),
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html: the rule that sends the event.
    "events.amazonaws.com": frozenset({_ACCOUNT, _RESOURCE}),
    # https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html: aws:SourceArn is for policies
    # whose resource is a function, not for the role that a function has. Who may give the role to a function is what
    # iam:PassRole decides, and a role cannot be passed to another account.
    "lambda.amazonaws.com": frozenset(),
    # https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html
    "sagemaker.amazonaws.com": frozenset({_ACCOUNT, _RESOURCE}),
}
"""The documented keys of each service that our roles trust, with the page."""
