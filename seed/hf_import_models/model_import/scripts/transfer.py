"""Files from the hub into S3, part by part: no disk is used, and no more memory than a part takes."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from failure import ImportFailedError
from hub import ATTEMPTS, BROKEN, HubFile, pause

SMALLEST_PART_BYTES = 16 * 1024 * 1024
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
_MOST_PARTS = 10_000
_BLOCK_BYTES = 1024 * 1024

OpenAt = Callable[[int], Any]
"""Opens a file from a byte on."""


class Checksums:
    """SHA-256 of a file, and git's name for it, while it passes."""

    def __init__(self, size: int) -> None:
        self._sha256 = hashlib.sha256()
        # What git calls a file: its kind and length, then its content.
        self._git = hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False)

    def update(self, content: bytes) -> None:
        """Take the next bytes into account."""
        self._sha256.update(content)
        self._git.update(content)

    def verify(self, file: HubFile) -> str:
        """The SHA-256, if the content is what the hub listed.

        Raises:
            ImportFailedError: it is not.
        """
        sha256 = self._sha256.hexdigest()
        expected, found = (file.sha256, sha256) if file.sha256 else (file.git_oid, self._git.hexdigest())
        if found != expected:
            raise ImportFailedError(f"{file.path} arrived with checksum {found}; the hub lists {expected}")
        return sha256


def part_bytes(size: int) -> int:
    """How large the parts of a file of ``size`` bytes are: as small as S3's limit on their number allows."""
    return max(SMALLEST_PART_BYTES, math.ceil(size / _MOST_PARTS))


def parts(file: HubFile, open_at: OpenAt) -> Iterator[bytes]:
    """The content of a file in parts. A connection that breaks is made again where it broke.

    Raises:
        ImportFailedError: several attempts in a row brought nothing.
    """
    blocks = _blocks(file, open_at)
    limit = part_bytes(file.size)
    part = bytearray()
    for block in blocks:
        part += block
        while len(part) >= limit:
            # Through a view: a slice would be one copy more.
            yield bytes(memoryview(part)[:limit])
            del part[:limit]
    if part or not file.size:
        yield bytes(part)


def _blocks(file: HubFile, open_at: OpenAt) -> Iterator[bytes]:
    position, attempt = 0, 0
    while position < file.size:
        try:
            with open_at(position) as response:
                _skip_to(position, response)
                while position < file.size and (block := response.read(_BLOCK_BYTES)):
                    attempt = 0
                    position += len(block)
                    yield block
            problem = "the connection ended early"
        except BROKEN as error:
            problem = str(error)
        if position < file.size:
            attempt += 1
            if attempt == ATTEMPTS:
                raise ImportFailedError(
                    f"{file.path} broke off at byte {position} of {file.size}: {problem}; "
                    "what is complete stays, so start the pipeline again"
                )
            pause(attempt)


def _skip_to(position: int, response: Any) -> None:
    """Read over what is there already, where the server does not know ranges."""
    if position and response.status != 206:  # noqa: PLR2004
        while position > 0 and (block := response.read(min(position, _BLOCK_BYTES))):
            position -= len(block)


@dataclass(frozen=True)
class ModelStore:
    """Where in S3 the files of one commit lie.

    Attributes:
        prefix: of the keys, without a slash at its end.
        key: the KMS key that encrypts them; None leaves it to the bucket.
    """

    s3: Any
    bucket: str
    prefix: str
    key: str | None = None

    def ensure(self, file: HubFile, open_at: OpenAt) -> tuple[str, bool]:
        """Bring a file here unless it is here already; returns its SHA-256, and whether it was transferred.

        An object appears only when its content has been verified, so what is here is whole.

        Raises:
            ImportFailedError: it does not arrive, or not as the hub listed it.
        """
        known = self._known(file)
        if known:
            return known, False
        return (self._put_large if file.size > part_bytes(file.size) else self._put)(file, open_at), True

    def put_if_different(self, path: str, content: bytes) -> None:
        """Write a small object, unless it has this very content."""
        sha256 = hashlib.sha256(content).hexdigest()
        metadata = self._metadata(path)
        if metadata is None or metadata.get("sha256") != sha256:
            self._put_object(path, content, {"sha256": sha256})

    def strangers(self, files: Sequence[HubFile]) -> list[str]:
        """What lies among the model's files and is none of these."""
        prefix = self._key("model/")
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        keys = [entry["Key"].removeprefix(prefix) for page in pages for entry in page.get("Contents", ())]
        # The console makes empty objects for folders.
        there = {key for key in keys if key and not key.endswith("/")}
        return sorted(there - {file.path for file in files})

    def uri(self, path: str = "") -> str:
        """The address of an object, or of all of them."""
        return f"s3://{self.bucket}/{self.prefix}/{path}"

    def _known(self, file: HubFile) -> str | None:
        metadata = self._metadata(f"model/{file.path}", file.size)
        if metadata is None or metadata.get("source-oid") != (file.sha256 or file.git_oid):
            return None
        return metadata.get("sha256") or self._read_back(f"model/{file.path}")

    def _metadata(self, path: str, size: int | None = None) -> Mapping[str, str] | None:
        try:
            head = self.s3.head_object(Bucket=self.bucket, Key=self._key(path))
        except ClientError as error:
            if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
                return None
            raise
        if size is not None and head["ContentLength"] != size:
            return None
        metadata: Mapping[str, str] = head["Metadata"]
        return metadata

    def _read_back(self, path: str) -> str:
        content = hashlib.sha256()
        body = self.s3.get_object(Bucket=self.bucket, Key=self._key(path))["Body"]
        for block in body.iter_chunks(_BLOCK_BYTES):
            content.update(block)
        return content.hexdigest()

    def _put(self, file: HubFile, open_at: OpenAt) -> str:
        checksums = Checksums(file.size)
        content = b"".join(parts(file, open_at))
        checksums.update(content)
        sha256 = checksums.verify(file)
        metadata = {"source-oid": file.sha256 or file.git_oid, "sha256": sha256}
        self._put_object(f"model/{file.path}", content, metadata)
        return sha256

    def _put_object(self, path: str, content: bytes, metadata: Mapping[str, str]) -> None:
        self.s3.put_object(
            Bucket=self.bucket, Key=self._key(path), Body=content, Metadata=dict(metadata), **self._encryption()
        )

    def _put_large(self, file: HubFile, open_at: OpenAt) -> str:
        target = {"Bucket": self.bucket, "Key": self._key(f"model/{file.path}")}
        # Without git LFS the SHA-256 is known only at the end, when metadata can no longer be given.
        metadata = {"source-oid": file.sha256 or file.git_oid, **({"sha256": file.sha256} if file.sha256 else {})}
        upload = self.s3.create_multipart_upload(**target, Metadata=metadata, **self._encryption())["UploadId"]
        try:
            checksums, done = Checksums(file.size), []
            for number, content in enumerate(parts(file, open_at), start=1):
                checksums.update(content)
                answer = self.s3.upload_part(**target, UploadId=upload, PartNumber=number, Body=content)
                done.append({"PartNumber": number, "ETag": answer["ETag"]})
            sha256 = checksums.verify(file)
            self.s3.complete_multipart_upload(**target, UploadId=upload, MultipartUpload={"Parts": done})
        except BaseException:
            self.s3.abort_multipart_upload(**target, UploadId=upload)
            raise
        return sha256

    def _key(self, path: str) -> str:
        return f"{self.prefix}/{path}"

    def _encryption(self) -> dict[str, str]:
        return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self.key} if self.key else {}
