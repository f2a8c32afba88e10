"""What actions of a delivery pipeline hand on: archives in the pipeline's bucket, encrypted with its key."""

import io
import uuid
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sagemaker_templates.rehearsal.acting import RoleSession

_LENGTH_OF_PIPELINE, _LENGTH_OF_NAME, _LENGTH_OF_ID = 20, 10, 7


@dataclass(frozen=True)
class Artifact:
    """One artifact of an execution.

    Attributes:
        key: of its archive in the pipeline's bucket.
        folder: what was packed, on this machine.
    """

    key: str
    folder: Path


@dataclass(frozen=True)
class ArtifactStore:
    """The bucket of a pipeline's artifacts.

    Attributes:
        pipeline: its name, with which keys begin.
        bucket: that the pipeline names.
        key_id: the KMS key that the pipeline names.
    """

    pipeline: str
    bucket: str
    key_id: str

    @classmethod
    def of(cls, pipeline: Mapping[str, Any]) -> "ArtifactStore":
        """The store of a pipeline, as GetPipeline describes it."""
        store = pipeline["artifactStore"]
        return cls(pipeline["name"], store["location"], store["encryptionKey"]["id"])

    def put(self, name: str, folder: Path, actor: RoleSession, **more: str) -> Artifact:
        """Pack a folder and store it, as the actor; keys have the form that CodePipeline gives them.

        Args:
            more: parameters of PutObject, such as an ``ACL``.
        """
        identifier = uuid.uuid4().hex[:_LENGTH_OF_ID]
        key = f"{self.pipeline[:_LENGTH_OF_PIPELINE]}/{name[:_LENGTH_OF_NAME]}/{identifier}"
        actor.client("s3").put_object(
            Bucket=self.bucket,
            Key=key,
            Body=_packed(folder),
            ServerSideEncryption="aws:kms",
            SSEKMSKeyId=self.key_id,
            **more,
        )
        return Artifact(key, folder)

    def get(self, artifact: Artifact, folder: Path, actor: RoleSession) -> None:
        """Unpack an artifact into a new folder, as the actor."""
        stored = actor.client("s3").get_object(Bucket=self.bucket, Key=artifact.key)["Body"].read()
        folder.mkdir()
        with zipfile.ZipFile(io.BytesIO(stored)) as packed:
            packed.extractall(folder)


def _packed(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            packed.write(path, path.relative_to(folder))
    return buffer.getvalue()
