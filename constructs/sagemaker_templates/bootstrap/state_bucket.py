"""The bucket of the states: made where it is not there, mended where it is not as states need it.

What is in it, and what else its policy and its lifecycle say, stays.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sagemaker_templates.bootstrap.change import Change
from sagemaker_templates.bootstrap.state_key import Key
from sagemaker_templates.doctor.account import Account, NotAllowed, Refused
from sagemaker_templates.doctor.buckets import PUBLIC_ACCESS_BLOCKS, denies_plain_http, listed_statements
from sagemaker_templates.failures import StepFailed
from sagemaker_templates.naming import partition_of
from sagemaker_templates.settings.model import S3State

OLD_VERSIONS_DAYS = 365
"""An old version of a state goes after so many days; what is in force stays whatever its age."""

_WITHOUT_CONSTRAINT = "us-east-1"
"""The one region that CreateBucket wants no location for
(https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html)."""

_NOT_THERE, _ELSEWHERE = {"404", "NoSuchBucket"}, {"301", "PermanentRedirect"}
_UNSET = {
    "NoSuchBucketPolicy",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "ServerSideEncryptionConfigurationNotFoundError",
}
Document = dict[str, Any]


class BucketTaken(StepFailed):
    """The bucket is not this account's, or not where the settings say."""


@dataclass(frozen=True)
class Bucket:
    """A bucket as it is found; one that is not there has none of it.

    Attributes:
        encryption: its rule of default encryption.
        blocks: its public access block.
        rules: of its lifecycle.
    """

    there: bool = False
    versioned: bool = False
    encryption: Document = field(default_factory=dict)
    blocks: Document = field(default_factory=dict)
    policy: Document = field(default_factory=dict)
    rules: Sequence[Document] = ()


def found(account: Account, state: S3State, owner: str) -> Bucket:
    """Look at the bucket of the states.

    Args:
        owner: the account that it has to belong to.

    Raises:
        BucketTaken: it is another account's, or in another region.
        Refused, NotAnswered: AWS does not say.
    """
    if not _is_there(account, state, owner):
        return Bucket()
    ask = partial(_setting, account, state)
    encryption = ask("get_bucket_encryption").get("ServerSideEncryptionConfiguration", {}).get("Rules", [{}])
    return Bucket(
        there=True,
        versioned=ask("get_bucket_versioning").get("Status") == "Enabled",
        encryption=encryption[0],
        blocks=ask("get_public_access_block").get("PublicAccessBlockConfiguration", {}),
        policy=json.loads(ask("get_bucket_policy").get("Policy", "{}")),
        rules=ask("get_bucket_lifecycle_configuration").get("Rules", []),
    )


def changes(bucket: Bucket, state: S3State, key: Key | None) -> Iterator[Change]:
    """What is to be done about it, in this order."""
    name = state.bucket
    if not bucket.there:
        yield Change(f"create the bucket {name} in {state.region}", partial(_create, state))
    if not bucket.versioned:
        yield Change("keep old versions of what is in it", partial(_version, state))
    if key and not _is_encrypted_with(bucket.encryption, key):
        yield Change(f"encrypt what comes into it with {key.name}", partial(_encrypt, state, key))
    if not all(bucket.blocks.get(each) for each in PUBLIC_ACCESS_BLOCKS):
        yield Change("block public access to it", partial(_block, state))
    if not any(denies_plain_http(each, name) for each in listed_statements(bucket.policy)):
        yield Change("let nobody reach it without TLS", partial(_deny_plain_http, state, bucket.policy))
    if _rule(state) not in bucket.rules:
        kept = f"keep old versions below {_prefix(state)} for {OLD_VERSIONS_DAYS} days"
        yield Change(kept, partial(_expire, state, bucket.rules))


def _is_there(account: Account, state: S3State, owner: str) -> bool:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html"""
    try:
        head = account.ask(
            "s3", "head_bucket", in_region=state.region, Bucket=state.bucket, ExpectedBucketOwner=owner
        )
    except NotAllowed:
        raise BucketTaken(
            f"{state.bucket} is another account's, or these credentials may not list it: "
            "names of buckets are taken worldwide, so take another one"
        ) from None
    except Refused as refused:
        if refused.code in _NOT_THERE:
            return False
        if refused.code in _ELSEWHERE:
            raise BucketTaken(f"{state.bucket} is in another region than {state.region}") from None
        raise
    if (where := head.get("BucketRegion", state.region)) != state.region:
        raise BucketTaken(f"{state.bucket} is in {where}, not in {state.region}")
    return True


def _setting(account: Account, state: S3State, operation: str) -> Mapping[str, Any]:
    """What a bucket says of one thing; nothing where it says nothing."""
    try:
        return account.ask("s3", operation, in_region=state.region, Bucket=state.bucket)
    except Refused as refused:
        if refused.code in _UNSET:
            return {}
        raise


def _is_encrypted_with(rule: Document, key: Key) -> bool:
    default = rule.get("ApplyServerSideEncryptionByDefault", {})
    named = str(default.get("KMSMasterKeyID", ""))
    return bool(
        default.get("SSEAlgorithm") == "aws:kms"
        and key.arn
        and named in (key.arn, key.arn.rpartition("/")[2], key.name)
    )


def _prefix(state: S3State) -> str:
    return f"{state.key_prefix.strip('/')}/"


def _rule(state: S3State) -> Document:
    """What Terraform has deleted, such as a lock, is gone once its last version is."""
    return {
        "ID": f"sagemaker-templates: old versions below {_prefix(state)}",
        "Status": "Enabled",
        "Filter": {"Prefix": _prefix(state)},
        "Expiration": {"ExpiredObjectDeleteMarker": True},
        "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_VERSIONS_DAYS},
    }


def _create(state: S3State, account: Account) -> None:
    elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": state.region}}
    where = {} if state.region == _WITHOUT_CONSTRAINT else elsewhere
    _put(account, state, "create_bucket", ObjectOwnership="BucketOwnerEnforced", **where)


def _version(state: S3State, account: Account) -> None:
    _put(account, state, "put_bucket_versioning", VersioningConfiguration={"Status": "Enabled"})


def _encrypt(state: S3State, key: Key, account: Account) -> None:
    """By the key's ARN: an alias would be looked for in the account of whoever writes."""
    described = account.change("kms", "describe_key", in_region=state.region, KeyId=key.name)["KeyMetadata"]
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": described["Arn"]}
    rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
    _put(account, state, "put_bucket_encryption", ServerSideEncryptionConfiguration={"Rules": [rule]})


def _block(state: S3State, account: Account) -> None:
    blocks = dict.fromkeys(PUBLIC_ACCESS_BLOCKS, True)
    _put(account, state, "put_public_access_block", PublicAccessBlockConfiguration=blocks)


def _deny_plain_http(state: S3State, policy: Document, account: Account) -> None:
    arn = f"arn:{partition_of(state.region)}:s3:::{state.bucket}"
    denial = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    others = [one for one in listed_statements(policy) if one.get("Sid") != denial["Sid"]]
    whole = {"Version": "2012-10-17", **policy, "Statement": [*others, denial]}
    _put(account, state, "put_bucket_policy", Policy=json.dumps(whole))


def _expire(state: S3State, rules: Sequence[Document], account: Account) -> None:
    rule = _rule(state)
    whole = {"Rules": [*(one for one in rules if one.get("ID") != rule["ID"]), rule]}
    _put(account, state, "put_bucket_lifecycle_configuration", LifecycleConfiguration=whole)


def _put(account: Account, state: S3State, operation: str, **parameters: Any) -> None:
    account.change("s3", operation, in_region=state.region, Bucket=state.bucket, **parameters)
