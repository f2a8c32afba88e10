"""What several topics ask of a bucket: whether it is there, whose it is, where it is, what its policy says."""

import json
from typing import Any

from sagemaker_templates.doctor.account import Account, NotAllowed, Refused
from sagemaker_templates.doctor.verdict import Verdict, failed, passed

PUBLIC_ACCESS_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")

_NOT_THERE = {"404", "NoSuchBucket"}
_ELSEWHERE = {"301", "PermanentRedirect"}


def found(account: Account, bucket: str, owner: str, region: str, remedy: str) -> Verdict:
    """Whether a bucket is there, an account's own and in a region.

    Args:
        remedy: what to do where there is none.
    """
    try:
        head = account.ask("s3", "head_bucket", in_region=region, Bucket=bucket)
    except NotAllowed:
        return failed(
            "is another account's, or these credentials may not list it",
            "names of buckets are taken worldwide: take another name, or give the credentials s3:ListBucket on it",
        )
    except Refused as refused:
        if refused.code in _NOT_THERE:
            return failed("there is no such bucket", remedy)
        if refused.code in _ELSEWHERE:
            return failed(f"is in another region than {region}", "name the region that it is in, or another bucket")
        raise
    where = head.get("BucketRegion", region)
    if where != region:
        return failed(f"is in {where}, not in {region}", "name the region that it is in, or another bucket")
    return _owned(account, bucket, owner, region)


def _owned(account: Account, bucket: str, owner: str, region: str) -> Verdict:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html"""
    try:
        account.ask("s3", "head_bucket", in_region=region, Bucket=bucket, ExpectedBucketOwner=owner)
    except NotAllowed:
        return failed(f"belongs to another account than {owner}", "name a bucket of this account")
    return passed(f"is there, in {region}")


def statements(account: Account, bucket: str, region: str) -> list[dict[str, Any]]:
    """The statements of a bucket's policy; none where it has no policy."""
    try:
        text = account.ask("s3", "get_bucket_policy", in_region=region, Bucket=bucket)["Policy"]
    except Refused as refused:
        if refused.code == "NoSuchBucketPolicy":
            return []
        raise
    return listed_statements(json.loads(text))


def listed_statements(policy: dict[str, Any]) -> list[dict[str, Any]]:
    """The statements of a policy, which may hold one without a list."""
    given = policy.get("Statement", [])
    return [given] if isinstance(given, dict) else list(given)


def denies_plain_http(statement: dict[str, Any], bucket: str) -> bool:
    """Whether a statement keeps everybody from reaching a bucket, and what is in it, without TLS."""
    conditions = {
        (operator.lower(), key.lower()): listed(value)
        for operator, block in statement.get("Condition", {}).items()
        for key, value in block.items()
    }
    arn = f":s3:::{bucket}"
    on = listed(statement.get("Resource", []))
    return (
        statement.get("Effect") == "Deny"
        and statement.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]})
        and bool({"s3:*", "*"} & set(listed(statement.get("Action", []))))
        and ("*" in on or (any(one.endswith(arn) for one in on) and any(one.endswith(f"{arn}/*") for one in on)))
        and list(conditions) == [("bool", "aws:securetransport")]
        and [one.lower() for one in next(iter(conditions.values()))] == ["false"]
    )


def listed(value: Any) -> list[str]:
    """What a statement says once or in a list."""
    return [str(one) for one in (value if isinstance(value, list) else [value])]
