"""A SageMaker session that compiles a pipeline without calling AWS, and uploads the code when asked to."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from sagemaker.core.workflow.pipeline_context import PipelineSession

from mlops.settings import Settings

# The SDK reports its use to AWS unless told otherwise; passing a configuration also keeps it from reading
# whatever lies in the home folder, so that a pipeline compiles to the same definition everywhere.
_SDK_CONFIGURATION = {
    "SchemaVersion": "1.0",
    "SageMaker": {"PythonSDK": {"Modules": {"TelemetryOptOut": True}}},
}


@dataclass(frozen=True)
class CodeFolder:
    """A folder of scripts for the jobs, and where it lies in the bucket."""

    folder: Path
    prefix: str

    def files(self) -> list[Path]:
        """The scripts, in a fixed order."""
        return _scripts(self.folder)

    def key(self, file: Path) -> str:
        """Where a script lies in the bucket."""
        return f"{self.prefix}/{file.relative_to(self.folder).as_posix()}"


class ProjectSession(PipelineSession):  # type: ignore[misc]
    """The session that every step of this project is built with."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            boto_session=boto3.Session(region_name=settings.region),
            default_bucket=settings.bucket,
            sagemaker_config=_SDK_CONFIGURATION,
        )
        self._settings = settings
        self._code: dict[Path, CodeFolder] = {}

    def code(self, folder: Path) -> str:
        """The location from which jobs load the scripts of a folder.

        The location holds a hash of the content: a running execution keeps the scripts it was started with.
        """
        prefix = f"pipelines/{self._settings.pipeline_name}/code/{_digest(folder)}"
        self._code[folder] = CodeFolder(folder, prefix)
        return self._settings.uri(prefix)

    @property
    def code_folders(self) -> list[CodeFolder]:
        """The folders whose scripts the compiled pipeline refers to."""
        return list(self._code.values())

    def upload_code(self) -> list[str]:
        """Put the scripts where the compiled pipeline looks for them; returns the keys."""
        s3 = self.boto_session.client("s3")
        encryption: dict[str, Any] = {}
        if self._settings.kms_key:
            encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self._settings.kms_key}
        keys = []
        for code in self.code_folders:
            for file in code.files():
                keys.append(code.key(file))
                s3.put_object(
                    Bucket=self._settings.bucket, Key=keys[-1], Body=file.read_bytes(), **encryption
                )
        return keys


def _scripts(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.relative_to(folder).parts
    )


def _digest(folder: Path) -> str:
    content = hashlib.sha256()
    for file in _scripts(folder):
        for part in (file.relative_to(folder).as_posix().encode(), file.read_bytes()):
            # The length in front keeps two files from being mistaken for one with the same bytes in a row.
            content.update(len(part).to_bytes(8, "big") + part)
    return content.hexdigest()[:16]
