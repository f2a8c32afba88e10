"""How AWS says no."""

from botocore.exceptions import ClientError


def client_error(code: str, message: str, operation: str) -> ClientError:
    """The error that boto3 raises for an answer with this code."""
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)
