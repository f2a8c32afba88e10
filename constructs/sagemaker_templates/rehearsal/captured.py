"""Captured data, as SageMaker writes them of an endpoint's requests and answers.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
"""

import base64
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_ALL = 100


@dataclass(frozen=True)
class Exchange:
    """One side's text and content type, and the other's."""

    asked_type: str
    asked: str
    answered_type: str
    answered: str


@dataclass(frozen=True)
class Capture:
    """What the configuration of an endpoint says about capturing.

    Attributes:
        percentage: of the requests, 0 to 100.
        bucket, prefix: where to.
        key: of KMS, which encrypts them; empty for none.
        sides: ``Input``, ``Output`` or both.
        text_types: media types that are written as text, with the name of the encoding; others in base64.
    """

    percentage: int
    bucket: str
    prefix: str
    key: str
    sides: frozenset[str]
    text_types: Mapping[str, str]

    @classmethod
    def of(cls, configuration: Mapping[str, Any]) -> "Capture | None":
        """Read the configuration of an endpoint; None where it captures nothing."""
        found = configuration.get("DataCaptureConfig") or {}
        if not found.get("EnableCapture", bool(found)):
            return None
        bucket, _, prefix = str(found["DestinationS3Uri"]).removeprefix("s3://").rstrip("/").partition("/")
        types = found.get("CaptureContentTypeHeader") or {}
        return cls(
            int(found["InitialSamplingPercentage"]),
            bucket,
            prefix,
            str(found.get("KmsKeyId") or ""),
            frozenset(one["CaptureMode"] for one in found["CaptureOptions"]),
            {
                **dict.fromkeys(types.get("CsvContentTypes", []), "CSV"),
                **dict.fromkeys(types.get("JsonContentTypes", []), "JSON"),
            },
        )

    def sampled(self, exchanges: Sequence[Exchange]) -> list[Exchange]:
        """Those that are captured, spread evenly: AWS draws them by chance, to the same share."""
        spread = [number * self.percentage // _ALL for number in range(len(exchanges) + 1)]
        return [one for number, one in enumerate(exchanges) if spread[number + 1] > spread[number]]

    def needed(self) -> int:
        """How many requests must be answered for one to be captured; 0 where none ever is."""
        return -(-_ALL // self.percentage) if self.percentage else 0

    def folder(self, endpoint: str, variant: str) -> str:
        """What the keys of a variant's files begin with."""
        return "".join(f"{part}/" for part in (self.prefix, endpoint, variant) if part)

    def file(self, endpoint: str, variant: str, at: datetime) -> str:
        """The key of a file that is written at a time."""
        name = f"{at:%M-%S}-{at.microsecond // 1000:03}-{uuid.uuid4()}.jsonl"
        return f"{self.folder(endpoint, variant)}{at:%Y/%m/%d/%H}/{name}"

    def seen(self, exchange: Exchange) -> Exchange:
        """What can be read of an exchange once it was captured: an empty side where that is not captured."""
        asked = (exchange.asked_type, exchange.asked) if "Input" in self.sides else ("", "")
        answered = (exchange.answered_type, exchange.answered) if "Output" in self.sides else ("", "")
        return Exchange(*asked, *answered)

    def written(self, exchanges: Sequence[Exchange], at: datetime) -> str:
        """The content of a file."""
        return "".join(f"{json.dumps(self._event(one, at))}\n" for one in exchanges)

    def _event(self, exchange: Exchange, at: datetime) -> dict[str, Any]:
        sides = {}
        if "Input" in self.sides:
            sides["endpointInput"] = self._side("INPUT", exchange.asked_type, exchange.asked)
        if "Output" in self.sides:
            sides["endpointOutput"] = self._side("OUTPUT", exchange.answered_type, exchange.answered)
        when = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "captureData": sides,
            "eventMetadata": {"eventId": str(uuid.uuid4()), "inferenceTime": when},
            "eventVersion": "0",
        }

    def _side(self, mode: str, content_type: str, text: str) -> dict[str, str]:
        encoding = self.text_types.get(content_type.partition(";")[0].strip(), "BASE64")
        data = text if encoding != "BASE64" else base64.b64encode(text.encode()).decode()
        return {"observedContentType": content_type, "mode": mode, "data": data, "encoding": encoding}


def read(content: str) -> Iterator[Exchange]:
    """What was exchanged, from the content of a file; a side that was not captured is empty."""
    for line in content.splitlines():
        sides = json.loads(line)["captureData"]
        yield Exchange(*_read(sides.get("endpointInput")), *_read(sides.get("endpointOutput")))


def _read(side: Mapping[str, str] | None) -> tuple[str, str]:
    if side is None:
        return "", ""
    data = side["data"]
    text = base64.b64decode(data).decode() if side["encoding"] == "BASE64" else data
    return side["observedContentType"], text
