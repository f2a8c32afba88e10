"""What an endpoint was asked and has answered is captured as its configuration says, and read back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from sagemaker_templates.rehearsal.captured import Capture, Exchange, read
from sagemaker_templates.rehearsal.endpoint import ServedEndpoint
from sagemaker_templates.rehearsal.triggers import ADMINISTRATOR, Happenings
from sagemaker_templates.wording import counted


def capture(happenings: Happenings, endpoint: ServedEndpoint, exchanges: Sequence[Exchange]) -> None:
    """Write the share of some exchanges as the endpoint's role, and read it back as the account's administrator.

    No role of ours is meant for whoever reads them.

    Args:
        exchanges: requests that the model has answered; AWS does not say that it captures others.

    Raises:
        RehearsalFailed: they cannot be written, or are not what was written, or not encrypted as they should be.
    """
    if endpoint.capture is None:
        happenings.note(ADMINISTRATOR, f"{endpoint.name} captures nothing, as its configuration says")
        return
    _Capturing(happenings, endpoint, endpoint.capture).perform(exchanges)


@dataclass(frozen=True)
class _Capturing:
    happenings: Happenings
    endpoint: ServedEndpoint
    configured: Capture

    def perform(self, exchanges: Sequence[Exchange]) -> None:
        sampled, name, earlier = self.configured.sampled(exchanges), self.endpoint.name, set(self._keys())
        if sampled:
            self._write(sampled)
        share = f"{len(sampled)} of {counted(len(exchanges), 'answer')} ({self.configured.percentage} %)"
        self.happenings.note(self.endpoint.role, f"{name}: captured {share} in s3://{self.configured.bucket}")
        found = [one for key in self._keys() if key not in earlier for one in self._read(key)]
        if found != [self.configured.seen(one) for one in sampled]:
            wrong = f"what {name} captured is not what was asked and answered: {found}"
            self.happenings.fail(ADMINISTRATOR, wrong)
        self.happenings.note(ADMINISTRATOR, f"read back what {name} captured: as asked and answered")

    def _write(self, sampled: Sequence[Exchange]) -> None:
        at, key = datetime.now(UTC), self.configured.key
        encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {}
        try:
            self.endpoint.session.client("s3").put_object(
                Bucket=self.configured.bucket,
                Key=self.configured.file(self.endpoint.name, self.endpoint.variant, at),
                Body=self.configured.written(sampled, at).encode(),
                **encrypted,
            )
        except ClientError as error:
            self.happenings.fail(self.endpoint.role, str(error))

    @property
    def _s3(self) -> Any:
        return self.happenings.emulator.client("s3", self.endpoint.account, self.endpoint.region)

    def _keys(self) -> Iterator[str]:
        folder = self.configured.folder(self.endpoint.name, self.endpoint.variant)
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.configured.bucket, Prefix=folder)
        return (str(one["Key"]) for page in pages for one in page.get("Contents", []))

    def _read(self, key: str) -> list[Exchange]:
        file = self._s3.get_object(Bucket=self.configured.bucket, Key=key)
        if file.get("SSEKMSKeyId", "") != self.configured.key:
            self.happenings.fail(ADMINISTRATOR, f"{key} is not encrypted with {self.configured.key}")
        return list(read(file["Body"].read().decode()))
