"""The bucket that receives access logs of the projects' buckets."""

from collections.abc import Iterator, Mapping
from typing import Any

from sagemaker_templates.doctor import buckets
from sagemaker_templates.doctor.account import Refused
from sagemaker_templates.doctor.contract import Asked, Topic, check
from sagemaker_templates.doctor.site import Site
from sagemaker_templates.doctor.verdict import Verdict, failed, passed

_LOGGING = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html"
_SERVICE = "logging.s3.amazonaws.com"
_GROUP = "http://acs.amazonaws.com/groups/s3/LogDelivery"


@check(
    "the bucket for access logs is there and the account's",
    source=_LOGGING,
    rights=["s3:ListBucket"],
    decides=True,
)
def exists(asked: Asked, bucket: str) -> Verdict:
    """S3 delivers access logs into a bucket of the same account and region alone."""
    environment = asked.site.environment
    remedy = "create it, or leave s3-access-logs-bucket-arn out"
    return buckets.found(asked.account, bucket, environment.account_id, environment.region, remedy)


@check(
    "S3 may write access logs",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html#grant-log-delivery-permissions-general",
    rights=["s3:GetBucketPolicy", "s3:GetBucketAcl"],
)
def writable(asked: Asked, bucket: str) -> Verdict:
    """Nobody is told of logs that are not delivered: the bucket's policy or ACL must let S3's log service write."""
    account = asked.account
    if any(_lets_log(one, bucket) for one in buckets.statements(account, bucket, account.region)):
        return passed("S3 may write logs, by the bucket's policy")
    grants = account.ask("s3", "get_bucket_acl", Bucket=bucket).get("Grants", [])
    if any(one.get("Grantee", {}).get("URI") == _GROUP and one["Permission"] in _WRITES for one in grants):
        return passed("S3 may write logs, by the bucket's ACL")
    return failed("S3 may not write logs into it", f"allow s3:PutObject on its objects to the service {_SERVICE}")


_WRITES = ("WRITE", "FULL_CONTROL")


@check(
    "the bucket for access logs is encrypted with S3's keys",
    source=f"{_LOGGING}#server-access-logging-overview",
    rights=["s3:GetEncryptionConfiguration"],
)
def with_keys_of_s3(asked: Asked, bucket: str) -> Verdict:
    """Access logs are not delivered into a bucket whose default encryption is with KMS."""
    try:
        answer = asked.account.ask("s3", "get_bucket_encryption", Bucket=bucket)
        rules = answer["ServerSideEncryptionConfiguration"]["Rules"]
    except Refused as refused:
        if refused.code != "ServerSideEncryptionConfigurationNotFoundError":
            raise
        rules = []
    kinds = {rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm") for rule in rules}
    if any(str(kind).startswith("aws:kms") for kind in kinds):
        return failed("is encrypted with KMS, and S3 delivers no logs into it", "encrypt it with AES256 (SSE-S3)")
    return passed("is encrypted with S3's own keys")


def _lets_log(statement: Mapping[str, Any], bucket: str) -> bool:
    principal = statement.get("Principal", {})
    services = buckets.listed(principal.get("Service", [])) if isinstance(principal, dict) else []
    actions = {one.lower() for one in buckets.listed(statement.get("Action", []))}
    return (
        statement.get("Effect") == "Allow"
        and _SERVICE in services
        and bool(actions & {"s3:putobject", "s3:put*", "s3:*", "*"})
        and any(f":s3:::{bucket}/" in one or one == "*" for one in buckets.listed(statement.get("Resource", [])))
    )


def _buckets(site: Site) -> Iterator[str]:
    arns = [site.environment.s3_access_logs_bucket_arn, *(one.s3_access_logs_bucket_arn for one in site.projects)]
    for arn in arns:
        if arn:
            yield arn.rpartition(":")[2]


TOPIC: Topic[str] = Topic(
    "buckets for access logs",
    _buckets,
    lambda bucket: f"access log bucket {bucket}",
    (exists, writable, with_keys_of_s3),
)
