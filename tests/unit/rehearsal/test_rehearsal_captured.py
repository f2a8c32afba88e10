"""Captured data have the form that SageMaker gives them, and the share that the configuration says."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sagemaker_templates.rehearsal.captured import Capture, Exchange, read

CONFIGURATION: dict[str, Any] = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": "s3://captures/captured",
    "KmsKeyId": "a-key",
    "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
    "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
}
AT = datetime(2026, 11, 28, 3, 4, 5, 678000, tzinfo=UTC)
CSV = Exchange("text/csv", "1,2\n", "text/csv; charset=utf-8", "3\n")
OTHER = Exchange("text/plain", "ä", "application/json", "{}")


def capture(**changed: Any) -> Capture:
    made = Capture.of({"DataCaptureConfig": {**CONFIGURATION, **changed}})
    assert made is not None
    return made


def test_an_event_has_both_sides_with_their_types_and_encodings_and_when_it_was() -> None:
    (line,) = capture().written([CSV], AT).splitlines()
    event = json.loads(line)

    assert event["captureData"] == {
        "endpointInput": {"observedContentType": "text/csv", "mode": "INPUT", "data": "1,2\n", "encoding": "CSV"},
        "endpointOutput": {
            "observedContentType": "text/csv; charset=utf-8",
            "mode": "OUTPUT",
            "data": "3\n",
            "encoding": "CSV",
        },
    }
    assert event["eventMetadata"]["inferenceTime"] == "2026-11-28T03:04:05Z"
    assert event["eventVersion"] == "0"


def test_what_was_written_is_read_as_it_was_whatever_its_encoding() -> None:
    content = capture().written([CSV, OTHER], AT)

    assert '"encoding": "BASE64"' in content
    assert list(read(content)) == [CSV, OTHER]


def test_a_side_that_is_not_captured_is_not_there() -> None:
    only_asked = capture(CaptureOptions=[{"CaptureMode": "Input"}])

    assert (
        list(read(only_asked.written([CSV], AT))) == [only_asked.seen(CSV)] == [Exchange("text/csv", "1,2\n", "", "")]
    )


def test_files_lie_by_endpoint_variant_and_hour() -> None:
    key = capture().file("serving-dev", "main", AT)

    assert key.startswith("captured/serving-dev/main/2026/11/28/03/04-05-678-")
    assert key.endswith(".jsonl")


@pytest.mark.parametrize(("percentage", "requests", "captured"), [(100, 7, 7), (20, 10, 2), (10, 9, 0), (0, 50, 0)])
def test_the_share_of_the_percentage_is_captured(percentage: int, requests: int, captured: int) -> None:
    exchanges = [Exchange("text/csv", str(number), "text/csv", "1") for number in range(requests)]

    assert len(capture(InitialSamplingPercentage=percentage).sampled(exchanges)) == captured


@pytest.mark.parametrize(("percentage", "needed"), [(100, 1), (30, 4), (1, 100), (0, 0)])
def test_so_many_answers_make_one_that_is_captured(percentage: int, needed: int) -> None:
    configured = capture(InitialSamplingPercentage=percentage)

    assert configured.needed() == needed
    assert len(configured.sampled([CSV] * needed)) == min(needed, 1)


@pytest.mark.parametrize("configuration", [{}, {"DataCaptureConfig": {**CONFIGURATION, "EnableCapture": False}}])
def test_an_endpoint_may_capture_nothing(configuration: dict[str, Any]) -> None:
    assert Capture.of(configuration) is None
