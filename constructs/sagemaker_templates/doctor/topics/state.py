"""The bucket that the states are kept in."""

from collections.abc import Iterator

from sagemaker_templates.doctor import buckets
from sagemaker_templates.doctor.account import Refused
from sagemaker_templates.doctor.contract import Asked, Topic, check
from sagemaker_templates.doctor.site import Site
from sagemaker_templates.doctor.verdict import Verdict, failed, passed
from sagemaker_templates.operations.state_lock import read_lock
from sagemaker_templates.settings.model import S3State

_BACKEND = "https://developer.hashicorp.com/terraform/language/backend/s3"


@check(
    "the bucket is there and the account's",
    source="https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html",
    rights=["s3:ListBucket"],
    decides=True,
)
def exists(asked: Asked, state: S3State) -> Verdict:
    """`terraform init` stops without it; in a bucket of somebody else, that one can change what is deployed."""
    owner = asked.site.environment.account_id
    remedy = f"sagemaker-templates bootstrap {asked.site.environment.name}"
    return buckets.found(asked.account, state.bucket, owner, state.region, remedy)


@check("the bucket is versioned", source=_BACKEND, rights=["s3:GetBucketVersioning"])
def versioned(asked: Asked, state: S3State) -> Verdict:
    """A state that was lost or spoilt can be had back from an older version, and from nowhere else."""
    found = asked.account.ask("s3", "get_bucket_versioning", in_region=state.region, Bucket=state.bucket)
    if found.get("Status") == "Enabled":
        return passed("is versioned")
    switch = f"aws s3api put-bucket-versioning --bucket {state.bucket} --versioning-configuration Status=Enabled"
    return failed("is not versioned", switch)


@check(
    "the key of the states can be used",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html",
    rights=["kms:DescribeKey", "s3:GetEncryptionConfiguration"],
)
def encrypted(asked: Asked, state: S3State) -> Verdict:
    """S3 encrypts every object; where the settings name a key of KMS, it must be there and enabled, or no state can
    be read."""
    if state.kms_key_id is None:
        return _by_default(asked, state)
    try:
        key = asked.account.ask("kms", "describe_key", in_region=state.region, KeyId=state.kms_key_id)["KeyMetadata"]
    except Refused as refused:
        if refused.code == "NotFoundException":
            return failed(f"there is no key {state.kms_key_id}", "create it, or name another under state.kms-key-id")
        raise
    if key["KeyState"] != "Enabled":
        return failed(f"its key {state.kms_key_id} is {key['KeyState']}", "enable it, or cancel its deletion")
    return passed(f"is encrypted with {state.kms_key_id}")


def _by_default(asked: Asked, state: S3State) -> Verdict:
    try:
        answer = asked.account.ask("s3", "get_bucket_encryption", in_region=state.region, Bucket=state.bucket)
        rules = answer["ServerSideEncryptionConfiguration"]["Rules"]
    except Refused as refused:
        if refused.code != "ServerSideEncryptionConfigurationNotFoundError":
            raise
        rules = []
    kinds = [rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm") for rule in rules]
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
    return passed(f"is encrypted ({', '.join(filter(None, kinds)) or 'AES256, which S3 does by itself'})")


@check(
    "the bucket takes TLS alone",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
    rights=["s3:GetBucketPolicy"],
)
def tls_only(asked: Asked, state: S3State) -> Verdict:
    """A state holds names, addresses and now and then more; a policy that denies plain HTTP keeps it off the wire."""
    if any(
        buckets.denies_plain_http(one, state.bucket)
        for one in buckets.statements(asked.account, state.bucket, state.region)
    ):
        return passed("takes TLS alone")
    remedy = (
        'add to its policy: Deny s3:* to everybody on the bucket and its objects if aws:SecureTransport is "false"'
    )
    return failed("takes plain HTTP as well", remedy)


@check(
    "the bucket is private",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    rights=["s3:GetBucketPublicAccessBlock"],
)
def private(asked: Asked, state: S3State) -> Verdict:
    """Public access is blocked for new buckets; where somebody switched that off, one policy opens the states."""
    try:
        answer = asked.account.ask("s3", "get_public_access_block", in_region=state.region, Bucket=state.bucket)
        blocked = answer["PublicAccessBlockConfiguration"]
    except Refused as refused:
        if refused.code != "NoSuchPublicAccessBlockConfiguration":
            raise
        blocked = {}
    if all(blocked.get(name) for name in buckets.PUBLIC_ACCESS_BLOCKS):
        return passed("is private")
    settings = ",".join(f"{name}=true" for name in buckets.PUBLIC_ACCESS_BLOCKS)
    remedy = (
        f"aws s3api put-public-access-block --bucket {state.bucket} --public-access-block-configuration {settings}"
    )
    return failed("does not block public access", remedy)


@check(
    "no lock was left behind",
    source=f"{_BACKEND}#state-locking",
    rights=["s3:ListBucket", "s3:GetObject", "kms:Decrypt"],
)
def unlocked(asked: Asked, state: S3State) -> Verdict:
    """Terraform locks a state with an object beside it; a run that was killed leaves it there, and every later one
    stops."""
    prefix = f"{state.key_prefix.strip('/')}/"
    answer = asked.account.ask_all(
        "s3", "list_objects_v2", in_region=state.region, Bucket=state.bucket, Prefix=prefix
    )
    locks = [one["Key"] for one in answer.get("Contents", []) if one["Key"].endswith(".tflock")]
    if not locks:
        return passed("no state is locked")
    held = "; ".join(_held(asked, state, key) for key in locks)
    return failed(
        f"locked: {held}", "wait for whoever it is, or end a lock that is left over: terraform force-unlock ID"
    )


def _held(asked: Asked, state: S3State, key: str) -> str:
    content = asked.account.content("s3", "get_object", "Body", in_region=state.region, Bucket=state.bucket, Key=key)
    lock, stack = read_lock(content), key.rsplit("/", 2)[-2]
    return f"{stack} by {lock.who} since {lock.since} (ID {lock.id})" if lock else stack


def _in_s3(site: Site) -> Iterator[S3State]:
    if isinstance(site.environment.state, S3State):
        yield site.environment.state


TOPIC: Topic[S3State] = Topic(
    "state bucket",
    _in_s3,
    lambda state: f"state bucket {state.bucket}",
    (exists, versioned, encrypted, tls_only, private, unlocked),
)
