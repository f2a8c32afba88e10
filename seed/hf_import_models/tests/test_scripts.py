"""The parts of the import job, as far as they can be seen without a hub and without AWS."""

import hashlib
import io
import json
import tracemalloc
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from description import licence, manifest, text
from failure import one_line
from hub import HubFile, Model
from registry import Wanted, registered
from transfer import SMALLEST_PART_BYTES, Checksums, part_bytes, parts

COMMIT = "1" * 40
MIB = 1024 * 1024


def file(path: str, content: bytes = b"x") -> HubFile:
    """A small file as the hub lists it."""
    oid = hashlib.sha1(f"blob {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()
    return HubFile(path, len(content), oid)


def model(**details: Any) -> Model:
    """A model that the hub says something about."""
    return Model("example-org/tiny", "main", COMMIT, details)


@pytest.mark.parametrize(
    ("details", "named"),
    [
        ({"cardData": {"license": "mit"}}, "mit"),
        ({"cardData": {"license": "other", "license_name": "llama-3"}}, "llama-3"),
        ({"cardData": {"license": ["mit", "apache-2.0"]}}, "mit apache-2.0"),
        ({"tags": ["text", "license:mit"]}, "mit"),
        ({}, "unknown"),
    ],
)
def test_the_licence_is_the_one_that_the_card_names(details: dict[str, Any], named: str) -> None:
    """The hub has it in more than one place."""
    assert licence(model(**details)) == named


@pytest.mark.parametrize(
    ("value", "kept"),
    [("v1.0/a-b", "v1.0/a-b"), ("a\n b", "a b"), ("<b>'x'", "_b__x_"), (None, "unknown"), ("y" * 300, "y" * 256)],
)
def test_metadata_takes_what_a_model_package_may_hold(value: str | None, kept: str) -> None:
    """SageMaker would refuse the package for one wrong character in a licence's name."""
    assert text(value) == kept


def test_the_same_commit_gives_the_same_manifest() -> None:
    """So that a second run has nothing to write."""
    one = manifest(model(), "https://hub.example.com", [(file("config.json"), "0" * 64)])

    assert one == manifest(model(), "https://hub.example.com", [(file("config.json"), "0" * 64)])
    assert json.loads(one)["files"] == [{"path": "config.json", "bytes": 1, "sha256": "0" * 64}]


class Response(io.BytesIO):
    """A whole file as the hub sends it."""

    status = 200


class Endless(io.RawIOBase):
    """As many zeros as one asks for."""

    status = 200

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Zeros."""
        return bytes(size)


def test_a_file_needs_no_more_memory_than_a_few_parts() -> None:
    """However large it is: here eight parts, one after the other."""
    large = HubFile("model.safetensors", 8 * SMALLEST_PART_BYTES, "", "")
    tracemalloc.start()
    try:
        sizes = [len(part) for part in parts(large, lambda start: Endless())]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert sizes == [SMALLEST_PART_BYTES] * 8
    assert peak < 4 * SMALLEST_PART_BYTES


@pytest.mark.parametrize("size", [1, 16 * MIB, 400 * 1024 * MIB, 5 * 1024 * 1024 * MIB])
def test_no_file_has_more_parts_than_s3_takes(size: int) -> None:
    """Ten thousand, each of at least 5 MiB."""
    assert -(-size // part_bytes(size)) <= 10_000
    assert part_bytes(size) >= 5 * MIB


@pytest.mark.parametrize("content", [b"", b"abc"])
def test_a_small_file_is_checked_by_gits_name_for_it(content: bytes) -> None:
    """The hub lists nothing else for files that git LFS does not keep."""
    listed = file("config.json", content)
    arrived = b"".join(parts(listed, lambda start: Response(content)))
    checksums = Checksums(listed.size)
    checksums.update(arrived)

    assert checksums.verify(listed) == hashlib.sha256(content).hexdigest()


METADATA = {
    "hf-model-id": "example-org/tiny",
    "hf-revision": "main",
    "hf-commit": COMMIT,
    "hf-task": "text-generation",
    "hf-manifest-sha256": "0" * 64,
}
LOCATION = f"s3://bucket/models/example-org/tiny/{COMMIT}/model/"
WANTED = Wanted(METADATA, LOCATION, "image:1", {"SM_NUM_GPUS": "1"}, frozenset({"ml.g5.xlarge", "ml.g6.xlarge"}))


def package() -> dict[str, Any]:
    """The package that is wanted, as SageMaker describes it."""
    return {
        "ModelPackageName": "group",
        "ModelPackageArn": "arn:aws:sagemaker:us-east-1:111111111111:model-package/group/1",
        "CreationTime": 0,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "ModelApprovalStatus": "Rejected",
        "CustomerMetadataProperties": {**METADATA, "hf-license": "mit"},
        "InferenceSpecification": {
            "Containers": [
                {
                    "Image": "image:1",
                    "Environment": {"SM_NUM_GPUS": "1"},
                    "ModelDataSource": {
                        "S3DataSource": {"S3Uri": LOCATION, "S3DataType": "S3Prefix", "CompressionType": "None"}
                    },
                }
            ],
            "SupportedRealtimeInferenceInstanceTypes": ["ml.g6.xlarge", "ml.g5.xlarge"],
        },
    }


def found(described: dict[str, Any], wanted: Wanted = WANTED) -> bool:
    """Whether the only package of the group is what is wanted."""
    client = boto3.client("sagemaker", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    summary = {
        name: described[name]
        for name in ("ModelPackageName", "ModelPackageArn", "CreationTime", "ModelPackageStatus")
    }
    with Stubber(client) as stub:
        stub.add_response("list_model_packages", {"ModelPackageSummaryList": [summary]})
        stub.add_response("describe_model_package", described)
        answer = registered(client, "group", wanted)
    assert answer in {None, described["ModelPackageArn"]}
    return answer is not None


def test_a_model_counts_as_registered_where_the_same_package_is_there() -> None:
    """A rejected one too: a person decided."""
    assert found(package())


def test_a_package_that_could_not_be_made_does_not_count() -> None:
    """It is tried again."""
    assert not found({**package(), "ModelPackageStatus": "Failed"})


def test_a_package_of_somebody_else_does_not_count() -> None:
    """Nor does it break the search."""
    assert not found({**package(), "CustomerMetadataProperties": {}})
    assert not found({name: value for name, value in package().items() if name != "InferenceSpecification"})


@pytest.mark.parametrize("name", sorted(METADATA))
def test_another_model_revision_commit_task_or_content_is_another_package(name: str) -> None:
    """Whoever asked for it gets it under the name that was asked for."""
    assert not found(package(), replace(WANTED, metadata={**METADATA, name: "other"}))


@pytest.mark.parametrize(
    "changes",
    [
        {"image": "image:2"},
        {"location": "s3://bucket/models/elsewhere/"},
        {"environment": {"SM_NUM_GPUS": "4"}},
        {"environment": {}},
        {"instance_types": frozenset({"ml.g5.12xlarge", "ml.g6.xlarge"})},
        {"instance_types": frozenset({"ml.g5.xlarge"})},
    ],
)
def test_another_image_place_setting_or_instance_type_is_another_package(changes: dict[str, Any]) -> None:
    """It could not be deployed as it is wanted now."""
    assert not found(package(), replace(WANTED, **changes))


def test_a_reason_is_one_line_without_the_token() -> None:
    """Whatever an error shows, and however long it is."""
    reason = one_line(ValueError("Invalid header value b'Bearer secret-token'\n" + "x" * 5000), "secret-token")

    assert "secret-token" not in reason
    assert "\n" not in reason
    assert len(reason) == 1024
