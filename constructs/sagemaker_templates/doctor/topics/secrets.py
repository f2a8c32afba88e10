"""The secrets that stacks, and jobs, read."""

from sagemaker_templates.doctor.contract import Asked, Topic, check
from sagemaker_templates.doctor.secrets import Secret, WrongSecret, secrets_of, value_of
from sagemaker_templates.doctor.verdict import Verdict, failed, passed


@check(
    "the secret is there and has its form",
    source="https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html",
    rights=["secretsmanager:GetSecretValue", "kms:Decrypt"],
)
def usable(asked: Asked, secret: Secret) -> Verdict:
    """A plan stops where a token cannot be read or is wrapped otherwise, and an import fails in its job. The value is
    neither shown nor written anywhere."""
    try:
        value_of(asked.account, secret)
    except WrongSecret as wrong:
        return failed(str(wrong), wrong.remedy)
    return passed(f"holds a {secret.form}, by its form")


TOPIC: Topic[Secret] = Topic("secrets", secrets_of, lambda secret: f"secret {secret.name}", (usable,))
