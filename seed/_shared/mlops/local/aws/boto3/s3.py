"""S3 as a folder, in which ``bucket/key`` is a file."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from .failures import client_error
from .pages import Json, Paginator


class Body(BytesIO):
    """What boto3 gives of an object's content."""

    def iter_chunks(self, chunk_size: int = 1024) -> Iterator[bytes]:
        """The content in pieces."""
        while chunk := self.read(chunk_size):
            yield chunk


@dataclass(frozen=True)
class S3:
    """As much of boto3's ``s3`` client as scripts of jobs use.

    Attributes:
        metadata: the folder of what objects say about themselves, under the same names.
    """

    root: Path
    metadata: Path

    def head_object(self, *, Bucket: str, Key: str) -> Json:  # noqa: N803 - AWS's names
        """Size and metadata of an object.

        Raises:
            ClientError: 404, there is none.
        """
        file = self._file(Bucket, Key)
        if not file.is_file():
            raise client_error("404", "Not Found", "HeadObject")
        about = self.metadata / f"{Bucket}/{Key}.json"
        told = json.loads(about.read_text(encoding="utf-8")) if about.is_file() else {}
        return {"ContentLength": file.stat().st_size, "Metadata": told}

    def get_object(self, *, Bucket: str, Key: str) -> Json:  # noqa: N803
        """An object with its content.

        Raises:
            ClientError: NoSuchKey, there is none.
        """
        file = self._file(Bucket, Key)
        if not file.is_file():
            raise client_error("NoSuchKey", "The specified key does not exist.", "GetObject")
        return {**self.head_object(Bucket=Bucket, Key=Key), "Body": Body(file.read_bytes())}

    def put_object(self, *, Bucket: str, Key: str, Body: Any = b"", **more: Any) -> Json:  # noqa: N803
        """Write an object."""
        file = self._file(Bucket, Key)
        file.parent.mkdir(parents=True, exist_ok=True)
        content = Body.read() if hasattr(Body, "read") else Body
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        self._describe(Bucket, Key, more.get("Metadata", {}))
        return {}

    def list_objects_v2(self, *, Bucket: str, Prefix: str = "") -> Json:  # noqa: N803
        """All objects whose key begins with the prefix, by their keys."""
        bucket = self.root / Bucket
        files = {path.relative_to(bucket).as_posix(): path for path in bucket.rglob("*") if path.is_file()}
        found = [{"Key": key, "Size": files[key].stat().st_size} for key in sorted(files) if key.startswith(Prefix)]
        return {"KeyCount": len(found), **({"Contents": found} if found else {})}

    def get_paginator(self, operation: str) -> Paginator:
        """Pages of an operation's answers."""
        return Paginator(getattr(self, operation))

    def download_file(self, bucket: str, key: str, filename: str) -> None:
        """Copy an object to a file.

        Raises:
            ClientError: 404, there is none.
        """
        self.head_object(Bucket=bucket, Key=key)
        shutil.copyfile(self._file(bucket, key), filename)

    def upload_file(self, filename: str, bucket: str, key: str) -> None:
        """Copy a file to an object."""
        self._file(bucket, key).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(filename, self._file(bucket, key))

    def create_multipart_upload(self, *, Bucket: str, Key: str, **more: Any) -> Json:  # noqa: N803
        """Begin an object that comes in parts; it is there when the last of them is."""
        upload = self._upload(Bucket, Key)
        upload.parent.mkdir(parents=True, exist_ok=True)
        upload.write_bytes(b"")
        self._describe(Bucket, Key, more.get("Metadata", {}))
        return {"UploadId": upload.name}

    def upload_part(self, *, Bucket: str, Key: str, Body: bytes, **_: Any) -> Json:  # noqa: N803
        """Take the next part; they come in their order."""
        with self._upload(Bucket, Key).open("ab") as upload:
            upload.write(Body)
        return {"ETag": hashlib.md5(Body, usedforsecurity=False).hexdigest()}

    def complete_multipart_upload(self, *, Bucket: str, Key: str, **_: Any) -> Json:  # noqa: N803
        """The object is whole."""
        self._file(Bucket, Key).parent.mkdir(parents=True, exist_ok=True)
        self._upload(Bucket, Key).replace(self._file(Bucket, Key))
        return {}

    def abort_multipart_upload(self, *, Bucket: str, Key: str, **_: Any) -> Json:  # noqa: N803
        """Forget the parts."""
        self._upload(Bucket, Key).unlink(missing_ok=True)
        return {}

    def _file(self, bucket: str, key: str) -> Path:
        return self.root / bucket / key

    def _upload(self, bucket: str, key: str) -> Path:
        return self.metadata / f"{bucket}/{key}.part"

    def _describe(self, bucket: str, key: str, metadata: Mapping[str, str]) -> None:
        about = self.metadata / f"{bucket}/{key}.json"
        about.parent.mkdir(parents=True, exist_ok=True)
        about.write_text(json.dumps(dict(metadata)), encoding="utf-8")
