"""Which key S3 uses in the caller's name, and with which context.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
"""

from collections.abc import Mapping
from urllib.parse import parse_qs, unquote

from sagemaker_templates.emulator.rights.scope import Fact, Scope

_BY_KMS = ("aws:kms", "aws:kms:dsse")
_ACL = ("ACL", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP")


def _acl(scope: Scope) -> list[str]:
    return [value for name in _ACL for value in scope.texts(name)]


def _bucket(scope: Scope) -> str:
    return scope.arn("s3:bucket", scope.text("Bucket") or "")


def _object(scope: Scope) -> list[str]:
    return [scope.arn("s3:object", one) for one in scope.filled("<Bucket>/<Key>")]


def _write_key(scope: Scope) -> list[str]:
    """The key that the request names; where it does not speak of encryption, the bucket's."""
    asked = scope.text("ServerSideEncryption")
    if asked is None:
        return list(scope.known(_bucket(scope), "key"))
    return [scope.arn("kms:key", one) for one in scope.texts("SSEKMSKeyId")] if asked in _BY_KMS else []


def _write_context(scope: Scope) -> list[str]:
    asked = scope.text("BucketKeyEnabled")
    by_bucket = asked == "true" if asked else "true" in scope.known(_bucket(scope), "bucket-key")
    return [_bucket(scope)] if by_bucket else _object(scope)


def _read_key(scope: Scope) -> list[str]:
    return [key for one in _object(scope) for key in _of_object(scope, one, scope.text("VersionId"), "key")]


def _read_context(scope: Scope) -> list[str]:
    return [_context(scope, one, scope.text("VersionId")) for one in _object(scope)]


def _upload_key(scope: Scope) -> list[str]:
    """What was said when the upload began; where nothing was, the bucket's."""
    upload = scope.text("UploadId")
    begun = [key for one in _object(scope) for key in _of_object(scope, one, upload, "key")]
    return begun or list(scope.known(_bucket(scope), "key"))


def _upload_context(scope: Scope) -> list[str]:
    return [_bucket(scope)] if "true" in scope.known(_bucket(scope), "bucket-key") else _object(scope)


def _copied(scope: Scope) -> list[str]:
    """Bucket and key of the object that is copied."""
    return [unquote(one.partition("?")[0]).removeprefix("/") for one in scope.texts("CopySource")]


def _copied_version(scope: Scope) -> list[str]:
    return [
        version
        for one in scope.texts("CopySource")
        for version in parse_qs(one.partition("?")[2]).get("versionId", [])
    ]


def _copied_object(scope: Scope) -> list[str]:
    return [scope.arn("s3:object", one) for one in _copied(scope)]


def _copied_key(scope: Scope) -> list[str]:
    version = next(iter(_copied_version(scope)), None)
    return [key for one in _copied_object(scope) for key in _of_object(scope, one, version, "key")]


def _copied_context(scope: Scope) -> list[str]:
    version = next(iter(_copied_version(scope)), None)
    return [_context(scope, one, version) for one in _copied_object(scope)]


def _missing(scope: Scope) -> list[str]:
    return [one for one in _object(scope) if not _is_stored(scope, one, scope.text("VersionId"))]


def _copied_missing(scope: Scope) -> list[str]:
    version = next(iter(_copied_version(scope)), None)
    return [one for one in _copied_object(scope) if not _is_stored(scope, one, version)]


def _copied_bucket(scope: Scope) -> list[str]:
    return [one.partition("/")[0] for one in _copied_object(scope)]


def _copied_name(scope: Scope) -> list[str]:
    return [one.partition("/")[2] for one in _copied(scope)]


def _is_stored(scope: Scope, arn: str, version: str | None) -> bool:
    """Of a bucket that nobody knows, it is not known what is in it."""
    bucket = scope.lookups.attributes(arn.partition("/")[0])
    return not bucket or bool(_of_object(scope, arn, version, "stored"))


def _context(scope: Scope, arn: str, version: str | None) -> str:
    """An object's ARN, or its bucket's where it was encrypted with a key of the bucket's."""
    return arn.partition("/")[0] if "true" in _of_object(scope, arn, version, "bucket-key") else arn


def _of_object(scope: Scope, arn: str, part: str | None, attribute: str) -> tuple[str, ...]:
    return scope.lookups.attributes(arn, part).get(attribute, ())


FACTS: Mapping[str, Fact] = {
    "acl": _acl,
    "write-key": _write_key,
    "write-context": _write_context,
    "read-key": _read_key,
    "read-context": _read_context,
    "upload-key": _upload_key,
    "upload-context": _upload_context,
    "missing-object": _missing,
    "copied": _copied,
    "copied-bucket": _copied_bucket,
    "copied-name": _copied_name,
    "copied-missing-object": _copied_missing,
    "copied-version": _copied_version,
    "copied-object": _copied_object,
    "copied-key": _copied_key,
    "copied-context": _copied_context,
}
