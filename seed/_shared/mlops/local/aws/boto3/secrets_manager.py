"""Secrets Manager with one secret, which every name means."""

from dataclasses import dataclass, field

from .failures import client_error


@dataclass(frozen=True)
class SecretsManager:
    """As much of boto3's ``secretsmanager`` client as reads a secret."""

    value: str = field(repr=False)

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803 - AWS's name
        """The secret.

        Raises:
            ClientError: there is none.
        """
        if not self.value:
            raise client_error("ResourceNotFoundException", f"there is no secret {SecretId}", "GetSecretValue")
        return {"SecretString": self.value}
