"""The KMS key that states are encrypted with: made where the settings name an alias that is not there."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sagemaker_templates.bootstrap.change import Change
from sagemaker_templates.doctor.account import Account, Refused
from sagemaker_templates.failures import StepFailed
from sagemaker_templates.settings.model import S3State

_ALIAS, _OF_AWS = "alias/", "alias/aws/"
Reply = Mapping[str, Any]


class KeyUnusable(StepFailed):
    """The key that the settings name cannot be used, and cannot be made."""


@dataclass(frozen=True)
class Key:
    """A key as it is found.

    Attributes:
        name: as the settings have it: an alias, an id or an ARN.
        arn: None where there is none yet.
        rotated: whether KMS makes new material each year; True where that is not ours to say.
    """

    name: str
    arn: str | None = None
    rotated: bool = True


def found(account: Account, state: S3State) -> Key | None:
    """Look at the key of the states; None where the settings name none.

    Raises:
        KeyUnusable: it is disabled or to be deleted, or it is not there and no alias.
        Refused, NotAnswered: AWS does not say.
    """
    name = state.kms_key_id
    if name is None:
        return None
    try:
        reply = account.ask("kms", "describe_key", in_region=state.region, KeyId=name)
    except Refused as refused:
        if refused.code != "NotFoundException":
            raise
        if not _can_be_made(name):
            raise KeyUnusable(f"there is no key {name}: an alias can be made, as alias/terraform-states") from None
        return Key(name)
    described = reply["KeyMetadata"]
    if described["KeyState"] != "Enabled":
        raise KeyUnusable(f"the key {name} is {described['KeyState']}: enable it, or cancel its deletion")
    return Key(name, described["Arn"], _is_rotated(account, state.region, described))


def changes(key: Key, region: str) -> Iterator[Change]:
    """What is to be done about it."""
    if key.arn is None:
        alias = _alias(key.name)
        yield Change(f"create a KMS key {alias}, with new material each year", _making(alias, region))
    elif not key.rotated:
        yield Change(f"let KMS make new material for {key.name} each year", _rotating(key.arn, region))


def _can_be_made(name: str) -> bool:
    return _alias(name).startswith(_ALIAS) and not _alias(name).startswith(_OF_AWS)


def _alias(name: str) -> str:
    return name.rpartition(":")[2]


def _is_rotated(account: Account, region: str, described: Reply) -> bool:
    """Keys of AWS's and keys with imported material are rotated in other ways.

    Source: https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
    """
    if described["KeyManager"] != "CUSTOMER" or described.get("Origin") != "AWS_KMS":
        return True
    reply = account.ask("kms", "get_key_rotation_status", in_region=region, KeyId=described["KeyId"])
    return bool(reply["KeyRotationEnabled"])


def _making(alias: str, region: str) -> Callable[[Account], None]:
    def make(account: Account) -> None:
        about = "Encrypts the states of Terraform."
        key = account.change("kms", "create_key", in_region=region, Description=about)["KeyMetadata"]
        try:
            account.change("kms", "enable_key_rotation", in_region=region, KeyId=key["KeyId"])
            account.change("kms", "create_alias", in_region=region, AliasName=alias, TargetKeyId=key["KeyId"])
        except Exception as error:
            error.add_note(f"the key {key['KeyId']} was created, and has no alias yet: give it {alias}, or delete it")
            raise

    return make


def _rotating(arn: str, region: str) -> Callable[[Account], object]:
    return lambda account: account.change("kms", "enable_key_rotation", in_region=region, KeyId=arn)
